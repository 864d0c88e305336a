//! What the tests of the reference pages need: the languages of the code samples, a browser, Python packages, axe-core.

use std::path::PathBuf;

use anyhow::{Context, ensure};

use super::{program, python_with, system_package};
use crate::process::{command, output, run};
use crate::workspace::target_dir;

/// What checks OpenAPI documents and drives the browser, at the versions the tests were written with.
const PACKAGES: [&str; 4] =
    ["requests==2.34.2", "openapi-spec-validator==0.9.0", "schemathesis==4.32.5", "selenium==4.51.0"];

/// The rules of accessibility.
const AXE: &str = "axe-core@4.14.1";

/// A Python that has them.
///
/// # Errors
/// Says what is missing and could not be installed.
pub(crate) fn python_for_portal() -> anyhow::Result<PathBuf> {
    python_with("portal", &PACKAGES)
}

/// Makes the languages of the samples available. A test that misses one says so.
pub(crate) fn sample_languages() {
    let programs = [("go", "golang-go"), ("java", "default-jdk-headless"), ("node", "nodejs"), ("php", "php-cli")];
    for (name, package) in programs {
        let _ = program(name, package);
    }
    // Debian keeps PHP's curl apart.
    if output(command("php").arg("-m")).is_ok_and(|modules| !modules.lines().any(|module| module == "curl")) {
        let _ = system_package("php-curl");
    }
}

/// The file of axe-core, with the browser it runs in.
///
/// # Errors
/// Says what is missing and could not be installed.
pub(crate) fn axe() -> anyhow::Result<PathBuf> {
    program("/usr/bin/chromium", "chromium")?;
    program("/usr/bin/chromedriver", "chromium-driver")?;
    let dir = target_dir().join("node/axe");
    let (file, stamp) = (dir.join("node_modules/axe-core/axe.min.js"), dir.join("installed.txt"));
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == AXE) && file.exists() {
        return Ok(file);
    }
    program("npm", "npm")?;
    std::fs::create_dir_all(&dir)?;
    println!("installing {AXE} into {}", dir.display());
    let mut npm = command("npm");
    run(npm.args(["install", "--silent", "--no-audit", "--no-fund", AXE, "--prefix"]).arg(&dir))
        .context("npm install")?;
    ensure!(file.exists(), "{AXE} has no {}", file.display());
    std::fs::write(stamp, AXE)?;
    Ok(file)
}
