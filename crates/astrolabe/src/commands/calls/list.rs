//! `astrolabe calls list`.

use catalog::Text;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::{CallId, CallState, TokenId};
use store::{AccountStore, CallFilter, MeterStore};

use super::names::{AccountNames, call_json, call_table, lost_table};
use super::parse_id;
use crate::flags::{When, parse_when, period};
use crate::lang;
use crate::output;

const NONE: Text = Text::new(
    "no call fits; kept are those that cost something, settled ones for meter.calls_kept_days",
    "没有符合条件的调用；只记录收费的调用，已结清的保留 meter.calls_kept_days 天",
);

const NONE_LOST: Text = Text::new(
    "no call fits of which an upstream billed for nothing, or may have",
    "没有符合条件的、上游已白白计费或可能已计费的调用",
);

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only an account's
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only a token's
    #[arg(long, value_name = "NUMBER")]
    token: Option<i64>,
    /// Only those that stand so
    #[arg(long, value_parser = states())]
    state: Option<CallState>,
    /// Only those for which an upstream was asked that billed them for nothing, or may have
    #[arg(long)]
    lost: bool,
    /// Only since a day in Asia/Shanghai, or a moment: 2026-11-24, 2026-11-24T08:30:00Z
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    from: Option<When>,
    /// Only up to a day or a moment, which is included
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    to: Option<When>,
    /// Only those before this call: the last one of the page before
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    before: Option<CallId>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Reads a state by its name.
fn states() -> impl TypedValueParser<Value = CallState> {
    PossibleValuesParser::new(CallState::ALL.map(CallState::name)).try_map(|name| {
        let named = CallState::ALL.into_iter().find(|state| state.name() == name);
        named.ok_or("not a state")
    })
}

/// Lists calls.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ListArgs) -> anyhow::Result<()> {
    let period = period(args.from, args.to)?;
    let account_id = match &args.account {
        Some(name) => Some(store.account(name).await?.id),
        None => None,
    };
    let token_id = args.token.map(TokenId);
    if let Some(id) = token_id {
        // For its error when there is no such token.
        store.token_policy(id).await?;
    }
    let ListArgs { state, lost, before, limit, .. } = *args;
    let calls = store.calls(CallFilter { account_id, token_id, state, lost, period, before, limit }).await?;
    let names = AccountNames::read(store).await?;
    if args.json {
        return output::json(&calls.iter().map(|call| call_json(call, &names)).collect::<Vec<_>>());
    }
    if calls.is_empty() {
        output::person(if lost { NONE_LOST } else { NONE }.of(lang::spoken()));
        return Ok(());
    }
    let table = if lost { lost_table } else { call_table };
    output::result(&table(&calls, &names, lang::spoken(), output::width()))?;
    if let Some(last) = calls.last().filter(|_| calls.len() >= args.limit as usize) {
        output::person(&lang::next_page(last.id));
    }
    Ok(())
}
