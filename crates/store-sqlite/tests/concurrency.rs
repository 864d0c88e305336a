//! Several connections, as several processes would have: readers go on during an import, writers wait or give up.

mod support;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use store::{AccountStore, CreatorStore, StoreError};
use store_sqlite::SqliteStore;
use support::{CREATORS, NOW, import, key, state};

/// Short, for the tests wait it out.
const TIMEOUT: Duration = Duration::from_millis(50);

fn database() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    (directory, path)
}

/// Runs `check` while an import by another store stands still half way.
fn during_an_import(store: SqliteStore, plays: u64, check: impl FnOnce()) {
    let (reached, wait_reached): (Sender<()>, Receiver<()>) = channel();
    let (go_on, wait_go_on): (Sender<()>, Receiver<()>) = channel();
    thread::scope(|scope| {
        let importing = scope.spawn(move || {
            let mut halted = false;
            let mut halt = move |done| {
                if done >= CREATORS / 2 && !halted {
                    halted = true;
                    reached.send(()).expect("the test");
                    wait_go_on.recv().expect("the test");
                }
            };
            import(&store, plays, &mut halt).expect("an import")
        });
        wait_reached.recv().expect("the import");
        check();
        go_on.send(()).expect("the import");
        assert_eq!(importing.join().expect("the import").touched, CREATORS);
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

fn held(store: &SqliteStore, index: u64) -> Option<domain::CreatorState> {
    runtime().block_on(store.state(&key(index))).expect("an answer")
}

#[test]
fn readers_see_the_last_commit_while_an_import_runs() {
    let (_directory, path) = database();
    let serving = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    import(&serving, 10, &mut |_| {}).expect("an import");
    let generations = runtime().block_on(serving.generations()).expect("the generations");

    during_an_import(SqliteStore::open(&path).expect("a store"), 20, || {
        assert_eq!(held(&serving, 0), Some(state(0, 10)));
        assert_eq!(runtime().block_on(serving.generations()).expect("the generations"), generations);
        // Opening is reading, when the schema is as it should be.
        assert_eq!(held(&SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store"), 0), Some(state(0, 10)));
    });
    assert_eq!(held(&serving, 0), Some(state(0, 20)));
    assert!(runtime().block_on(serving.generations()).expect("the generations").creators > generations.creators);
}

#[test]
fn readers_go_on_during_the_first_import_too() {
    let (_directory, path) = database();
    let serving = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    assert_eq!(held(&serving, 0), None);
    during_an_import(SqliteStore::open(&path).expect("a store"), 10, || {
        assert_eq!(held(&serving, 0), None);
        assert_eq!(runtime().block_on(serving.creator_count()).expect("a count"), 0);
    });
    assert_eq!(held(&serving, 0), Some(state(0, 10)));
}

#[test]
fn a_second_writer_is_told_that_another_one_is_at_work() {
    let (_directory, path) = database();
    let second = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    during_an_import(SqliteStore::open(&path).expect("a store"), 10, || {
        assert!(matches!(import(&second, 20, &mut |_| {}), Err(StoreError::Busy)));
        assert!(matches!(runtime().block_on(second.create_account("team", NOW)), Err(StoreError::Busy)));
    });
    runtime().block_on(second.create_account("team", NOW)).expect("an account");
    import(&second, 20, &mut |_| {}).expect("an import");
}

/// The first import into a database that nobody has open keeps the others out; they are told why.
#[test]
fn a_store_opened_during_an_undisturbed_first_import_is_told_so() {
    let (_directory, path) = database();
    during_an_import(SqliteStore::open(&path).expect("a store"), 10, || {
        assert!(matches!(SqliteStore::open_with_timeout(&path, TIMEOUT), Err(StoreError::Busy)));
    });
    assert_eq!(held(&SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store"), 0), Some(state(0, 10)));
    assert_eq!(journal_mode(&path), "wal");
}

#[test]
fn a_new_file_may_be_opened_by_many_at_once() {
    let (_directory, path) = database();
    thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(|| SqliteStore::open(&path).map(|_| ()))).collect();
        for result in opening {
            result.join().expect("no panic").expect("a store");
        }
    });
    assert_eq!(journal_mode(&path), "wal");
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, path) = database();
    let store = SqliteStore::open(&path).expect("a store");
    runtime().block_on(store.create_account("team", NOW)).expect("an account");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory.path()).expect("a directory") {
        let entry = entry.expect("an entry");
        assert_eq!(entry.metadata().expect("metadata").permissions().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name());
    }
    assert!(names.len() >= 2, "the database and its log: {names:?}");
}

#[test]
fn a_file_of_a_newer_release_or_another_program_is_refused_and_left_alone() {
    let (_directory, path) = database();
    let known = SqliteStore::open(&path).expect("a store").schema_version().expect("a version");
    assert_eq!(known, SqliteStore::known_schema_version());
    let connection = rusqlite::Connection::open(&path).expect("a connection");
    connection.pragma_update(None, "user_version", known + 1).expect("a version");
    drop(connection);
    let result = SqliteStore::open(&path);
    assert!(matches!(result, Err(StoreError::NewerSchema { found, known: k }) if found == known + 1 && k == known));

    std::fs::write(&path, "plainly no database, but long enough to be looked at as one".repeat(20)).expect("a file");
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Corrupt(_))));
}

fn journal_mode(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).expect("a connection");
    connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a mode")
}
