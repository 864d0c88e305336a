//! `astrolabe calls`: the calls that were charged, held or counted against a quota. What costs nothing and counts against
//! nothing is in the usage only.

mod list;
mod names;
mod reconcile;
mod show;

use clap::Subcommand;
use domain::{Call, CallId, CallState};
use store::{CallFilter, MeterStore};

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::errors;
use crate::lang::{self, told};

pub(super) use names::{AccountNames, endpoint_name};

/// Calls read from the store at once.
const PAGE: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum CallsVerb {
    /// List calls, newest first
    List(list::ListArgs),
    /// Show everything about a call
    Show(show::ShowArgs),
    /// Settle calls nobody knows the end of; without saying how they ended, list those there are
    Reconcile(reconcile::ReconcileArgs),
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &CallsVerb) -> anyhow::Result<()> {
    let data = DataDir::held(common)?;
    let store = operator_store(&data).await?;
    match verb {
        CallsVerb::List(args) => list::run(&*store, args).await,
        CallsVerb::Show(args) => show::run(&*store, args).await,
        CallsVerb::Reconcile(args) => reconcile::run(&*store, &data.config, args).await,
    }
}

/// Goes through all calls nobody knows the end of, newest first.
pub(super) async fn for_each_unknown(store: &(impl MeterStore + ?Sized), each: impl FnMut(Call)) -> anyhow::Result<()> {
    for_each(store, CallFilter { state: Some(CallState::Unknown), ..CallFilter::default() }, each).await
}

/// Goes through all calls of a filter, newest first.
async fn for_each(
    store: &(impl MeterStore + ?Sized),
    filter: CallFilter,
    mut each: impl FnMut(Call),
) -> anyhow::Result<()> {
    let mut filter = CallFilter { limit: PAGE, ..filter };
    loop {
        let page = store.calls(filter).await?;
        let Some(last) = page.last() else { return Ok(()) };
        filter.before = Some(last.id);
        page.into_iter().for_each(&mut each);
    }
}

/// Reads a call's id.
fn parse_id(text: &str) -> Result<CallId, String> {
    text.parse().map_err(|error: domain::CallIdError| errors::of_value(&error))
}

/// The error for an id that is no call's.
fn no_such_call(id: CallId) -> anyhow::Error {
    anyhow::anyhow!(told!(
        lang::spoken(),
        "no call {id} is kept: it was refused, cost nothing and counted against no quota, or is forgotten by now; \
         `astrolabe calls list` shows the calls",
        "没有保存调用 {id}：它或被拒绝，或不计费也不占配额，或已过保存期限；`astrolabe calls list` 可列出调用"
    ))
}
