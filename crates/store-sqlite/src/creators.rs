//! Reading creators: one transaction per question and file, on pooled connections.

use std::cmp::Reverse;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use domain::{CreatorKey, CreatorState, Snapshot, SnapshotSource, UnixTime};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{CreatorStore, Generations, Latest, SNAPSHOT_COLUMNS, SnapshotRow, StoreError, SurveyMark, Surveyed};

use crate::SqliteStore;
use crate::codec::{decode_posts, decode_rate_card, decode_reported};
use crate::connection::LOG_BYTES_MAX;
use crate::error::from_sqlite;
use crate::snapshot_row::{self, with_text};
use crate::upstreams::bought;
use crate::{profile_row, survey};

/// One seek in the key: the row before the end of a source's numbers.
static NEWEST_SQL: LazyLock<String> = LazyLock::new(|| {
    let columns = SNAPSHOT_COLUMNS;
    format!(
        "SELECT {columns} FROM snapshots WHERE author_id = ?1 AND platform = ?2 AND source = ?3
         ORDER BY number DESC LIMIT 1"
    )
});

static HISTORY_SQL: LazyLock<String> = LazyLock::new(|| {
    let columns = SNAPSHOT_COLUMNS;
    format!(
        "SELECT {columns} FROM snapshots WHERE author_id = ?1 AND platform = ?2
         ORDER BY recorded_at DESC, number DESC, source LIMIT ?3"
    )
});

/// A state with its profile.
pub(crate) static STATE_SQL: LazyLock<String> = LazyLock::new(|| {
    let profile = profile_row::COLUMNS;
    format!(
        "SELECT posts, rate_card, reported, {profile} FROM creators LEFT JOIN profiles USING (author_id, platform)
         WHERE author_id = ?1 AND platform = ?2"
    )
});

/// The next states with their profiles.
static STATES_SQL: LazyLock<String> = LazyLock::new(|| {
    let profile = profile_row::COLUMNS;
    format!(
        "SELECT author_id, platform, posts, rate_card, reported, {profile}
         FROM creators LEFT JOIN profiles USING (author_id, platform)
         WHERE (author_id, platform) > (?1, ?2) ORDER BY author_id, platform LIMIT ?3"
    )
});

/// The same where there are no profiles: an import reads millions, and would notice the look for one.
pub(crate) const STATE_WITHOUT_PROFILE_SQL: &str =
    "SELECT posts, rate_card, reported, NULL, NULL, NULL, NULL, NULL, NULL
     FROM creators WHERE author_id = ?1 AND platform = ?2";

#[async_trait]
impl CreatorStore for SqliteStore {
    async fn latest(&self, key: &CreatorKey) -> Result<Option<Latest>, StoreError> {
        let key = key.clone();
        let ledger = Arc::clone(&self.ledger);
        self.creators
            .read_short(move |connection| {
                let imported = in_transaction(connection, |connection| latest(connection, &key))?;
                // On this thread: another one costs more than the look into the index.
                let bought = ledger.read_here(|connection| bought::newest(connection, &key))?;
                Ok(match bought {
                    Some(bought) => Some(Latest { bought: Some(bought), ..imported.unwrap_or_default() }),
                    None => imported,
                })
            })
            .await
    }

    async fn state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        let key = key.clone();
        self.creators.read(move |connection| read_state(connection, &STATE_SQL, &key)).await
    }

    async fn states(
        &self,
        behind: Option<&CreatorKey>,
        limit: u32,
    ) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
        let behind = behind.cloned();
        self.creators.read(move |connection| read_states(connection, behind.as_ref(), limit)).await
    }

    async fn history(&self, key: &CreatorKey, limit: u32) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
        let key = key.clone();
        let ledger = Arc::clone(&self.ledger);
        self.creators
            .read(move |connection| {
                let mut every = ledger.read_here(|connection| bought::history(connection, &key, limit))?;
                every.extend(history(connection, &key, limit)?);
                every.sort_by_key(|(recorded_at, _)| Reverse(*recorded_at));
                every.truncate(limit as usize);
                Ok(every)
            })
            .await
    }

    async fn generations(&self) -> Result<Generations, StoreError> {
        let creators = self.creators.read(creators_generation);
        let ledger = self.ledger.read(|connection| {
            let accounts = generation(connection, "SELECT accounts_generation FROM meta")?;
            Ok((accounts, bought::last_number(connection)?, reread_generation(connection)?))
        });
        let (creators, (accounts, bought, reread)) = (creators.await?, ledger.await?);
        Ok(Generations { creators, accounts, bought, reread })
    }

    async fn creator_count(&self) -> Result<u64, StoreError> {
        self.creators
            .read(|connection| {
                let count: i64 = connection
                    .query_row("SELECT creator_count FROM meta", [], |row| row.get(0))
                    .map_err(from_sqlite)?;
                Ok(count.unsigned_abs())
            })
            .await
    }

    async fn cut_log(&self) -> Result<(), StoreError> {
        self.creators.cut_log(LOG_BYTES_MAX).await
    }

    fn survey(&self, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<SurveyMark, StoreError> {
        let survey = |creators: &Connection| survey::survey(creators, &self.ledger, take);
        self.creators.read_here(|connection| in_transaction(connection, survey))
    }
}

