//! From SQLite's errors to the store's.

use rusqlite::ErrorCode;
use store::StoreError;

/// Says what an error of SQLite's means to the caller of the store.
pub(crate) fn from_sqlite(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(error.to_string()),
        Some(ErrorCode::DiskFull) => StoreError::NoRoom(error.to_string()),
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly("the database".into()),
        None if is_of_a_value(&error) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Database(Box::new(error)),
    }
}

/// Whether a column holds what this program never writes.
fn is_of_a_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(error, FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..))
}

/// Something outside SQLite that kept the database from working: the file system, a thread.
pub(crate) fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Database(error.into())
}
