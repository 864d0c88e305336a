//! Answers, kept and listed.

use std::sync::Arc;

use domain::{CpInfo, Fen, MicroYuan, PerTier, Platform};
use tokio::task::JoinSet;

use super::super::sample::{key, key_on};
use super::Upstreams;
use super::sample::{NOW_MS, all, bought, info, keep, list};
use crate::{Bought, BoughtFilter};

/// The answers with the numbers they are given in an empty store.
fn numbered(answers: &[Bought]) -> Vec<Bought> {
    answers.iter().cloned().zip(1..).map(|(answer, number)| Bought { number, ..answer }).collect()
}

/// Usable or not, in the extremes, with any bytes for a body, or none: each reads back as it was, by its number.
pub async fn every_value_of_an_answer_survives<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let most = i64::MAX as u64;
    let every_tier = PerTier::from_fn(|_| Some(Fen(most)));
    let largest = CpInfo { expected_views: most, cpm: every_tier, cpe: every_tier, hot_item_bp: Some(u32::MAX - 1) };
    let least = CpInfo { expected_views: 0, cpm: PerTier::default(), cpe: PerTier::default(), hot_item_bp: Some(0) };
    let answers = [
        bought("7", 0, Some(10)),
        Bought { info: Some(largest), price: MicroYuan::MAX, ..bought("-a_Z", 1, None) },
        Bought { info: Some(least), price: MicroYuan::ZERO, body: Vec::new(), ..bought("042", 2, None) },
        Bought {
            received_at_ms: 0,
            age_s: u32::MAX,
            body: (0..=255).collect(),
            upstream: "备用".into(),
            ..bought("42", 3, None)
        },
        Bought { received_at_ms: 4_294_967_295_999, key: key_on("7", Platform::ShortDrama), ..bought("7", 0, Some(1)) },
    ];
    keep(&*one, &answers).await;
    // Whatever number an answer says it has.
    keep(&*other, &[Bought { number: 1, ..bought("7", 4, Some(11)) }]).await;
    let kept = all(&*other).await;
    assert_eq!(kept[..5], numbered(&answers));
    assert!(kept[5].number > 5 && kept.len() == 6, "{kept:?}");
    assert_eq!(all(&*one).await, kept);
}

/// By creator and platform, by upstream, by moment, and all of it at once.
pub async fn answers_are_filtered<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    let on_another_platform = Bought { key: key_on("7", Platform::PictureText), ..bought("7", 2, Some(3)) };
    let of_another = Bought { upstream: "mainland".into(), ..bought("7", 3, None) };
    let answers =
        [bought("7", 0, Some(1)), bought("8", 1, Some(2)), on_another_platform, of_another, bought("7", 4, None)];
    keep(&*one, &answers).await;
    let numbers = async |filter| list(&*one, filter).await.iter().map(|answer| answer.number).collect::<Vec<_>>();
    let every = BoughtFilter { limit: 9, ..BoughtFilter::default() };
    assert_eq!(numbers(every.clone()).await, [1, 2, 3, 4, 5]);
    let of_7 = BoughtFilter { key: Some(key("7")), ..every.clone() };
    assert_eq!(numbers(of_7.clone()).await, [1, 4, 5]);
    assert_eq!(numbers(BoughtFilter { key: Some(key("77")), ..every.clone() }).await, [0; 0]);
    let of_global = BoughtFilter { upstream: Some("global".into()), ..every.clone() };
    assert_eq!(numbers(of_global.clone()).await, [1, 2, 3, 5]);
    let since_ms = NOW_MS + 1_789;
    assert_eq!(numbers(BoughtFilter { since_ms, ..every.clone() }).await, [2, 3, 4, 5]);
    assert_eq!(numbers(BoughtFilter { since_ms: since_ms + 1, ..of_7.clone() }).await, [4, 5]);
    assert_eq!(numbers(BoughtFilter { after: 1, limit: 1, ..of_7 }).await, [4]);
    assert_eq!(numbers(BoughtFilter { since_ms, after: 2, key: Some(key("7")), ..of_global }).await, [5]);
    assert_eq!(numbers(BoughtFilter { limit: 0, ..every.clone() }).await, [0; 0]);
    assert_eq!(numbers(BoughtFilter { after: u64::MAX, since_ms: u64::MAX, ..every }).await, [0; 0]);
}

