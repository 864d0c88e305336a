//! `astrolabe calls show`.

use clap::Args;
use domain::{CallId, CallState, CreatorKey};
use store::{AccountStore, MeterStore};

use super::names::{AccountNames, call_json, endpoint_name};
use super::{no_such_call, parse_id};
use crate::amounts::made_at;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The call's id: the requestId of its answer
    #[arg(value_parser = parse_id)]
    id: CallId,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows a call.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ShowArgs) -> anyhow::Result<()> {
    let call = store.call(args.id).await?.ok_or_else(|| no_such_call(args.id))?;
    let names = AccountNames::read(store).await?;
    if args.json {
        return output::json(&call_json(&call, &names));
    }
    let about =
        |text: fn(&CreatorKey) -> String| call.key.as_ref().map_or_else(|| "none in particular".to_owned(), text);
    output::result(&output::facts([
        ("call", call.id.to_string()),
        ("made", made_at(call.id).to_string()),
        ("account", names.name(call.account_id)),
        ("token", format!("number {}", call.token_id)),
        ("endpoint", endpoint_name(call.endpoint)),
        ("creator", about(|key| key.author_id.to_string())),
        ("platform", about(|key| key.platform.name().to_owned())),
        ("state", format!("{}: {}", call.state.name(), meaning(call.state))),
        ("price", format!("{} yuan", call.price)),
        ("charged", format!("{} yuan", call.charged)),
    ]))
}

fn meaning(state: CallState) -> &'static str {
    match state {
        CallState::Held => "its price is set aside until its end is known",
        CallState::Succeeded => "answered and charged",
        CallState::Rejected => "no success, nothing is charged",
        CallState::Unknown => "nobody knows its end; `astrolabe calls reconcile` tells how to settle it",
        CallState::Unusable => "the source said yes and sent nothing usable, nothing is charged",
    }
}
