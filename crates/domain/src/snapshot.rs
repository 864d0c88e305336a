//! A creator's figures at one moment, from one source: what is stored, kept as history and served.

use std::borrow::Cow;

use crate::{AuthorId, CpInfo, Fen, PerTier, Platform, UnixTime};

/// Where a snapshot's figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SnapshotSource {
    /// Astrolabe's own estimate from the creator's posts.
    Estimated = 0,
    /// Xingtu's own expected plays and CPE, as an imported reply carried them.
    Reported = 1,
    /// An upstream's answer, bought by the operator.
    Upstream = 2,
}

impl SnapshotSource {
    /// Every source, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Estimated, Self::Reported, Self::Upstream];

    /// The number kept in databases; never reused.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Estimated => "estimated",
            Self::Reported => "reported",
            Self::Upstream => "upstream",
        }
    }

    /// The source of a number kept in a database.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.number() == number)
    }
}

/// A range of expected views: the quartiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// One in four posts does worse.
    pub p25: u64,
    /// One in four posts does better.
    pub p75: u64,
}

/// The figures of one creator on one platform, with what they were made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose figures.
    pub author_id: AuthorId,
    /// On which platform.
    pub platform: Platform,
    /// Estimated by us, reported by Xingtu, or bought from an upstream.
    pub source: SnapshotSource,
    /// The name and version of the method, such as `median-10/1` or `xingtu-reported/1`; of an upstream's answer
    /// `upstream/NAME`.
    pub method: Cow<'static, str>,
    /// When the newest of the captures behind the figures was made.
    pub as_of: UnixTime,
    /// The figures of the contract.
    pub info: CpInfo,
    /// Expected interactions of the next placement, where known.
    pub expected_interactions: Option<u64>,
    /// The range of expected views, where the method tells one.
    pub range: Option<Range>,
    /// The prices the costs were computed from.
    pub prices: PerTier<Option<Fen>>,
    /// When the newest of these was seen, or withdrawn: often later than [`Self::as_of`], which is of posts. None where no price was
    /// told, as in a bought answer, or it is not known, as of what older releases kept.
    pub priced_at: Option<UnixTime>,
    /// On how many posts the hot share rests. None where there is no share, or nobody told, as of a bought answer and of what older
    /// releases kept.
    pub hot_posts: Option<u8>,
    /// When it was bought, where it was: the upstream may have had it for a while, so [`Self::as_of`] may be earlier.
    pub bought_at: Option<UnixTime>,
}
