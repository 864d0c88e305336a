//! Imports: merged, whole, repeatable.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    Count, CreatorKey, CreatorState, Fen, ItemId, Platform, Post, PostHistory, Price, Snapshot, Tier, UnixTime,
};

use super::sample::{NOW, key, key_on, many, post, priced, reported, snapshots, state};
use super::{Store, import, try_import};
use crate::ImportOutcome;

async fn held<S: Store>(store: &S, key: &CreatorKey) -> Option<CreatorState> {
    store.state(key).await.expect("an answer")
}

/// Many creators, over several batches of any size: each has its own state and figures afterwards.
pub async fn what_is_imported_is_held<S: Store>(store: &S) {
    let states = many(3_000);
    let outcome = import(store, NOW, &states);
    assert_eq!(outcome, ImportOutcome { touched: 3_000, changed: 3_000, snapshots_added: 3_000 });
    for (key, state) in states.iter().step_by(101) {
        assert_eq!(held(store, key).await.as_ref(), Some(state));
        let latest = store.latest(key).await.expect("an answer").expect("the creator");
        assert_eq!(latest.estimated.into_iter().collect::<Vec<_>>(), snapshots(key, state));
        assert_eq!(latest.reported, None);
    }
}

/// The largest and smallest of everything a state and a snapshot can hold.
pub async fn every_value_survives<S: Store>(store: &S) {
    let mut state = reported(UnixTime(u32::MAX), (1 << 62) + 1);
    state.posts = (0..PostHistory::LIMIT as u32).map(extreme_post).collect();
    for (tier, fen) in Tier::ALL.into_iter().zip([1, Fen::MAX.0, 2, 3]) {
        state.merge(priced(tier, fen));
    }
    state.rate_card.add(Tier::Single, Price { as_of: UnixTime(u32::MAX), fen: Fen(3) });
    for platform in Platform::ALL {
        import(store, NOW, &[(key_on("Zz_-0123456789012345678901234567", platform), state.clone())]);
        let key = key_on("Zz_-0123456789012345678901234567", platform);
        assert_eq!(held(store, &key).await.as_ref(), Some(&state));
        let latest = store.latest(&key).await.expect("an answer").expect("the creator");
        let kept: Vec<Snapshot> = latest.estimated.into_iter().chain(latest.reported).collect();
        assert_eq!(kept, snapshots(&key, &state));
    }
}

fn extreme_post(index: u32) -> Post {
    let ids = ["0", "9223372036854775807", "9223372036854775808", "00", "_", "-----a-----b-----c-----d-----32c"];
    let counts = [Count::UNKNOWN, Count::from(0), Count::new(Count::MAX).expect("the largest count")];
    let pick = |step: u32| counts[(index / step) as usize % counts.len()];
    Post {
        item_id: ids[index as usize % ids.len()].parse::<ItemId>().expect("an id"),
        plays: if index.is_multiple_of(2) { Post::MAX_PLAYS } else { 0 },
        published_at: UnixTime(if index < 6 { 0 } else { u32::MAX - 1_000 + index }),
        captured_at: UnixTime(if index.is_multiple_of(3) { u32::MAX } else { 0 }),
        duration_s: pick(1),
        likes: pick(2),
        comments: pick(3),
        shares: pick(4),
        collects: pick(5),
        sponsored: [None, Some(false), Some(true)][index as usize % 3],
    }
}

/// What a later import brings is joined to what is held: posts, prices and report.
pub async fn a_second_import_merges<S: Store>(store: &S) {
    let parts = [state("1", 0, 10), state("2", 1, 20), priced(Tier::Over60s, 5_000), reported(NOW, 77)];
    let mut expected = CreatorState::default();
    for part in parts {
        let outcome = import(store, NOW, &[(key("1"), part.clone())]);
        assert_eq!((outcome.touched, outcome.changed), (1, 1));
        expected.merge(part);
        assert_eq!(held(store, &key("1")).await.as_ref(), Some(&expected));
    }
    let latest = store.latest(&key("1")).await.expect("an answer").expect("the creator");
    let kept: Vec<Snapshot> = latest.estimated.into_iter().chain(latest.reported).collect();
    assert_eq!(kept, snapshots(&key("1"), &expected));
}

