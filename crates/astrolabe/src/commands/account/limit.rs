//! `astrolabe account limit`.

use anyhow::bail;
use clap::Args;
use serde_json::json;
use store::{AccountStore, MeterStore};

use crate::flags::LimitFlags;
use crate::lang::{self, told};
use crate::limits_text::{limit_facts, limits_json};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// The account's name
    name: String,
    #[command(flatten)]
    limits: LimitFlags,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Limits an account.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &LimitArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let change = args.limits.change();
    if change.is_empty() {
        bail!(told!(
            lang,
            "name what changes: --rate, --burst, --concurrent or --daily-quota; `astrolabe account show {}` shows the limits",
            "请指定要更改的项目：--rate、--burst、--concurrent 或 --daily-quota；`astrolabe account show {}` 可查看现有限制",
            output::shell_word(&args.name)
        ));
    }
    let account = store.account(&args.name).await?;
    let limits = store.change_account_limits(account.id, change).await?;
    let facts = output::facts(limit_facts(&limits, lang));
    output::person(&told!(
        lang,
        "account {} from now on, all its tokens together:\n{facts}",
        "账户 {} 的限制现为（其全部令牌合计）：\n{facts}",
        account.name
    ));
    match args.json {
        true => output::json(&json!({ "account": account.name, "limits": limits_json(&limits) })),
        false => Ok(()),
    }
}
