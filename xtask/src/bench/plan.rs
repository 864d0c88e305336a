//! `cargo xtask bench plan`: plans over many candidates, from small budgets to large ones, with and without caps.

use std::process::ExitCode;

use anyhow::Context;

use super::ratio;
use crate::args::Args;
use crate::process::{cargo, command as program, run, run_keeping};
use crate::workspace;

const HELP: &str = "\
Usage: cargo xtask bench plan [OPTION]...

Answers questions of all kinds over one synthetic market, and again over one whose prices are as hard as can be for an exact
choice; prints the seconds of each and the gap to the best that is possible.

  --candidates N  Creators of three lengths each (default 10000)";

/// The longest plan, in seconds.
const GOAL_S: f64 = 2.0;

/// Runs the command.
pub(crate) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if args.flag("--help") {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let candidates: u32 = args.value("--candidates")?.unwrap_or(10_000);
    args.finish()?;
    run(&mut cargo(["build", "--release", "--locked", "-p", "planner", "--example", "plans"]))?;
    let mut plans = program(workspace::target_dir().join("release/examples/plans"));
    let kept = run_keeping(plans.arg(candidates.to_string()), |line| line.starts_with("longest "))?;
    let longest = kept.first().and_then(|line| line.split_whitespace().nth(1)).context("the example tells no time")?;
    ratio("plan-seconds", longest.parse()?, GOAL_S);
    Ok(ExitCode::SUCCESS)
}
