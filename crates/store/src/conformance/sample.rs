//! Creators and figures to test with.

use domain::{
    AuthorId, Count, CpInfo, CreatorKey, CreatorState, Fen, ItemId, PerTier, Platform, Post, Price, Range, Reported,
    Snapshot, SnapshotSource, Tier, UnixTime,
};

/// When the first import of a case runs.
pub(super) const NOW: UnixTime = UnixTime(1_780_000_000);

/// A creator on the default platform.
pub(super) fn key(author_id: &str) -> CreatorKey {
    key_on(author_id, Platform::ShortVideo)
}

/// A creator on a platform.
pub(super) fn key_on(author_id: &str, platform: Platform) -> CreatorKey {
    CreatorKey { author_id: author_id.parse::<AuthorId>().expect("an id"), platform }
}

/// A post, published `day` days after the first of all.
pub(super) fn post(item_id: &str, day: u32, plays: u64) -> Post {
    let published_at = UnixTime(1_770_000_000 + day * UnixTime::DAY);
    Post {
        item_id: item_id.parse::<ItemId>().expect("an id"),
        plays,
        published_at,
        captured_at: UnixTime(published_at.0 + 20 * UnixTime::DAY),
        duration_s: Count::from(45),
        likes: Count::from(900),
        comments: Count::UNKNOWN,
        shares: Count::from(0),
        collects: Count::new(Count::MAX).expect("the largest count"),
        sponsored: None,
    }
}

/// A state with one post.
pub(super) fn state(item_id: &str, day: u32, plays: u64) -> CreatorState {
    CreatorState { posts: [post(item_id, day, plays)].into_iter().collect(), ..CreatorState::default() }
}

/// A state with a report only.
pub(super) fn reported(as_of: UnixTime, expected_views: u64) -> CreatorState {
    let prices = PerTier::from_fn(|tier| (tier != Tier::Single).then_some(Fen(820_000)));
    let cpe = PerTier::from_fn(|tier| (tier == Tier::Over60s).then_some(Fen(633)));
    CreatorState { reported: Some(Reported { as_of, expected_views, cpe, prices }), ..CreatorState::default() }
}

/// A state with a price only.
pub(super) fn priced(tier: Tier, fen: u64) -> CreatorState {
    let mut state = CreatorState::default();
    state.rate_card.add(tier, Price { as_of: NOW, fen: Fen(fen) });
    state
}

/// `count` creators with a post each, in the order of an import.
pub(super) fn many(count: u64) -> Vec<(CreatorKey, CreatorState)> {
    let ids = (0..count).map(|index| format!("{}", 7_000_000_000_000_000_000 + index * 7));
    ids.zip(1..).map(|(id, plays)| (key(&id), state("1", 0, plays))).collect()
}

/// Sorts as an import asks: by the text of the id, then by platform.
pub(super) fn sort(states: &mut [(CreatorKey, CreatorState)]) {
    states.sort_by_key(|(key, _)| (key.author_id.to_string(), key.platform.number()));
}

/// A stand-in for the estimator: all plays, where there are posts; the report, where there is one.
pub(super) fn snapshots(key: &CreatorKey, state: &CreatorState) -> Vec<Snapshot> {
    let posts = state.posts.posts();
    let estimated = state.posts.captured_at().map(|as_of| {
        let expected_views = posts.iter().map(|post| post.plays).sum();
        let range = Some(Range { p25: expected_views / 2, p75: expected_views });
        snapshot(key, SnapshotSource::Estimated, as_of, expected_views, range, state.rate_card.fen())
    });
    let reported = state.reported.map(|reported| {
        snapshot(key, SnapshotSource::Reported, reported.as_of, reported.expected_views, None, reported.prices)
    });
    let with_basis = |snapshot: Snapshot| Snapshot {
        priced_at: state.rate_card.as_of(),
        hot_posts: snapshot.info.hot_item_bp.and_then(|_| u8::try_from(posts.len()).ok()).filter(|posts| *posts > 0),
        ..snapshot
    };
    estimated.into_iter().chain(reported).map(with_basis).collect()
}

fn snapshot(
    key: &CreatorKey,
    source: SnapshotSource,
    as_of: UnixTime,
    expected_views: u64,
    range: Option<Range>,
    prices: PerTier<Option<Fen>>,
) -> Snapshot {
    let cost = |divisor: u64| PerTier::from_fn(|tier| prices[tier].map(|price| Fen(price.0 / divisor)));
    Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source,
        method: if source == SnapshotSource::Estimated { "sum-all/1".into() } else { "xingtu-reported/1".into() },
        as_of,
        info: CpInfo {
            expected_views,
            cpm: cost(7),
            cpe: cost(1_000),
            hot_item_bp: (!expected_views.is_multiple_of(3)).then_some(1200),
        },
        expected_interactions: range.map(|range| range.p25 / 40),
        range,
        prices,
        priced_at: None,
        hot_posts: None,
        bought_at: None,
    }
}
