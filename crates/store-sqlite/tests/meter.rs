//! What every database must do with money.

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
