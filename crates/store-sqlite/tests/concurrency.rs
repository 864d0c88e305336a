//! Several connections, as several processes would have: readers and charges go on during an import, a second import waits or
//! gives up.

mod support;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use domain::{AccountId, CallId, MicroYuan, NewToken, Note, TokenHash, TokenId};
use store::{AccountStore, CreatorStore, MeterStore, Movement, MovementKind, StoreError, Take, Taken};
use store_sqlite::SqliteStore;
use support::{CREATORS, NOW, import, key, state};

/// Short, for the tests wait it out.
const TIMEOUT: Duration = Duration::from_millis(50);

/// No charge of these tests may take longer, whatever else the machine does; an import that is in the way takes for ever.
const CHARGE_MAX: Duration = Duration::from_secs(2);

/// Charges of a test, one after the other.
const CHARGES: u64 = 20;

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
fn a_second_import_is_told_that_another_one_is_at_work() {
    let (_directory, path) = database();
    let second = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    during_an_import(SqliteStore::open(&path).expect("a store"), 10, || {
        assert!(matches!(import(&second, 20, &mut |_| {}), Err(StoreError::Busy)));
    });
    import(&second, 20, &mut |_| {}).expect("an import");
}

/// Makes an account with money and a token, then charges it again and again, each charge in good time.
async fn make_and_charge(store: &SqliteStore) {
    let account_id = store.create_account("team", NOW).await.expect("an account").id;
    let (hash, hint) = (TokenHash([7; 32]), "hint".to_owned());
    let token = NewToken { account_id, hash, hint, created_at: NOW, expires_at: None };
    let token_id = store.create_token(token).await.expect("a token").id;
    let amount = MicroYuan(1_000);
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id,
        amount,
        key: "key".parse().expect("a key"),
        at_ms: 0,
        note: Note::default(),
    };
    store.move_money(top_up).await.expect("a top-up");
    for number in 0..CHARGES {
        let charge = store.charge(vec![take(account_id, token_id, number)]);
        let taken = tokio::time::timeout(CHARGE_MAX, charge).await.expect("in good time").expect("a charge");
        assert!(matches!(taken[..], [Taken::Taken(_)]), "{taken:?}");
    }
    let book = store.account_book(account_id).await.expect("a book");
    assert_eq!(book.charged, MicroYuan(CHARGES));
}

fn take(account_id: AccountId, token_id: TokenId, number: u64) -> Take {
    let id = CallId(CallId::first_at(u64::from(NOW.0) * 1_000).0 | u128::from(number));
    Take { id, account_id, token_id, endpoint: 1, key: Some(key(0)), price: MicroYuan(1), once: None }
}

fn charging_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

#[test]
fn charging_goes_on_while_another_process_imports() {
    let (_directory, path) = database();
    let serving = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    import(&serving, 10, &mut |_| {}).expect("an import");
    during_an_import(SqliteStore::open(&path).expect("a store"), 20, || {
        charging_runtime().block_on(make_and_charge(&serving));
    });
    assert_eq!(held(&serving, 0), Some(state(0, 20)));
}

#[test]
fn charging_goes_on_during_the_first_import_too() {
    let (_directory, path) = database();
    let serving = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    during_an_import(SqliteStore::open(&path).expect("a store"), 10, || {
        charging_runtime().block_on(make_and_charge(&serving));
    });
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

/// What a server does every second takes no write lock when there is nothing to do.
#[test]
fn upkeep_with_nothing_to_do_waits_for_no_writer() {
    let (_directory, path) = database();
    let store = SqliteStore::open_with_timeout(&path, TIMEOUT).expect("a store");
    charging_runtime().block_on(make_and_charge(&store));
    let writer = rusqlite::Connection::open(SqliteStore::ledger_path(&path)).expect("a connection");
    writer.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    let made_ms = u64::from(NOW.0) * 1_000;
    let (before, after) = (made_ms - 1, made_ms + 1);
    assert_eq!(runtime().block_on(store.expire_holds(after)).expect("nothing to do"), []);
    assert_eq!(runtime().block_on(store.forget_calls(before, 9)).expect("nothing to do"), 0);
    assert!(matches!(runtime().block_on(store.forget_calls(after, 9)), Err(StoreError::Busy)));
    writer.execute_batch("ROLLBACK").expect("no lock");
    assert_eq!(runtime().block_on(store.forget_calls(after, 9)).expect("calls"), 9);
}

#[test]
fn an_import_gives_back_the_room_of_its_log_while_others_have_the_file_open() {
    let (_directory, path) = database();
    let log_bytes = || std::fs::metadata(path.with_extension("db-wal")).expect("a log").len();
    let serving = SqliteStore::open(&path).expect("a store");
    let importing = SqliteStore::open(&path).expect("a store");
    import(&importing, 10, &mut |_| {}).expect("an import");
    import(&importing, 20, &mut |_| {}).expect("an import");
    assert_eq!((held(&serving, 0), log_bytes()), (Some(state(0, 20)), 0));
    // One who reads what was before keeps it; the import is none the worse for that, and waits for nobody.
    let reader = rusqlite::Connection::open(&path).expect("a connection");
    reader.execute_batch("BEGIN; SELECT * FROM meta").expect("a read");
    let began = std::time::Instant::now();
    import(&importing, 30, &mut |_| {}).expect("an import");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(held(&serving, 0), Some(state(0, 30)));
    assert!(log_bytes() > 4_000_000, "{}", log_bytes());
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
    assert!(names.len() >= 4, "two files and their logs: {names:?}");
}

#[test]
fn a_file_of_a_newer_release_or_another_program_is_refused_and_left_alone() {
    let known = SqliteStore::known_schema_versions();
    for (at, known_version) in known.into_iter().enumerate() {
        let (_directory, path) = database();
        let found = SqliteStore::open(&path).expect("a store").schema_versions().expect("the versions");
        assert_eq!(found, known);
        let file = [path.clone(), SqliteStore::ledger_path(&path)][at].clone();
        let connection = rusqlite::Connection::open(&file).expect("a connection");
        connection.pragma_update(None, "user_version", known_version + 1).expect("a version");
        drop(connection);
        let refused = SqliteStore::open(&path).map(|_| ()).expect_err("a newer file");
        let is_told =
            matches!(refused, StoreError::NewerSchema { found, known } if found == known + 1 && known == known_version);
        assert!(is_told, "{refused}");

        std::fs::write(&file, "plainly no database, but long enough to be looked at as one".repeat(20))
            .expect("a file");
        assert!(matches!(SqliteStore::open(&path), Err(StoreError::Corrupt(_))));
    }
}

#[test]
fn one_file_is_not_taken_for_the_other() {
    let (_directory, path) = database();
    drop(SqliteStore::open(&path).expect("a store"));
    std::fs::copy(SqliteStore::ledger_path(&path), &path).expect("the wrong file in the place of the right one");
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Corrupt(_))));
}

fn journal_mode(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).expect("a connection");
    connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a mode")
}
