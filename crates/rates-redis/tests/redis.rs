//! Against a real server: `ASTROLABE_TEST_REDIS`, or the one on this machine.

use std::time::Duration;

use rates_redis::RedisRates;

/// Two that share buckets of this test alone, or nothing, with a word, where no server answers.
async fn servers() -> Option<[RedisRates; 2]> {
    let url = std::env::var("ASTROLABE_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into());
    let prefix = format!("astrolabe-test-{:x}:", fastrand::u64(..));
    // They answer on a machine under load too.
    let connect = async || RedisRates::connect_patiently(&url, &prefix, Duration::from_secs(60)).await;
    match connect().await {
        Ok(one) => Some([one, connect().await.expect("a second connection")]),
        Err(error) => {
            eprintln!("skipped: Redis is not reachable: {error}");
            None
        }
    }
}

store::rates_conformance!(match servers().await {
    Some(servers) => (servers, ()),
    None => return,
});
