//! Time: the budget of a question, and the breaker by a clock of its own.

use std::time::{Duration, Instant};

use upstream::{BreakerSettings, BreakerState, End, Settings, SkipReason, UpstreamSettings};

use super::support::*;

#[tokio::test]
async fn a_question_never_takes_longer_than_its_budget() {
    let millis = Duration::from_millis;
    // Nothing else ends the question: neither its calls nor their number, in less than a minute.
    let (budget, attempt_min, backoff_max) = (millis(600), millis(100), millis(50));
    let settings = Settings { budget, attempt_min, attempts_max: 10_000, backoff_max, ..quick() };
    for script in [
        rule(r#"{"kind":"code","code":301}"#),
        rule(r#"{"kind":"hang"}"#),
        rule(r#"{"kind":"trickle","bytes":1,"every_ms":1}"#),
        rule(r#"{"kind":"code","code":302,"retry_after":"1"}"#),
        r#"[{"delay_ms":300,"fault":{"kind":"code","code":301}}]"#.to_owned(),
    ] {
        let simulators = [simulator(&script).await, simulator(&script).await];
        let upstreams_of_it = ["a", "b"].into_iter().zip(&simulators).map(|(name, simulator)| {
            upstream::UpstreamSettings { timeout: millis(60_000), ..upstream(name, simulator.base_url()) }
        });
        let (both, _) = upstreams(settings.clone(), upstreams_of_it.collect());
        let began = Instant::now();
        let outcome = both.ask(creator("42")).await;
        assert!(began.elapsed() < millis(20_000), "{script}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_call_is_not_begun_with_too_little_time_left() {
    let simulator = simulator(r#"[{"delay_ms":2000,"fault":{"kind":"code","code":301}}]"#).await;
    let (budget, attempt_min) = (Duration::from_millis(4_000), Duration::from_millis(2_000));
    let slow = UpstreamSettings { timeout: budget, ..upstream("a", simulator.base_url()) };
    let (one, _) = upstreams(Settings { budget, attempt_min, ..quick() }, vec![slow]);
    assert_eq!(ended(&*one.ask(creator("42")).await), "failed: collection_failed");
    assert_eq!(simulator.counts().requests, 1, "the second would have begun with less than 2 s left");
}

#[tokio::test]
async fn an_upstream_that_fails_slowly_is_given_up_while_the_next_one_still_has_its_time() {
    let millis = Duration::from_millis;
    let failing = simulator(r#"[{"delay_ms":1050,"fault":{"kind":"code","code":301}}]"#).await;
    let next = simulator("[]").await;
    let settings = Settings { budget: millis(3_000), attempt_min: millis(1_000), ..quick() };
    let slow = upstream("a", failing.base_url());
    let (both, _) = upstreams(settings.clone(), vec![slow.clone(), upstream("b", next.base_url())]);
    assert_eq!(ended(&*both.ask(creator("42")).await), "answered by b");
    assert_eq!(failing.counts().requests, 1, "a second call would have left the next upstream less than it took");

    let (one, _) = upstreams(settings.clone(), vec![slow.clone()]);
    assert_eq!(ended(&*one.ask(creator("42")).await), "failed: collection_failed", "not unknown: none was cut off");
    assert_eq!((failing.counts().requests, spent(&one, 0).await), (1 + 2, 0));

    // An upstream that is parked has no claim to the time that is left.
    let parked = simulator(&rule(r#"{"kind":"code","code":303}"#)).await;
    let (both, _) = upstreams(settings, vec![slow, upstream("b", parked.base_url())]);
    assert_eq!(ended(&*both.ask(creator("42")).await), "failed: daily_quota_exceeded");
    assert_eq!(ended(&*both.ask(creator("42")).await), "failed: collection_failed");
    assert_eq!((failing.counts().requests, parked.counts().requests), (3 + 1 + 2, 1));
}

#[tokio::test]
async fn an_upstream_that_is_spent_or_rate_limited_for_longer_has_no_claim_to_the_time_that_is_left() {
    let millis = Duration::from_millis;
    let next = simulator(&rule(r#"{"kind":"code","code":302,"retry_after":"50"}"#)).await;
    let spent = UpstreamSettings { daily_budget: Some(domain::MicroYuan::ZERO), ..upstream("b", next.base_url()) };
    for (behind, end) in
        [(spent, "failed: collection_failed"), (upstream("b", next.base_url()), "failed: rate_limited")]
    {
        let failing = simulator(r#"[{"delay_ms":1050,"fault":{"kind":"code","code":301}}]"#).await;
        let slow = upstream("a", failing.base_url());
        let (both, _) =
            upstreams(Settings { budget: millis(3_000), attempt_min: millis(1_000), ..quick() }, vec![slow, behind]);
        assert_eq!(ended(&*both.ask(creator("42")).await), end);
        assert_eq!(failing.counts().requests, 1, "the other one might have answered");
        assert_eq!(ended(&*both.ask(creator("42")).await), "failed: collection_failed");
        assert_eq!(failing.counts().requests, 1 + 2, "known to be of no help");
    }
}

#[tokio::test]
async fn the_breaker_opens_lets_one_through_and_closes_and_a_restart_changes_nothing() {
    let shared = std::sync::Arc::new(upstream::InMemory::default());
    let simulator = simulator(&rule(r#"{"kind":"code","code":301}"#)).await;
    let breaker =
        BreakerSettings { failures: 4, open_for: Duration::from_secs(10), open_for_max: Duration::from_secs(60) };
    let settings = Settings { breaker, ..quick() };
    let start = || upstreams_on(shared.clone(), settings.clone(), vec![upstream("a", simulator.base_url())]);
    let (one, _) = start();
    one.ask(creator("1")).await;
    assert_eq!(one.status().await[0].counts.streak_301, 3);
    let outcome = one.ask(creator("2")).await;
    assert_eq!((outcome.attempts.len(), simulator.counts().requests), (1, 4), "opened at the fourth failure");
    let outcome = one.ask(creator("3")).await;
    assert_eq!(outcome.skips[0].reason, SkipReason::BreakerOpen);
    let End::Failed { retry_after, .. } = outcome.end else { panic!("{outcome:?}") };
    assert_eq!((retry_after, simulator.counts().requests), (Duration::from_secs(10), 4));

    let (restarted, hands) = start();
    assert_eq!(restarted.ask(creator("3")).await.skips[0].reason, SkipReason::BreakerOpen);
    hands.set(NOON + 10_000);
    assert_eq!(restarted.status().await[0].breaker, BreakerState::HalfOpen);
    restarted.ask(creator("4")).await;
    assert_eq!(simulator.counts().requests, 5, "one call");
    assert_eq!(restarted.status().await[0].breaker_record.open_until_ms, NOON + 30_000, "for twice as long");
    hands.set(NOON + 30_000);
    simulator.set_script(simulator::Script::default());
    assert_eq!(ended(&*restarted.ask(creator("5")).await), "answered by a");
    assert_eq!(one.status().await[0].breaker, BreakerState::Closed, "seen by the other process too");
    assert_eq!(ended(&*one.ask(creator("6")).await), "answered by a");
}
