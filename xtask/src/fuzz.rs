//! `cargo xtask fuzz`: runs libFuzzer targets with the stable toolchain.
//!
//! What cargo-fuzz asks of a nightly compiler is the sanitizer flags alone; the coverage that guides the fuzzer is an LLVM
//! pass which the stable compiler has too. AddressSanitizer is not missed: the project's own code has no unsafe block.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};

use crate::args::Args;
use crate::process::{cargo, command, output, run};
use crate::{setup, tidy, workspace};

const HELP: &str = "\
Usage: cargo xtask fuzz [TARGET]... [--seconds N]

Builds the fuzz targets of fuzz/ and runs each of them (or those named) for N seconds (default 60), starting from the
committed seeds in fuzz/corpus/TARGET. What it finds of new interest goes to the build directory; an input that crashes
is kept there too, with the command that runs it again.

  --list       Name the targets
  --run FILE   Run one target on one input instead";

/// Counters at each edge, told to libFuzzer, and comparisons traced so that it can guess magic values.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions -Ccodegen-units=1";

const MANIFEST: &str = "fuzz/Cargo.toml";

/// An input that takes longer than this is as bad as one that crashes.
const INPUT_SECONDS_MAX: u64 = 20;
const MEMORY_MIB_MAX: u64 = 2048;
const INPUT_BYTES_MAX: u64 = 16_384;

/// Runs the command.
pub(crate) fn command_line(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let seconds = args.value("--seconds")?.unwrap_or(60);
    let input: Option<PathBuf> = args.value("--run")?;
    let list = args.flag("--list");
    let mut wanted = Vec::new();
    while let Some(target) = args.positional() {
        wanted.push(target);
    }
    args.finish()?;
    let all = targets()?;
    if list {
        println!("{}", all.join("\n"));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = wanted.iter().find(|target| !all.contains(target)) {
        bail!("no target `{unknown}`; there are: {}", all.join(", "));
    }
    let chosen = if wanted.is_empty() { all } else { wanted };
    match input {
        Some(input) => run_once(&chosen, &input)?,
        None => run_all(&chosen, seconds)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The targets, as the fuzz manifest lists them.
///
/// # Errors
/// When the manifest cannot be read.
pub(crate) fn targets() -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(workspace::root().join(MANIFEST)).context(MANIFEST)?;
    let names = tidy::entries(&text).into_iter().filter(|entry| entry.section == "bin" && entry.key == "name");
    Ok(names.map(|entry| entry.value.trim_matches('"').to_owned()).collect())
}

/// Builds the targets and runs each for `seconds`.
///
/// # Errors
/// When one does not build, or an input makes one crash, hang or take too much memory.
pub(crate) fn run_all(targets: &[String], seconds: u64) -> anyhow::Result<()> {
    let built = build()?;
    let mut crashed = Vec::new();
    for target in targets {
        println!("fuzzing {target} for {seconds} s");
        if let Err(error) = fuzz(&built, target, seconds) {
            println!("{error:#}");
            crashed.push(target.as_str());
        }
    }
    ensure!(crashed.is_empty(), "crashed: {}", crashed.join(", "));
    Ok(())
}

/// Builds every target; the folder of their binaries.
fn build() -> anyhow::Result<PathBuf> {
    setup::program("c++", "g++").context("libFuzzer is C++")?;
    let version = output(command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let dir = fuzz_dir();
    // Not `--locked`: a dependency that one of the crates gains must not stop the fuzzers until their lock file has it.
    // An explicit target keeps the flags away from build scripts and procedural macros, which have no fuzzer to link to.
    let mut build = cargo(["build", "--manifest-path", MANIFEST, "--target", host, "--target-dir"]);
    run(build.arg(&dir).env("RUSTFLAGS", RUSTFLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS"))?;
    Ok(dir.join(host).join("debug"))
}

fn fuzz(built: &Path, target: &str, seconds: u64) -> anyhow::Result<()> {
    let found = fuzz_dir().join("found").join(target);
    let crashes = fuzz_dir().join("crashes").join(target);
    let seeds = workspace::root().join("fuzz/corpus").join(target);
    ensure!(seeds.is_dir(), "no seeds: {} is missing", seeds.display());
    for dir in [&found, &crashes] {
        std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    }
    let mut fuzzer = command(built.join(target));
    fuzzer.arg(format!("-max_total_time={seconds}")).args(limits()).arg("-print_final_stats=1");
    // With its slash, libFuzzer takes this as a folder.
    fuzzer.arg(format!("-artifact_prefix={}/", crashes.display()));
    fuzzer.arg(&found).arg(seeds);
    let log = fuzz_dir().join(format!("{target}.log"));
    let file = std::fs::File::create(&log).with_context(|| log.display().to_string())?;
    fuzzer.stdout(file.try_clone()?).stderr(file);
    let status = fuzzer.status().with_context(|| format!("cannot start {target}"))?;
    let said = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    if status.success() {
        return report(target, &said);
    }
    let tail: Vec<&str> = said.lines().rev().take(40).collect();
    println!("{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    let input = said.lines().rev().find_map(|line| line.split("Test unit written to ").nth(1)).unwrap_or("none kept");
    bail!("{target} crashed; the input is {input}\nrun it again: cargo xtask fuzz {target} --run {input}")
}

/// Shows what a run reached, and refuses one that was blind.
fn report(target: &str, said: &str) -> anyhow::Result<()> {
    let last = said.lines().rev().find(|line| line.contains(" cov: ")).unwrap_or_default();
    let covered = last.split(" cov: ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    let executed = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    ensure!(covered.is_some_and(|edges| edges > 0), "{target} reports no coverage: it ran blind");
    println!("  {} edges, {} inputs", covered.unwrap_or_default(), executed.unwrap_or("?").trim());
    Ok(())
}

fn run_once(targets: &[String], input: &Path) -> anyhow::Result<()> {
    let [target] = targets else { bail!("--run needs one TARGET") };
    let input = std::path::absolute(input)?;
    run(command(build()?.join(target)).args(limits()).arg(input))
}

fn limits() -> [String; 3] {
    [
        format!("-timeout={INPUT_SECONDS_MAX}"),
        format!("-rss_limit_mb={MEMORY_MIB_MAX}"),
        format!("-max_len={INPUT_BYTES_MAX}"),
    ]
}

fn fuzz_dir() -> PathBuf {
    workspace::target_dir().join("fuzz")
}
