//! The hot share as creators are sorted by it: drawn towards the usual one, the more so the fewer posts it rests on.
//!
//! One post is hot or not, so that a share of it is 0 or 100 % and says next to nothing. `(hot + 3) ÷ (posts + 25)` counts 25 usual
//! posts beside those of the creator: the mean of the share once these are known, where shares are spread before as Beta(3, 22)
//! (Gelman et al., *Bayesian Data Analysis*, 3rd ed., section 2.4). Why these numbers, and not a lower bound:
//! `docs/decisions/2026-11-30-a-hot-share-is-worth-its-posts.md`.

use domain::{HOT_ITEM_POSTS_MAX, Snapshot, SnapshotSource};

use crate::columns::NO_NUMBER;

/// The usual share, which is that of the contract's own example, and on how many posts it counts.
const USUAL_HOT: u64 = 3;
const USUAL_POSTS: u64 = HOT_ITEM_POSTS_MAX as u64;

/// Where nobody says on how many posts the share of an imported creator rests, it may be one.
const LEAST_POSTS: u64 = 1;

/// A whole post, and a whole share, in basis points.
const WHOLE: u64 = 10_000;

/// The share as it is sorted by, in millionths, or [`NO_NUMBER`] where there is no share. What would not fit, which no true share
/// comes near, counts as the most that does.
pub(crate) fn steadied(snapshot: &Snapshot) -> u32 {
    let Some(share) = snapshot.info.hot_item_bp.map(u64::from) else { return NO_NUMBER };
    let (posts, hot) = match (snapshot.hot_posts.map(u64::from), snapshot.source) {
        // Whole posts are hot; the share was truncated.
        (Some(posts), _) => (posts, (share * posts).div_ceil(WHOLE) * WHOLE),
        // No share of fewer posts is that of the contract's example.
        (None, SnapshotSource::Upstream) => (USUAL_POSTS, share * USUAL_POSTS),
        (None, SnapshotSource::Estimated | SnapshotSource::Reported) => (LEAST_POSTS, share * LEAST_POSTS),
    };
    let millionths = (hot + USUAL_HOT * WHOLE) * (1_000_000 / WHOLE) / (posts + USUAL_POSTS);
    u32::try_from(millionths).unwrap_or(NO_NUMBER).min(NO_NUMBER - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{CpInfo, PerTier, Platform, UnixTime};

    fn of(source: SnapshotSource, share: Option<u32>, hot_posts: Option<u8>) -> u32 {
        let none = PerTier::default();
        steadied(&Snapshot {
            author_id: "1".parse().expect("an id"),
            platform: Platform::ShortVideo,
            source,
            method: "plain/1".into(),
            as_of: UnixTime(1),
            info: CpInfo { expected_views: 1, cpm: none, cpe: none, hot_item_bp: share },
            expected_interactions: None,
            range: None,
            prices: none,
            priced_at: None,
            hot_posts,
            bought_at: None,
        })
    }

    /// So many hot ones of so many posts.
    fn known(hot: u32, posts: u8) -> u32 {
        of(SnapshotSource::Estimated, Some(hot * 10_000 / u32::from(posts)), Some(posts))
    }

    #[test]
    fn a_share_counts_as_much_as_the_posts_it_rests_on() {
        // As the contract's example has it, nothing is to be steadied.
        assert_eq!((known(3, 25), known(1, 1), known(9, 25), known(0, 25)), (120_000, 153_846, 240_000, 60_000));
        let best_first =
            [(12, 25), (5, 5), (9, 25), (7, 25), (2, 2), (5, 25), (1, 1), (4, 25), (0, 1), (2, 25), (0, 25)];
        let keys: Vec<u32> = best_first.iter().map(|(hot, posts)| known(*hot, *posts)).collect();
        assert!(keys.is_sorted_by(|a, b| a > b), "{keys:?}");
        // Truncated to basis points or not, the same posts are the same.
        assert_eq!((known(1, 3), known(2, 3)), (4_000_000 / 28, 5_000_000 / 28));
    }

    #[test]
    fn a_share_of_which_nobody_says_the_posts_has_its_place() {
        let bought = |share| of(SnapshotSource::Upstream, Some(share), None);
        let old = |share| of(SnapshotSource::Estimated, Some(share), None);
        assert_eq!((bought(1200), bought(3600)), (known(3, 25), known(9, 25)));
        assert_eq!((old(0), old(10_000)), (known(0, 1), known(1, 1)));
        assert_eq!(of(SnapshotSource::Reported, Some(5_000), None), old(5_000));
        assert!(bought(3_601) > bought(3_600) && old(5_001) > old(5_000));
        assert_eq!(of(SnapshotSource::Estimated, None, None), NO_NUMBER);
        assert_eq!(bought(u32::MAX - 1), NO_NUMBER - 1, "what nobody can have is no unknown share");
    }
}
