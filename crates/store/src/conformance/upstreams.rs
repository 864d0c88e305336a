//! What was bought from upstreams, and what servers share about them.

use std::task::Poll;

use domain::{CpInfo, CreatorKey, Fen, MicroYuan, PerTier, Platform, SnapshotSource, Tier, UnixTime};
use ledger::Day;

use super::Store;
use super::sample::{NOW, key, key_on, state};
use crate::{Bought, BoughtFilter, Latest, UpstreamRecord, UpstreamStore};

/// Everything the cases ask of a database.
pub trait Upstreams: Store + UpstreamStore {}

impl<S: Store + UpstreamStore> Upstreams for S {}

/// Expands to one test per case; the expression as for [`conformance!`](crate::conformance!).
#[macro_export]
macro_rules! upstreams_conformance {
    ($make:expr) => {
        $crate::conformance!(@module $make, upstreams:
            what_was_bought_is_kept, a_bought_answer_is_the_latest_and_history, an_unusable_answer_is_kept_and_not_served,
            bought_answers_are_listed_in_order, figures_can_be_read_again, bodies_are_forgotten_and_figures_stay,
            buying_changes_no_generation, an_upstream_never_heard_of_is_asked, the_later_parking_wins,
            breakers_are_replaced, spending_stays_within_the_budget_of_its_day,
            exactly_what_the_budget_covers_is_reserved, the_last_told_status_is_shown);
    };
}

const NOW_MS: u64 = NOW.0 as u64 * 1000;

fn info(expected_views: u64) -> CpInfo {
    let cost =
        |fen: u64| PerTier::from_fn(|tier| (tier != Tier::Single).then_some(Fen(fen + u64::from(tier.number()))));
    CpInfo { expected_views, hot_item_bp: 1200, cpm: cost(5000), cpe: cost(200) }
}

fn bought(key: CreatorKey, received_at_ms: u64, info: Option<CpInfo>) -> Bought {
    let (upstream, price) = ("main".to_owned(), MicroYuan(50_000));
    Bought { number: 0, key, upstream, received_at_ms, price, info, body: b"body".to_vec() }
}

async fn keep<S: Upstreams>(store: &S, bought: Bought) {
    store.keep_bought(bought).await.expect("kept");
}

async fn all<S: Upstreams>(store: &S, filter: BoughtFilter) -> Vec<Bought> {
    store.bought(BoughtFilter { limit: 100, ..filter }).await.expect("a list")
}

async fn latest<S: Upstreams>(store: &S, key: &CreatorKey) -> Option<Latest> {
    store.latest(key).await.expect("an answer")
}

/// Every value comes back as it was, the extremes too.
pub async fn what_was_bought_is_kept<S: Upstreams>(store: &S) {
    let costs = PerTier::default();
    let none = CpInfo { expected_views: 0, hot_item_bp: 0, cpm: costs, cpe: costs };
    let most = CpInfo { expected_views: i64::MAX as u64, hot_item_bp: u32::MAX, ..info(1) };
    let mut kept = vec![
        bought(key("7"), NOW_MS + 123, Some(info(380_245))),
        bought(key_on("_text-id", Platform::LiveStreaming), 0, Some(none)),
        Bought { upstream: "星图".into(), price: MicroYuan::ZERO, ..bought(key("7"), 1, Some(most)) },
        Bought { body: Vec::new(), ..bought(key("7"), 2, None) },
    ];
    for (bought, number) in kept.iter_mut().zip(1..) {
        keep(store, Bought { number: 999, ..bought.clone() }).await;
        bought.number = number;
    }
    assert_eq!(all(store, BoughtFilter::default()).await, kept);
    let too_large = CpInfo { expected_views: 1 << 63, ..info(1) };
    assert!(store.keep_bought(bought(key("7"), 3, Some(too_large))).await.is_err());
}

/// A creator of whom nothing but a bought answer is held is known; imports and purchases stand beside each other.
pub async fn a_bought_answer_is_the_latest_and_history<S: Upstreams>(store: &S) {
    assert_eq!(latest(store, &key("7")).await, None);
    keep(store, bought(key("7"), NOW_MS + 5_999, Some(info(1)))).await;
    keep(store, bought(key("7"), NOW_MS + 9_000, Some(info(2)))).await;
    keep(store, bought(key_on("7", Platform::ShortDrama), NOW_MS, Some(info(3)))).await;
    let held = latest(store, &key("7")).await.expect("known");
    assert_eq!((held.estimated, held.reported), (None, None));
    let snapshot = held.bought.expect("bought");
    assert_eq!((snapshot.source, &*snapshot.method), (SnapshotSource::Upstream, "upstream/main"));
    assert_eq!((snapshot.as_of, snapshot.info), (UnixTime(NOW.0 + 9), info(2)));
    assert_eq!((snapshot.expected_interactions, snapshot.range), (None, None));
    assert_eq!(snapshot.prices, PerTier::default());

    super::import(store, UnixTime(NOW.0 + 7), &[(key("7"), state("1", 0, 10))]);
    let held = latest(store, &key("7")).await.expect("known");
    assert!(held.estimated.is_some() && held.bought.is_some());
    let history = store.history(&key("7")).await.expect("a history");
    let seconds: Vec<u32> = history.iter().map(|(recorded_at, _)| recorded_at.0 - NOW.0).collect();
    assert_eq!(seconds, [9, 7, 5]);
    let only_imported = latest(store, &key_on("7", Platform::PictureText)).await;
    assert_eq!(only_imported, None);
}

