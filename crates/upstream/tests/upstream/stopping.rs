//! The end of the process: who waits before a call is told at once, and nothing stays reserved for it.

use std::num::NonZeroU32;
use std::time::Duration;

use domain::MicroYuan;
use simulator::{Fault, Rule, Script, When};
use tokio::task::JoinHandle;
use upstream::{End, Outcome, Settings, SkipReason, UpstreamSettings, Upstreams};

use super::support::*;

/// Settings under which every wait of a question is long.
fn slow_waits() -> Settings {
    let waits = Duration::from_secs(50);
    let (budget, backoff_first, backoff_max, wait_max) = (upstream::BUDGET_MAX, waits, waits, waits);
    Settings { budget, backoff_first, backoff_max, wait_max, ..quick() }
}

fn asking(upstreams: &Upstreams, id: &str) -> JoinHandle<std::sync::Arc<Outcome>> {
    let (upstreams, key) = (upstreams.clone(), creator(id));
    tokio::spawn(async move { upstreams.ask(key).await })
}

#[tokio::test]
async fn a_question_that_waits_after_an_unbilled_call_ends_with_its_reservation_taken_back() {
    for (fault, end) in [
        (r#"{"kind":"code","code":302,"retry_after":"40"}"#, "failed: rate_limited"),
        (r#"{"kind":"code","code":301}"#, "failed: collection_failed"),
        (r#"{"kind":"html","http":502}"#, "failed: error_page"),
    ] {
        let (failing, next) = (simulator(&rule(fault)).await, simulator("[]").await);
        let budget = Some(MicroYuan(PRICE.0));
        let with_budget = UpstreamSettings { daily_budget: budget, ..upstream("a", failing.base_url()) };
        let (both, _) = upstreams(slow_waits(), vec![with_budget, upstream("b", next.base_url())]);
        let waiting = asking(&both, "1");
        until(async || both.status().await[0].counts.calls.values().sum::<u64>() == 1).await;
        assert_eq!(spent(&both, 0).await, 1, "{fault}");
        both.stop_waiting();
        let outcome = waiting.await.expect("no panic");
        let End::Failed { retry_after, .. } = &outcome.end else { panic!("{outcome:?}") };
        assert!(*retry_after >= Duration::from_secs(1), "{retry_after:?}");
        assert_eq!((ended(&outcome).as_str(), outcome.attempts.len()), (end, 1), "{fault}");
        assert_eq!((spent(&both, 0).await, next.counts().requests), (0, 0), "{fault}");
        both.drained().await;
    }
}

#[tokio::test]
async fn a_question_that_waits_for_a_place_ends_and_the_call_in_flight_goes_on() {
    let simulator = simulator(r#"[{"delay_ms":1000}]"#).await;
    let narrow = UpstreamSettings { concurrency_max: NonZeroU32::MIN, ..upstream("a", simulator.base_url()) };
    let (one, _) = upstreams(slow_waits(), vec![narrow]);
    let in_flight = asking(&one, "1");
    until(async || simulator.counts().in_flight == 1).await;
    let waiting = asking(&one, "2");
    tokio::time::sleep(Duration::from_millis(20)).await;
    one.stop_waiting();
    let outcome = waiting.await.expect("no panic");
    assert_eq!((ended(&outcome).as_str(), outcome.skips[0].reason), ("failed", SkipReason::Stopping));
    assert_eq!(simulator.counts().in_flight, 1, "at once");
    assert_eq!(ended(&in_flight.await.expect("no panic")), "answered by a");
    // Who need not wait is answered still.
    assert_eq!(ended(&*one.ask(creator("3")).await), "answered by a");
    assert_eq!(spent(&one, 0).await, 2);
}

#[tokio::test]
async fn a_call_in_flight_that_fails_after_the_stop_is_not_made_again_later() {
    let simulator = simulator(&rule(r#"{"kind":"code","code":301}"#)).await;
    let when = When { author_id: Some("1".to_owned()), ..When::default() };
    let fault = Some(Fault::Code { code: 301, http: None, retry_after: None, message: None });
    simulator.set_script(Script::new(vec![Rule { when, delay_ms: 1_000, fault }]));
    let (one, _) = upstreams(slow_waits(), vec![upstream("a", simulator.base_url())]);
    let in_flight = asking(&one, "1");
    until(async || simulator.counts().in_flight == 1).await;
    one.stop_waiting();
    assert_eq!(ended(&in_flight.await.expect("no panic")), "failed: collection_failed");
    assert_eq!((simulator.counts().requests, spent(&one, 0).await), (1, 0));
}
