//! What the tests need that a fresh machine lacks, installed where it disturbs nothing: Python packages into a folder of
//! the build directory; system packages only where that is expected, as root or in CI.

mod portal;
mod postgres;
mod redis;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::process::{command, exists, output, run};
use crate::workspace::{in_ci, target_dir};

pub(crate) use portal::{axe, python_for_portal, sample_languages};
pub(crate) use postgres::postgres;
pub(crate) use redis::redis;

/// The official SDK of the public service, at the version the tests were written with.
const SDK: &str = "justoneapi==3.0.98";

/// The Model Context Protocol's own client, at the version the tests were written with.
const MCP: &str = "mcp==2.3.0";

/// The engines `bench import` measures against; the newest, as a user would get them.
const IMPORT_PEERS: [&str; 2] = ["duckdb", "polars"];

/// What `bench meter` builds the do-it-yourself peer from; the newest, as a user would get them.
const METER_PEERS: [&str; 5] = ["fastapi", "uvicorn", "uvloop", "httptools", "asyncpg"];

/// A Python that has FastAPI, uvicorn and asyncpg.
///
/// # Errors
/// Says what is missing and could not be installed.
pub(crate) fn python_with_meter_peers() -> anyhow::Result<PathBuf> {
    python_with("meter-peers", &METER_PEERS)
}

/// A Python that has DuckDB and Polars.
///
/// # Errors
/// Says what is missing and could not be installed.
pub(crate) fn python_with_import_peers() -> anyhow::Result<PathBuf> {
    python_with("import-peers", &IMPORT_PEERS)
}

/// A Python that has the SDK.
///
/// # Errors
/// Says what is missing and could not be installed.
pub(crate) fn python_with_sdk() -> anyhow::Result<PathBuf> {
    python_with("sdk", &[SDK])
}

/// A Python that has the client of the Model Context Protocol.
///
/// # Errors
/// Says what is missing and could not be installed.
pub(crate) fn python_with_mcp() -> anyhow::Result<PathBuf> {
    python_with("mcp", &[MCP])
}

/// A Python with these packages, in a virtual environment of its own that is made once.
///
/// # Errors
/// Says what is missing and could not be installed.
fn python_with(name: &str, packages: &[&str]) -> anyhow::Result<PathBuf> {
    let dir = target_dir().join("python").join(name);
    let python = dir.join("bin/python");
    let stamp = dir.join("installed.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Ok(python);
    }
    make_venv(&dir)?;
    println!("installing {} into {}", packages.join(", "), dir.display());
    let mut pip = command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    run(&mut pip).context("pip install")?;
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

fn make_venv(dir: &Path) -> anyhow::Result<()> {
    let venv = || output(command("python3").args(["-m", "venv", "--clear"]).arg(dir));
    if venv().is_err() {
        // Debian keeps venv apart from Python.
        system_package("python3-venv")?;
        venv()?;
    }
    Ok(())
}

/// Makes a program of a Debian package available.
///
/// # Errors
/// Where it is absent and may not be installed, with the command that would.
pub(crate) fn program(name: &str, package: &str) -> anyhow::Result<()> {
    if exists(name) { Ok(()) } else { system_package(package) }
}

fn system_package(package: &str) -> anyhow::Result<()> {
    let root = is_root();
    let advice = format!("`{package}` is missing: apt-get install {package}");
    if !exists("apt-get") || !(root || in_ci()) {
        bail!(advice);
    }
    println!("installing the system package {package}");
    let apt = |args: &[&str]| match root {
        true => output(command("apt-get").args(args)),
        false => output(command("sudo").args(["--non-interactive", "apt-get"]).args(args)),
    };
    apt(&["install", "--yes", "--no-install-recommends", package])
        .or_else(|_| apt(&["update"]).and_then(|_| apt(&["install", "--yes", "--no-install-recommends", package])))
        .context(advice)?;
    Ok(())
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
