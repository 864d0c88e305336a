//! What a file can hold: the seven kinds an import reads.

use std::fmt;
use std::str::FromStr;

/// What a file holds and how it is written. Recognised from the content, or forced by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Posts, comma separated, with a header.
    PostsCsv,
    /// Posts, one JSON object a line.
    PostsNdjson,
    /// Posts in a Parquet file.
    PostsParquet,
    /// Prices, comma separated, with a header.
    RateCardsCsv,
    /// Prices, one JSON object a line.
    RateCardsNdjson,
    /// Prices in a Parquet file.
    RateCardsParquet,
    /// Xingtu's `search_for_author_square` replies: one, an array of them, or one a line.
    XingtuReplies,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] = [
        Self::PostsCsv,
        Self::PostsNdjson,
        Self::PostsParquet,
        Self::RateCardsCsv,
        Self::RateCardsNdjson,
        Self::RateCardsParquet,
        Self::XingtuReplies,
    ];

    /// The name on the command line and in summaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::PostsCsv => "posts-csv",
            Self::PostsNdjson => "posts-ndjson",
            Self::PostsParquet => "posts-parquet",
            Self::RateCardsCsv => "rate-cards-csv",
            Self::RateCardsNdjson => "rate-cards-ndjson",
            Self::RateCardsParquet => "rate-cards-parquet",
            Self::XingtuReplies => "xingtu",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no kind's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no such kind; one of posts-csv, posts-ndjson, posts-parquet, rate-cards-csv, rate-cards-ndjson, \
     rate-cards-parquet, xingtu"
)]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}
