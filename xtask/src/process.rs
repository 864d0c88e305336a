//! Child processes: with a cargo of their own, with what they print both shown and kept.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, ensure};

use crate::workspace;

/// What cargo tells the program it runs. Passed on to another cargo these would make build scripts that watch them run
/// again, and everything above them compile again.
const CARGO_TOLD_US: [&str; 4] = ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];

/// A command run in the root of the checkout.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    for name in CARGO_TOLD_US {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command
}

/// Cargo, the one that runs us.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args);
    cargo
}

/// Whether a program can be started at all.
pub(crate) fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Runs to the end.
///
/// # Errors
/// When it cannot be started or does not end with success.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{} ended with {status}", described(command));
    Ok(())
}

/// Runs to the end and gives what it printed on stdout.
///
/// # Errors
/// When it cannot be started or does not end with success; what it said on stderr is part of the error.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} ended with {}: {said}", described(command), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs to the end, showing what it prints as it comes, and gives those lines that `keep` picks.
///
/// # Errors
/// When it cannot be started or does not end with success.
pub(crate) fn run_keeping(command: &mut Command, keep: fn(&str) -> bool) -> anyhow::Result<Vec<String>> {
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.with_context(|| format!("cannot start {command:?}"))?;
    let stderr = child.stderr.take();
    let errors = thread::spawn(move || stderr.map(|pipe| show(pipe, &mut std::io::stderr(), keep)));
    let mut kept = child.stdout.take().map(|pipe| show(pipe, &mut std::io::stdout(), keep)).unwrap_or_default();
    kept.extend(errors.join().ok().flatten().unwrap_or_default());
    let status = child.wait()?;
    ensure!(status.success(), "{} ended with {status}", described(command));
    Ok(kept)
}

fn show(pipe: impl Read, to: &mut impl Write, keep: fn(&str) -> bool) -> Vec<String> {
    let mut kept = Vec::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
        // A closed terminal must not stop the command whose output nobody reads any more.
        let _ = to.write_all(&line);
        let text = String::from_utf8_lossy(&line);
        if keep(text.trim_end()) {
            kept.push(text.trim_end().to_owned());
        }
        line.clear();
    }
    kept
}

/// Program and arguments, without the environment that [`Command`]'s own form shows.
fn described(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
