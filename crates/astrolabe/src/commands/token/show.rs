//! `astrolabe token show`.

use clap::Args;
use store::{AccountStore, MeterStore};

use super::{TokenFacts, find};
use crate::limits_text::{QuotaToday, expiry_text, policy_facts};
use crate::now::{now, today};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The token's number, as `astrolabe token list` shows it
    number: i64,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows everything about a token.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ShowArgs) -> anyhow::Result<()> {
    let (account, token) = find(store, args.number).await?;
    let facts = TokenFacts::read_one(store, account, token).await?;
    if args.json {
        return output::json(&facts.json(now()));
    }
    let TokenFacts { account, token, policy, book, last_used } = &facts;
    let mut lines = vec![
        ("token", format!("{} (number {})", token.hint, token.id)),
        ("account", account.clone()),
        ("state", facts.state(now()).to_owned()),
        ("made", token.created_at.to_string()),
        ("expires", expiry_text(token.expires_at)),
        ("last used", last_used.text()),
        ("charged", format!("{} yuan", book.charged)),
        ("held", format!("{} yuan", book.held)),
    ];
    lines.extend(policy_facts(policy));
    lines.extend(QuotaToday::of(book.quota, book.daily_quota, today()).facts());
    output::result(&output::facts(lines))
}
