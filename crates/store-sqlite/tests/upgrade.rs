//! A file of the time when creators and ledger were in one opens: everything is where it belongs, and nothing is lost.

mod support;

use std::path::{Path, PathBuf};

use domain::{AccountId, CallState, CreatorKey, Fen, MicroYuan, Platform, Tier, TokenHash, TokenId, UnixTime};
use ledger::Day;
use rusqlite::Connection;
use store::{AccountStore, AuditFilter, CallFilter, CreatorStore, MeterStore, StoreError, Usage};
use store_sqlite::SqliteStore;
use support::{CREATORS, import, key, state};

/// The schemas of then, number 1 and 2.
const OLD: [&str; 2] =
    [include_str!("../migrations/creators/0001_start.sql"), include_str!("../migrations/creators/0002_money.sql")];

/// What somebody had before: two accounts, a token, money, a call, usage, a price, an idempotency key, an audit entry.
const ACCOUNTS: &str = "
    INSERT INTO accounts (account_id, name, created_at) VALUES (1, 'team', 5), (3, 'other', 6);
    INSERT INTO tokens VALUES (4, 1, zeroblob(32), 'hint', TRUE, 7, NULL);
    UPDATE meta SET accounts_generation = 9";
const MONEY: &str = "
    UPDATE account_books SET credited_micro_yuan = 100, charged_micro_yuan = 30, rate_per_s = 5, rate_burst = 6
        WHERE account_id = 1;
    UPDATE token_books SET charged_micro_yuan = 30, scopes = 'explain' WHERE token_id = 4;
    INSERT INTO top_ups VALUES (1, 'key', 1, 100, 8, 'an invoice');
    INSERT INTO calls VALUES (zeroblob(16), 1, 4, 1, '42', 0, 1, 30, 30);
    INSERT INTO usage VALUES (20000, 1, 4, 1, 1, 30);
    INSERT INTO done_once VALUES (1, 'once', zeroblob(16), zeroblob(32), x'61');
    INSERT INTO prices VALUES (1, 30);
    INSERT INTO audit VALUES (1, 8, 'operator', 'account.topup', 'account 1', '')";

fn old_file(version: usize) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    let old = Connection::open(&path).expect("a file");
    old.pragma_update(None, "journal_mode", "WAL").expect("a mode");
    old.execute_batch(OLD[0]).expect("schema 1");
    old.execute_batch(ACCOUNTS).expect("accounts");
    if version == 2 {
        old.execute_batch(OLD[1]).expect("schema 2");
        old.execute_batch(MONEY).expect("money");
    }
    old.pragma_update(None, "application_id", 0x6173_7472).expect("ours");
    old.pragma_update(None, "user_version", version).expect("a version");
    (directory, path)
}

#[tokio::test]
async fn everything_of_an_old_file_is_still_there_and_used() {
    let (_directory, path) = old_file(2);
    for _ in 0..2 {
        let store = SqliteStore::open(&path).expect("an old file opens");
        assert_eq!(store.schema_versions().expect("the versions"), SqliteStore::known_schema_versions());
        let names: Vec<_> = store.accounts().await.expect("the accounts").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["team", "other"]);
        let caller = store.caller(&TokenHash([0; 32])).await.expect("an answer").expect("the token");
        assert_eq!((caller.token.id, caller.token.account_id), (TokenId(4), AccountId(1)));
        assert_eq!(caller.policy.scopes.len(), 1);
        assert_eq!(caller.account_limits.rate.map(|rate| rate.burst.get()), Some(6));
        let book = store.account_book(AccountId(1)).await.expect("a book");
        assert_eq!((book.credited, book.balance()), (MicroYuan(100), MicroYuan(70)));
        let calls = store.calls(CallFilter { limit: 9, ..CallFilter::default() }).await.expect("the calls");
        assert_eq!(calls.iter().map(|call| call.state).collect::<Vec<_>>(), [CallState::Succeeded]);
        let day = Day::from_number(20_000);
        let usage = store.usage(None, day, day).await.expect("the usage");
        assert!(matches!(usage[..], [Usage { calls: 1, charged: MicroYuan(30), .. }]), "{usage:?}");
        assert_eq!(store.prices().await.expect("the prices"), [(1, MicroYuan(30))]);
        assert!(store.done_once(AccountId(1), "once", 0).await.expect("an answer").is_some());
        assert_eq!(
            store.audit_log(AuditFilter { limit: 9, ..AuditFilter::default() }).await.expect("the log").len(),
            1
        );
        assert_eq!(store.generations().await.expect("the generations").accounts, 9);
        assert_eq!((tables(&path), store.creator_count().await.expect("a count")), (4, 0));
    }
    let store = SqliteStore::open(&path).expect("a store");
    import(&store, 10, &mut |_| {}).expect("an import");
    assert_eq!(store.state(&key(CREATORS - 1)).await.expect("an answer"), Some(state(CREATORS - 1, 10)));
    // Numbers go on where they were: none is given twice.
    assert_eq!(store.create_account("third", support::NOW).await.expect("an account").id, AccountId(4));
}

