//! What every database must do with money.

use domain::CallId;
use rusqlite::{Connection, params};
use store::{MeterStore, Once};
use store_sqlite::SqliteStore;

fn open() -> (SqliteStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("astrolabe.db")).expect("a store");
    (store, directory)
}

store::meter_conformance!(open());

#[tokio::test]
async fn random_workloads_agree_with_a_model_across_restarts() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    let open = async || SqliteStore::open(&path).expect("a store");
    store::conformance::meter::model::random_workloads_agree_with_a_model_across_restarts(open).await;
}

#[test]
fn days_are_shanghais_whatever_the_hosts_zone() {
    store::conformance::zones::tests_pass_in_every_zone("days::");
}

/// Charges wait while keys are removed: a million of them at once would take seconds.
#[tokio::test]
async fn keys_that_stand_for_nothing_are_forgotten_a_thousand_at_a_time_the_oldest_first() {
    let (store, directory) = open();
    let ledger = Connection::open(directory.path().join("astrolabe.ledger.db")).expect("a connection");
    let at = |ms: u64| CallId::first_at(ms).0.to_be_bytes();
    let sql = "INSERT INTO done_once VALUES (1, ?1, ?2, zeroblob(32), x'')";
    ledger.execute_batch("BEGIN").expect("begun");
    for ms in 0..2_500_u64 {
        ledger.execute(sql, params![ms.to_string(), at(ms)]).expect("a key");
    }
    ledger.execute(sql, params!["stands", at(2_500 + Once::KEPT_MS)]).expect("a key");
    ledger.execute_batch("COMMIT").expect("keys");
    let mut left = Vec::new();
    for _ in 0..4 {
        assert_eq!(store.expire_holds(2_500 + Once::KEPT_MS).await.expect("no holds"), []);
        let of = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, [u8; 16]>(1)?));
        left.push(ledger.query_row("SELECT count(*), min(call_id) FROM done_once", [], of).expect("keys"));
    }
    let stands = (1, at(2_500 + Once::KEPT_MS));
    assert_eq!(left, [(1_501, at(1_000)), (501, at(2_000)), stands, stands]);
}
