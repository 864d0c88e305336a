//! The hot share: how many of a creator's recent posts did far better than expected.

use domain::{HOT_ITEM_POSTS_MAX, Post, UnixTime};

use crate::Settings;
use crate::choice::{LeftOut, Window, choose};

/// Posts older than this many days before the newest capture do not count.
pub(crate) const WINDOW_DAYS: u32 = 90;

/// The most posts that count.
pub(crate) const LATEST: usize = HOT_ITEM_POSTS_MAX as usize;

/// How the hot share came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HotShare {
    /// Plays from which on a post is hot.
    pub(crate) threshold: u64,
    /// Posts looked at.
    pub(crate) posts: u32,
    /// Of these, hot ones.
    pub(crate) hot: u32,
}

impl HotShare {
    /// On how many posts the share rests; none when there was no post to look at. At most [`LATEST`].
    pub(crate) fn rests_on(self) -> Option<u8> {
        u8::try_from(self.posts).ok().filter(|posts| *posts > 0)
    }

    /// The share in basis points, truncated; none when there was no post to look at.
    pub(crate) fn basis_points(self) -> Option<u32> {
        (self.hot * 10_000).checked_div(self.posts)
    }
}

/// The share of posts of the 90 days before `as_of` (at most the latest 25, mature) with at least `hot_multiple` times
/// the expected views.
pub(crate) fn hot_share<'a>(
    posts: &'a [Post],
    as_of: UnixTime,
    expected_views: u64,
    settings: &Settings,
    verdict: impl FnMut(&'a Post, Result<(), LeftOut>),
) -> HotShare {
    let window = Window { latest: LATEST, since: as_of.days_before(WINDOW_DAYS), mature_days: settings.mature_days };
    let chosen = choose(posts, window, verdict);
    let threshold = expected_views.saturating_mul(u64::from(settings.hot_multiple));
    let hot = chosen.iter().filter(|post| post.plays >= threshold).count();
    HotShare { threshold, posts: chosen.len() as u32, hot: hot as u32 }
}
