//! What all servers know of an upstream together.

use std::sync::Arc;

use domain::{MicroYuan, UnixTime};
use ledger::Day;
use tokio::task::JoinSet;

use super::super::sample::NOW;
use super::Upstreams;
use super::sample::NOW_MS;
use crate::{AuditFilter, ToldOfUpstream, UpstreamRecord};

const UPSTREAM: &str = "global";

fn today() -> Day {
    Day::of(NOW_MS)
}

async fn record<S: Upstreams>(store: &S) -> UpstreamRecord {
    store.upstream_record(UPSTREAM, today()).await.expect("a record")
}

async fn park<S: Upstreams>(store: &S, until_ms: u64, code: u16) {
    store.park_upstream(UPSTREAM, until_ms, code).await.expect("parked");
}

async fn reserve<S: Upstreams>(store: &S, price: u64, budget: Option<u64>) -> bool {
    let (price, budget) = (MicroYuan(price), budget.map(MicroYuan));
    store.reserve_spending(UPSTREAM, today(), price, budget).await.expect("an answer")
}

async fn release<S: Upstreams>(store: &S, price: u64) {
    store.release_spending(UPSTREAM, today(), MicroYuan(price)).await.expect("released");
}

/// An upstream nobody told of is neither parked nor broken, and nothing was spent there.
pub async fn nothing_is_known_at_first<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    assert_eq!(record(&*one).await, UpstreamRecord::default());
    assert!(!one.unpark_upstream(UPSTREAM).await.expect("an answer"));
    release(&*one, 5).await;
    assert_eq!(record(&*one).await, UpstreamRecord::default());
    assert_eq!(one.told_of_upstreams(UnixTime(0)).await.expect("the status"), []);
}

/// Of two parkings the one that ends later counts, with its code; of two that end together the last one.
pub async fn a_later_parking_wins<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    for (until_ms, code, expected) in [
        (NOW_MS, 303, (NOW_MS, 303)),
        (NOW_MS - 1, 100, (NOW_MS, 303)),
        (NOW_MS, 601, (NOW_MS, 601)),
        (NOW_MS + 5, 602, (NOW_MS + 5, 602)),
    ] {
        park(&*one, until_ms, code).await;
        assert_eq!(record(&*other).await.parked, Some(expected));
    }
    assert_eq!(one.upstream_record("mainland", today()).await.expect("a record").parked, None);
}

/// Whoever ends a parking is told that there was one, once; afterwards any parking counts.
pub async fn a_parking_is_ended_once<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    park(&*one, NOW_MS, 303).await;
    one.set_breaker(UPSTREAM, 7, 1).await.expect("a breaker");
    assert!(other.unpark_upstream(UPSTREAM).await.expect("an answer"));
    let expected = UpstreamRecord { breaker_open_until_ms: 7, breaker_openings: 1, ..UpstreamRecord::default() };
    assert_eq!(record(&*one).await, expected, "the breaker is another matter");
    assert!(!one.unpark_upstream(UPSTREAM).await.expect("an answer"));
    park(&*one, 1, 100).await;
    assert_eq!(record(&*other).await.parked, Some((1, 100)));
}

/// An unparking is an operator's change, in the audit log with what it ended. Where nothing was parked nothing is noted, and a
/// server that parks is no operator.
pub async fn an_unparking_is_noted_once<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    park(&*one, NOW_MS, 601).await;
    for was_parked in [true, false] {
        assert_eq!(other.unpark_upstream(UPSTREAM).await.expect("an answer"), was_parked);
    }
    assert!(!one.unpark_upstream("mainland").await.expect("an answer"));
    let log = one.audit_log(AuditFilter { limit: 10, ..AuditFilter::default() }).await.expect("the log");
    let [entry] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((entry.action.as_str(), entry.subject.as_str()), ("upstream.unpark", "upstream global"));
    assert!(entry.detail.contains("601") && !entry.actor.is_empty() && entry.at_ms > 0, "{entry:?}");
}

