//! Reading the newest figures and the profiles of all creators, in one statement, on a connection of its own.

use std::sync::LazyLock;

use domain::{AuthorId, CreatorKey, Platform};
use store::{StoreError, SurveyRows, Surveyed};
use tokio::runtime::Builder;
use tokio_postgres::{Config, Row};

use crate::connection::Connection;
use crate::error::{column, from_postgres, other};
use crate::{profile_row, snapshot_row};

/// Of each creator and source the row with the largest number, in the order of the key, to be fetched by and by.
static DECLARE: LazyLock<String> = LazyLock::new(|| {
    let (columns, profile) = (snapshot_row::COLUMNS, profile_row::COLUMNS);
    format!(
        "DECLARE survey NO SCROLL CURSOR FOR SELECT newest.*, {profile}
         FROM (SELECT DISTINCT ON (author_id, platform, source) {columns} FROM snapshots
               ORDER BY author_id, platform, source, number DESC) AS newest
         LEFT JOIN profiles USING (author_id, platform)
         ORDER BY author_id, platform, source"
    )
});

/// The next rows.
const FETCH: &str = "FETCH 5000 FROM survey";

/// All statements see one moment, and nothing is written.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Gives all creators to `take`; answers with the generation they are of.
pub(crate) fn survey(config: &Config, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<u64, StoreError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(other)?;
    runtime.block_on(async {
        let connection = Connection::open(config).await.map_err(from_postgres)?;
        connection.batch(BEGIN).await.map_err(from_postgres)?;
        let meta = connection.query("SELECT creators_generation FROM meta", &[]).await.map_err(from_postgres)?;
        let generation = meta.first().ok_or_else(|| StoreError::Corrupt("meta has no row".into()))?;
        read(&connection, take).await?;
        column::<i64>(generation, 0).map(i64::unsigned_abs)
    })
}

async fn read(connection: &Connection, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<(), StoreError> {
    connection.batch(&DECLARE).await.map_err(from_postgres)?;
    let mut rows = SurveyRows::new(take);
    loop {
        let found = connection.query(FETCH, &[]).await.map_err(from_postgres)?;
        if found.is_empty() {
            rows.finish();
            return Ok(());
        }
        for row in &found {
            add(row, &mut rows)?;
        }
    }
}

fn add(row: &Row, rows: &mut SurveyRows<'_>) -> Result<(), StoreError> {
    let key = key(row)?;
    let snapshot = snapshot_row::read(&key, row)?.snapshot;
    if !rows.is_at(&key) {
        rows.begin(key, profile_row::read(row, snapshot_row::COLUMN_COUNT)?);
    }
    rows.add(snapshot);
    Ok(())
}

fn key(row: &Row) -> Result<CreatorKey, StoreError> {
    let damaged = || StoreError::Corrupt("a snapshot of nobody".into());
    let author_id = AuthorId::parse(column::<&str>(row, 0)?.as_bytes()).map_err(|_| damaged())?;
    let platform = u8::try_from(column::<i16>(row, 1)?).ok().and_then(Platform::from_number);
    Ok(CreatorKey { author_id, platform: platform.ok_or_else(damaged)? })
}
