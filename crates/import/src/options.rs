//! What the caller decides about an import, and what it is told while one runs.

use domain::UnixTime;

use crate::{Kind, Zone};

/// How a file is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kind of the file; recognised from its content when none.
    pub kind: Option<Kind>,
    /// When facts that carry no time of capture were seen: prices of rate cards, replies without `recordTime`.
    pub captured_at: UnixTime,
    /// The present. A fact more than five minutes after it is a reject.
    pub now: UnixTime,
    /// The zone of times that do not say their offset; they are rejects when none.
    pub time_zone: Option<Zone>,
    /// How many threads read a Parquet file; the other kinds are read by one. Zero counts as one.
    pub threads: usize,
    /// Whether the first reject ends the import with an error.
    pub strict: bool,
}

impl Options {
    /// Reads everything seen at `now`, recognising the kind, on one thread, going on after rejects.
    pub fn at(now: UnixTime) -> Self {
        Self { kind: None, captured_at: now, now, time_zone: None, threads: 1, strict: false }
    }
}

/// How far a file has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of the input read, as they are stored (compressed ones count compressed).
    pub bytes: u64,
    /// All bytes of the input, where that is known.
    pub bytes_total: Option<u64>,
    /// Rows read.
    pub rows: u64,
}

/// Is told how far a file has been read, from whichever thread reads; a few times a second at most is not promised.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Sync);
