//! The audit log of several operators at once.

mod support;

use std::sync::Arc;

use domain::{MicroYuan, UnixTime};
use store::{AccountStore, AuditFilter, CreatorStore, MeterStore, StoreError};
use support::Schema;
use tokio::task::JoinSet;

/// Each change is noted once, under a number of its own without gaps, by whom it was made; what was refused is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_have_no_gaps_and_entries_name_their_actor() {
    let Some(schema) = Schema::new().await else { return };
    let stores = [schema.store().await.acting_as("ada"), schema.store().await.acting_as("bob")].map(Arc::new);
    let mut changing = JoinSet::new();
    for number in 0..20 {
        for store in stores.clone() {
            changing.spawn(async move {
                store.set_price(number, MicroYuan(5)).await.expect("a change");
                // Of the two that ask for the account one is refused.
                match store.create_account(&format!("team {number}"), UnixTime(0)).await {
                    Ok(_) => 2,
                    Err(StoreError::AccountExists(_)) => 1,
                    Err(other) => panic!("{other:?}"),
                }
            });
        }
    }
    let changes: i64 = changing.join_all().await.iter().sum();
    assert_eq!(changes, 60);
    let log = stores[0].audit_log(AuditFilter { limit: 1_000, ..AuditFilter::default() }).await.expect("the log");
    let numbers: Vec<i64> = log.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=changes).rev().collect::<Vec<_>>());
    for actor in ["ada", "bob"] {
        let own = log.iter().filter(|entry| entry.actor == actor && entry.action == "price.set");
        assert_eq!(own.count(), 20, "{actor}");
    }
    assert!(log.iter().all(|entry| entry.at_ms > 1_700_000_000_000));
    let page = stores[0]
        .audit_log(AuditFilter { before: Some(11), limit: 4, ..AuditFilter::default() })
        .await
        .expect("the log");
    assert_eq!(page.iter().map(|entry| entry.number).collect::<Vec<_>>(), [10, 9, 8, 7]);
    assert_eq!(stores[0].generations().await.expect("the generations").accounts, changes.unsigned_abs());
}