/// The same files in any order end in the same states and figures.
pub async fn order_does_not_matter<S: Store>(store: &S) {
    let mut parts = vec![state("1", 0, 10), state("1", 0, 30), state("2", 5, 20), reported(NOW, 1), reported(NOW, 2)];
    let mut ends = Vec::new();
    for (author, _) in ["a", "b", "c", "d", "e"].into_iter().zip(0..) {
        parts.rotate_left(1);
        for part in &parts {
            import(store, NOW, &[(key(author), part.clone())]);
        }
        let latest = store.latest(&key(author)).await.expect("an answer").expect("the creator");
        let views = [latest.estimated, latest.reported].map(|snapshot| snapshot.map(|s| s.info.expected_views));
        ends.push((held(store, &key(author)).await.expect("a state"), views));
    }
    assert_eq!(ends[0].1, [Some(50), Some(2)]);
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

/// The same import again touches the creators and changes nothing.
pub async fn repeating_changes_nothing<S: Store>(store: &S) {
    let mut states = many(700);
    states[3].1.merge(reported(NOW, 5));
    states.push((key("no-posts"), CreatorState::default()));
    import(store, NOW, &states);
    let outcome = import(store, UnixTime(NOW.0 + 60), &states);
    assert_eq!(outcome, ImportOutcome { touched: 701, changed: 0, snapshots_added: 0 });
    assert_eq!(store.history(&states[3].0, 100).await.expect("a history").len(), 2);
    assert_eq!(store.creator_count().await.expect("a count"), 701);
}

/// An iterator that fails half way leaves the store as it was, ready for the import to be repeated.
pub async fn a_failing_iterator_leaves_nothing<S: Store>(store: &S) {
    let states = many(2_000);
    let mut failing = states.clone().into_iter().enumerate().map(|(index, state)| {
        if index == 1_500 {
            resume_unwind(Box::new("the file broke off"));
        }
        state
    });
    let result = try_import(store, NOW, &mut failing, &snapshots, &mut |_| {});
    assert!(result.is_err(), "{result:?}");
    assert_untouched_then_repeat(store, &states).await;
}

/// An estimate that fails leaves the store as it was.
pub async fn a_failing_estimate_leaves_nothing<S: Store>(store: &S) {
    let states = many(2_000);
    let calls = AtomicU64::new(0);
    let failing = |key: &CreatorKey, state: &CreatorState| {
        if calls.fetch_add(1, Ordering::Relaxed) == 1_500 {
            resume_unwind(Box::new("the estimate failed"));
        }
        snapshots(key, state)
    };
    let result = try_import(store, NOW, &mut states.clone().into_iter(), &failing, &mut |_| {});
    assert!(result.is_err(), "{result:?}");
    assert_untouched_then_repeat(store, &states).await;
}

/// A progress report that fails leaves the store as it was.
pub async fn a_failing_progress_leaves_nothing<S: Store>(store: &S) {
    let states = many(2_000);
    let mut failing = |_| resume_unwind(Box::new("the terminal is gone"));
    let result = try_import(store, NOW, &mut states.clone().into_iter(), &snapshots, &mut failing);
    assert!(result.is_err(), "{result:?}");
    assert_untouched_then_repeat(store, &states).await;
}

async fn assert_untouched_then_repeat<S: Store>(store: &S, states: &[(CreatorKey, CreatorState)]) {
    assert_eq!(store.creator_count().await.expect("a count"), 0);
    assert_eq!(held(store, &states[0].0).await, None);
    assert_eq!(store.latest(&states[0].0).await.expect("an answer"), None);
    assert_eq!(store.generations().await.expect("the generations").creators, 0);
    let outcome = import(store, NOW, states);
    assert_eq!(outcome.changed, states.len() as u64);
    assert_eq!(held(store, &states[0].0).await.as_ref(), Some(&states[0].1));
}

/// Progress grows and ends at the number of creators.
pub async fn progress_counts_up_to_the_end<S: Store>(store: &S) {
    let mut told = Vec::new();
    let states = many(2_000);
    let result = try_import(store, NOW, &mut states.into_iter(), &snapshots, &mut |done| told.push(done));
    assert_eq!(result.expect("an import").touched, 2_000);
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&2_000));
}

/// Nothing to import is an outcome of zeros.
pub async fn an_empty_import_is_no_error<S: Store>(store: &S) {
    assert_eq!(import(store, NOW, &[]), ImportOutcome::default());
    import(
        store,
        NOW,
        &[(key("1"), CreatorState { posts: [post("1", 0, 1)].into_iter().collect(), ..state("1", 0, 1) })],
    );
    assert_eq!(import(store, NOW, &[]), ImportOutcome::default());
}
