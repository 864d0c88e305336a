//! How often a database failed, and how: counted by the stores, told in the metrics of a server.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::StoreError;

/// How a database failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Somebody else held what was needed for too long.
    Busy,
    /// It could not be reached, or said nothing.
    OutOfReach,
    /// It could only be read.
    ReadOnly,
    /// Its disk was full.
    NoRoom,
    /// What it keeps is damaged.
    Damaged,
    /// Otherwise.
    Other,
}

impl Fault {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 6] = [Self::Busy, Self::OutOfReach, Self::ReadOnly, Self::NoRoom, Self::Damaged, Self::Other];

    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::OutOfReach => "out_of_reach",
            Self::ReadOnly => "read_only",
            Self::NoRoom => "no_room",
            Self::Damaged => "damaged",
            Self::Other => "other",
        }
    }

    /// The database's part in an error; none where it did what it should and the question was wrong.
    pub fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Busy => Some(Self::Busy),
            StoreError::OutOfReach(_) | StoreError::NoConnection(_) => Some(Self::OutOfReach),
            StoreError::ReadOnly(_) => Some(Self::ReadOnly),
            StoreError::NoRoom(_) => Some(Self::NoRoom),
            StoreError::Corrupt(_) => Some(Self::Damaged),
            StoreError::Database(_) | StoreError::NewerSchema { .. } => Some(Self::Other),
            StoreError::AccountExists(_)
            | StoreError::NoSuchAccount(_)
            | StoreError::NoSuchToken(_)
            | StoreError::Limits(_)
            | StoreError::TwoLedgers { .. }
            | StoreError::NotEmpty(_) => None,
        }
    }
}

/// How often each kind was seen.
#[derive(Debug, Default)]
pub struct Faults([AtomicU64; Fault::ALL.len()]);

impl Faults {
    /// Counts a failure, where it is one, and gives back what came.
    ///
    /// # Errors
    /// What came.
    pub fn counted<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome
            && let Some(fault) = Fault::of(error)
        {
            self.0[fault as usize].fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }

    /// The counts so far, in the order of [`Fault::ALL`].
    pub fn counts(&self) -> [u64; Fault::ALL.len()] {
        self.0.each_ref().map(|count| count.load(Ordering::Relaxed))
    }
}

/// How often a database failed since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultsOf {
    /// Which: `creators` and `ledger` are SQLite's files, `postgres` is all of a PostgreSQL database.
    pub store: &'static str,
    /// The counts, in the order of [`Fault::ALL`].
    pub counts: [u64; Fault::ALL.len()],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_by_itself_and_a_wrong_question_is_none() {
        let faults = Faults::default();
        let errors =
            [StoreError::Busy, StoreError::NoRoom("full".into()), StoreError::NoSuchToken(7), StoreError::Busy];
        for error in errors {
            assert!(faults.counted(Err::<(), _>(error)).is_err());
        }
        assert!(faults.counted(Ok(())).is_ok());
        assert_eq!(faults.counts(), [2, 0, 0, 1, 0, 0]);
        for (place, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(fault as usize, place, "{}", fault.name());
        }
    }
}
