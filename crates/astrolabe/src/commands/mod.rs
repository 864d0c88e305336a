//! One module per verb.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod backtest;
pub(crate) mod backup;
pub(crate) mod calls;
pub(crate) mod compare;
pub(crate) mod cp;
pub(crate) mod creator;
pub(crate) mod demo;
pub(crate) mod fit;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod ledger;
pub(crate) mod market;
pub(crate) mod mcp;
pub(crate) mod move_to_postgres;
pub(crate) mod openapi;
pub(crate) mod plan;
pub(crate) mod price;
pub(crate) mod rank;
pub(crate) mod read_posts;
pub(crate) mod reestimate;
pub(crate) mod restore;
pub(crate) mod samples;
pub(crate) mod serve;
pub(crate) mod synth;
pub(crate) mod token;
pub(crate) mod upstream;
mod upstream_names;
pub(crate) mod usage;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use crate::cli::{Cli, Verb};
use crate::data_dir::{AnyStore, DataDir};

/// Runs the verb that was asked for.
pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = &cli.common;
    match cli.verb {
        Verb::Demo(args) => demo::run(common, &args)?,
        Verb::Serve(args) => serve::run(common, &args)?,
        Verb::Import(args) => return import::run(common, &args),
        Verb::Reestimate(args) => reestimate::run(common, &args)?,
        Verb::Cp(args) => block_on(cp::run(common, &args))?,
        Verb::History(args) => block_on(history::run(common, &args))?,
        Verb::Rank(args) => block_on(rank::run(common, &args))?,
        Verb::Compare(args) => block_on(compare::run(common, &args))?,
        Verb::Plan(args) => block_on(plan::run(common, &args))?,
        Verb::Creator(verb) => creator::run(common, &verb)?,
        Verb::Account(verb) => block_on(account::run(common, &verb))?,
        Verb::Token(verb) => block_on(token::run(common, &verb))?,
        Verb::Admin(verb) => block_on(admin::run(common, &verb))?,
        Verb::Audit(args) => block_on(audit::run(common, &args))?,
        Verb::Price(verb) => block_on(price::run(common, &verb))?,
        Verb::Calls(verb) => block_on(calls::run(common, &verb))?,
        Verb::Ledger(verb) => return ledger::run(common, &verb),
        Verb::Backup(args) => backup::run(common, &args)?,
        Verb::Restore(args) => block_on(restore::run(common, &args))?,
        Verb::MoveToPostgres(args) => move_to_postgres::run(common, &args)?,
        Verb::Usage(args) => block_on(usage::run(common, &args))?,
        Verb::Upstream(verb) => block_on(upstream::run(common, &verb))?,
        Verb::Openapi(args) => openapi::run(&args)?,
        Verb::Samples(args) => samples::run(&args)?,
        Verb::Mcp(args) => block_on(mcp::run(&args))?,
        Verb::Synth(args) => synth::run(&args)?,
        Verb::Backtest(args) => backtest::run(common, &args)?,
        Verb::Fit(args) => fit::run(common, &args)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The store, for changes an operator makes: the audit log names who typed the command, as far as the machine tells.
async fn operator_store(data: &DataDir) -> anyhow::Result<Arc<dyn AnyStore>> {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME"));
    let actor = user.map_or_else(|_| "command line".to_owned(), |user| format!("command line, user {user}"));
    data.store(&actor).await
}

fn block_on<T>(verb: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(verb)
}