/// Of many operators who unpark at once one ends the parking, and one entry is noted.
pub async fn a_parking_is_ended_by_one_of_many<S: Upstreams + 'static>(stores: [Arc<S>; 2]) {
    park(&*stores[0], NOW_MS, 303).await;
    let mut unparking = JoinSet::new();
    for number in 0..16 {
        let store = stores[number % 2].clone();
        unparking.spawn(async move { store.unpark_upstream(UPSTREAM).await.expect("an answer") });
    }
    assert_eq!(unparking.join_all().await.into_iter().filter(|was_parked| *was_parked).count(), 1);
    let log = stores[0].audit_log(AuditFilter { limit: 10, ..AuditFilter::default() }).await.expect("the log");
    assert_eq!(log.len(), 1, "{log:?}");
}

/// A breaker is what was said last, whether that is more or less; parking and spending are another matter.
pub async fn a_breaker_is_replaced<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    assert!(reserve(&*one, 5, None).await);
    for (open_until_ms, openings) in [(NOW_MS, 3), (NOW_MS - 9, 4), (i64::MAX as u64, u32::MAX), (0, 0)] {
        one.set_breaker(UPSTREAM, open_until_ms, openings).await.expect("a breaker");
        let (breaker_open_until_ms, breaker_openings) = (open_until_ms, openings);
        let expected = UpstreamRecord { parked: None, breaker_open_until_ms, breaker_openings, spent: MicroYuan(5) };
        assert_eq!(record(&*other).await, expected);
    }
}

/// Up to the budget and not over it, which may change; a refusal reserves nothing.
pub async fn spending_keeps_to_the_budget<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let steps = [
        (11, Some(10), false, 0),
        (4, Some(10), true, 4),
        (6, Some(10), true, 10),
        (1, Some(10), false, 10),
        (0, Some(10), true, 10),
        (1, Some(11), true, 11),
        (0, Some(3), false, 11),
        (5, None, true, 16),
        (1, Some(u64::MAX), true, 17),
        (MicroYuan::MAX.0, None, true, MicroYuan::MAX.0 + 17),
        (u64::MAX, Some(u64::MAX), false, MicroYuan::MAX.0 + 17),
    ];
    for (at, (price, budget, granted, spent)) in steps.into_iter().enumerate() {
        assert_eq!(reserve(&*one, price, budget).await, granted, "step {at}");
        assert_eq!(record(&*other).await.spent, MicroYuan(spent), "step {at}");
    }
}

/// A budget is a day's and an upstream's own.
pub async fn days_and_upstreams_are_apart<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    let tomorrow = Day::from_number(today().number() + 1);
    let budget = Some(MicroYuan(3));
    for (upstream, day) in [("global", today()), ("global", tomorrow), ("mainland", today())] {
        for granted in [true, false] {
            let reserved = one.reserve_spending(upstream, day, MicroYuan(2), budget).await.expect("an answer");
            assert_eq!(reserved, granted, "{upstream} {day}");
        }
    }
    release(&*one, 2).await;
    let spent = async |upstream, day| one.upstream_record(upstream, day).await.expect("a record").spent.0;
    assert_eq!([spent("global", today()).await, spent("global", tomorrow).await], [0, 2]);
    assert_eq!([spent("mainland", today()).await, spent("mainland", tomorrow).await], [2, 0]);
}

/// What is taken back twice, or was never reserved, opens no budget.
pub async fn no_less_than_nothing_is_spent<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    assert!(reserve(&*one, 5, Some(5)).await);
    for price in [3, 3, 3, u64::MAX] {
        release(&*one, price).await;
    }
    assert_eq!(record(&*one).await.spent, MicroYuan::ZERO);
    assert!(!reserve(&*one, 6, Some(5)).await);
    assert!(reserve(&*one, 5, Some(5)).await);
}

