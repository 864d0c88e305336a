//! The committed documents are what is rendered, and nothing else is there. `cargo xtask generate` writes them anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use catalog::{BaseUrl, documents};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn kept(folder: &Path, into: &mut BTreeMap<String, String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            kept(&path, into);
        } else {
            let name = path.strip_prefix(self::folder()).expect("within").to_string_lossy().into_owned();
            into.insert(name, std::fs::read_to_string(&path).expect("text"));
        }
    }
}

#[test]
fn the_committed_documents_are_what_is_rendered() {
    let rendered: BTreeMap<String, String> =
        documents(&BaseUrl::local(), &[]).into_iter().map(|document| (document.path, document.text)).collect();
    let mut held = BTreeMap::new();
    kept(&folder(), &mut held);
    if std::env::var_os("ASTROLABE_GENERATE").is_some() {
        for (path, text) in &rendered {
            let path = folder().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        for orphan in held.keys().filter(|path| !rendered.contains_key(*path)) {
            std::fs::remove_file(folder().join(orphan)).expect("removed");
        }
        return;
    }
    let differing: Vec<&String> =
        rendered.iter().filter(|(path, text)| held.get(*path) != Some(text)).map(|(path, _)| path).collect();
    let orphans: Vec<&String> = held.keys().filter(|path| !rendered.contains_key(*path)).collect();
    assert!(
        differing.is_empty() && orphans.is_empty(),
        "`cargo xtask generate` writes them anew; differing: {differing:?}, orphans: {orphans:?}"
    );
}
