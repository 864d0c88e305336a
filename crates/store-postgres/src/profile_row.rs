//! A row of `profiles`, to and from [`Profile`].

use domain::{Label, LabelError, Profile, Told, UnixTime};
use store::StoreError;
use tokio_postgres::Row;

use crate::error::column;
use crate::snapshot_row::{count, small};

/// The columns behind those of the key, in the order in which [`read`] reads them.
pub(crate) const COLUMNS: &str = "followers, followers_as_of, category, category_as_of, name, name_as_of";

/// Reads [`COLUMNS`] from column `at` on; all of them are NULL where there is no row.
///
/// # Errors
/// [`StoreError::Corrupt`] when a column holds what is never written.
pub(crate) fn read(row: &Row, at: usize) -> Result<Profile, StoreError> {
    let followers = match count(row, at)? {
        Some(value) => Some(Told { as_of: as_of(row, at)?, value }),
        None => None,
    };
    Ok(Profile { followers, category: label(row, at + 2)?, name: label(row, at + 4)? })
}

fn label(row: &Row, at: usize) -> Result<Option<Told<Label>>, StoreError> {
    let Some(text) = column::<Option<&str>>(row, at)? else { return Ok(None) };
    let damaged = |error: LabelError| StoreError::Corrupt(format!("a profile with a text that is none: {error}"));
    let value = text.parse::<Label>().map_err(damaged)?;
    Ok(Some(Told { as_of: as_of(row, at)?, value }))
}

/// When it was told: the column behind.
fn as_of(row: &Row, at: usize) -> Result<UnixTime, StoreError> {
    small(row, at + 1).map(UnixTime)
}
