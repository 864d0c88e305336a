//! From PostgreSQL's errors to the store's.

use std::error::Error as _;
use std::fmt;
use std::io::{self, ErrorKind};

use store::StoreError;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::FromSql;
use tokio_postgres::{Error, Row};

use crate::tls;

/// Says what an error of PostgreSQL's means to the caller of the store.
pub(crate) fn from_postgres(error: Error) -> StoreError {
    match error.code() {
        _ if is_lost(&error) => StoreError::OutOfReach(describe(&error)),
        Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED) => StoreError::Busy,
        Some(&SqlState::T_R_SERIALIZATION_FAILURE) => StoreError::Busy,
        Some(&SqlState::TOO_MANY_CONNECTIONS) => StoreError::OutOfReach(describe(&error)),
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => StoreError::ReadOnly("the PostgreSQL database".into()),
        Some(&SqlState::DISK_FULL) => StoreError::NoRoom(describe(&error)),
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StoreError::Corrupt(describe(&error)),
        _ => database(error),
    }
}

/// Whether there is no server behind the connection (any more), and another one may be.
pub(crate) fn is_lost(error: &Error) -> bool {
    let is_going = |code: &SqlState| {
        matches!(*code, SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW)
            || code.code().starts_with("08")
    };
    let io = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).or_else(|| tls::io_of_handshake(error));
    let is_broken = io.is_some_and(|io| !matches!(io.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput));
    error.is_closed() || is_broken || error.code().is_some_and(is_going)
}

/// Says why there is no connection; `told` says it of what has nothing to do with TLS.
pub(crate) fn no_connection(error: Error, told: fn(Error) -> StoreError) -> StoreError {
    tls::told(&error).map_or_else(|| told(error), StoreError::NoConnection)
}

/// The same, with the place that was to be connected to.
pub(crate) fn at(place: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::OutOfReach(why) => StoreError::OutOfReach(format!("{place}: {why}")),
        StoreError::Database(why) => StoreError::Database(format!("{place}: {why}").into()),
        error => error,
    }
}

/// An error that another try does not mend.
pub(crate) fn database(error: Error) -> StoreError {
    StoreError::Database(Box::new(Described(error)))
}

/// Something outside PostgreSQL that kept the database from working.
pub(crate) fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Database(error.into())
}

/// The value of a column.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is of another type or NULL.
pub(crate) fn column<'r, T: FromSql<'r>>(row: &'r Row, at: usize) -> Result<T, StoreError> {
    row.try_get(at).map_err(|error| StoreError::Corrupt(describe(&error)))
}

/// What a column's value means.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is not what is written there.
pub(crate) fn known<T, E: fmt::Display>(value: Result<T, E>) -> Result<T, StoreError> {
    value.map_err(|error| StoreError::Corrupt(format!("a column that is not what is written there: {error}")))
}

/// Tells the cause too.
struct Described(Error);

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&describe(&self.0))
    }
}

impl fmt::Debug for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Described {}

/// An error with its cause, which the driver's own text leaves to the source.
pub(crate) fn describe(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
