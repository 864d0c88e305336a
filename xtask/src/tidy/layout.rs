//! Files that must be there, and how the decisions are named.

use super::Finding;
use crate::workspace::SourceFile;

const REQUIRED: [&str; 5] = ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "Cargo.lock", "docs/architecture.md"];
const DECISIONS: &str = "docs/decisions/";

/// Licences are present and decisions are dated.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let missing = REQUIRED.iter().filter(|path| !files.iter().any(|file| file.path == **path));
    let mut findings: Vec<Finding> = missing.map(|path| Finding::whole(*path, "missing")).collect();
    for file in files {
        let decision = file.path.strip_prefix(DECISIONS);
        if decision.is_some_and(|name| !is_dated(name)) {
            findings.push(Finding::at(file, 1, "name it YYYY-MM-DD-what-was-decided.md"));
        }
    }
    findings
}

/// Whether a file name reads `YYYY-MM-DD-….md`.
fn is_dated(name: &str) -> bool {
    let digits = |part: &str, len: usize| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.splitn(4, '-');
    let mut next = || parts.next().unwrap_or_default();
    digits(next(), 4) && digits(next(), 2) && digits(next(), 2) && next().len() > ".md".len() && name.ends_with(".md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_dated() {
        assert!(is_dated("2026-11-22-one-sqlite-file.md"));
        for name in ["one-sqlite-file.md", "2026-11-22.md", "2026-11-22-.md", "26-11-22-a.md", "2026-11-22-a.txt"] {
            assert!(!is_dated(name), "{name}");
        }
    }
}