#[tokio::test]
async fn a_file_of_before_there_was_money_opens_too() {
    let (_directory, path) = old_file(1);
    let store = SqliteStore::open(&path).expect("an old file opens");
    assert_eq!(store.accounts().await.expect("the accounts").len(), 2);
    assert_eq!(store.account_book(AccountId(3)).await.expect("a book").balance(), MicroYuan::ZERO);
}

/// Of its figures nobody kept when the prices were seen, nor on how many posts the hot share rests.
#[tokio::test]
async fn figures_of_an_old_file_are_served_as_far_as_they_were_kept() {
    let (_directory, path) = old_file(2);
    let kept = "INSERT INTO snapshots (author_id, platform, source, number, method, as_of, recorded_at, expected_views, hot_item_bp,
                                       price_1_20_fen) VALUES ('42', 0, 0, 1, 'median-10/1', 5, 6, 1000, 10000, 700)";
    Connection::open(&path).expect("the file").execute_batch(kept).expect("a snapshot");
    let store = SqliteStore::open(&path).expect("an old file opens");
    let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
    let latest = store.latest(&key).await.expect("an answer").expect("the creator").estimated.expect("figures");
    assert_eq!((latest.info.expected_views, latest.prices[Tier::From1To20s]), (1000, Some(Fen(700))));
    assert_eq!((latest.priced_at, latest.hot_posts), (None, None));
    assert_eq!(store.history(&key, 9).await.expect("a history"), [(UnixTime(6), latest)]);
}

#[test]
fn many_may_open_an_old_file_at_once() {
    let (_directory, path) = old_file(2);
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(|| SqliteStore::open(&path).map(|_| ()))).collect();
        for result in opening {
            result.join().expect("no panic").expect("a store");
        }
    });
    assert_eq!(tables(&path), 4);
}

/// Which of two ledgers counts is for the operator to say: nothing is touched, and the message names the next step.
#[tokio::test]
async fn two_ledgers_are_refused_and_left_alone() {
    let (directory, path) = old_file(2);
    drop(SqliteStore::open(&directory.path().join("other.db")).expect("a store"));
    std::fs::rename(directory.path().join("other.ledger.db"), SqliteStore::ledger_path(&path)).expect("renamed");
    let refused = SqliteStore::open(&path).map(|_| ()).expect_err("two ledgers");
    assert!(matches!(refused, StoreError::TwoLedgers { .. }) && refused.to_string().contains("move"), "{refused}");
    std::fs::remove_file(SqliteStore::ledger_path(&path)).expect("removed");
    let store = SqliteStore::open(&path).expect("the old file's");
    assert_eq!(store.account_book(AccountId(1)).await.expect("a book").charged, MicroYuan(30));
}

/// How many tables the creators' file has.
fn tables(path: &Path) -> i64 {
    let connection = Connection::open(path).expect("a connection");
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    connection.query_row(sql, [], |row| row.get(0)).expect("a count")
}
