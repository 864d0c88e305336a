//! `astrolabe account create`.

use catalog::Text;
use clap::Args;
use domain::Account;
use serde_json::json;
use store::AccountStore;

use crate::lang::{self, told};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The account's name: a person, a team or a program; unique
    name: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const NAME: Text = Text::new(
    "an account's name is 1 to 64 characters, without control characters and outer spaces",
    "账户名称须为 1 至 64 个字符，且不含控制字符与首尾空格",
);

/// Makes an account.
pub(super) async fn run(store: &(impl AccountStore + ?Sized), args: &CreateArgs) -> anyhow::Result<()> {
    let (name, lang) = (args.name.as_str(), lang::spoken());
    anyhow::ensure!(Account::is_name(name), "{}", NAME.of(lang));
    let account = store.create_account(name, now()).await?;
    output::person(&told!(
        lang,
        "made account {} (number {}); next: astrolabe token create {}",
        "已新建账户 {}（编号 {}）；下一步：astrolabe token create {}",
        account.name,
        account.id,
        output::shell_word(&account.name)
    ));
    match args.json {
        true => output::json(&json!({
            "id": account.id.0, "name": account.name, "created_at": account.created_at.to_string(),
        })),
        false => Ok(()),
    }
}
