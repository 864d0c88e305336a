//! `astrolabe token new-key` and `use-key`.

use catalog::Text;
use clap::Args;
use serde_json::json;
use store::{AccountStore, CheckedStore};

use crate::data_dir::DataDir;
use crate::lang;
use crate::{output, token_key};

const MADE: Text = Text::new(
    "made a new token.key: no token works any more, so rotate them all, make the admin key anew, and copy the file to every \
     other server of these data before it is started again",
    "已生成新的 token.key：原有令牌均已失效，请全部更换，重新生成管理密钥，并将该文件复制到使用同一数据的其他服务器后再重新启动",
);

const USED: Text = Text::new(
    "the tokens are of token.key in this directory from now on: those made with another one do not work any more; every other server \
     of these data needs this file",
    "自此令牌以本目录的 token.key 计算：以其他密钥生成的令牌不再有效；使用同一数据的其他服务器均须使用该文件",
);

#[derive(Debug, Args)]
pub(crate) struct NewKeyArgs {
    /// Even where tokens work, none of which will any more
    #[arg(long)]
    force: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UseKeyArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Makes a new key in place of one that is lost.
pub(super) async fn run(
    store: &(impl AccountStore + CheckedStore + ?Sized),
    data: &DataDir,
    args: &NewKeyArgs,
) -> anyhow::Result<()> {
    token_key::replace_lost(data, store, args.force).await?;
    output::person(MADE.of(lang::spoken()));
    tell_file(data, args.json)
}

/// Takes back the key that is at hand.
pub(super) async fn use_key(
    store: &(impl CheckedStore + ?Sized),
    data: &DataDir,
    args: &UseKeyArgs,
) -> anyhow::Result<()> {
    token_key::use_file(data, store).await?;
    output::person(USED.of(lang::spoken()));
    tell_file(data, args.json)
}

/// Where the key is that the tokens are of now, for programs.
fn tell_file(data: &DataDir, as_json: bool) -> anyhow::Result<()> {
    match as_json {
        true => output::json(&json!({ "token_key": data.path().join(token_key::TOKEN_KEY).display().to_string() })),
        false => Ok(()),
    }
}
