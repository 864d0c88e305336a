//! What each step of `cargo xtask test` runs.
//!
//! The steps share one build: clippy and rustdoc use the same metadata of the dependencies, the build and the tests the
//! same compiled ones, and the end-to-end tests run the binary that the build made.

use super::Outcome;
use crate::process::{cargo, run, run_keeping};
use crate::{fuzz, setup, tidy};

/// Development data that may not be passed on, in `../shared/data`: no fresh machine can have it, so its absence is told
/// and never a failure. A test that misses a file names it.
const PRIVATE_DATA: [&str; 2] = ["tiktok_posts_dev.csv", "xingtu_search_dev.json"];

const FUZZ_SECONDS: u64 = 10;

pub(super) fn format() -> anyhow::Result<Outcome> {
    run(&mut cargo(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

pub(super) fn style() -> anyhow::Result<Outcome> {
    let findings = tidy::report()?;
    anyhow::ensure!(findings == 0, "{findings} findings");
    Ok(Outcome::Passed)
}

pub(super) fn clippy() -> anyhow::Result<Outcome> {
    run(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--keep-going", "--", "-D", "warnings"]))?;
    Ok(Outcome::Passed)
}

pub(super) fn docs() -> anyhow::Result<Outcome> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--locked", "--keep-going"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed)
}

pub(super) fn build() -> anyhow::Result<Outcome> {
    run(&mut cargo(["build", "--workspace", "--all-targets", "--locked"]))?;
    Ok(Outcome::Passed)
}

/// Unit, property, end-to-end and documentation tests. What a test prints is shown even when it passes, for that is
/// how it tells what it skipped.
pub(super) fn tests() -> anyhow::Result<Outcome> {
    // Where curl cannot be had, the test that pastes the printed line says that it skips.
    let _ = setup::program("curl", "curl");
    // Tests stop and start servers of their own, so the programs are needed even where servers run. A test that misses them
    // says so.
    let _ = setup::program("pg_ctlcluster", "postgresql");
    let _ = setup::program("redis-server", "redis-server");
    let (sdk, mcp) = (setup::python_with_sdk(), setup::python_with_mcp());
    setup::sample_languages();
    let (portal, axe) = (setup::python_for_portal(), setup::axe());
    let (postgres, redis) = (setup::postgres(), setup::redis());
    let mut tests = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    if let Ok(python) = &sdk {
        tests.env("ASTROLABE_SDK_PYTHON", python);
    }
    if let Ok(python) = &mcp {
        tests.env("ASTROLABE_MCP_PYTHON", python);
    }
    if let Ok(python) = &portal {
        tests.env("ASTROLABE_PORTAL_PYTHON", python);
    }
    if let Ok(axe) = &axe {
        tests.env("ASTROLABE_AXE", axe);
    }
    if let Ok(url) = &postgres {
        tests.env("ASTROLABE_TEST_POSTGRES", url);
    }
    if let Ok(url) = &redis {
        tests.env("ASTROLABE_TEST_REDIS", url);
    }
    tests.args(["--", "--show-output"]);
    let told = run_keeping(&mut tests, |line| line.starts_with("skipped:"))?;
    let (private, mut skipped): (Vec<String>, Vec<String>) =
        told.into_iter().partition(|line| PRIVATE_DATA.iter().any(|file| line.contains(file)));
    if !private.is_empty() {
        println!("left out: {} tests on ../shared/data, which is not ours to pass on", private.len());
    }
    let missing = [
        ("the official Python SDK", sdk.err()),
        ("the client of the Model Context Protocol", mcp.err()),
        ("Python packages for the pages", portal.err()),
        ("a browser and axe-core", axe.err()),
        ("PostgreSQL", postgres.err()),
        ("Redis", redis.err()),
    ];
    let told = missing.into_iter().filter_map(|(what, error)| Some(format!("skipped: {what}: {:#}", error?)));
    skipped.extend(told);
    // Every test of a store tells that it found no server.
    skipped.sort_unstable();
    skipped.dedup();
    match skipped.is_empty() {
        true => Ok(Outcome::Passed),
        false => Ok(Outcome::PassedSkipping(skipped)),
    }
}

/// Long enough to run every seed and some thousand variations; searching in earnest is `cargo xtask fuzz`.
pub(super) fn fuzz_briefly() -> anyhow::Result<Outcome> {
    fuzz::run_all(&fuzz::targets()?, FUZZ_SECONDS)?;
    Ok(Outcome::Passed)
}
