//! What every database must do with what is bought from upstreams; and that it survives a kill and waits for no import.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use domain::{CpInfo, MicroYuan, PerTier};
use ledger::Day;
use store::{Bought, BoughtFilter, UpstreamStore};
use store_sqlite::SqliteStore;
use support::{CREATORS, import, key};

/// Names the database that the child of a test buys into.
const CHILD_PATH: &str = "ASTROLABE_TEST_BUY";

/// Answers the child has told of when it is killed.
const TOLD: usize = 20;

fn open_two() -> ([SqliteStore; 2], tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || SqliteStore::open(&directory.path().join("astrolabe.db")).expect("a store");
    ([open(), open()], directory)
}

store::upstreams_conformance!(open_two());

fn answer(number: u64) -> Bought {
    let info =
        CpInfo { expected_views: number, cpm: PerTier::default(), cpe: PerTier::default(), hot_item_bp: Some(0) };
    let (received_at_ms, price, body) = (number, MicroYuan(10), vec![1; 300]);
    Bought { number, key: key(0), upstream: "global".into(), received_at_ms, age_s: 0, price, info: Some(info), body }
}

/// Reserves and keeps as an upstream call does.
async fn buy(store: &SqliteStore, number: u64) {
    let day = Day::from_number(1);
    assert!(store.reserve_spending("global", day, MicroYuan(10), None).await.expect("an answer"));
    store.keep_bought(answer(number)).await.expect("kept");
}

/// Does nothing, unless the test below started this very binary again to have something to kill.
#[tokio::test]
async fn child() {
    let Some(path) = std::env::var_os(CHILD_PATH) else { return };
    let store = SqliteStore::open(Path::new(&path)).expect("a store");
    for number in 1.. {
        buy(&store, number).await;
        writeln!(std::io::stdout(), "\nbought {number}").expect("a parent");
    }
}

#[tokio::test]
async fn what_was_kept_survives_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "child", "--nocapture", "--test-threads=1"]).env(CHILD_PATH, &path);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a child");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let told = out.lines().map(|line| line.expect("a line")).filter(|line| line.starts_with("bought ")).nth(TOLD - 1);
    child.kill().expect("a kill");
    child.wait().expect("an end");
    assert_eq!(told, Some(format!("bought {TOLD}")));

    let store = SqliteStore::open(&path).expect("the store opens after a kill");
    let kept = store.bought(BoughtFilter { limit: u32::MAX, ..BoughtFilter::default() }).await.expect("the answers");
    assert!(kept.len() >= TOLD, "{}", kept.len());
    assert!(kept.iter().zip(1..).all(|(kept, number)| *kept == answer(number)), "{kept:?}");
    let spent = store.upstream_record("global", Day::from_number(1)).await.expect("a record").spent.0;
    let bought = kept.len() as u64;
    assert!((10 * bought..=10 * (bought + 1)).contains(&spent), "{spent} for {bought}");
    buy(&store, bought + 1).await;
}

/// What cannot be noted in the audit log is not done.
#[tokio::test]
async fn an_unparking_and_its_note_are_one() {
    let ([store, _], folder) = open_two();
    store.park_upstream("global", 7, 601).await.expect("parked");
    let ledger = SqliteStore::ledger_path(&folder.path().join("astrolabe.db"));
    let other = rusqlite::Connection::open(ledger).expect("a connection");
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END";
    other.execute_batch(refuse).expect("a trigger");
    assert!(store.unpark_upstream("global").await.is_err());
    let parked = async || store.upstream_record("global", Day::from_number(1)).await.expect("a record").parked;
    assert_eq!(parked().await, Some((7, 601)));
    other.execute_batch("DROP TRIGGER refuse").expect("no trigger");
    assert!(store.unpark_upstream("global").await.expect("an answer"));
    assert_eq!(parked().await, None);
}

/// Bodies to forget are looked for by a reader: while another process writes, whoever finds none does not wait for it.
#[tokio::test]
async fn nothing_to_forget_is_no_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    let store = SqliteStore::open_with_timeout(&path, Duration::from_millis(50)).expect("a store");
    buy(&store, 5).await;
    let other = rusqlite::Connection::open(SqliteStore::ledger_path(&path)).expect("a connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    assert_eq!(store.forget_bodies(5, 9).await.expect("no wait"), 0);
    assert_eq!(store.forget_bodies(6, 0).await.expect("no wait"), 0);
    assert!(store.forget_bodies(6, 9).await.is_err(), "there is one to forget, which has to wait");
    other.execute_batch("ROLLBACK").expect("no lock");
    assert_eq!(store.forget_bodies(6, 9).await.expect("a number"), 1);
}

/// An import holds the creators' file for as long as it takes, and nobody who buys waits for it.
#[test]
fn buying_goes_on_during_an_import() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    let buying = SqliteStore::open_with_timeout(&path, Duration::from_millis(50)).expect("a store");
    let importing = SqliteStore::open(&path).expect("a store");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut bought = 0;
    let mut buy_one = |done| {
        if done < CREATORS {
            bought += 1;
            runtime.block_on(buy(&buying, bought));
        }
    };
    import(&importing, 10, &mut buy_one).expect("an import");
    assert!(bought > 0, "the import told of no progress");
}
