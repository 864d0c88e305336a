//! Creators to import, shared by the tests of durability and of concurrency.

use domain::{
    Count, CpInfo, CreatorKey, CreatorState, ItemId, PerTier, Platform, Post, PostHistory, Snapshot, SnapshotSource,
    UnixTime,
};
use store::{ImportOutcome, ImportRequest, ImportStore, StoreError};
use store_sqlite::SqliteStore;

/// When the imports run.
pub(crate) const NOW: UnixTime = UnixTime(1_780_000_000);

/// Creators of an import: at 64 posts with long ids each, 7 MB, more than a writing connection keeps in memory, so
/// that a killed import has written to the file.
pub(crate) const CREATORS: u64 = 2_000;

/// A key; in the order of `index` they are in the order of an import.
pub(crate) fn key(index: u64) -> CreatorKey {
    let author_id = format!("{}", 6_000_000_000_000_000_000 + index).parse().expect("an id");
    CreatorKey { author_id, platform: Platform::ShortVideo }
}

/// A full history whose every post has `plays` plays.
pub(crate) fn state(index: u64, plays: u64) -> CreatorState {
    let posts = (0..PostHistory::LIMIT as u32).map(|day| {
        let published_at = UnixTime(1_770_000_000 + day * UnixTime::DAY);
        Post {
            item_id: ItemId::parse(format!("a-post-of-32-characters-{index:08}").as_bytes()).expect("an id"),
            plays,
            published_at,
            // More plays were counted later: of two captures of a post the later one is kept.
            captured_at: UnixTime(published_at.0 + 30 * UnixTime::DAY + plays as u32),
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

/// One estimate for each creator.
pub(crate) fn snapshots(key: &CreatorKey, state: &CreatorState) -> Vec<Snapshot> {
    let expected_views = state.posts.posts().iter().map(|post| post.plays).max().unwrap_or_default();
    vec![Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: SnapshotSource::Estimated,
        method: "max/1".into(),
        as_of: state.posts.captured_at().unwrap_or_default(),
        info: CpInfo { expected_views, cpm: PerTier::default(), cpe: PerTier::default(), hot_item_bp: Some(0) },
        expected_interactions: None,
        range: None,
        prices: PerTier::default(),
        priced_at: None,
        hot_posts: None,
        bought_at: None,
    }]
}

/// Imports all creators with `plays` plays.
pub(crate) fn import(
    store: &SqliteStore,
    plays: u64,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<ImportOutcome, StoreError> {
    let mut states = (0..CREATORS).map(|index| (key(index), state(index, plays)));
    store.import(ImportRequest { states: &mut states, snapshots: &snapshots, now: NOW, progress })
}
