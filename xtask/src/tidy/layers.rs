//! Which crate may use which: data flows one way, and this table is where that is said.

use super::Finding;
use super::manifest::{crate_name, entries, members};
use crate::workspace::SourceFile;

/// Each crate of the project and the crates it may use, lowest first. Build and test dependencies count too, save
/// those in [`TEST_ONLY`].
const LAYERS: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("estimator", &["domain"]),
    ("ledger", &["domain"]),
    ("planner", &["domain"]),
    ("catalog", &["domain"]),
    ("market", &["domain"]),
    ("chart", &["domain", "catalog"]),
    ("import", &["domain"]),
    ("simulator", &["domain", "catalog"]),
    ("upstream", &["domain", "ledger", "catalog"]),
    ("client", &["domain", "catalog"]),
    ("synth", &["domain"]),
    ("store", &["domain", "ledger"]),
    ("store-sqlite", &["domain", "ledger", "store"]),
    ("store-postgres", &["domain", "ledger", "store"]),
    ("rates-redis", &["domain", "ledger", "store"]),
    ("gateway", &["domain", "estimator", "ledger", "market", "planner", "catalog", "store", "upstream"]),
    ("portal", &["domain", "catalog"]),
    ("xtask", &[]),
];

/// The only binary: it wires everything together.
const BINARY: &str = "astrolabe";

/// The store a test may run against and the upstream it may ask: allowed to any crate, for tests.
const TEST_ONLY: [&str; 2] = ["store-sqlite", "simulator"];

/// A crate uses only what the table lists for it.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    members(files).flat_map(check_member).collect()
}

fn check_member(file: &SourceFile) -> Vec<Finding> {
    let Some(name) = crate_name(&file.path).filter(|name| *name != BINARY) else {
        return Vec::new();
    };
    let Some(allowed) = allowed(name) else {
        let message =
            format!("crate `{name}` is not in the table of xtask/src/tidy/layers.rs: say there what it may use");
        return vec![Finding::at(file, 1, message)];
    };
    let mut findings = Vec::new();
    for entry in entries(&file.text).into_iter().filter(|entry| entry.is_dependency()) {
        let ours = entry.key == BINARY || self::allowed(entry.key).is_some();
        let for_tests = entry.section == "dev-dependencies" && TEST_ONLY.contains(&entry.key);
        if ours && !for_tests && !allowed.contains(&entry.key) {
            let message = format!("`{name}` may not use `{}`, only: {}", entry.key, allowed.join(", "));
            findings.push(Finding::at(file, entry.line, message));
        }
    }
    findings
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    LAYERS.iter().find(|(layer, _)| *layer == name).map(|(_, allowed)| *allowed)
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;
    use crate::workspace;

    #[test]
    fn a_crate_may_use_what_lies_below_it_only() {
        let gateway = "[dependencies]\nstore.workspace = true\nimport.workspace = true\ntokio.workspace = true\n";
        let found = findings(check, "crates/gateway/Cargo.toml", gateway);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, 3);
        assert!(found[0].1.contains("`gateway` may not use `import`"));
    }

    #[test]
    fn the_binary_is_used_by_none_and_uses_all() {
        assert_eq!(findings(check, "crates/astrolabe/Cargo.toml", "[dependencies]\nimport.workspace = true\n"), []);
        assert_eq!(
            findings(check, "crates/synth/Cargo.toml", "[dev-dependencies]\nastrolabe.workspace = true\n").len(),
            1
        );
    }

    #[test]
    fn a_crate_missing_from_the_table_is_found() {
        assert!(findings(check, "crates/mirror/Cargo.toml", "")[0].1.contains("not in the table"));
    }

    #[test]
    fn the_table_lists_the_crates_of_the_workspace_and_no_others() {
        let files = workspace::source_files().expect("the files of a checkout");
        let mut members: Vec<&str> = members(&files).filter_map(|file| crate_name(&file.path)).collect();
        let mut listed: Vec<&str> = LAYERS.iter().map(|(name, _)| *name).chain([BINARY]).collect();
        members.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, members);
        for name in TEST_ONLY {
            assert!(members.contains(&name), "{name}");
        }
    }

    #[test]
    fn the_table_lists_lower_crates_first_so_it_has_no_cycle() {
        for (at, (name, allowed)) in LAYERS.iter().enumerate() {
            for used in *allowed {
                assert!(LAYERS[..at].iter().any(|(lower, _)| lower == used), "{name} uses {used}, listed later");
            }
        }
    }
}
