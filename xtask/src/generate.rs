//! `cargo xtask generate`: writes what is rendered from the catalog and committed, in `crates/catalog/golden`.

use std::process::ExitCode;

use crate::args::Args;
use crate::process::{cargo, run};

const HELP: &str = "\
Usage: cargo xtask generate [--check]

Writes crates/catalog/golden anew: OpenAPI documents, Markdown pages and code samples, as the catalog renders them.

  --check  Write nothing; fail where something differs (the tests do that too)";

/// Runs the command.
pub(crate) fn command_line(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let check = args.flag("--check");
    args.finish()?;
    // The test that compares them also writes them, so that there is one list.
    let mut test = cargo(["test", "--quiet", "--locked", "--package", "catalog", "--test", "golden"]);
    if check {
        test.env_remove("ASTROLABE_GENERATE");
    } else {
        test.env("ASTROLABE_GENERATE", "1");
    }
    run(&mut test)?;
    Ok(ExitCode::SUCCESS)
}
