//! `astrolabe token list`.

use clap::Args;
use serde_json::Value;
use store::{AccountStore, MeterStore};

use super::TokenFacts;
use crate::limits_text::list;
use crate::now::{now, today};
use crate::output;

/// How recently a token was used that counts as still used.
const STILL_USED_DAYS: i32 = 7;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only an account's
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only tokens that end, or ended, and were used in the last 7 days: whose users need the new one
    #[arg(long)]
    still_used: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Lists the tokens.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ListArgs) -> anyhow::Result<()> {
    let account = match &args.account {
        Some(name) => Some(store.account(name).await?.id),
        None => None,
    };
    let mut tokens = TokenFacts::read_all(store, account).await?;
    if args.still_used {
        tokens.retain(|token| token.is_still_used(STILL_USED_DAYS, today()));
        // Who is refused first stands first; the disabled are refused already.
        tokens.sort_by_key(|token| (token.token.enabled, token.token.expires_at));
    }
    if args.json {
        return output::json(&tokens.iter().map(|token| token.json(now())).collect::<Vec<Value>>());
    }
    if args.still_used && tokens.is_empty() {
        output::person("no token that ends, or ended, was used in the last 7 days");
        return Ok(());
    }
    output::result(&token_table(&tokens))
}

/// Tokens as a table.
pub(crate) fn token_table(tokens: &[TokenFacts]) -> String {
    let rows = tokens.iter().map(|facts| {
        let TokenFacts { account, token, policy, book, last_used } = facts;
        let spent = book.spent();
        [
            token.id.to_string(),
            account.clone(),
            token.hint.clone(),
            facts.state(now()).into(),
            token.expires_at.map_or_else(|| "never".into(), output::moment),
            last_used.text(),
            policy.spending_cap.map_or_else(|| spent.to_string(), |cap| format!("{spent} of {cap}")),
            list(&policy.scopes, "all"),
        ]
    });
    let header = ["number", "account", "token", "state", "expires", "last used", "spent (yuan)", "scopes"];
    output::table(header, &[0, 6], rows)
}
