//! `cargo xtask tidy`: the rules of style that a machine can see, as one list of findings. A rule a file; each is a
//! pure function from the project's files to findings, so that each has tests without a checkout.

mod dependencies;
mod layers;
mod layout;
mod manifest;
mod prose;
mod rust;
mod size;
mod translations;

pub(crate) use manifest::entries;

use std::fmt;
use std::process::ExitCode;

use crate::args::Args;
use crate::workspace::{self, SourceFile};

const HELP: &str = "\
Usage: cargo xtask tidy

Checks, and names file:line and what would be right for each failure:
  layers        a crate depends only on the crates below it
  dependencies  each has its reason in docs/dependencies.md, and none is named there in vain
  manifests     every crate inherits the lints and what the workspace fixes
  size          no file over 500 lines of code, no function over 70
  prose         each file opens by saying what it holds; no left-overs, machine paths or secrets
  layout        licences present, decisions dated
  translations  a document and its Chinese are shaped alike, down to the code, and link to each other";

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    /// A finding at a line, counted from 1.
    fn at(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, message: message.into() }
    }

    /// A finding about a file that is missing or wrong as a whole.
    fn whole(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: 1, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Runs the command.
pub(crate) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    args.finish()?;
    let findings = report()?;
    println!("{findings} findings");
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints every finding and gives their number.
pub(crate) fn report() -> anyhow::Result<usize> {
    let findings = check(&workspace::source_files()?);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(findings.len())
}

/// Every finding, by file and line.
fn check(files: &[SourceFile]) -> Vec<Finding> {
    let rules = [
        layers::check,
        dependencies::check,
        manifest::check,
        size::check,
        prose::check,
        layout::check,
        translations::check,
    ];
    let mut findings: Vec<Finding> = rules.into_iter().flat_map(|rule| rule(files)).collect();
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one rule says of one file, without the path.
    pub(super) fn findings(rule: fn(&[SourceFile]) -> Vec<Finding>, path: &str, text: &str) -> Vec<(usize, String)> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        rule(&[file]).into_iter().map(|finding| (finding.line, finding.message)).collect()
    }
}
