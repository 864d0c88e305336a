//! What every database must do with what is bought from upstreams.

#[path = "support/payers.rs"]
#[allow(dead_code, reason = "only some of it is needed here")]
mod payers;
mod support;

use std::sync::Arc;

use domain::{CallState, CreatorKey, MicroYuan, Platform};
use ledger::Day;
use payers::{id, payer, take};
use store::{Batch, Bought, LedgerStore, MeterStore, Resolution, Resolved, ServerId, Unanswered, UpstreamStore};
use support::Schema;

store::upstreams_conformance!(match Schema::new().await {
    Some(schema) => ([schema.store().await, schema.store().await], schema),
    None => return,
});

fn answer() -> Bought {
    let key = CreatorKey { author_id: "7".parse().expect("an id"), platform: Platform::ShortVideo };
    let (upstream, price) = ("global".to_owned(), MicroYuan(1));
    Bought { number: 0, key, upstream, received_at_ms: 5, age_s: 0, price, info: None, body: vec![1] }
}

/// An answer does not wait for the disk, and is there with what commits after it: so it is kept before the call that pays for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_bought_is_kept_before_its_price_is_posted() {
    let Some(schema) = Schema::new().await else { return };
    let store = Arc::new(schema.store().await);
    let (payer, other) = (payer(&store, "team", 100).await, payer(&store, "other", 100).await);
    let hold = async |take| store.hold_as(vec![take], u64::MAX >> 1, None).await.expect("an outcome");
    hold(take(payer, 1)).await;
    let note = Unanswered { server: ServerId(7), beat: 1, calls: Vec::new() };
    let resolved = vec![Resolved::new(id(1), Resolution::Post)];
    let (charges, holds, spending) = (Vec::new(), Vec::new(), Vec::new());
    let batch = Batch { charges, holds, holds_expire_at_ms: 0, resolved, note, spending, bought: vec![answer()] };
    let client = schema.client().await;
    client.batch_execute("BEGIN; LOCK TABLE bought IN SHARE MODE").await.expect("a lock");
    let committing = tokio::task::spawn_blocking({
        let store = Arc::clone(&store);
        move || store.commit(batch)
    });
    let is_waiting = "SELECT count(*) > 0 FROM pg_stat_activity WHERE {others} AND wait_event_type = 'Lock'";
    schema.until(&schema.client().await, is_waiting).await;
    // As long as a post takes.
    hold(take(other, 2)).await;
    let state = async || store.call(id(1)).await.expect("an answer").expect("the call").state;
    assert_eq!(state().await, CallState::Held);
    client.batch_execute("ROLLBACK").await.expect("no lock");
    let committed = committing.await.expect("no panic");
    assert!(committed.error().is_none() && committed.kept_anything(), "{committed:?}");
    assert_eq!(state().await, CallState::Succeeded);
}

/// Bodies to forget are looked for before anything is written: whoever finds none waits for nobody who writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_forget_is_no_write() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    store.keep_bought(answer()).await.expect("kept");
    let client = schema.client().await;
    client.batch_execute("BEGIN; LOCK TABLE bought IN SHARE MODE").await.expect("a lock");
    assert_eq!(store.forget_bodies(5, 9).await.expect("no wait"), 0);
    assert_eq!(store.forget_bodies(6, 0).await.expect("no wait"), 0);
    client.batch_execute("ROLLBACK").await.expect("no lock");
    assert_eq!(store.forget_bodies(6, 9).await.expect("a number"), 1);
}

/// What cannot be noted in the audit log is not done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unparking_and_its_note_are_one() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    store.park_upstream("global", 7, 601).await.expect("parked");
    let client = schema.client().await;
    let refuse = "ALTER TABLE audit ADD CONSTRAINT refuse CHECK (action <> 'upstream.unpark')";
    client.batch_execute(refuse).await.expect("a constraint");
    assert!(store.unpark_upstream("global").await.is_err());
    let parked = async || store.upstream_record("global", Day::from_number(1)).await.expect("a record").parked;
    assert_eq!(parked().await, Some((7, 601)));
    client.batch_execute("ALTER TABLE audit DROP CONSTRAINT refuse").await.expect("no constraint");
    assert!(store.unpark_upstream("global").await.expect("an answer"));
    assert_eq!(parked().await, None);
}
