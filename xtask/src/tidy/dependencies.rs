//! Each dependency has its reason in `docs/dependencies.md`: a list item or table row that starts with the crate's name
//! in backticks. What is named there is used, and what the root manifest lists is used.

use std::collections::BTreeMap;

use super::Finding;
use super::manifest::{Entry, entries, members};
use super::rust::words;
use crate::workspace::SourceFile;

const DOCUMENT: &str = "docs/dependencies.md";
const ROOT_MANIFEST: &str = "Cargo.toml";
const FUZZ_MANIFEST: &str = "fuzz/Cargo.toml";

/// Declared, used and documented are the same set, and a crate names what it depends on.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let idle = members(files).flat_map(|manifest| idle(manifest, files));
    check_workspace(files).into_iter().chain(idle).collect()
}

/// The dependencies that a crate lists and none of its source files mentions.
fn idle(manifest: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let folder = manifest.path.trim_end_matches("Cargo.toml");
    // A target may lie elsewhere: `path = "../bench/…"`.
    let elsewhere: Vec<&str> = manifest.text.split('"').filter_map(|text| text.strip_prefix("../")).collect();
    let is_of_crate = |path: &str| path.starts_with(folder) || elsewhere.contains(&path);
    let sources: Vec<&str> = files
        .iter()
        .filter(|file| is_of_crate(&file.path) && file.path.ends_with(".rs"))
        .map(|file| file.text.as_str())
        .collect();
    let mentioned = |name: &str| sources.iter().any(|text| words(text, name).next().is_some());
    let dependencies = entries(&manifest.text).into_iter().filter(Entry::is_dependency);
    dependencies
        .filter(|entry| !mentioned(&entry.key.replace('-', "_")))
        .map(|entry| Finding::at(manifest, entry.line, format!("the crate never mentions `{}`: remove it", entry.key)))
        .collect()
}

fn check_workspace(files: &[SourceFile]) -> Vec<Finding> {
    let find = |path: &str| files.iter().find(|file| file.path == path);
    let Some(root) = find(ROOT_MANIFEST) else {
        return Vec::new();
    };
    let declared = declared(root);
    let used = used(files);
    let mut findings: Vec<Finding> = declared
        .iter()
        .filter(|(name, _)| !used.contains_key(*name))
        .map(|(name, line)| Finding::at(root, *line, format!("no crate uses `{name}`: remove the line")))
        .collect();
    let Some(document) = find(DOCUMENT) else {
        findings.push(Finding::whole(DOCUMENT, "missing: it names each dependency with its reason"));
        return findings;
    };
    let documented = documented(document);
    for (name, (path, line)) in &used {
        if !documented.contains_key(name) {
            let message = format!("add to {DOCUMENT}: a line starting with `{name}` and the reason to depend on it");
            findings.push(Finding { path: (*path).to_owned(), line: *line, message });
        }
    }
    for (name, line) in documented.iter().filter(|(name, _)| !used.contains_key(*name)) {
        findings.push(Finding::at(document, *line, format!("nothing depends on `{name}`: remove the line")));
    }
    findings
}

/// The outside crates the root manifest gives versions for, with their lines.
fn declared(root: &SourceFile) -> BTreeMap<&str, usize> {
    let outside = |entry: &Entry| entry.section == "workspace.dependencies" && !entry.value.contains("path =");
    entries(&root.text).into_iter().filter(outside).map(|entry| (entry.key, entry.line)).collect()
}

/// The outside crates that a crate of the project depends on, with one place where it says so.
fn used(files: &[SourceFile]) -> BTreeMap<&str, (&str, usize)> {
    let ours: Vec<&str> = members(files).filter_map(|file| super::manifest::crate_name(&file.path)).collect();
    let fuzz = files.iter().filter(|file| file.path == FUZZ_MANIFEST);
    let mut used = BTreeMap::new();
    for file in members(files).chain(fuzz) {
        for entry in entries(&file.text).into_iter().filter(Entry::is_dependency) {
            if !ours.contains(&entry.key) {
                used.entry(entry.key).or_insert((file.path.as_str(), entry.line));
            }
        }
    }
    used
}

/// The names the document gives a reason for, with their lines.
fn documented(document: &SourceFile) -> BTreeMap<&str, usize> {
    let mut names = BTreeMap::new();
    for (number, line) in document.text.lines().enumerate() {
        let row = line.trim_start().strip_prefix(['-', '*', '|']).map(str::trim_start);
        // A row may name a family: "`arrow-array`, `arrow-schema`: ...". The names stand before the reason.
        let mut rest = row.unwrap_or_default();
        while let Some((name, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
            names.entry(name).or_insert(number + 1);
            rest = after.trim_start().strip_prefix([',', '+', '/']).unwrap_or_default().trim_start();
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_with(document: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let root = "[workspace.dependencies]\nb = { path = \"crates/b\" }\nserde = \"1\"\nidle = \"1\"\n";
        let a = "[dependencies]\nserde.workspace = true\nb.workspace = true\n";
        let files = [
            file("Cargo.toml", root),
            file("crates/a/Cargo.toml", a),
            file("crates/a/src/lib.rs", "use serde::Serialize;\nuse b::B;\n"),
            file("crates/b/Cargo.toml", ""),
            file(DOCUMENT, document),
        ];
        check(&files).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_documented_dependency_leaves_only_the_idle_one() {
        let found = check_with("- `serde`: reads JSON\n");
        assert_eq!(found, ["Cargo.toml:4: no crate uses `idle`: remove the line"]);
    }

    #[test]
    fn a_dependency_that_no_source_mentions_is_found() {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let manifest =
            file("crates/a/Cargo.toml", "[dependencies]\nserde-json.workspace = true\nidle.workspace = true\n");
        let files = [manifest, file("crates/a/src/lib.rs", "serde_json::from_str(\"\")")];
        let found: Vec<String> = check(&files).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["crates/a/Cargo.toml:3: the crate never mentions `idle`: remove it"]);
    }

    #[test]
    fn a_missing_reason_and_a_reason_for_nothing_are_found() {
        let found = check_with("| `gone`, `lost` | reads minds |\n");
        assert!(found[1].starts_with("crates/a/Cargo.toml:2: add to docs/dependencies.md"), "{found:?}");
        assert_eq!(
            found[2..],
            [
                "docs/dependencies.md:1: nothing depends on `gone`: remove the line",
                "docs/dependencies.md:1: nothing depends on `lost`: remove the line",
            ]
        );
    }
}
