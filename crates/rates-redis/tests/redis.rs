//! Against a real server: `ASTROLABE_TEST_REDIS`, or the one on this machine.

use std::num::NonZeroU32;
use std::sync::Arc;

use domain::Rate;
use ledger::Admission;
use rates_redis::RedisRates;
use store::RateStore;

fn rate(per_second: u32, burst: u32) -> Rate {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    Rate { per_second: number(per_second), burst: number(burst) }
}

/// Buckets of this test alone, or nothing, with a word, where no server answers.
async fn rates() -> Option<(RedisRates, String)> {
    let url = std::env::var("ASTROLABE_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into());
    let prefix = format!("astrolabe-test-{:x}:", fastrand::u64(..));
    match RedisRates::connect(&url, &prefix).await {
        Ok(rates) => Some((rates, prefix)),
        Err(error) => {
            eprintln!("skipped: Redis is not reachable: {error}");
            None
        }
    }
}

#[tokio::test]
async fn a_burst_passes_and_then_nothing_for_a_while() {
    let Some((rates, _)) = rates().await else { return };
    for left in (0..5).rev() {
        let admission = rates.admit("token-1", rate(1, 5)).await.expect("an answer");
        assert!(matches!(admission, Admission::Admitted { remaining, .. } if remaining == left), "{admission:?}");
    }
    let refused = rates.admit("token-1", rate(1, 5)).await.expect("an answer");
    assert!(
        matches!(refused, Admission::Refused { retry_in_us } if (1..=1_000_000).contains(&retry_in_us)),
        "{refused:?}"
    );
    let other = rates.admit("token-2", rate(1, 5)).await.expect("an answer");
    assert!(matches!(other, Admission::Admitted { remaining: 4, .. }), "buckets are apart: {other:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_a_bucket_exactly() {
    let Some((one, prefix)) = rates().await else { return };
    let url = std::env::var("ASTROLABE_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into());
    let servers = [Arc::new(one), Arc::new(RedisRates::connect(&url, &prefix).await.expect("a second connection"))];
    let mut asking = tokio::task::JoinSet::new();
    for at in 0..64 {
        let server = servers[at % 2].clone();
        // One in 1,000 seconds: nothing flows back while this runs.
        asking.spawn(async move { server.admit("shared", rate(1, 23)).await.expect("an answer") });
    }
    let admitted = asking.join_all().await.into_iter().filter(|one| matches!(one, Admission::Admitted { .. })).count();
    // Whoever runs for a second sees one more flow in.
    assert!((23..=26).contains(&admitted), "{admitted}");
}
