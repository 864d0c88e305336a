//! Builders for the tests: upstreams at simulators, quick settings, a clock and chance that stand still.

use std::io::Write;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use domain::{CreatorKey, MicroYuan, Platform};
use simulator::{Rule, Script, Simulator};
use upstream::{
    BreakerSettings, End, InMemory, Outcome, Secret, Settings, SharedState, Surroundings, UpstreamSettings, Upstreams,
};

/// The token of every upstream here; not random, so that a search for it is a search for this.
pub(crate) const TOKEN: &str = "paid+token/of-the-operator";
/// What an answer costs.
pub(crate) const PRICE: MicroYuan = MicroYuan(12_300);
/// 2026-11-24T12:00:00Z, 20:00 in Shanghai.
pub(crate) const NOON: u64 = 1_795_521_600_000;
pub(crate) const HOUR: u64 = 3_600_000;

/// A URL whose host has no address, which the system finds without asking the network: a label has at most 63 octets (RFC 1035,
/// section 2.3.4), and this one 64.
pub(crate) fn nowhere() -> String {
    format!("http://{}.invalid", "a".repeat(64))
}

/// The time for a call that is to run out; all others have one that is enough on a machine under load too.
pub(crate) const BRIEF: Duration = Duration::from_millis(400);

/// Settings under which a test takes milliseconds, and has the time for seconds.
pub(crate) fn quick() -> Settings {
    Settings {
        budget: Duration::from_secs(20),
        attempt_min: Duration::from_secs(2),
        attempts_max: 3,
        backoff_first: Duration::from_millis(2),
        backoff_max: Duration::from_millis(4),
        wait_max: Duration::from_millis(100),
        rate_limit_pause: Duration::from_millis(20),
        body_bytes_max: 10_000,
        negative_ttl: Duration::ZERO,
        breaker: BreakerSettings { failures: 1_000, ..BreakerSettings::default() },
        shared_age_max: Duration::ZERO,
    }
}

/// A simulator under a script in JSON.
pub(crate) async fn simulator(script: &str) -> Simulator {
    let script = Script::from_json(script).expect(script);
    let settings = simulator::Settings { script, ..simulator::Settings::new(TOKEN) };
    Simulator::start(settings).await.expect("a free port")
}

/// An upstream of this name and address.
pub(crate) fn upstream(name: &str, base_url: impl Into<String>) -> UpstreamSettings {
    UpstreamSettings {
        price: PRICE,
        timeout: Duration::from_secs(5),
        concurrency_max: NonZeroU32::MIN.saturating_add(3),
        ..UpstreamSettings::new(name, base_url, Secret::new(TOKEN))
    }
}

/// A clock that stands still until it is set.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(crate) fn set(&self, unix_ms: u64) {
        self.0.store(unix_ms, Ordering::SeqCst);
    }
}

/// Upstreams with a clock of their own, at [`NOON`].
pub(crate) fn upstreams_on(
    shared: Arc<dyn SharedState>,
    settings: Settings,
    upstreams: Vec<UpstreamSettings>,
) -> (Upstreams, Hands) {
    let hands = Hands(Arc::new(AtomicU64::new(NOON)));
    let clock = hands.0.clone();
    let clock: upstream::Clock = Arc::new(move || clock.load(Ordering::SeqCst));
    let surroundings = Surroundings { clock, dice: Arc::new(|| 0.5), ..Surroundings::new(shared) };
    (Upstreams::new(upstreams, settings, surroundings).expect("good settings"), hands)
}

/// [`upstreams_on`] a shared state of their own.
pub(crate) fn upstreams(settings: Settings, upstreams: Vec<UpstreamSettings>) -> (Upstreams, Hands) {
    upstreams_on(Arc::new(InMemory::default()), settings, upstreams)
}

pub(crate) fn creator(id: &str) -> CreatorKey {
    CreatorKey { author_id: id.parse().expect("an id"), platform: Platform::ShortVideo }
}

/// How a question ended, in a word or two.
pub(crate) fn ended(outcome: &Outcome) -> String {
    match &outcome.end {
        End::Answered(answer) => format!("answered by {}", answer.upstream),
        End::Refused { .. } => "refused".to_owned(),
        End::Unusable { .. } => "unusable".to_owned(),
        End::Unknown { failure, .. } => format!("unknown: {}", failure.kind.name()),
        End::Failed { failure: Some(failure), .. } => format!("failed: {}", failure.kind.name()),
        End::Failed { failure: None, .. } => "failed".to_owned(),
    }
}

/// How much was spent at an upstream today, in answers.
pub(crate) async fn spent(upstreams: &Upstreams, at: usize) -> u64 {
    upstreams.status().await[at].spent_today_micro_yuan.expect("readable") / PRICE.0
}

/// A script of one rule.
pub(crate) fn rule(fault: &str) -> String {
    format!(r#"[{{"fault":{fault}}}]"#)
}

/// A script whose first `requests` fail.
pub(crate) fn first(requests: u64, fault: &str) -> String {
    format!(r#"[{{"when":{{"requests":[1,{requests}]}},"fault":{fault}}}]"#)
}

/// A script under which every answer takes `delay_ms`.
pub(crate) fn slow(delay_ms: u64) -> Script {
    Script::new(vec![Rule { delay_ms, ..Rule::default() }])
}

/// Waits for what a question does in its own time.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < deadline, "it never came to that");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What was logged.
#[derive(Clone, Default)]
pub(crate) struct Logged(Arc<Mutex<Vec<u8>>>);

impl Logged {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
    }
}

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Keeps what this thread logs, at any level, until the guard is dropped.
pub(crate) fn captured() -> (Logged, tracing::subscriber::DefaultGuard) {
    // Of one subscriber alone tracing takes it that threads without any decide for all what is never logged.
    static ANOTHER: OnceLock<tracing::Dispatch> = OnceLock::new();
    ANOTHER.get_or_init(|| capturing(Logged::default()));
    let logged = Logged::default();
    let guard = tracing::dispatcher::set_default(&capturing(logged.clone()));
    (logged, guard)
}

fn capturing(into: Logged) -> tracing::Dispatch {
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    tracing::Dispatch::new(lines.with_writer(move || into.clone()).finish())
}
