//! `astrolabe account show`.

use clap::Args;
use store::{AccountStore, MeterStore};

use super::list::account_json;
use crate::commands::token::{TokenFacts, token_table};
use crate::limits_text::{QuotaToday, limit_facts, limits_json};
use crate::now::{now, today};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The account's name
    name: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows everything about an account.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ShowArgs) -> anyhow::Result<()> {
    let account = store.account(&args.name).await?;
    let (book, limits) = (store.account_book(account.id).await?, store.account_limits(account.id).await?);
    let tokens = TokenFacts::read_all(store, Some(account.id)).await?;
    if args.json {
        let mut value = account_json(&account, &book);
        value["limits"] = limits_json(&limits);
        value["tokens"] = tokens.iter().map(|token| token.json(now())).collect();
        return output::json(&value);
    }
    let mut facts = vec![
        ("account", format!("{} (number {})", account.name, account.id)),
        ("made", account.created_at.to_string()),
        ("balance", format!("{} yuan", book.balance())),
        ("credited", format!("{} yuan", book.credited)),
        ("charged", format!("{} yuan", book.charged)),
        ("held", format!("{} yuan", book.held)),
    ];
    facts.extend(limit_facts(&limits));
    facts.extend(QuotaToday::of(book.quota, book.daily_quota, today()).facts());
    output::result(&output::facts(facts))?;
    match tokens.as_slice() {
        [] => output::result(&format!(
            "\nNo tokens: astrolabe token create {} makes one.",
            output::shell_word(&account.name)
        )),
        tokens => output::result(&format!("\n{}", token_table(tokens))),
    }
}
