//! Everything in a store, as rows on their way from one database to another. Columns have the same names in every database; how
//! one writes a value is its own matter, and what is encoded travels as what it means.

use std::sync::Arc;

use domain::{PostHistory, RateCard, Reported};

use crate::StoreError;

/// Every table, in an order in which each row finds what it refers to. What is kept of rates is not among them: it does not outlive
/// the server that keeps it.
pub const TABLES: [&str; 21] = [
    "meta",
    "creators",
    "profiles",
    "snapshots",
    "accounts",
    "tokens",
    "account_books",
    "token_books",
    "top_ups",
    "withdrawals",
    "calls",
    "holds",
    "unanswered",
    "usage",
    "done_once",
    "prices",
    "audit",
    "bought",
    "upstreams",
    "upstream_spending",
    "upstream_status",
];

/// Rows of one of [`TABLES`].
#[derive(Debug)]
pub struct MovedRows {
    /// The table.
    pub table: &'static str,
    /// The names of its columns.
    pub columns: Arc<[String]>,
    /// The values, row after row.
    pub cells: Vec<Cell>,
}

impl MovedRows {
    /// The values of each row.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks_exact(self.columns.len())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.cells.len() / self.columns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// A value.
#[derive(Debug)]
pub enum Cell {
    /// None.
    Null,
    /// A number; of what is so or not, 1 or 0.
    Number(i64),
    /// A text.
    Text(String),
    /// Bytes; the id of a call is 16 of them, a list of ids is one behind the other.
    Bytes(Vec<u8>),
    /// The posts of a creator.
    Posts(PostHistory),
    /// The prices of a creator.
    RateCard(Box<RateCard>),
    /// Xingtu's own figures of a creator.
    Reported(Box<Reported>),
}

/// A store whose everything can be read. Nobody else may change it meanwhile.
pub trait MoveOut: Sync {
    /// How many rows there are.
    ///
    /// # Errors
    /// As any read.
    fn row_count(&self) -> Result<u64, StoreError>;

    /// Gives every row, table by table in the order of [`TABLES`]. Blocks this thread.
    ///
    /// # Errors
    /// As any read, and those of `give`.
    fn move_out(&self, give: &mut dyn FnMut(MovedRows) -> Result<(), StoreError>) -> Result<(), StoreError>;
}

/// A store that can be filled with everything of another one.
pub trait MoveIn {
    /// Takes every row of `from`, all of them or nothing, and compares both sides before that counts; nobody can use this store
    /// meanwhile. `progress` is told how many rows were taken. Blocks this thread, which must not be one that runs async tasks.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when anything is in this store, [`StoreError::Corrupt`] when something differs afterwards or the
    /// books do not balance, [`StoreError::Busy`] when somebody else uses it.
    fn move_in(&self, from: &dyn MoveOut, progress: &mut dyn FnMut(u64)) -> Result<(), StoreError>;
}
