//! Against a real server: `ASTROLABE_TEST_REDIS`, or the one on this machine.

use rates_redis::RedisRates;

/// Two that share buckets of this test alone, or nothing, with a word, where no server answers.
async fn servers() -> Option<[RedisRates; 2]> {
    let url = std::env::var("ASTROLABE_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into());
    let prefix = format!("astrolabe-test-{:x}:", fastrand::u64(..));
    match RedisRates::connect(&url, &prefix, None).await {
        Ok(one) => Some([one, RedisRates::connect(&url, &prefix, None).await.expect("a second connection")]),
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
