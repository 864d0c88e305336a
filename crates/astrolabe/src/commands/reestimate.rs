//! `astrolabe reestimate`: the figures of all creators from the posts held, by the settings in use. An import estimates only the
//! creators that it brings something of.

use std::iter;

use anyhow::Context;
use catalog::Text;
use clap::Args;
use domain::{CreatorKey, CreatorState};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::{ImportOutcome, ImportRequest, StoreError};
use tokio::runtime::Runtime;

use crate::cli::Common;
use crate::commands::operator_store;
use crate::commands::read_posts::each_held;
use crate::data_dir::{AnyStore, DataDir};
use crate::lang::{self, told};
use crate::now::now;
use crate::output::{self, counted, thousands};

#[derive(Debug, Args)]
pub(crate) struct ReestimateArgs {
    /// Print what changed as JSON for programs
    #[arg(long)]
    json: bool,
}

const ESTIMATING: Text =
    Text::new("estimating {bar:40} {pos}/{len} creators {eta}", "估算 {bar:40} {pos}/{len} 位达人 {eta}");

/// Runs the verb.
pub(crate) fn run(common: &Common, args: &ReestimateArgs) -> anyhow::Result<()> {
    let (data, lang) = (DataDir::held(common)?, lang::spoken());
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let store = runtime.block_on(operator_store(&data))?;
    let bar = ProgressBar::new(runtime.block_on(store.creator_count())?);
    bar.set_style(ProgressStyle::with_template(ESTIMATING.of(lang))?);
    let mut held = Ok(());
    // Looked up once nobody else writes: who is deleted meanwhile must not come back.
    let keys = iter::once_with(|| {
        let keys = all_keys(&runtime, &*store);
        keys.unwrap_or_else(|error| {
            held = Err(error);
            Vec::new()
        })
    });
    let outcome = store.import(ImportRequest {
        // Nothing is merged with what is held.
        states: &mut keys.flatten().map(|key| (key, CreatorState::default())),
        snapshots: &|key, state| estimator::snapshots(key, state, &data.config.estimate),
        now: now(),
        progress: &mut |done| bar.set_position(done),
    });
    bar.finish_and_clear();
    held?;
    let ImportOutcome { touched, snapshots_added, .. } = outcome?;
    if args.json {
        return output::json(&json!({ "creators": touched, "snapshots_added": snapshots_added }));
    }
    let (creators, snapshots) = (counted(touched, "creator"), counted(snapshots_added, "new snapshot"));
    let (touched, added) = (thousands(touched), thousands(snapshots_added));
    output::result(&told!(
        lang,
        "{creators} estimated anew, {snapshots}",
        "已重新估算 {touched} 位达人，新增快照 {added} 份"
    ))
}

/// Every creator of whom imports brought something, in their order.
fn all_keys(runtime: &Runtime, store: &dyn AnyStore) -> Result<Vec<CreatorKey>, StoreError> {
    let mut keys = Vec::new();
    each_held(runtime, store, |key, _| keys.push(key))?;
    Ok(keys)
}
