//! What everything that keeps rates for several servers must do; and what becomes of them when the database is away.

mod support;

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use domain::Rate;
use ledger::Admission;
use store::RateStore;
use store_postgres::PostgresRates;
use support::Schema;

async fn rates(schema: &Schema) -> PostgresRates {
    PostgresRates::connect(&schema.url()).await.expect("rates")
}

/// Those that answer on a machine under load too, where each commit waits for the disk.
async fn patient_rates(schema: &Schema) -> PostgresRates {
    rates(schema).await.patient(Duration::from_secs(60))
}

store::rates_conformance!(match Schema::new().await {
    Some(schema) => ([patient_rates(&schema).await, patient_rates(&schema).await], schema),
    None => return,
});

/// A bucket whose row somebody holds locked is an error in good time, not a request that hangs; then it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_cannot_be_had_is_an_error_in_good_time() {
    let Some(schema) = Schema::new().await else { return };
    let (rates, patient) = (rates(&schema).await, patient_rates(&schema).await);
    let one = NonZeroU32::new(1).expect("not zero");
    let rate = Rate { per_second: one, burst: one };
    assert!(matches!(patient.admit("token:1", rate).await, Ok(Admission::Admitted { .. })));
    let client = schema.client().await;
    client.batch_execute("BEGIN; LOCK TABLE rate_buckets IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
    for _ in 0..10 {
        // Otherwise the database gives up waiting for the lock, after 5 seconds.
        let asked = tokio::time::timeout(Duration::from_secs(4), rates.admit("token:1", rate)).await;
        assert!(asked.expect("an answer in good time").is_err());
    }
    client.batch_execute("ROLLBACK").await.expect("no lock");
    // What was given up goes on in the database until it is done, and may count.
    schema.until(&client, "SELECT count(*) = 0 FROM pg_stat_activity WHERE {others} AND state <> 'idle'").await;
    let waiting = Instant::now();
    while rates.admit("token:2", rate).await.is_err() {
        assert!(waiting.elapsed() < Duration::from_secs(60));
    }
}
