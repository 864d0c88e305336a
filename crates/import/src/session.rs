//! What every reader of a file shares: where facts and rejects go, what is counted, whom to tell of the progress.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CreatorKey, Post, Price, Sentence, Tier};

use crate::error::{ImportError, Problem};
use crate::facts::{Batch, Facts, HeldPost, Scratch};
use crate::input::Meter;
use crate::options::{OnProgress, Options, Progress};
use crate::reject::{Position, Reason, Reject, RejectSink};
use crate::table::{CellFlaw, Table};
use crate::value::Flaw;
use crate::{Imported, Kind, Summary};

/// How many posts are added to the facts at a time.
const BATCH_ROWS: usize = 8192;

/// The state of reading one file on one thread.
pub(crate) struct Session<'a, 'r> {
    pub(crate) options: &'a Options,
    pub(crate) rejects: Rejects<'r>,
    pub(crate) facts: Facts,
    pub(crate) rows: u64,
    pub(crate) merged: u64,
    /// Whether something was taken as of the options' moment, for it does not tell its own.
    pub(crate) assumes_capture: bool,
    pub(crate) ignored: BTreeSet<String>,
    pub(crate) unnamed: Vec<usize>,
    pub(crate) meter: Meter,
    pub(crate) on_progress: OnProgress<'a>,
    /// Posts that wait to be added, and their authors.
    pending: Vec<HeldPost>,
    authors: Vec<i64>,
    scratch: Scratch,
}

impl<'a, 'r> Session<'a, 'r> {
    pub(crate) fn new(options: &'a Options, rejects: Rejects<'r>, meter: Meter, on_progress: OnProgress<'a>) -> Self {
        let facts = Facts::new();
        Self {
            options,
            rejects,
            scratch: facts.scratch(),
            facts,
            rows: 0,
            merged: 0,
            assumes_capture: false,
            ignored: BTreeSet::new(),
            unnamed: Vec::new(),
            meter,
            on_progress,
            pending: Vec::with_capacity(BATCH_ROWS),
            authors: Vec::with_capacity(BATCH_ROWS),
        }
    }

    /// Takes a post.
    pub(crate) fn post(&mut self, key: CreatorKey, post: Post) {
        let Some((author, post)) = HeldPost::of(&key, &post) else {
            return self.facts.add_post(key, post);
        };
        self.pending.push(post);
        self.authors.push(author);
        if self.pending.len() == BATCH_ROWS {
            self.flush();
        }
    }

    /// Takes a price.
    pub(crate) fn price(&mut self, key: &CreatorKey, tier: Tier, price: Price) {
        self.facts.add_price(key, tier, price);
    }

    /// Counts a row that has been read, whatever becomes of it, and tells of the progress now and then.
    pub(crate) fn count_row(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(BATCH_ROWS as u64) {
            self.tell_progress();
        }
    }

    /// Takes what is still pending; to be called at the end of the file.
    pub(crate) fn flush(&mut self) {
        let batch = Batch { authors: &self.authors, posts: &self.pending };
        self.facts.add_posts(&mut self.scratch, 0, batch);
        self.pending.clear();
        self.authors.clear();
    }

    /// The end of the file: what it brought.
    ///
    /// # Errors
    /// When its ids are rounded.
    pub(crate) fn finish(mut self, kind: Kind) -> Result<Imported, Problem> {
        self.flush();
        self.facts.settle(1);
        self.tell_progress();
        let summary = Summary {
            kind,
            rows: self.rows,
            merged: self.merged,
            rejected: self.rejects.counts,
            creators: 0,
            states: 0,
            assumes_capture: self.assumes_capture,
            ignored_columns: self.ignored.into_iter().collect(),
            unnamed_columns: self.unnamed,
            maybe_rounded: Vec::new(),
        };
        Imported::new(summary, self.facts)
    }

    pub(crate) fn tell_progress(&self) {
        let (bytes, bytes_total) = (self.meter.bytes(), self.meter.total);
        (self.on_progress)(Progress { bytes, bytes_total, rows: self.rows });
    }

    /// Notes a column or key that no import knows. Bounded, for keys may be data.
    pub(crate) fn ignore_column(&mut self, name: &str) {
        const IGNORED_MAX: usize = 100;
        if self.ignored.len() < IGNORED_MAX && !self.ignored.contains(name) {
            self.ignored.insert(name.chars().take(Reject::VALUE_CHARS_MAX).collect());
        }
    }
}

/// Where rejects go, and how many there were.
pub(crate) struct Rejects<'a> {
    pub(crate) file: &'a str,
    pub(crate) strict: bool,
    pub(crate) sink: &'a mut dyn RejectSink,
    pub(crate) counts: BTreeMap<(Reason, &'static str), u64>,
}

impl Rejects<'_> {
    /// Passes a reject on; in strict reading it is the error that ends the import.
    pub(crate) fn push(&mut self, reject: Reject) -> Result<(), Problem> {
        *self.counts.entry((reject.reason, reject.column)).or_default() += 1;
        if self.strict {
            return Err(Problem::Rejected(Box::new(reject)));
        }
        self.sink.reject(self.file, &reject).map_err(Problem::Sink)
    }

    /// A reject of a table's cell.
    pub(crate) fn cell(&mut self, at: Position, table: &Table, flaw: CellFlaw, cell: &str) -> Result<(), Problem> {
        self.push(reject(at, table.columns[flaw.column].name, cell, flaw.flaw))
    }

    /// A reject of a whole row.
    pub(crate) fn row(&mut self, at: Position, reason: Reason, row: &[u8], message: Sentence) -> Result<(), Problem> {
        self.push(reject(at, "", &String::from_utf8_lossy(beginning(row)), Flaw { reason, message }))
    }
}

/// Makes a reject, cutting the value.
pub(crate) fn reject(position: Position, column: &'static str, value: &str, flaw: Flaw) -> Reject {
    let value = value.chars().take(Reject::VALUE_CHARS_MAX).collect();
    Reject { position, column, value, reason: flaw.reason, message: flaw.message }
}

/// As much of a row as can matter for a reject's value.
pub(crate) fn beginning(row: &[u8]) -> &[u8] {
    &row[..row.len().min(Reject::VALUE_CHARS_MAX * 4)]
}

/// Names the file of a problem.
pub(crate) fn named<T>(file: &str, result: Result<T, Problem>) -> Result<T, ImportError> {
    result.map_err(|problem| problem.of(file))
}
