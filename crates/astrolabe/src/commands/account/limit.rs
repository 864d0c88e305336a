//! `astrolabe account limit`.

use clap::Args;
use store::{AccountStore, MeterStore};

use crate::flags::LimitFlags;
use crate::limits_text::limit_facts;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// The account's name
    name: String,
    #[command(flatten)]
    limits: LimitFlags,
}

/// Limits an account.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &LimitArgs) -> anyhow::Result<()> {
    let change = args.limits.change();
    anyhow::ensure!(
        !change.is_empty(),
        "name what changes: --rate, --burst, --concurrent or --daily-quota; `astrolabe account show {}` shows the limits",
        output::shell_word(&args.name)
    );
    let account = store.account(&args.name).await?;
    let limits = store.change_account_limits(account.id, change).await?;
    let facts = output::facts(limit_facts(&limits));
    output::person(&format!("account {} from now on, all its tokens together:\n{facts}", account.name));
    Ok(())
}
