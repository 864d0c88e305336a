//! A row of `profiles`, to and from [`Profile`].

use domain::{CreatorKey, Label, Profile, Told, UnixTime};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Row, Statement, params};
use store::StoreError;

use crate::error::from_sqlite;
use crate::snapshot_row::with_text;

/// The columns behind those of the key, in the order in which [`read`] reads them.
pub(crate) const COLUMNS: &str = "followers, followers_as_of, category, category_as_of, name, name_as_of";

/// Writes a row, whether there is one or not; the parameters are for [`write`].
pub(crate) const WRITE_SQL: &str = "INSERT OR REPLACE INTO profiles
     (author_id, platform, followers, followers_as_of, category, category_as_of, name, name_as_of)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// Runs [`WRITE_SQL`].
pub(crate) fn write(statement: &mut Statement<'_>, key: &CreatorKey, profile: &Profile) -> Result<(), StoreError> {
    let (followers, [category, name]) = (profile.followers, [&profile.category, &profile.name]);
    let as_of = |told: &Option<Told<Label>>| told.as_ref().map(|told| told.as_of.0);
    with_text(&key.author_id, |id| {
        statement.execute(params![
            id,
            key.platform.number(),
            followers.map(|told| told.value),
            followers.map(|told| told.as_of.0),
            text(category),
            as_of(category),
            text(name),
            as_of(name),
        ])
    })
    .map_err(from_sqlite)?;
    Ok(())
}

fn text(told: &Option<Told<Label>>) -> Option<&str> {
    told.as_ref().map(|told| told.value.as_str())
}

/// Reads [`COLUMNS`] from column `at` on; all of them are NULL where there is no row.
pub(crate) fn read(row: &Row<'_>, at: usize) -> rusqlite::Result<Profile> {
    let label = |at| {
        told(row, at)
            .map(|told: Option<Told<OneLine>>| told.map(|Told { as_of, value }| Told { as_of, value: value.0 }))
    };
    Ok(Profile { followers: told(row, at)?, category: label(at + 2)?, name: label(at + 4)? })
}

/// What was told, and in the column behind it when.
fn told<T: FromSql>(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Told<T>>> {
    let (value, as_of): (Option<T>, Option<u32>) = (row.get(at)?, row.get(at + 1)?);
    Ok(value.zip(as_of).map(|(value, as_of)| Told { as_of: UnixTime(as_of), value }))
}

/// A column of a [`Label`].
struct OneLine(Label);

impl FromSql for OneLine {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let label = value.as_str()?.parse::<Label>();
        label.map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}