/// It was paid for, so it is kept; nothing can be served of it.
pub async fn an_unusable_answer_is_kept_and_not_served<S: Upstreams>(store: &S) {
    keep(store, bought(key("7"), NOW_MS, None)).await;
    assert_eq!(latest(store, &key("7")).await, None);
    assert!(store.history(&key("7")).await.expect("a history").is_empty());
    keep(store, bought(key("7"), NOW_MS, Some(info(1)))).await;
    keep(store, bought(key("7"), NOW_MS + 1_000, None)).await;
    assert_eq!(latest(store, &key("7")).await.and_then(|held| held.bought).map(|of| of.info), Some(info(1)));
    assert_eq!(all(store, BoughtFilter::default()).await.len(), 3);
}

/// The oldest first, page by page, by creator, upstream and moment.
pub async fn bought_answers_are_listed_in_order<S: Upstreams>(store: &S) {
    for at in 0..6u64 {
        let upstream = if at % 2 == 0 { "even" } else { "odd" }.to_owned();
        let key = if at < 3 { key("1") } else { key("2") };
        keep(store, Bought { upstream, ..bought(key, NOW_MS + at, Some(info(at))) }).await;
    }
    let numbers = |list: Vec<Bought>| list.into_iter().map(|bought| bought.number).collect::<Vec<_>>();
    let none = BoughtFilter::default();
    assert_eq!(numbers(all(store, none.clone()).await), [1, 2, 3, 4, 5, 6]);
    assert_eq!(numbers(all(store, BoughtFilter { key: Some(key("2")), ..none.clone() }).await), [4, 5, 6]);
    assert_eq!(numbers(all(store, BoughtFilter { upstream: Some("odd".into()), ..none.clone() }).await), [2, 4, 6]);
    assert_eq!(numbers(all(store, BoughtFilter { since_ms: NOW_MS + 4, ..none.clone() }).await), [5, 6]);
    assert_eq!(numbers(all(store, BoughtFilter { after: 2, key: Some(key("1")), ..none.clone() }).await), [3]);
    let page = store.bought(BoughtFilter { after: 1, limit: 2, ..none }).await.expect("a page");
    assert_eq!(numbers(page), [2, 3]);
}

/// What a later release reads from a body replaces what an earlier one read.
pub async fn figures_can_be_read_again<S: Upstreams>(store: &S) {
    keep(store, bought(key("7"), NOW_MS, None)).await;
    assert!(store.reread_bought(1, Some(info(5))).await.expect("an answer"));
    assert_eq!(latest(store, &key("7")).await.and_then(|held| held.bought).map(|of| of.info), Some(info(5)));
    assert!(store.reread_bought(1, None).await.expect("an answer"));
    assert_eq!(all(store, BoughtFilter::default()).await, [Bought { number: 1, ..bought(key("7"), NOW_MS, None) }]);
    assert!(!store.reread_bought(2, None).await.expect("an answer"));
}

/// The oldest first, so many at once.
pub async fn bodies_are_forgotten_and_figures_stay<S: Upstreams>(store: &S) {
    for at in 0..4u64 {
        keep(store, bought(key("7"), NOW_MS + at, Some(info(at)))).await;
    }
    assert_eq!(store.forget_bodies(NOW_MS, 10).await.expect("a number"), 0);
    assert_eq!(store.forget_bodies(NOW_MS + 3, 2).await.expect("a number"), 2);
    let bodies = async || {
        let list = all(store, BoughtFilter::default()).await;
        assert!(list.iter().all(|bought| bought.info.is_some()));
        list.into_iter().map(|bought| bought.body.len()).collect::<Vec<_>>()
    };
    assert_eq!(bodies().await, [0, 0, 4, 4]);
    assert_eq!(store.forget_bodies(NOW_MS + 3, 2).await.expect("a number"), 1);
    assert_eq!(store.forget_bodies(NOW_MS + 3, 2).await.expect("a number"), 0);
    assert_eq!(bodies().await, [0, 0, 0, 4]);
}

/// A server would read everything again after each purchase.
pub async fn buying_changes_no_generation<S: Upstreams>(store: &S) {
    let before = store.generations().await.expect("generations");
    keep(store, bought(key("7"), NOW_MS, Some(info(1)))).await;
    store.park_upstream("main", 7, 303).await.expect("parked");
    assert_eq!(store.generations().await.expect("generations"), before);
}

async fn record<S: Upstreams>(store: &S, upstream: &str, day: i32) -> UpstreamRecord {
    store.upstream_record(upstream, Day::from_number(day)).await.expect("a record")
}

