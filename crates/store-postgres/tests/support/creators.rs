//! Creators to import.

use domain::{Count, CpInfo, CreatorKey, CreatorState, PerTier, Platform, Post, Snapshot, SnapshotSource, UnixTime};
use store::{ImportOutcome, ImportRequest, ImportStore, StoreError};
use store_postgres::PostgresStore;

/// When the imports run.
pub(crate) const NOW: UnixTime = UnixTime(1_780_000_000);

/// Creators of an import: several batches.
pub(crate) const CREATORS: u64 = 3_500;

/// A key; in the order of `index` they are in the order of an import.
pub(crate) fn key(index: u64) -> CreatorKey {
    let author_id = format!("{}", 6_000_000_000_000_000_000 + index).parse().expect("an id");
    CreatorKey { author_id, platform: Platform::ShortVideo }
}

/// A post of ten plays for each day.
pub(crate) fn state(days: &[u32]) -> CreatorState {
    let posts = days.iter().map(|day| {
        let published_at = UnixTime(1_770_000_000 + day * UnixTime::DAY);
        Post {
            item_id: format!("{day}").parse().expect("an id"),
            plays: 10,
            published_at,
            captured_at: NOW,
            duration_s: Count::from(30),
            likes: Count::from(1_000),
            comments: Count::from(200),
            shares: Count::from(300),
            collects: Count::UNKNOWN,
            sponsored: Some(false),
        }
    });
    CreatorState { posts: posts.collect(), ..CreatorState::default() }
}

/// One estimate for each creator: all plays.
fn snapshots(key: &CreatorKey, state: &CreatorState) -> Vec<Snapshot> {
    let expected_views = state.posts.posts().iter().map(|post| post.plays).sum();
    vec![Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: SnapshotSource::Estimated,
        method: "sum/1".into(),
        as_of: NOW,
        info: CpInfo { expected_views, cpm: PerTier::default(), cpe: PerTier::default(), hot_item_bp: Some(0) },
        expected_interactions: None,
        range: None,
        prices: PerTier::default(),
        priced_at: None,
        hot_posts: None,
        bought_at: None,
    }]
}

/// Imports the creators, each with the posts of these days, on a thread of its own.
pub(crate) fn import(
    store: &PostgresStore,
    days: &[u32],
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<ImportOutcome, StoreError> {
    let import = || {
        let mut states = (0..CREATORS).map(|index| (key(index), state(days)));
        store.import(ImportRequest { states: &mut states, snapshots: &snapshots, now: NOW, progress })
    };
    std::thread::scope(|scope| scope.spawn(import).join()).expect("no panic")
}
