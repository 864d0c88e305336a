//! `astrolabe token new-key`.

use catalog::Text;
use store::CheckedStore;

use crate::data_dir::DataDir;
use crate::lang;
use crate::{output, token_key};

const MADE: Text = Text::new(
    "made a new token.key: no token works any more, so rotate them all, make the admin key anew, and copy the file to every \
     other server of these data before it is started again",
    "已生成新的 token.key：原有令牌均已失效，请全部更换，重新生成管理密钥，并将该文件复制到使用同一数据的其他服务器后再重新启动",
);

/// Makes a new key in place of one that is lost.
pub(super) async fn run(store: &(impl CheckedStore + ?Sized), data: &DataDir) -> anyhow::Result<()> {
    token_key::replace_lost(data, store).await?;
    output::person(MADE.of(lang::spoken()));
    Ok(())
}
