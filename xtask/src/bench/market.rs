//! `cargo xtask bench market`: questions of every kind to a market of a million creators.

use std::process::ExitCode;

use anyhow::Context;

use super::ratio;
use crate::args::Args;
use crate::process::{cargo, command as program, run, run_keeping};
use crate::workspace;

const HELP: &str = "\
Usage: cargo xtask bench market [OPTION]...

Asks for the first pages of every order under filters that nearly all, some, few or no creators pass; prints how long building
the market took, its memory, and the times of the questions.

  --creators N  Creators in it (default 1000000)";

/// The 99th percentile of the time of a question, in milliseconds.
const GOAL_MS: f64 = 50.0;

/// Runs the command.
pub(crate) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let creators: u64 = args.value("--creators")?.unwrap_or(1_000_000);
    args.finish()?;
    run(&mut cargo(["build", "--release", "--locked", "-p", "market", "--example", "rank"]))?;
    let mut rank = program(workspace::target_dir().join("release/examples/rank"));
    let kept = run_keeping(rank.arg(creators.to_string()), |line| line.starts_with("p99 "))?;
    let p99 = kept.first().and_then(|line| line.split_whitespace().nth(1)).context("the example tells no time")?;
    ratio("market-p99-ms", p99.parse()?, GOAL_MS);
    Ok(ExitCode::SUCCESS)
}
