//! What is read back of creators.

use domain::{CreatorState, Fen, Platform, Price, Snapshot, Tier, UnixTime};

use super::profiles::profile;
use super::sample::{NOW, key, key_on, priced, reported, snapshots, state};
use super::{Store, import};
use crate::Latest;

fn later(seconds: u32) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

/// Nothing is held of a creator that no import brought.
pub async fn an_unknown_creator_is_none<S: Store>(store: &S) {
    import(store, NOW, &[(key("7"), state("1", 0, 10))]);
    for unknown in [key("8"), key("77"), key("07"), key_on("7", Platform::PictureText)] {
        assert_eq!(store.latest(&unknown).await.expect("an answer"), None, "{unknown:?}");
        assert_eq!(store.state(&unknown).await.expect("an answer"), None, "{unknown:?}");
        assert!(store.history(&unknown, 100).await.expect("an answer").is_empty(), "{unknown:?}");
    }
}

/// A creator whose posts allow no estimate is known, with nothing to serve.
pub async fn a_creator_without_estimate_is_known<S: Store>(store: &S) {
    let states = [(key("1"), priced(Tier::From1To20s, 100)), (key("2"), CreatorState::default())];
    let outcome = import(store, NOW, &states);
    assert_eq!((outcome.changed, outcome.snapshots_added), (2, 0));
    for (key, state) in states {
        assert_eq!(store.latest(&key).await.expect("an answer"), Some(Latest::default()));
        assert_eq!(store.state(&key).await.expect("an answer"), Some(state));
        assert!(store.history(&key, 100).await.expect("an answer").is_empty());
    }
}

/// One creator on four platforms is four creators.
pub async fn platforms_are_apart<S: Store>(store: &S) {
    let states = Platform::ALL.map(|platform| {
        let plays = 10 + u64::from(platform.number());
        (key_on("7", platform), state("1", 0, plays))
    });
    import(store, NOW, &states);
    for (key, state) in states {
        let latest = store.latest(&key).await.expect("an answer").expect("the creator");
        assert_eq!(latest.estimated.into_iter().collect::<Vec<_>>(), snapshots(&key, &state));
        assert_eq!(store.state(&key).await.expect("an answer"), Some(state));
    }
    assert_eq!(store.creator_count().await.expect("a count"), 4);
}

/// All states, some at a time, with their profiles.
pub async fn states_come_in_the_order_of_an_import<S: Store>(store: &S) {
    assert_eq!(store.states(None, 10).await.expect("nobody"), []);
    let states = [
        (key("1000"), state("1", 0, 10)),
        (key("2"), profile(5, Some(7), "美食", "")),
        (key_on("2", Platform::PictureText), state("1", 0, 30)),
        (key("30"), reported(NOW, 5)),
        (key("a"), CreatorState::default()),
    ];
    import(store, NOW, &states);
    let (mut all, mut behind) = (Vec::new(), None);
    loop {
        let page = store.states(behind.as_ref(), 2).await.expect("states");
        let Some((last, _)) = page.last() else { break };
        assert!(page.len() <= 2);
        behind = Some(last.clone());
        all.extend(page);
    }
    assert_eq!(all, states);
}

/// Ids that are no numbers, or numbers not written the usual way, are apart from those that are.
pub async fn text_ids_are_ids<S: Store>(store: &S) {
    let ids = ["42", "042", "-42", "_42", "9223372036854775807", "9223372036854775808", "abc", "ABC", "a-_Z", "0"];
    let states = ids.into_iter().zip(1..).map(|(id, plays)| (key(id), state("1", 0, plays))).collect::<Vec<_>>();
    import(store, NOW, &states);
    import(store, NOW, &states);
    for (key, state) in states {
        assert_eq!(store.state(&key).await.expect("an answer"), Some(state), "{key:?}");
        assert_eq!(store.history(&key, 100).await.expect("a history").len(), 1, "{key:?}");
    }
    assert_eq!(store.creator_count().await.expect("a count"), ids.len() as u64);
}

/// Each source has its own newest snapshot.
pub async fn the_newest_snapshot_of_each_source_is_the_latest<S: Store>(store: &S) {
    let mut expected = CreatorState::default();
    let parts = [state("1", 0, 10), reported(NOW, 70), state("2", 1, 20), reported(later(5), 80), state("3", 2, 5)];
    for (part, seconds) in parts.into_iter().zip(0..) {
        import(store, later(seconds), &[(key("7"), part.clone())]);
        expected.merge(part);
        let latest = store.latest(&key("7")).await.expect("an answer").expect("the creator");
        let kept: Vec<_> = latest.estimated.into_iter().chain(latest.reported).collect();
        assert_eq!(kept, snapshots(&key("7"), &expected));
    }
}

