//! What every database must do with money.

use store_sqlite::SqliteStore;

fn open() -> (SqliteStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("astrolabe.db")).expect("a store");
    (store, directory)
}

store::meter_conformance!(open());
