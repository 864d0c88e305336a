//! `astrolabe token limit`.

use clap::Args;
use domain::TokenId;
use store::MeterStore;

use crate::flags::PolicyFlags;
use crate::limits_text::{expiry_text, policy_facts};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// The token's number, as `astrolabe token list` shows it
    number: i64,
    #[command(flatten)]
    policy: PolicyFlags,
}

/// Says what a token may do.
pub(super) async fn run(store: &(impl MeterStore + ?Sized), args: &LimitArgs) -> anyhow::Result<()> {
    let number = args.number;
    let (id, change, expiry) = (TokenId(number), args.policy.change()?, args.policy.expiry(now()));
    anyhow::ensure!(
        !change.is_empty() || expiry.is_some(),
        "name what changes, such as --rate 10/s or --expires none; `astrolabe token show {number}` shows what it may do"
    );
    let mut lines = Vec::new();
    if !change.is_empty() {
        lines.extend(policy_facts(&store.change_token_policy(id, change).await?));
    }
    if let Some(expires_at) = expiry {
        store.set_token_expiry(id, expires_at).await?;
        lines.push(("expires", expiry_text(expires_at)));
    }
    output::person(&format!("token {number} from now on:\n{}", output::facts(lines)));
    Ok(())
}
