//! Many callers at once: one call for one question, never more in flight than allowed, fewer after a 302.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::CreatorKey;
use tokio::task::JoinSet;
use upstream::{
    BeingKept, BreakerRecord, BreakerSettings, BreakerState, End, InMemory, Journal, Outcome, Park, ParkReason,
    Settings, SharedState, SkipReason, Surroundings, UpstreamSettings, Upstreams,
};

use super::support::*;

async fn ask_all(upstreams: &Upstreams, ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut asking = JoinSet::new();
    for id in ids {
        let upstreams = upstreams.clone();
        asking.spawn(async move { ended(&*upstreams.ask(creator(&id)).await) });
    }
    asking.join_all().await
}

#[tokio::test]
async fn a_thousand_callers_with_one_question_are_one_call_paid_once() {
    let simulator = simulator(r#"[{"delay_ms":1000}]"#).await;
    let (one, _) = upstreams(quick(), vec![upstream("a", simulator.base_url())]);
    let ends = ask_all(&one, (0..1_000).map(|_| "42".to_owned())).await;
    assert_eq!(ends.len(), 1_000);
    assert!(ends.iter().all(|end| end == "answered by a"), "{ends:?}");
    assert_eq!((simulator.counts().requests, simulator.counts().billed, spent(&one, 0).await), (1, 1, 1));
    ask_all(&one, ["42".to_owned()].into_iter()).await;
    assert_eq!(simulator.counts().requests, 2, "what has landed is not kept: that is the cache's");
}

/// Remembers what it was told.
#[derive(Default)]
struct Told(Mutex<Vec<(CreatorKey, String)>>);

impl Journal for Told {
    fn record(&self, key: CreatorKey, outcome: Arc<Outcome>, _: BeingKept) {
        self.0.lock().expect("not poisoned").push((key, ended(&outcome)));
    }
}

/// Goes on keeping for as long as this is full.
#[derive(Default)]
struct Slow(Mutex<Vec<BeingKept>>);

impl Journal for Slow {
    fn record(&self, _: CreatorKey, _: Arc<Outcome>, being_kept: BeingKept) {
        self.0.lock().expect("not poisoned").push(being_kept);
    }
}

#[tokio::test]
async fn an_answer_that_is_still_being_kept_is_everybodys_answer_and_not_bought_again() {
    let (simulator, slow) = (simulator("[]").await, Arc::new(Slow::default()));
    let surroundings = Surroundings { journal: slow.clone(), ..Surroundings::new(Arc::new(InMemory::default())) };
    let one = Upstreams::new(vec![upstream("a", simulator.base_url())], quick(), surroundings).expect("good settings");
    for _ in 0..3 {
        assert_eq!(ended(&*one.ask(creator("42")).await), "answered by a");
    }
    assert_eq!(simulator.counts().requests, 1, "nobody can have found it elsewhere");
    slow.0.lock().expect("not poisoned").clear();
    one.ask(creator("42")).await;
    assert_eq!(simulator.counts().requests, 2, "it is found elsewhere, and who asks all the same wants a new one");
}

#[tokio::test]
async fn a_caller_who_hangs_up_stops_nothing_and_what_came_of_it_is_kept_once() {
    let (simulator, told) = (simulator(r#"[{"delay_ms":1000}]"#).await, Arc::new(Told::default()));
    let surroundings = Surroundings { journal: told.clone(), ..Surroundings::new(Arc::new(InMemory::default())) };
    let one = Upstreams::new(vec![upstream("a", simulator.base_url())], quick(), surroundings).expect("good settings");
    let hung_up = tokio::time::timeout(Duration::from_millis(20), one.ask(creator("42"))).await;
    assert!(hung_up.is_err());
    let ends = ask_all(&one, (0..10).map(|_| "42".to_owned())).await;
    assert_eq!(ends, vec!["answered by a"; 10]);
    assert_eq!((simulator.counts().requests, spent(&one, 0).await), (1, 1), "the same call");
    let hung_up = tokio::time::timeout(Duration::from_millis(20), one.ask(creator("43"))).await;
    assert!(hung_up.is_err());
    one.drained().await;
    let told = told.0.lock().expect("not poisoned").clone();
    assert_eq!(told, ["42", "43"].map(|id| (creator(id), "answered by a".to_owned())));
}

#[tokio::test]
async fn never_more_calls_are_in_flight_than_configured_and_all_places_are_used() {
    let simulator = simulator(r#"[{"delay_ms":10}]"#).await;
    let (one, _) = upstreams(quick(), vec![upstream("a", simulator.base_url())]);
    let ends = ask_all(&one, (0..80).map(|id| id.to_string())).await;
    assert!(ends.iter().all(|end| end == "answered by a"), "{ends:?}");
    assert_eq!((simulator.counts().requests, simulator.counts().in_flight_max), (80, 4));
    let status = &one.status().await[0];
    assert_eq!((status.in_flight, status.concurrency, status.counts.calls["0"]), (0, 4, 80));
    assert!(status.counts.latency_p50_us.expect("calls") >= 10_000 && status.counts.success_bp == Some(10_000));
}

#[tokio::test]
async fn no_place_in_time_means_the_next_upstream() {
    let (busy, next) = (simulator(r#"[{"delay_ms":1000}]"#).await, simulator("[]").await);
    let one_at_a_time = UpstreamSettings { concurrency_max: NonZeroU32::MIN, ..upstream("a", busy.base_url()) };
    let (both, _) = upstreams(quick(), vec![one_at_a_time, upstream("b", next.base_url())]);
    let mut ends = ask_all(&both, (0..3).map(|id| id.to_string())).await;
    ends.sort();
    assert_eq!(ends, ["answered by a", "answered by b", "answered by b"]);
}

/// Asks 24 at once of a busy upstream with 4 places and 150 ms for an answer, before another one with one place and this script, whose
/// breaker was left like this; tells how they ended, and how often the other one was asked.
async fn ask_busy_before(script: &str, breaker: BreakerRecord) -> (Vec<String>, u64, Upstreams) {
    let (busy, other) = (simulator(r#"[{"delay_ms":150}]"#).await, simulator(script).await);
    let shared = Arc::new(InMemory::default());
    shared.set_breaker("b", breaker).await.expect("kept");
    let b = UpstreamSettings { concurrency_max: NonZeroU32::MIN, ..upstream("b", other.base_url()) };
    let settings = Settings { breaker: BreakerSettings { failures: 1, ..BreakerSettings::default() }, ..quick() };
    let (both, _) = upstreams_on(shared, settings, vec![upstream("a", busy.base_url()), b]);
    let ends = ask_all(&both, (0..24).map(|id| id.to_string())).await;
    (ends, other.counts().requests, both)
}

const HALF_OPEN: BreakerRecord = BreakerRecord { open_until_ms: NOON, openings: 1 };

#[tokio::test]
async fn a_dead_upstream_that_one_call_may_try_takes_nobody_from_a_busy_one() {
    for script in
        [rule(r#"{"kind":"code","code":600}"#), r#"[{"delay_ms":300,"fault":{"kind":"code","code":600}}]"#.to_owned()]
    {
        let (ends, asked, both) = ask_busy_before(&script, HALF_OPEN).await;
        assert_eq!(ends, vec!["answered by a"; 24], "{script}");
        let b = both.status().await.remove(1);
        assert_eq!((asked, b.breaker, b.spent_today_micro_yuan), (1, BreakerState::Open, Some(0)), "one tried it");
    }
}

#[tokio::test]
async fn who_waits_at_a_busy_upstream_goes_to_the_other_one_once_its_breaker_is_closed() {
    let (ends, asked, both) = ask_busy_before(r#"[{"delay_ms":10}]"#, HALF_OPEN).await;
    assert!(ends.iter().all(|end| end.starts_with("answered by")), "{ends:?}");
    assert_eq!(asked, ends.iter().filter(|end| *end == "answered by b").count() as u64);
    assert!(asked > 1, "{ends:?}");
    assert_eq!(both.status().await[1].breaker, BreakerState::Closed);
}

#[tokio::test]
async fn who_waits_at_the_other_upstream_when_its_breaker_opens_goes_back_to_the_busy_one() {
    let script = r#"[{"delay_ms":100,"fault":{"kind":"code","code":600}}]"#;
    let (ends, asked, _) = ask_busy_before(script, BreakerRecord::default()).await;
    assert_eq!((ends, asked), (vec!["answered by a".to_owned(); 24], 1));
}

#[tokio::test]
async fn a_302_lowers_the_concurrency_and_successes_raise_it_slowly() {
    let simulator = simulator(&first(1, r#"{"kind":"code","code":302}"#)).await;
    let eight =
        UpstreamSettings { concurrency_max: NonZeroU32::MIN.saturating_add(7), ..upstream("a", simulator.base_url()) };
    let (one, _) = upstreams(quick(), vec![eight]);
    assert_eq!(ended(&*one.ask(creator("1")).await), "answered by a");
    assert_eq!(one.status().await[0].concurrency, 4);
    simulator.set_script(slow(5));
    ask_all(&one, (100..118).map(|id| id.to_string())).await;
    assert_eq!((one.status().await[0].concurrency, simulator.counts().in_flight_max), (4, 4));
    ask_all(&one, (200..300).map(|id| id.to_string())).await;
    assert_eq!(one.status().await[0].concurrency, 8, "and back to what is configured, never over it");
    ask_all(&one, (300..400).map(|id| id.to_string())).await;
    assert_eq!((one.status().await[0].concurrency, simulator.counts().in_flight_max), (8, 8));
}

#[tokio::test]
async fn the_pause_of_a_302_is_everybodys_and_is_told() {
    let simulator = simulator(&first(1, r#"{"kind":"code","code":302,"retry_after":"60"}"#)).await;
    let (one, _) = upstreams(Settings { attempts_max: 1, ..quick() }, vec![upstream("a", simulator.base_url())]);
    let outcome = one.ask(creator("1")).await;
    let End::Failed { retry_after, .. } = &outcome.end else { panic!("{outcome:?}") };
    assert!(*retry_after > Duration::from_secs(50), "{retry_after:?}");
    assert_eq!(ended(&*one.ask(creator("2")).await), "failed");
    assert_eq!(simulator.counts().requests, 1);
    let status = one.status().await.remove(0);
    assert_eq!((status.paused_until_ms, status.park), (Some(NOON + 60_000), None));
}

/// Of two that were told to stay away at once, the one who hears of it last does not say that it is shorter than it is.
#[tokio::test]
async fn the_log_tells_the_parking_that_stands() {
    let (logged, _guard) = captured();
    let simulator = simulator(
        r#"[{"when":{"author_id":"1"},"delay_ms":1000,"fault":{"kind":"code","code":303}},
            {"delay_ms":2000,"fault":{"kind":"code","code":302,"retry_after":"3600"}}]"#,
    )
    .await;
    let (one, _) = upstreams(quick(), vec![upstream("a", simulator.base_url())]);
    ask_all(&one, ["1", "2"].map(str::to_owned).into_iter()).await;
    let (logged, park) = (logged.text(), one.status().await[0].park);
    assert_eq!(park, Some(Park { until_ms: NOON + 4 * HOUR, reason: ParkReason::DailyQuotaExceeded }));
    let parked: Vec<&str> = logged.lines().filter(|line| line.contains("upstream parked")).collect();
    let stands = |line: &&str| line.contains("reason=DailyQuotaExceeded until=\"2026-11-24T16:00:00Z\"");
    assert!(parked.len() == 2 && parked.iter().all(stands), "{parked:?}");
}

#[tokio::test]
async fn a_302_that_says_to_stay_away_for_long_parks_for_ten_minutes_at_most_until_the_operator_ends_it() {
    let (logged, _guard) = captured();
    let simulator = simulator(&first(3, r#"{"kind":"code","code":302,"retry_after":"86400"}"#)).await;
    let shared = Arc::new(InMemory::default());
    let start = || upstreams_on(shared.clone(), quick(), vec![upstream("a", simulator.base_url())]);
    let ((one, hands), (other, _)) = (start(), start());
    for (number, now) in [NOON, NOON + 600_000].into_iter().enumerate() {
        hands.set(now);
        let outcome = one.ask(creator("1")).await;
        let End::Failed { retry_after, .. } = &outcome.end else { panic!("{outcome:?}") };
        assert_eq!((*retry_after, outcome.attempts.len()), (Duration::from_secs(600), 1));
        let park = Park { until_ms: now + 600_000, reason: ParkReason::RateLimited };
        assert_eq!(other.status().await[0].park, Some(park), "every process knows");
        assert_eq!(
            logged.text().matches("WARN upstream::source: upstream parked").count(),
            number + 1,
            "{}",
            logged.text()
        );
    }
    assert_eq!(one.ask(creator("1")).await.skips[0].reason, SkipReason::Parked(ParkReason::RateLimited));
    assert_eq!(simulator.counts().requests, 2);
    simulator.set_script(simulator::Script::default());
    assert_eq!(other.unpark("a").await.expect("kept"), Some(true));
    assert_eq!(ended(&*one.ask(creator("1")).await), "answered by a");
}
