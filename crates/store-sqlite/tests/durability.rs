//! A process killed in the middle of an import leaves the database as it was, and the import can be repeated.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use store::{CreatorStore, ImportOutcome};
use store_sqlite::SqliteStore;
use support::{CREATORS, import, key, state};

/// Names the file that the child of a test imports into.
const CHILD_PATH: &str = "ASTROLABE_TEST_IMPORT";

/// After how many tellings of progress the child stands still.
const CHILD_HALT: &str = "ASTROLABE_TEST_HALT";

const BEFORE: u64 = 10;
const AFTER: u64 = 20;

/// When a child is killed: standing still after telling progress this often; `None`: as soon as it has told of the last
/// creator, which is about when it commits.
const MOMENTS: [Option<usize>; 4] = [Some(1), Some(4), Some(7), None];

/// Does nothing, unless a test below started this very binary again to have something to kill.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD_PATH) else { return };
    let store = SqliteStore::open(Path::new(&path)).expect("a store");
    let halt: Option<u32> = std::env::var(CHILD_HALT).ok().map(|times| times.parse().expect("a number"));
    let mut times = 0;
    let mut tell = |done| {
        times += 1;
        writeln!(std::io::stdout(), "\nprogress {done}").expect("a parent");
        if halt == Some(times) {
            std::io::stdin().read_line(&mut String::new()).expect("a kill");
        }
    };
    import(&store, AFTER, &mut tell).expect("an import");
}

#[test]
fn a_killed_first_import_leaves_an_empty_database() {
    for moment in MOMENTS {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("astrolabe.db");
        kill_at(moment, &path);
        if moment == Some(7) {
            // Or the test would not show that what was written is taken back.
            assert!(path.with_extension("db-journal").exists());
            assert!(std::fs::metadata(&path).expect("the file").len() > 1_000_000);
        }
        assert_whole(&path, moment, None);
        assert_repeatable(&path);
    }
}

#[test]
fn a_killed_later_import_leaves_what_was_held() {
    for moment in MOMENTS {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("astrolabe.db");
        import(&SqliteStore::open(&path).expect("a store"), BEFORE, &mut |_| {}).expect("an import");
        kill_at(moment, &path);
        assert_whole(&path, moment, Some(BEFORE));
        assert_repeatable(&path);
    }
}

fn kill_at(moment: Option<usize>, path: &Path) {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "child", "--nocapture", "--test-threads=1"]).env(CHILD_PATH, path);
    if let Some(times) = moment {
        command.env(CHILD_HALT, times.to_string());
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child");
    let told = wait_for(&mut child, moment);
    child.kill().expect("a kill");
    child.wait().expect("an end");
    assert!(told, "the child ended before it came to {moment:?}");
}

fn wait_for(child: &mut Child, moment: Option<usize>) -> bool {
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let lines = out.lines().map(|line| line.expect("a line"));
    let mut progress = lines.filter(|line| line.starts_with("progress "));
    match moment {
        Some(times) => progress.nth(times - 1).is_some(),
        None => progress.any(|line| line == format!("progress {CREATORS}")),
    }
}

/// All of the import or nothing of it; the former only if it was killed while it committed.
#[tokio::main(flavor = "current_thread")]
async fn assert_whole(path: &Path, moment: Option<usize>, before: Option<u64>) {
    let store = SqliteStore::open(path).expect("the store opens after a kill");
    let first = store.state(&key(0)).await.expect("an answer");
    let committed = moment.is_none() && first == Some(state(0, AFTER));
    let plays = if committed { Some(AFTER) } else { before };
    for index in [0, CREATORS / 2, CREATORS - 1] {
        let held = store.state(&key(index)).await.expect("an answer");
        assert_eq!(held, plays.map(|plays| state(index, plays)), "{moment:?} {index}");
        let latest = store.latest(&key(index)).await.expect("an answer");
        let views = latest.and_then(|latest| latest.estimated).map(|estimated| estimated.info.expected_views);
        assert_eq!(views, plays, "{moment:?} {index}");
    }
    let creators = if plays.is_some() { CREATORS } else { 0 };
    assert_eq!(store.creator_count().await.expect("a count"), creators);
    assert_eq!(integrity(path), "ok");
    assert_eq!(rows(path), i64::try_from(creators).expect("a count"));
}

#[tokio::main(flavor = "current_thread")]
async fn assert_repeatable(path: &Path) {
    let store = SqliteStore::open(path).expect("a store");
    import(&store, AFTER, &mut |_| {}).expect("the import, repeated");
    assert_eq!(store.state(&key(CREATORS - 1)).await.expect("an answer"), Some(state(CREATORS - 1, AFTER)));
    let again = import(&store, AFTER, &mut |_| {}).expect("the import, once more");
    assert_eq!(again, ImportOutcome { touched: CREATORS, changed: 0, snapshots_added: 0 });
    assert_eq!(integrity(path), "ok");
    assert_eq!(rows(path), i64::try_from(CREATORS).expect("a count"));
}

fn integrity(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).expect("a connection");
    connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).expect("a check")
}

fn rows(path: &Path) -> i64 {
    let connection = rusqlite::Connection::open(path).expect("a connection");
    connection.query_row("SELECT count(*) FROM creators", [], |row| row.get(0)).expect("a count")
}
