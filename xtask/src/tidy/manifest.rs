//! Cargo manifests, read line by line. The project writes each key on one line, which this demands by reading nothing
//! else; a TOML parser would take longer to compile than all of xtask.

use super::Finding;
use crate::workspace::SourceFile;

/// What each crate takes from the workspace rather than saying it again.
const INHERITED: [&str; 6] = ["version", "edition", "rust-version", "license", "publish", "lints"];

/// One `key = value` line of a manifest.
pub(crate) struct Entry<'a> {
    /// The section's name, without brackets.
    pub(crate) section: &'a str,
    /// The first part of the key: `tokio` of `tokio.workspace = true`.
    pub(crate) key: &'a str,
    /// What follows the first `=`.
    pub(crate) value: &'a str,
    /// From 1.
    pub(crate) line: usize,
}

impl Entry<'_> {
    /// Whether the entry names a dependency of the crate, of any sort.
    pub(super) fn is_dependency(&self) -> bool {
        self.section.ends_with("dependencies") && self.section != "workspace.dependencies"
    }
}

/// The entries of a manifest, in order.
pub(crate) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut section = "";
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim_matches(['[', ']']);
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let key = key.trim().split('.').next().unwrap_or_default().trim_matches('"');
            entries.push(Entry { section, key, value: value.trim(), line: number + 1 });
        }
    }
    entries
}

/// The name of the crate a manifest belongs to: the last folder of its path.
pub(super) fn crate_name(path: &str) -> Option<&str> {
    path.strip_suffix("/Cargo.toml")?.rsplit('/').next()
}

/// The manifests of the workspace's crates.
pub(super) fn members(files: &[SourceFile]) -> impl Iterator<Item = &SourceFile> {
    files.iter().filter(|file| {
        let path = file.path.as_str();
        path.ends_with("/Cargo.toml") && (path.starts_with("crates/") || path.starts_with("xtask/"))
    })
}

/// Every crate inherits what the workspace fixes, and takes its dependencies' versions from it.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    members(files).flat_map(check_member).collect()
}

fn check_member(file: &SourceFile) -> Vec<Finding> {
    let entries = entries(&file.text);
    let mut findings = Vec::new();
    for key in INHERITED {
        let holds = |entry: &Entry| match key {
            "lints" => entry.section == "lints" && entry.key == "workspace" && entry.value == "true",
            _ => entry.section == "package" && entry.key == key && is_inherited(file, entry),
        };
        if !entries.iter().any(holds) {
            let right =
                if key == "lints" { "[lints] workspace = true".into() } else { format!("{key}.workspace = true") };
            findings.push(Finding::at(file, 1, format!("write `{right}`: one place says it for all crates")));
        }
    }
    for entry in entries.iter().filter(|entry| entry.is_dependency() && !is_inherited(file, entry)) {
        let message = format!("write `{}.workspace = true`: the root manifest holds every version", entry.key);
        findings.push(Finding::at(file, entry.line, message));
    }
    findings
}

fn is_inherited(file: &SourceFile, entry: &Entry) -> bool {
    let line = file.text.lines().nth(entry.line - 1).unwrap_or_default();
    line.contains("workspace = true")
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [lints]\nworkspace = true\n[dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n";

    #[test]
    fn an_inheriting_crate_is_fine() {
        assert_eq!(findings(check, "crates/a/Cargo.toml", GOOD), []);
    }

    #[test]
    fn a_version_of_its_own_is_found_at_its_line() {
        let text = format!("{GOOD}zstd = \"0.14\"\n");
        let found = findings(check, "crates/a/Cargo.toml", &text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [12]);
    }

    #[test]
    fn lints_that_are_not_inherited_are_found() {
        let text = GOOD.replace("[lints]\nworkspace = true\n", "");
        assert!(findings(check, "crates/a/Cargo.toml", &text)[0].1.contains("[lints]"));
    }
}
