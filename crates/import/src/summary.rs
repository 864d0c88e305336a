//! What an import tells when it is through with a file.

use std::collections::BTreeMap;

use crate::{Kind, Reason};

/// What became of a file's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What the file was read as.
    pub kind: Kind,
    /// Rows read, each of them merged or rejected: lines of a table; of Xingtu replies each creator, each of its posts, and each part
    /// of a creator that is rejected by itself.
    pub rows: u64,
    /// Rows whose facts were taken.
    pub merged: u64,
    /// Rows not taken, by reason and the column to blame ([`crate::Reject::column`]).
    pub rejected: BTreeMap<(Reason, &'static str), u64>,
    /// Creators that the file tells something of.
    pub creators: u64,
    /// The same, each platform of a creator counted.
    pub states: u64,
    /// Whether facts were taken that do not say when they were seen, so that they are as of [`crate::Options::captured_at`]: prices,
    /// and replies without a `recordTime`.
    pub assumes_capture: bool,
    /// Columns that no import knows, so that a misspelt optional one is noticed.
    pub ignored_columns: Vec<String>,
    /// Where columns are that have no name, from 1, such as the numbers of rows that some tools write first.
    pub unnamed_columns: Vec<usize>,
    /// Some of the ids that a spreadsheet may have rounded ([`crate::has_lost_digits`]), where more of their kind, creators or
    /// posts, look so than chance would have. Where chance is out of the question the file is refused.
    pub maybe_rounded: Vec<String>,
}

impl Summary {
    /// All rejects.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }
}
