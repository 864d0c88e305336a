//! One module per verb.

pub(crate) mod account;
pub(crate) mod cp;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod serve;
pub(crate) mod synth;
pub(crate) mod token;

use std::process::ExitCode;

use anyhow::Context;

use crate::cli::{Cli, Verb};

/// Runs the verb that was asked for.
pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = &cli.common;
    match cli.verb {
        Verb::Demo(args) => demo::run(common, &args)?,
        Verb::Serve(args) => serve::run(common, &args)?,
        Verb::Import(args) => return import::run(common, &args),
        Verb::Cp(args) => block_on(cp::run(common, &args))?,
        Verb::Account(verb) => block_on(account::run(common, &verb))?,
        Verb::Token(verb) => block_on(token::run(common, &verb))?,
        Verb::Synth(args) => synth::run(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn block_on(verb: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(verb)
}
