//! `cargo xtask test`: every check and test there is, in the order in which a mistake shows soonest.

mod steps;

use std::fmt;
use std::process::ExitCode;
use std::time::Instant;

use crate::args::Args;
use crate::workspace;

const HELP: &str = "\
Usage: cargo xtask test [--quick] [STEP]...

Sets up what is missing (Python packages into the build directory; system packages only as root or with CI=true) and runs
every check and test, or only the named STEPs. What cannot run here is told as `skipped: …`; with CI=true that fails.

  --quick  Leave out the slow step, fuzzing";

/// How a step ended.
pub(crate) enum Outcome {
    /// All of it ran and held.
    Passed,
    /// It ran, and these parts of it could not.
    PassedSkipping(Vec<String>),
}

/// One line of the report.
struct Step {
    name: &'static str,
    slow: bool,
    run: fn() -> anyhow::Result<Outcome>,
}

/// The steps. A broken form or a lint shows within a minute, a failing test within minutes, what needs luck comes last.
const STEPS: [Step; 7] = [
    Step { name: "format", slow: false, run: steps::format },
    Step { name: "tidy", slow: false, run: steps::style },
    Step { name: "clippy", slow: false, run: steps::clippy },
    Step { name: "docs", slow: false, run: steps::docs },
    Step { name: "build", slow: false, run: steps::build },
    Step { name: "tests", slow: false, run: steps::tests },
    Step { name: "fuzz", slow: true, run: steps::fuzz_briefly },
];

/// Runs the command.
pub(crate) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        println!("\nSteps: {}", names.join(", "));
        return Ok(done);
    }
    let quick = args.flag("--quick");
    let mut wanted = Vec::new();
    while let Some(name) = args.positional() {
        anyhow::ensure!(STEPS.iter().any(|step| step.name == name), "no step is called `{name}`");
        wanted.push(name);
    }
    args.finish()?;
    let chosen = |step: &&Step| match wanted.is_empty() {
        true => !(quick && step.slow),
        false => wanted.iter().any(|name| name == step.name),
    };
    for step in STEPS.iter().filter(|step| wanted.is_empty() && !chosen(step)) {
        println!("left out: {} (--quick)", step.name);
    }
    let tally = run(STEPS.iter().filter(chosen));
    let in_ci = workspace::in_ci();
    if tally.skipped > 0 && in_ci {
        println!("nothing may be skipped with CI=true");
    }
    println!("{tally}");
    Ok(if tally.is_good(in_ci) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many steps ended how.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    /// Whether that will do: a developer's machine may lack something, CI may not.
    fn is_good(&self, in_ci: bool) -> bool {
        self.failed == 0 && !(in_ci && self.skipped > 0)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Runs the steps, a failure stopping none of the others, and tells each one's verdict and time.
fn run<'a>(steps: impl Iterator<Item = &'a Step>) -> Tally {
    let started = Instant::now();
    let mut report = Vec::new();
    let mut tally = Tally::default();
    for step in steps {
        println!("==> {}", step.name);
        let step_started = Instant::now();
        let result = (step.run)();
        let took = step_started.elapsed().as_secs_f64();
        let (verdict, count) = match &result {
            Ok(Outcome::Passed) => ("passed".to_owned(), &mut tally.passed),
            Ok(Outcome::PassedSkipping(what)) => (what.join("; "), &mut tally.skipped),
            Err(error) => (format!("FAILED: {error:#}"), &mut tally.failed),
        };
        *count += 1;
        println!("==> {} ({took:.1} s) {verdict}", step.name);
        report.push(format!("{:<8} {took:>7.1} s  {verdict}", step.name));
    }
    println!("\n{}\nin all   {:>7.1} s\n", report.join("\n"), started.elapsed().as_secs_f64());
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_runs_and_is_counted_whatever_became_of_the_one_before() {
        let steps: [fn() -> anyhow::Result<Outcome>; 3] = [
            || anyhow::bail!("no luck"),
            || Ok(Outcome::PassedSkipping(vec!["skipped: no curl".to_owned()])),
            || Ok(Outcome::Passed),
        ];
        let steps = steps.map(|run| Step { name: "step", slow: false, run });
        assert_eq!(run(steps.iter()).to_string(), "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn what_is_skipped_fails_in_ci_alone() {
        let skipping = Tally { passed: 6, failed: 0, skipped: 1 };
        assert!(skipping.is_good(false));
        assert!(!skipping.is_good(true));
        assert!(!Tally { failed: 1, ..Tally::default() }.is_good(false));
        assert!(Tally { passed: 7, ..Tally::default() }.is_good(true));
    }
}