/// Page after page, everything comes once.
pub async fn pages_have_no_gap_and_no_repeat<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    let answers: Vec<Bought> = (0..11).map(|number| bought("7", 20 - number, Some(number))).collect();
    keep(&*one, &answers).await;
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let page = list(&*one, BoughtFilter { after, limit: 4, ..BoughtFilter::default() }).await;
        let Some(last) = page.last() else { break };
        after = last.number;
        seen.extend(page);
    }
    assert_eq!(seen, numbered(&answers));
}

/// Figures read again from a body take the place of those there were, or of none; nothing else changes.
pub async fn figures_are_replaced<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let mut answers = [bought("7", 0, None), bought("7", 1, Some(5)), bought("8", 2, Some(6))];
    keep(&*one, &answers).await;
    for (number, info) in [(1, Some(info(70))), (2, None)] {
        assert!(one.reread_bought(&key("7"), number, info).await.expect("an answer"));
        answers[number as usize - 1].info = info;
    }
    assert_eq!(all(&*other).await, numbered(&answers));
    for unknown in [0, 4, u64::MAX] {
        assert!(!one.reread_bought(&key("7"), unknown, Some(info(1))).await.expect("an answer"), "{unknown}");
    }
    let latest = other.latest(&key("7")).await.expect("an answer").expect("the creator");
    assert_eq!(latest.bought.map(|bought| bought.info), Some(info(70)));
}

/// What is as old as the moment, or younger, keeps its body; figures stay.
pub async fn only_old_bodies_are_forgotten<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let mut answers = [bought("7", 0, Some(1)), bought("7", 1, None), bought("7", 2, Some(3))];
    keep(&*one, &answers).await;
    let before_ms = answers[2].received_at_ms;
    assert_eq!(one.forget_bodies(answers[0].received_at_ms, 9).await.expect("a number"), 0);
    assert_eq!(one.forget_bodies(before_ms, 9).await.expect("a number"), 2);
    answers[..2].iter_mut().for_each(|answer| answer.body.clear());
    for store in [&one, &other] {
        assert_eq!(all(&**store).await, numbered(&answers));
        assert_eq!(store.forget_bodies(before_ms, 9).await.expect("a number"), 0);
    }
    assert_eq!(one.history(&key("7"), 100).await.expect("a history").len(), 2);
    assert_eq!(other.forget_bodies(u64::MAX, 9).await.expect("a number"), 1);
}

/// At most as many as said, the oldest first.
pub async fn so_many_bodies_are_forgotten_at_once<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    let answers: Vec<Bought> = (0..7).map(|number| bought("7", 7 - number, Some(number))).collect();
    keep(&*one, &answers).await;
    let mut forgotten = Vec::new();
    for limit in [0, 3, 3, 3, 3] {
        forgotten.push(one.forget_bodies(NOW_MS + 60_000, limit).await.expect("a number"));
        let left = all(&*one).await.iter().filter(|answer| !answer.body.is_empty()).count();
        assert_eq!(left, 7 - forgotten.iter().sum::<u64>() as usize);
        if forgotten == [0, 3] {
            assert!(all(&*one).await[4..].iter().all(|answer| answer.body.is_empty()), "the oldest go first");
        }
    }
    assert_eq!(forgotten, [0, 3, 3, 1, 0]);
}

/// Kept by two servers at once, each answer is there once, with a number of its own.
pub async fn what_is_kept_at_once_is_all_kept<S: Upstreams + 'static>(stores: [Arc<S>; 2]) {
    let mut keeping = JoinSet::new();
    for number in 0..48 {
        let store = stores[number as usize % 2].clone();
        keeping.spawn(async move { store.keep_bought(bought("7", number, Some(number))).await });
    }
    keeping.join_all().await.into_iter().for_each(|kept| kept.expect("kept"));
    let kept = all(&*stores[0]).await;
    assert!(kept.is_sorted_by(|a, b| a.number < b.number), "{kept:?}");
    let mut views: Vec<_> = kept.iter().filter_map(|answer| answer.info.map(|info| info.expected_views)).collect();
    views.sort_unstable();
    assert_eq!(views, (0..48).collect::<Vec<_>>());
}