/// Nothing is known of it that would keep anybody from asking.
pub async fn an_upstream_never_heard_of_is_asked<S: Upstreams>(store: &S) {
    assert_eq!(record(store, "main", 1).await, UpstreamRecord::default());
    assert!(!store.unpark_upstream("main").await.expect("an answer"));
    assert!(store.bought(BoughtFilter::default()).await.expect("a list").is_empty(), "a limit of none");
}

/// Of two servers that park it the later end counts.
pub async fn the_later_parking_wins<S: Upstreams>(store: &S) {
    for (until_ms, code, expected) in
        [(10, 303, (10, 303)), (9, 100, (10, 303)), (10, 601, (10, 601)), (20, 602, (20, 602))]
    {
        store.park_upstream("main", until_ms, code).await.expect("parked");
        assert_eq!(record(store, "main", 1).await.parked, Some(expected));
    }
    assert_eq!(record(store, "other", 1).await.parked, None);
    assert!(store.unpark_upstream("main").await.expect("an answer"));
    assert!(!store.unpark_upstream("main").await.expect("an answer"));
    assert_eq!(record(store, "main", 1).await.parked, None);
    store.park_upstream("main", 1, 303).await.expect("parked");
    assert_eq!(record(store, "main", 1).await.parked, Some((1, 303)));
}

/// The last one set stands, whatever else is known.
pub async fn breakers_are_replaced<S: Upstreams>(store: &S) {
    store.park_upstream("main", 5, 303).await.expect("parked");
    for (open_until_ms, openings) in [(100, 1), (50, u32::MAX), (0, 0)] {
        store.set_breaker("main", open_until_ms, openings).await.expect("set");
        let known = record(store, "main", 1).await;
        assert_eq!((known.breaker_open_until_ms, known.breaker_openings), (open_until_ms, openings));
        assert_eq!(known.parked, Some((5, 303)));
    }
}

/// Checked and added in one step; days and upstreams are apart.
pub async fn spending_stays_within_the_budget_of_its_day<S: Upstreams>(store: &S) {
    let (one, two) = (Day::from_number(1), Day::from_number(2));
    let budget = Some(MicroYuan(100));
    let reserve = async |upstream: &'static str, day, price, budget| {
        store.reserve_spending(upstream, day, MicroYuan(price), budget).await.expect("an answer")
    };
    assert!(!reserve("main", one, 101, budget).await);
    assert!(reserve("main", one, 60, budget).await && reserve("main", one, 40, budget).await);
    assert!(!reserve("main", one, 1, budget).await);
    assert!(reserve("main", one, 0, budget).await, "what costs nothing is covered");
    assert!(reserve("main", two, 100, budget).await && reserve("other", one, 100, budget).await);
    assert!(reserve("main", one, 7, None).await, "without a budget nothing is too much");
    assert!(!reserve("main", one, 0, budget).await, "over a budget that was lowered nothing is covered");
    assert_eq!(record(store, "main", 1).await.spent, MicroYuan(107));
    store.release_spending("main", one, MicroYuan(7)).await.expect("released");
    assert_eq!(record(store, "main", 1).await.spent, MicroYuan(100));
    store.release_spending("main", one, MicroYuan(1000)).await.expect("released");
    assert_eq!(
        (record(store, "main", 1).await.spent, record(store, "main", 2).await.spent),
        (MicroYuan(0), MicroYuan(100))
    );
    store.release_spending("never", one, MicroYuan(1)).await.expect("released");
    assert_eq!(record(store, "never", 1).await, UpstreamRecord::default());
}

/// Fifty at once against a budget of exactly seventeen.
pub async fn exactly_what_the_budget_covers_is_reserved<S: Upstreams>(store: &S) {
    let day = Day::from_number(1);
    // Polled in turns by one task: the database works on all of them meanwhile.
    let mut asked: Vec<_> =
        (0..50).map(|_| store.reserve_spending("main", day, MicroYuan(10), Some(MicroYuan(175)))).collect();
    let mut granted = 0;
    std::future::poll_fn(|context| {
        asked.retain_mut(|asked| match asked.as_mut().poll(context) {
            Poll::Ready(answer) => {
                granted += u32::from(answer.expect("an answer"));
                false
            }
            Poll::Pending => true,
        });
        if asked.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    assert_eq!(granted, 17);
    assert_eq!(record(store, "main", 1).await.spent, MicroYuan(170));
}

/// One row for each server and upstream, the latest first.
pub async fn the_last_told_status_is_shown<S: Upstreams>(store: &S) {
    for (server, upstream, at, status) in [
        ("a", "two", 5, "{}"),
        ("a", "one", 5, "old"),
        ("b", "one", 6, "b's"),
        ("a", "one", 7, "new"),
        ("c", "one", 1, "c's"),
    ] {
        store.tell_upstream(server, upstream, UnixTime(at), status).await.expect("told");
    }
    let told = store.told_of_upstreams(UnixTime(2)).await.expect("a list");
    let told: Vec<_> =
        told.iter().map(|(server, upstream, at, status)| (&**upstream, &**server, at.0, &**status)).collect();
    assert_eq!(told, [("one", "a", 7, "new"), ("one", "b", 6, "b's"), ("two", "a", 5, "{}")]);
}