/// Sixty-four at once, from two servers, against a budget for exactly some of them: so many get theirs.
pub async fn exactly_what_the_budget_covers_is_reserved<S: Upstreams + 'static>(stores: [Arc<S>; 2]) {
    for covered in [0, 1, 23, 63, 64] {
        let day = Day::from_number(covered as i32);
        let mut reserving = JoinSet::new();
        for number in 0..64 {
            let store = stores[number % 2].clone();
            let budget = Some(MicroYuan(10 * covered + 9));
            reserving.spawn(async move { store.reserve_spending(UPSTREAM, day, MicroYuan(10), budget).await });
        }
        let granted = reserving.join_all().await.into_iter().filter(|granted| *granted.as_ref().expect("an answer"));
        assert_eq!(granted.count() as u64, covered);
        let spent = stores[0].upstream_record(UPSTREAM, day).await.expect("a record").spent;
        assert_eq!(spent, MicroYuan(10 * covered));
    }
}

/// Two servers that reserve and take back at once: what is left is what was not taken back.
pub async fn a_release_is_never_lost<S: Upstreams + 'static>(stores: [Arc<S>; 2]) {
    let mut spending = JoinSet::new();
    for number in 0..32 {
        let store = stores[number % 2].clone();
        spending.spawn(async move {
            assert!(reserve(&*store, 10, None).await);
            if number % 4 != 0 {
                release(&*store, 10).await;
            }
        });
    }
    spending.join_all().await;
    assert_eq!(record(&*stores[1]).await.spent, MicroYuan(80));
}

/// One status for each server and upstream, in the order of the upstreams and then the latest first.
pub async fn the_last_that_was_told_is_kept<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let at = |seconds| UnixTime(NOW.0 + seconds);
    for (server, upstream, seconds, status) in [
        ("a", "mainland", 0, "{}"),
        ("a", "global", 5, "{\"open\":true}"),
        ("b", "global", 3, "{}"),
        ("a", "global", 1, "{\"open\":false}"),
    ] {
        one.tell_upstream(server, upstream, at(seconds), status).await.expect("told");
    }
    let told = other.told_of_upstreams(at(0)).await.expect("the status");
    let told_by = |server: &str, upstream: &str, seconds, status: &str| {
        let [server, upstream, status] = [server, upstream, status].map(str::to_owned);
        ToldOfUpstream { server, upstream, at: at(seconds), status }
    };
    let expected = [
        told_by("b", "global", 3, "{}"),
        told_by("a", "global", 1, "{\"open\":false}"),
        told_by("a", "mainland", 0, "{}"),
    ];
    assert_eq!(told, expected);
    let later = other.told_of_upstreams(at(2)).await.expect("the status");
    assert_eq!(later.iter().map(|one| one.server.as_str()).collect::<Vec<_>>(), ["b"]);
}

/// Forgotten is what was told last before the moment, of whatever server and upstream, once; told again, it is there again.
pub async fn only_what_was_told_long_ago_is_forgotten<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let at = |seconds| UnixTime(NOW.0 + seconds);
    for (server, upstream, seconds) in
        [("a", "global", 0), ("a", "mainland", 5), ("b", "global", 4), ("c", "global", 9)]
    {
        one.tell_upstream(server, upstream, at(seconds), "{}").await.expect("told");
    }
    one.tell_upstream("b", "global", at(6), "{}").await.expect("told");
    let forget = async |store: &S, seconds| store.forget_told(at(seconds)).await.expect("a number");
    let left = async || {
        let told = one.told_of_upstreams(at(0)).await.expect("the status");
        told.iter().map(|told| format!("{} {}", told.server, told.upstream)).collect::<Vec<_>>()
    };
    assert_eq!(forget(&other, 0).await, 0);
    assert_eq!(left().await, ["c global", "b global", "a global", "a mainland"]);
    assert_eq!(forget(&other, 6).await, 2);
    assert_eq!(left().await, ["c global", "b global"]);
    assert_eq!(forget(&one, 6).await, 0);
    one.tell_upstream("a", "global", at(20), "{}").await.expect("told");
    assert_eq!(forget(&one, 20).await, 2);
    assert_eq!(left().await, ["a global"]);
}
