//! What can go wrong: a plan that cannot be followed, a file that cannot be written.

use std::io;
use std::path::PathBuf;

use domain::UnixTime;

/// Why there is no marketplace.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// No creator was asked for.
    #[error("a marketplace has at least one creator")]
    NoCreators,
    /// Not even one post a creator.
    #[error("{posts} posts are too few for {creators} creators: each has at least one")]
    TooFewPosts {
        /// The posts asked for.
        posts: u64,
        /// The creators asked for.
        creators: u64,
    },
    /// More posts than there are ids for.
    #[error("{posts} posts are too many: at most {max}")]
    TooManyPosts {
        /// The posts asked for.
        posts: u64,
        /// The most that can be made.
        max: u64,
    },
    /// Ids carry their time in 31 bits, so the marketplace must lie before 2038.
    #[error("the newest capture must lie between {from} and {to}, not at {newest}")]
    NewestOutOfRange {
        /// The moment asked for.
        newest: UnixTime,
        /// The earliest moment possible.
        from: UnixTime,
        /// The latest moment possible.
        to: UnixTime,
    },
    /// A file or directory could not be made.
    #[error("cannot write {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The rows could not be encoded or written.
    #[error("cannot write {}", path.display())]
    Rows {
        /// Which file.
        path: PathBuf,
        /// The encoder's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