/// How often the creators have changed.
pub(crate) fn creators_generation(connection: &Connection) -> Result<u64, StoreError> {
    generation(connection, "SELECT creators_generation FROM meta")
}

/// How often figures of bought answers were replaced.
pub(crate) fn reread_generation(connection: &Connection) -> Result<u64, StoreError> {
    generation(connection, "SELECT reread_generation FROM meta")
}

fn generation(connection: &Connection, sql: &str) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let generation: i64 = statement.query_row([], |row| row.get(0)).map_err(from_sqlite)?;
    Ok(generation.unsigned_abs())
}

/// Lets several statements see one moment of the database.
pub(crate) fn in_transaction<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.unchecked_transaction().map_err(from_sqlite)?;
    let result = read(&transaction)?;
    transaction.commit().map_err(from_sqlite)?;
    Ok(result)
}

/// What imports brought.
fn latest(connection: &Connection, key: &CreatorKey) -> Result<Option<Latest>, StoreError> {
    let newest = |source| newest_snapshot(connection, key, source).map(|row| row.map(|row| row.snapshot));
    let (estimated, reported) = (newest(SnapshotSource::Estimated)?, newest(SnapshotSource::Reported)?);
    let latest = Latest { estimated, reported, bought: None };
    if latest == Latest::default() && !is_known(connection, key)? {
        return Ok(None);
    }
    Ok(Some(latest))
}

fn is_known(connection: &Connection, key: &CreatorKey) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM creators WHERE author_id = ?1 AND platform = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    with_text(&key.author_id, |id| statement.exists(params![id, key.platform.number()])).map_err(from_sqlite)
}

/// The snapshot of a source that was added last.
pub(crate) fn newest_snapshot(
    connection: &Connection,
    key: &CreatorKey,
    source: SnapshotSource,
) -> Result<Option<SnapshotRow>, StoreError> {
    let mut statement = connection.prepare_cached(&NEWEST_SQL).map_err(from_sqlite)?;
    let read = |row: &rusqlite::Row<'_>| snapshot_row::read(key, row);
    let values = |id: &str| statement.query_row(params![id, key.platform.number(), source.number()], read).optional();
    with_text(&key.author_id, values).map_err(from_sqlite)
}

fn history(connection: &Connection, key: &CreatorKey, limit: u32) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
    let mut statement = connection.prepare_cached(&HISTORY_SQL).map_err(from_sqlite)?;
    with_text(&key.author_id, |id| {
        let values = params![id, key.platform.number(), limit];
        let rows = statement.query_map(values, |row| snapshot_row::read(key, row))?;
        rows.map(|row| row.map(|row| (row.recorded_at, row.snapshot))).collect::<rusqlite::Result<_>>()
    })
    .map_err(from_sqlite)
}

/// The state held of a creator, by [`STATE_SQL`] or [`STATE_WITHOUT_PROFILE_SQL`].
pub(crate) fn read_state(
    connection: &Connection,
    sql: &str,
    key: &CreatorKey,
) -> Result<Option<CreatorState>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let mut buffer = itoa::Buffer::new();
    let values = params![key.author_id.write(&mut buffer), key.platform.number()];
    let mut rows = statement.query(values).map_err(from_sqlite)?;
    rows.next().map_err(from_sqlite)?.map(|row| state_of(row, 0)).transpose()
}

fn read_states(
    connection: &Connection,
    behind: Option<&CreatorKey>,
    limit: u32,
) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
    let mut statement = connection.prepare_cached(&STATES_SQL).map_err(from_sqlite)?;
    let mut buffer = itoa::Buffer::new();
    // No id is empty.
    let (author_id, platform) = behind.map_or(("", 0), |key| (key.author_id.write(&mut buffer), key.platform.number()));
    let mut rows = statement.query(params![author_id, platform, limit]).map_err(from_sqlite)?;
    let mut states = Vec::new();
    while let Some(row) = rows.next().map_err(from_sqlite)? {
        states.push((snapshot_row::key(row).map_err(from_sqlite)?, state_of(row, 2)?));
    }
    Ok(states)
}

/// A state whose columns begin at a place: posts, rate card, report, profile.
fn state_of(row: &Row<'_>, at: usize) -> Result<CreatorState, StoreError> {
    let blob = |column| row.get_ref(column).and_then(|value| Ok(value.as_blob_or_null()?)).map_err(from_sqlite);
    Ok(CreatorState {
        posts: decode_posts(blob(at)?.unwrap_or_default())?,
        rate_card: blob(at + 1)?.map(decode_rate_card).transpose()?.unwrap_or_default(),
        reported: blob(at + 2)?.map(decode_reported).transpose()?,
        profile: profile_row::read(row, at + 3).map_err(from_sqlite)?,
    })
}