/// History holds every snapshot with the moment of its import, newest first.
pub async fn history_comes_newest_first<S: Store>(store: &S) {
    // Twelve, for numbers that are sorted as text would show here.
    for round in 0..12 {
        import(store, later(round), &[(key("7"), state("1", 0, 100 + u64::from(round)))]);
    }
    import(store, later(12), &[(key("7"), reported(NOW, 5)), (key("8"), state("1", 0, 9))]);
    let history = store.history(&key("7"), 100).await.expect("a history");
    let told: Vec<_> = history.iter().map(|(at, snapshot)| (at.0 - NOW.0, snapshot.info.expected_views)).collect();
    let estimates = (0..12).rev().map(|round| (round, 100 + u64::from(round)));
    assert_eq!(told, [(12, 5)].into_iter().chain(estimates).collect::<Vec<_>>());
}

/// A state that changes without changing the figures adds nothing to the history; figures that change back do.
pub async fn unchanged_figures_are_not_recorded_again<S: Store>(store: &S) {
    import(store, NOW, &[(key("7"), state("1", 0, 10))]);
    let mut same_figures = state("1", 0, 10);
    same_figures.posts = same_figures
        .posts
        .posts()
        .iter()
        .cloned()
        .map(|mut post| {
            post.sponsored = Some(true);
            post
        })
        .collect();
    let outcome = import(store, later(1), &[(key("7"), same_figures)]);
    assert_eq!((outcome.changed, outcome.snapshots_added), (1, 0));
    let outcome = import(store, later(2), &[(key("7"), priced(Tier::Over60s, 700))]);
    assert_eq!((outcome.changed, outcome.snapshots_added), (1, 1));
    let history = store.history(&key("7"), 100).await.expect("a history");
    assert_eq!(history.iter().map(|(at, _)| at.0 - NOW.0).collect::<Vec<_>>(), [2, 0]);
}

/// A row says when its prices came. That they were seen again later adds none, and the next row says when they were seen last.
pub async fn a_price_seen_again_is_no_news<S: Store>(store: &S) {
    let seen = |days: u32, fen: u64| {
        let mut state = CreatorState::default();
        state.rate_card.add(Tier::Over60s, Price { as_of: later(days * UnixTime::DAY), fen: Fen(fen) });
        state
    };
    let parts =
        [state("1", 0, 10), seen(1, 700), seen(2, 700), state("2", 1, 20), seen(3, 900), seen(4, 0), seen(5, 0)];
    let mut added = Vec::new();
    for (part, seconds) in parts.into_iter().zip(0..) {
        added.push(import(store, later(seconds), &[(key("7"), part)]).snapshots_added);
    }
    assert_eq!(added, [1, 1, 0, 1, 1, 1, 0]);
    let mut history = store.history(&key("7"), 100).await.expect("a history");
    history.reverse();
    let days = |moment: UnixTime| moment.seconds_since(NOW) / UnixTime::DAY;
    let priced = |snapshot: &Snapshot| (snapshot.prices[Tier::Over60s].map(|fen| fen.0), snapshot.priced_at.map(days));
    let told: Vec<_> = history.iter().map(|(_, snapshot)| priced(snapshot)).collect();
    let expected = [(None, None), (Some(700), Some(1)), (Some(700), Some(2)), (Some(900), Some(3)), (None, Some(4))];
    assert_eq!(told, expected);
    let posts: Vec<_> = history.iter().map(|(_, snapshot)| snapshot.hot_posts).collect();
    // A share of thirty views is not known in this sample.
    assert_eq!(posts, [Some(1), Some(1), None, None, None]);
}

/// Creators are counted by creator and platform, once each.
pub async fn creators_are_counted<S: Store>(store: &S) {
    assert_eq!(store.creator_count().await.expect("a count"), 0);
    import(store, NOW, &[(key("1"), state("1", 0, 10)), (key("2"), state("1", 0, 10))]);
    import(store, NOW, &[(key("2"), state("2", 1, 10)), (key_on("2", Platform::ShortDrama), state("1", 0, 10))]);
    assert_eq!(store.creator_count().await.expect("a count"), 3);
}
