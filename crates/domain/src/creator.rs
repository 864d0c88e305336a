//! Everything held about one creator on one platform, and what an import brings to it.

use crate::{AuthorId, Fen, PerTier, Platform, PostHistory, Profile, RateCard, UnixTime};

/// Whose state: a creator on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CreatorKey {
    /// The creator.
    pub author_id: AuthorId,
    /// The platform.
    pub platform: Platform,
}

/// Xingtu's own figures for a creator, as one of its replies told them. Facts, not ours to improve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// When the reply was captured. The later report wins.
    pub as_of: UnixTime,
    /// Xingtu's expected plays of the next placement.
    pub expected_views: u64,
    /// Xingtu's cost per interaction, truncated to whole fen.
    pub cpe: PerTier<Option<Fen>>,
    /// The prices the report goes with.
    pub prices: PerTier<Option<Fen>>,
}

/// The bounded state of one creator on one platform. [`CreatorState::merge`] is commutative, associative and
/// idempotent, which is what makes an import repeatable and safe to split.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreatorState {
    /// The latest posts.
    pub posts: PostHistory,
    /// The prices.
    pub rate_card: RateCard,
    /// Xingtu's own figures, where a reply carried them.
    pub reported: Option<Reported>,
    /// Followers, category, name.
    pub profile: Profile,
}

impl CreatorState {
    /// Joins what another source says of the same creator and platform into this state.
    pub fn merge(&mut self, other: CreatorState) {
        self.posts.merge(other.posts);
        self.rate_card.merge(&other.rate_card);
        self.reported = match (self.reported, other.reported) {
            (Some(a), Some(b)) => Some(if b.rank() > a.rank() { b } else { a }),
            (a, b) => a.or(b),
        };
        self.profile.merge(other.profile);
    }
}

impl Reported {
    /// Orders reports: the later one wins; of one second the larger figures, so that the choice never depends on order.
    fn rank(&self) -> (UnixTime, u64, [Option<Fen>; 4], [Option<Fen>; 4]) {
        (self.as_of, self.expected_views, self.cpe.to_array(), self.prices.to_array())
    }
}
