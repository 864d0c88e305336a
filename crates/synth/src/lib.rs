//! A synthetic marketplace with the statistics of real creators: posts and rate cards in the tidy columns that the
//! import reads, as CSV or Parquet. The same plan gives the same bytes, whatever the machine and its threads.
//!
//! Every parameter and the public figure it comes from stands in `facts`. A creator's rows are made by `creator` from
//! a random stream of the creator's own; `marketplace` puts all of them in order of time; `csv_files` and
//! `parquet_files` write them. [`demo_creator`] is one creator made by hand, whose figures are the contract page's.

mod creator;
mod csv_files;
mod demo;
mod error;
mod facts;
mod ids;
mod marketplace;
mod output;
mod parquet_files;
mod post_counts;
mod prices;
mod profiles;
mod random;
mod row;
mod rows_by_time;

use std::path::{Path, PathBuf};

use domain::UnixTime;

pub use demo::{DemoCreator, demo_creator};
pub use error::SynthError;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many creators, at least one.
    pub creators: u64,
    /// How many posts in all, at least one a creator. A post that is captured twice has two rows.
    pub posts: u64,
    /// Chooses the marketplace: another seed, other creators.
    pub seed: u64,
    /// No row is captured after this moment.
    pub newest: UnixTime,
    /// Whether [`demo_creator`] is added, beyond `creators` and `posts`.
    pub demo: bool,
    /// Threads to use, at most 64; 0 means as many as the machine runs at once. Has no influence on what is written.
    pub threads: usize,
}

impl Plan {
    /// 2026-11-01T00:00:00Z. A constant, for the bytes of a seed must not depend on the clock.
    pub const NEWEST: UnixTime = UnixTime(1_793_491_200);

    /// A marketplace as of [`Plan::NEWEST`], without the demo creator, on all threads.
    pub fn new(creators: u64, posts: u64, seed: u64) -> Self {
        Self { creators, posts, seed, newest: Self::NEWEST, demo: false, threads: 0 }
    }

    fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
        .min(64)
    }
}

/// The format of both files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `posts.csv` and `rate_cards.csv`: ids and counts in plain digits, times in RFC 3339.
    Csv,
    /// `posts.parquet` and `rate_cards.parquet`: 64-bit ids, row groups of 1,048,576 rows, zstd.
    Parquet,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file of posts.
    pub posts_file: PathBuf,
    /// The file of rate cards.
    pub rate_cards_file: PathBuf,
    /// Creators, the demo creator included.
    pub creators: u64,
    /// Posts, those of the demo creator included.
    pub posts: u64,
    /// Rows of posts: the posts, and again those captured twice.
    pub post_rows: u64,
    /// Rows of rate cards: prices.
    pub price_rows: u64,
    /// Pairs of a creator and a platform that have a post.
    pub groups: u64,
}

/// Makes the marketplace and writes its two files into `dir`, which is made when absent. Files of the same names are
/// replaced, each once it is complete.
///
/// `progress` is told how much is done of how much, in steps: each post counts when it is made and each row when it is
/// written, so the total grows slightly once the rows are known.
///
/// Memory: 40 bytes a post, about 1.2 GB for 20 million posts with what writing takes.
///
/// # Errors
/// [`SynthError`] when the plan cannot be followed or a file cannot be written.
pub fn write(
    plan: &Plan,
    dir: &Path,
    format: Format,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, SynthError> {
    let marketplace = marketplace::make(plan, progress)?;
    output::write(marketplace, dir, format, plan.threads(), progress)
}
