//! What is shared and kept: the daily budget, parking across processes, and what happens when it cannot be kept.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::MicroYuan;
use ledger::Day;
use tokio::task::JoinSet;
use upstream::{
    BreakerRecord, End, InMemory, Park, Settings, SharedRecord, SharedState, SharedStateError, SkipReason,
    UpstreamSettings, Upstreams,
};

use super::support::*;

#[tokio::test]
async fn two_processes_share_a_daily_budget_to_the_last_answer_and_it_is_whole_the_next_day() {
    let (shared, simulator) = (Arc::new(InMemory::default()), simulator(r#"[{"delay_ms":5}]"#).await);
    let start = || {
        let budget = Some(MicroYuan(PRICE.0 * 10 + 1));
        let settings = UpstreamSettings { daily_budget: budget, ..upstream("a", simulator.base_url()) };
        upstreams_on(shared.clone(), quick(), vec![settings])
    };
    let ((one, _), (other, hands)) = (start(), start());
    let mut asking = JoinSet::new();
    for id in 0..40 {
        let asked = if id % 2 == 0 { one.clone() } else { other.clone() };
        asking.spawn(async move { ended(&*asked.ask(creator(&id.to_string())).await) });
    }
    let ends = asking.join_all().await;
    assert_eq!(ends.iter().filter(|end| *end == "answered by a").count(), 10);
    assert_eq!((simulator.counts().billed, spent(&one, 0).await), (10, 10));
    for _ in 0..2 {
        let refused = other.ask(creator("99")).await;
        assert_eq!(refused.skips[0].reason, SkipReason::BudgetSpent);
        let End::Failed { retry_after, .. } = refused.end.clone() else { panic!("not failed") };
        assert_eq!(retry_after, Duration::from_secs(4 * 3600), "until midnight in Shanghai");
    }
    assert!(other.status().await[0].is_budget_spent());
    hands.set(NOON + 4 * HOUR);
    assert_eq!(ended(&*other.ask(creator("99")).await), "answered by a");
}

#[tokio::test]
async fn a_spent_budget_is_logged_once_a_day_and_another_upstream_may_be_asked_sooner() {
    let (logged, _guard) = captured();
    let (spent, failing) = (simulator("[]").await, simulator(&rule(r#"{"kind":"code","code":301}"#)).await);
    let without = UpstreamSettings { daily_budget: Some(MicroYuan::ZERO), ..upstream("a", spent.base_url()) };
    let (both, hands) = upstreams(quick(), vec![without, upstream("b", failing.base_url())]);
    for (day, now) in [NOON, NOON + 24 * HOUR].into_iter().enumerate() {
        hands.set(now);
        for _ in 0..3 {
            let End::Failed { retry_after, .. } = both.ask(creator("1")).await.end.clone() else { panic!("answered") };
            assert_eq!(retry_after, Duration::from_secs(5));
        }
        assert_eq!(warnings_of_a_spent_budget(&logged), day + 1);
    }
}

fn warnings_of_a_spent_budget(logged: &Logged) -> usize {
    logged.text().matches("WARN upstream::source: the day's budget covers no further call").count()
}

/// After what time another try is told to be worth it, to one whom the budget does not cover.
async fn sent_away(upstreams: &Upstreams, id: &str) -> Duration {
    let refused = upstreams.ask(creator(id)).await;
    assert_eq!(refused.skips[0].reason, SkipReason::BudgetSpent);
    let End::Failed { retry_after, .. } = refused.end.clone() else { panic!("not failed") };
    retry_after
}

/// What is only reserved may be given back in a moment: nobody is sent away until midnight for it.
#[tokio::test]
async fn a_budget_that_is_only_reserved_is_not_called_spent() {
    let (backoff, timeout) = (Duration::from_secs(2), Duration::from_millis(1_500));
    let settings = Settings { backoff_first: backoff, backoff_max: backoff, attempts_max: 2, ..quick() };
    for (fault, in_flight, end) in [
        (r#"{"kind":"hang"}"#, 1, "unknown: timed_out"),
        (r#"{"kind":"code","code":301}"#, 0, "failed: collection_failed"),
    ] {
        let (logged, _guard) = captured();
        let simulator = simulator(&rule(fault)).await;
        let budget = UpstreamSettings { daily_budget: Some(PRICE), timeout, ..upstream("a", simulator.base_url()) };
        let (one, _) = upstreams(settings.clone(), vec![budget]);
        let asking = one.clone();
        let under_way = tokio::spawn(async move { ended(&*asking.ask(creator("1")).await) });
        until(async || simulator.counts().requests == 1 && one.status().await[0].in_flight == in_flight).await;
        assert_eq!(sent_away(&one, "2").await, Duration::from_secs(5), "{fault}");
        assert_eq!((simulator.counts().requests, warnings_of_a_spent_budget(&logged)), (1, 0), "{fault}");
        assert_eq!(under_way.await.expect("no panic"), end);

        // Given back, it is everybody's; what may have been billed is not.
        simulator.set_script(simulator::Script::default());
        assert_eq!(ended(&*one.ask(creator("3")).await), if in_flight == 0 { "answered by a" } else { "failed" });
        assert_eq!(sent_away(&one, "4").await, Duration::from_secs(4 * 3600), "until midnight in Shanghai");
        assert_eq!(warnings_of_a_spent_budget(&logged), 1, "{fault}");
    }
}

#[tokio::test]
async fn what_is_unknown_counts_as_spent_and_what_was_not_billed_does_not() {
    let simulator = simulator(&first(1, r#"{"kind":"reset_after_reading"}"#)).await;
    let budget = Some(MicroYuan(PRICE.0 * 2));
    let settings = UpstreamSettings { daily_budget: budget, ..upstream("a", simulator.base_url()) };
    let (one, _) = upstreams(quick(), vec![settings]);
    assert_eq!(ended(&*one.ask(creator("1")).await), "unknown: no_answer");
    simulator.set_script(simulator::Script::from_json(&rule(r#"{"kind":"code","code":301}"#)).expect("a script"));
    for id in ["2", "3", "4"] {
        assert_eq!(ended(&*one.ask(creator(id)).await), "failed: collection_failed");
    }
    assert_eq!(spent(&one, 0).await, 1);
    simulator.set_script(simulator::Script::default());
    assert_eq!(ended(&*one.ask(creator("5")).await), "answered by a");
    assert_eq!(one.ask(creator("6")).await.skips[0].reason, SkipReason::BudgetSpent);
}

#[tokio::test]
async fn parking_is_seen_by_the_other_process_and_so_is_its_end() {
    let shared = Arc::new(InMemory::default());
    let simulator = simulator(&first(1, r#"{"kind":"code","code":303}"#)).await;
    let start = || upstreams_on(shared.clone(), quick(), vec![upstream("a", simulator.base_url())]).0;
    let (one, other) = (start(), start());
    assert_eq!(ended(&*one.ask(creator("1")).await), "failed: daily_quota_exceeded");
    assert_eq!(ended(&*other.ask(creator("2")).await), "failed");
    assert_eq!(simulator.counts().requests, 1);
    assert_eq!(other.unpark("a").await.expect("kept"), Some(true));
    assert_eq!(ended(&*one.ask(creator("3")).await), "answered by a");
}

/// Shared state that cannot be had.
struct Down;

fn down<T>() -> Result<T, SharedStateError> {
    Err(SharedStateError("the database is away".into()))
}

#[async_trait]
impl SharedState for Down {
    async fn load(&self, _: &str, _: Day) -> Result<SharedRecord, SharedStateError> {
        down()
    }
    async fn park(&self, _: &str, _: Park) -> Result<(), SharedStateError> {
        down()
    }
    async fn unpark(&self, _: &str) -> Result<bool, SharedStateError> {
        down()
    }
    async fn set_breaker(&self, _: &str, _: BreakerRecord) -> Result<(), SharedStateError> {
        down()
    }
    async fn reserve(&self, _: &str, _: Day, _: MicroYuan, _: Option<MicroYuan>) -> Result<bool, SharedStateError> {
        down()
    }
    async fn release(&self, _: &str, _: Day, _: MicroYuan) -> Result<(), SharedStateError> {
        down()
    }
}

#[tokio::test]
async fn nothing_is_sent_that_could_not_be_accounted_for() {
    let simulator = simulator("[]").await;
    let (one, _) = upstreams_on(Arc::new(Down), quick(), vec![upstream("a", simulator.base_url())]);
    let (logged, _guard) = captured();
    let outcome = one.ask(creator("1")).await;
    assert_eq!((ended(&outcome).as_str(), outcome.skips[0].reason), ("failed", SkipReason::NotAccountable));
    assert_eq!(logged.text().matches("the database is away").count(), 1, "{}", logged.text());
    assert_eq!(simulator.counts().connections, 0);
    assert_eq!(one.status().await[0].spent_today_micro_yuan, None);
}
