//! Reading the newest figures and the profiles of all creators, in one statement.

use std::sync::LazyLock;

use domain::{AuthorId, CreatorKey, Platform};
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, Row};
use store::{StoreError, SurveyRows, Surveyed};

use crate::creators::creators_generation;
use crate::error::from_sqlite;
use crate::{profile_row, snapshot_row};

/// `max` makes the other columns those of the row that has the largest number. The order is that of the key, in which the
/// table is read, so nothing is sorted; asked for outside of the parentheses it would be.
static SQL: LazyLock<String> = LazyLock::new(|| {
    let (columns, profile) = (snapshot_row::COLUMNS, profile_row::COLUMNS);
    format!(
        "SELECT newest.*, {profile}
         FROM (SELECT {columns}, max(number) FROM snapshots
               GROUP BY author_id, platform, source ORDER BY author_id, platform, source) AS newest
         LEFT JOIN profiles USING (author_id, platform)"
    )
});

/// Where the profile's columns begin: behind those of the snapshot and `max`.
const PROFILE_AT: usize = snapshot_row::COLUMN_COUNT + 1;

/// Gives all creators to `take`; answers with the generation they are of.
pub(crate) fn survey(connection: &Connection, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<u64, StoreError> {
    let generation = creators_generation(connection)?;
    let mut statement = connection.prepare(&SQL).map_err(from_sqlite)?;
    let mut found = statement.query([]).map_err(from_sqlite)?;
    let mut rows = SurveyRows::new(take);
    while let Some(row) = found.next().map_err(from_sqlite)? {
        add(row, &mut rows).map_err(from_sqlite)?;
    }
    rows.finish();
    Ok(generation)
}

fn add(row: &Row<'_>, rows: &mut SurveyRows<'_>) -> rusqlite::Result<()> {
    let key = key(row)?;
    let snapshot = snapshot_row::read(&key, row)?.snapshot;
    if !rows.is_at(&key) {
        rows.begin(key, profile_row::read(row, PROFILE_AT)?);
    }
    rows.add(snapshot);
    Ok(())
}

fn key(row: &Row<'_>) -> rusqlite::Result<CreatorKey> {
    let damaged = |at, error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Null, error)
    };
    let author_id = AuthorId::parse(row.get_ref(0)?.as_bytes()?).map_err(|error| damaged(0, error.into()))?;
    let number: u8 = row.get(1)?;
    let out_of_range = || damaged(1, FromSqlError::OutOfRange(i64::from(number)).into());
    Ok(CreatorKey { author_id, platform: Platform::from_number(number).ok_or_else(out_of_range)? })
}
