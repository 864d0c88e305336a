//! Sizes of creators, by which peers are told apart.

use std::fmt;

/// A range of follower counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Fewer than 10,000.
    Under10K,
    /// 10,000 to 99,999.
    From10K,
    /// 100,000 to 999,999.
    From100K,
    /// 1,000,000 to 9,999,999.
    From1M,
    /// 10,000,000 and more.
    From10M,
}

impl Band {
    /// Every band, the smallest creators first.
    pub const ALL: [Band; 5] = [Self::Under10K, Self::From10K, Self::From100K, Self::From1M, Self::From10M];

    /// The band of a creator with so many followers.
    pub fn of(followers: u64) -> Self {
        match followers {
            0..10_000 => Self::Under10K,
            10_000..100_000 => Self::From10K,
            100_000..1_000_000 => Self::From100K,
            1_000_000..10_000_000 => Self::From1M,
            10_000_000.. => Self::From10M,
        }
    }

    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Under10K => "under_10k",
            Self::From10K => "10k_100k",
            Self::From100K => "100k_1m",
            Self::From1M => "1m_10m",
            Self::From10M => "over_10m",
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
