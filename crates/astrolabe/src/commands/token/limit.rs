//! `astrolabe token limit`.

use anyhow::bail;
use clap::Args;
use domain::TokenId;
use serde_json::json;
use store::{AccountStore, MeterStore};

use super::find;
use crate::flags::PolicyFlags;
use crate::lang::{self, told};
use crate::limits_text::{EXPIRES, expiry_text, policy_facts, policy_json};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// The token's number, as `astrolabe token list` shows it
    number: i64,
    #[command(flatten)]
    policy: PolicyFlags,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Says what a token may do.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &LimitArgs) -> anyhow::Result<()> {
    let (number, lang) = (args.number, lang::spoken());
    let (id, change, expiry) = (TokenId(number), args.policy.change()?, args.policy.expiry(now()));
    if change.is_empty() && expiry.is_none() {
        bail!(told!(
            lang,
            "name what changes, such as --rate 10/s or --expires none; `astrolabe token show {number}` shows what it may do",
            "请指定要更改的项目，如 --rate 10/s 或 --expires none；`astrolabe token show {number}` 可查看其权限"
        ));
    }
    let mut lines = Vec::new();
    if !change.is_empty() {
        lines.extend(policy_facts(&store.change_token_policy(id, change).await?, lang));
    }
    if let Some(expires_at) = expiry {
        store.set_token_expiry(id, expires_at).await?;
        lines.push((EXPIRES.of(lang), expiry_text(expires_at, lang)));
    }
    let facts = output::facts(lines);
    output::person(&told!(lang, "token {number} from now on:\n{facts}", "令牌 {number} 现为：\n{facts}"));
    if !args.json {
        return Ok(());
    }
    let (account, token) = find(store, number).await?;
    output::json(&json!({
        "id": number,
        "account": account,
        "expires_at": token.expires_at.map(|moment| moment.to_string()),
        "policy": policy_json(&store.token_policy(id).await?),
    }))
}
