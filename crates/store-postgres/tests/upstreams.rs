//! What every database must do with what is bought from upstreams.

mod support;

use domain::{CreatorKey, MicroYuan, Platform};
use ledger::Day;
use store::{Bought, UpstreamStore};
use support::Schema;

store::upstreams_conformance!(match Schema::new().await {
    Some(schema) => ([schema.store().await, schema.store().await], schema),
    None => return,
});

/// Bodies to forget are looked for before anything is written: whoever finds none waits for nobody who writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_forget_is_no_write() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    let key = CreatorKey { author_id: "7".parse().expect("an id"), platform: Platform::ShortVideo };
    let (upstream, price) = ("global".to_owned(), MicroYuan(1));
    let answer = Bought { number: 0, key, upstream, received_at_ms: 5, price, info: None, body: vec![1] };
    store.keep_bought(answer).await.expect("kept");
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
