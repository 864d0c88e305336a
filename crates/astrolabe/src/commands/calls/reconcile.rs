//! `astrolabe calls reconcile`: the operator says how an unknown call ended.

use anyhow::bail;
use clap::Args;
use domain::{CallId, CallState};
use ledger::Refusal;
use store::{AccountStore, CallFilter, MeterStore};

use super::names::{AccountNames, call_json, call_table};
use super::{no_such_call, parse_id};
use crate::output;

/// At most so many are listed at once.
const LISTED_MAX: u32 = 100;

const HOW_TO_SETTLE: &str = "\
To settle one, look its id up in the upstream's bill, the server's log or the caller's, and say how it ended:
  astrolabe calls reconcile ID --succeeded   it was answered: its price is charged, unless it is already
  astrolabe calls reconcile ID --rejected    it was not: what was charged is given back
Until then nothing changes by itself, and an unknown call is never sent again.";

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("outcome").args(["succeeded", "rejected"]))]
pub(crate) struct ReconcileArgs {
    /// The call's id [default: list the unknown calls]
    #[arg(value_parser = parse_id, requires = "outcome")]
    id: Option<CallId>,
    /// It was answered: charge its price, unless it is charged already
    #[arg(long, requires = "id")]
    succeeded: bool,
    /// It was not answered: give back what was charged
    #[arg(long, requires = "id")]
    rejected: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Settles a call, or lists those to settle.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ReconcileArgs) -> anyhow::Result<()> {
    match args.id {
        Some(id) => settle(store, id, args).await,
        None => list(store, args.json).await,
    }
}

async fn list(store: &(impl AccountStore + MeterStore + ?Sized), json: bool) -> anyhow::Result<()> {
    let state = Some(CallState::Unknown);
    let calls = store.calls(CallFilter { state, limit: LISTED_MAX, ..CallFilter::default() }).await?;
    let names = AccountNames::read(store).await?;
    if json {
        return output::json(&calls.iter().map(|call| call_json(call, &names)).collect::<Vec<_>>());
    }
    if calls.is_empty() {
        output::person("no call is unknown: there is nothing to settle");
        return Ok(());
    }
    output::result(&call_table(&calls, &names))?;
    if calls.len() >= LISTED_MAX as usize {
        output::person(&format!("The newest {LISTED_MAX}; `astrolabe calls list --state unknown` pages through all."));
    }
    output::person(HOW_TO_SETTLE);
    Ok(())
}

async fn settle(
    store: &(impl AccountStore + MeterStore + ?Sized),
    id: CallId,
    args: &ReconcileArgs,
) -> anyhow::Result<()> {
    let settled = store.reconcile(id, args.succeeded).await?;
    let call = store.call(id).await?.ok_or_else(|| no_such_call(id))?;
    let state = call.state.name();
    match settled {
        Some(Ok(())) => output::person(&format!("call {id} is {state} now; charged for it: {} yuan", call.charged)),
        Some(Err(refusal)) => bail!("call {id} stays unknown, nothing is charged: {}", why(refusal)),
        None if call.state == wanted(args) => {
            output::person(&format!("call {id} is {state} already; nothing changes"));
        }
        None if call.state == CallState::Held => {
            bail!("call {id} is still held: it ends by itself, or becomes unknown when its hold expires")
        }
        None => bail!("call {id} is {state}, which is final: only unknown calls are settled"),
    }
    match args.json {
        true => output::json(&call_json(&call, &AccountNames::read(store).await?)),
        false => Ok(()),
    }
}

/// How the call stands when what was asked for is done.
fn wanted(args: &ReconcileArgs) -> CallState {
    if args.succeeded { CallState::Succeeded } else { CallState::Rejected }
}

/// Why its price cannot be charged, and what to do.
fn why(refusal: Refusal) -> String {
    match refusal {
        Refusal::AccountQuota { daily_quota } => {
            format!(
                "the account's {daily_quota} successes of the day are used up; `astrolabe account limit` gives it more"
            )
        }
        Refusal::TokenQuota { daily_quota } => {
            format!("the token's {daily_quota} successes of the day are used up; `astrolabe token limit` gives it more")
        }
        Refusal::SpendingCap { spending_cap } => format!(
            "the token would spend more than its cap of {spending_cap} yuan; `astrolabe token limit --cap` raises it"
        ),
        Refusal::Balance { balance } => {
            format!("the account has only {balance} yuan; `astrolabe account topup` credits it")
        }
    }
}
