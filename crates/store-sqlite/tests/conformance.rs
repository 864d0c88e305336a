//! What every database must do.

use store_sqlite::SqliteStore;

fn open() -> (SqliteStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("astrolabe.db")).expect("a store");
    (store, directory)
}

store::conformance!(open());
