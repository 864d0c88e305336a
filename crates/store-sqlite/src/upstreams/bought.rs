//! Rows of `bought`, as they are and as snapshots.

use std::sync::LazyLock;

use domain::{CpInfo, CreatorKey, MicroYuan, Platform, Snapshot, UnixTime};
use rusqlite::types::{FromSqlError, Null};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, TransactionBehavior, params};
use store::{Bought, BoughtFilter, FIGURE_COLUMNS, StoreError, bought_figures, hot_item_of, signed};

use super::execute;
use crate::error::from_sqlite;
use crate::snapshot_row::{self, amounts, with_text};

/// Numbers go on behind those that were removed too: SQLite's own would begin again below the highest row left.
static INSERT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO bought (number, author_id, platform, upstream, received_at_ms, price_micro_yuan, body, age_s, {FIGURE_COLUMNS})
         VALUES ((SELECT max(bought_removed_to, (SELECT coalesce(max(number), 0) FROM bought)) + 1 FROM meta),
                 ?1, ?2, ?3, ?4, ?5, nullif(?6, x''), ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
    )
});

static SET_FIGURES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE bought SET ({FIGURE_COLUMNS}) = (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         WHERE number = ?1 AND author_id = ?2 AND platform = ?3"
    )
});

static LIST: LazyLock<String> = LazyLock::new(|| list_sql("?5 IS NULL AND ?6 IS NULL"));

/// Says whose in so many words, so that the index can be used.
static LIST_OF_CREATOR: LazyLock<String> = LazyLock::new(|| list_sql("author_id = ?5 AND platform = ?6"));

fn list_sql(whose: &str) -> String {
    format!(
        "SELECT number, author_id, platform, upstream, received_at_ms, price_micro_yuan, body, age_s, {FIGURE_COLUMNS} FROM bought
         WHERE {whose} AND number > ?1 AND received_at_ms >= ?2 AND (?3 IS NULL OR upstream = ?3) ORDER BY number LIMIT ?4"
    )
}

static NEWEST: LazyLock<String> = LazyLock::new(|| format!("{} ORDER BY number DESC LIMIT 1", snapshots_sql()));

/// Of the next creators behind ?1 on ?2 the usable answer bought last, or NULLs: first whose answers there are, read in the
/// index alone, then one seek for each. In pages, since who reads a file long keeps its log from being emptied.
static NEWEST_OF_EACH: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT each.author_id, each.platform, {columns}
         FROM (SELECT DISTINCT author_id, platform FROM bought WHERE (author_id, platform) > (?1, ?2)
               ORDER BY author_id, platform LIMIT ?3) AS each
         LEFT JOIN bought ON number = (
             SELECT number FROM bought AS its WHERE its.author_id = each.author_id AND its.platform = each.platform
             AND its.expected_views IS NOT NULL ORDER BY its.number DESC LIMIT 1)
         ORDER BY each.author_id, each.platform",
        columns = behind_the_key()
    )
});

static HISTORY: LazyLock<String> =
    LazyLock::new(|| format!("{} ORDER BY received_at_ms / 1000 DESC, number DESC LIMIT ?3", snapshots_sql()));

/// Usable answers of a creator, in the shape of `SNAPSHOT_COLUMNS`.
fn snapshots_sql() -> String {
    format!(
        "SELECT author_id, platform, {columns}
         FROM bought WHERE author_id = ?1 AND platform = ?2 AND expected_views IS NOT NULL",
        columns = behind_the_key()
    )
}

/// The columns of an answer in the shape of those of `SNAPSHOT_COLUMNS` behind the key.
fn behind_the_key() -> String {
    format!(
        "2, number, 'upstream/' || upstream, max(received_at_ms / 1000 - age_s, 0), received_at_ms / 1000,
         expected_views, NULL, NULL, NULL, hot_item_bp, NULL, NULL, NULL, NULL, {costs}, NULL, NULL",
        costs = FIGURE_COLUMNS.trim_start_matches("expected_views, hot_item_bp, ")
    )
}

/// Keeps an answer.
///
/// # Errors
/// [`StoreError::Database`] when a figure is 2^63 or more.
pub(crate) fn insert(connection: &Connection, bought: &Bought) -> Result<(), StoreError> {
    let figures = bought_figures(bought.info.as_ref())?;
    let mut buffer = itoa::Buffer::new();
    let author_id = bought.key.author_id.write(&mut buffer);
    let (platform, price) = (bought.key.platform.number(), signed(bought.price.0));
    let mut values: Vec<&dyn ToSql> =
        vec![&author_id, &platform, &bought.upstream, &bought.received_at_ms, &price, &bought.body, &bought.age_s];
    values.extend(figures.iter().map(|figure| figure as &dyn ToSql));
    execute(connection, &INSERT, values.as_slice()).map(|_| ())
}

/// Replaces the figures of a creator's answer and counts that, in one transaction; false when the creator has none of this number.
pub(super) fn set_figures(
    connection: &mut Connection,
    key: &CreatorKey,
    number: u64,
    info: Option<&CpInfo>,
) -> Result<bool, StoreError> {
    let (number, figures) = (signed(number), bought_figures(info)?);
    let mut buffer = itoa::Buffer::new();
    let (author_id, platform) = (key.author_id.write(&mut buffer), key.platform.number());
    let mut values: Vec<&dyn ToSql> = vec![&number, &author_id, &platform];
    values.extend(figures.iter().map(|figure| figure as &dyn ToSql));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
    let is_there = execute(&transaction, &SET_FIGURES, values.as_slice())? > 0;
    if is_there {
        execute(&transaction, "UPDATE meta SET reread_generation = reread_generation + 1", [])?;
    }
    transaction.commit().map_err(from_sqlite)?;
    Ok(is_there)
}

/// Answers, the oldest first.
pub(super) fn list(connection: &Connection, filter: &BoughtFilter) -> Result<Vec<Bought>, StoreError> {
    let BoughtFilter { key, upstream, since_ms, after, limit } = filter;
    let (after, since_ms) = (signed(*after), signed(*since_ms));
    let mut values: Vec<&dyn ToSql> = vec![&after, &since_ms, upstream, limit];
    let mut buffer = itoa::Buffer::new();
    let whose = key.as_ref().map(|key| (key.author_id.write(&mut buffer), key.platform.number()));
    match &whose {
        Some((author_id, platform)) => values.extend([author_id as &dyn ToSql, platform]),
        None => values.extend([&Null as &dyn ToSql, &Null]),
    }
    let sql = if whose.is_some() { &LIST_OF_CREATOR } else { &LIST };
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map(values.as_slice(), read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Bought> {
    let author_id = row.get_ref(1)?.as_str()?.parse().map_err(|error| FromSqlError::Other(Box::new(error)))?;
    let platform = Platform::from_number(row.get(2)?).ok_or(FromSqlError::OutOfRange(2))?;
    let info = match row.get(8)? {
        Some(expected_views) => {
            let (cpm, cpe) = (amounts(row, 10)?, amounts(row, 14)?);
            Some(CpInfo { expected_views, hot_item_bp: hot_item_of(row.get(9)?), cpm, cpe })
        }
        None => None,
    };
    Ok(Bought {
        number: row.get(0)?,
        key: CreatorKey { author_id, platform },
        upstream: row.get(3)?,
        received_at_ms: row.get(4)?,
        age_s: row.get(7)?,
        price: MicroYuan(row.get(5)?),
        info,
        body: row.get::<_, Option<_>>(6)?.unwrap_or_default(),
    })
}

/// Whether there is a body of an answer received before a moment.
pub(super) fn any_body(connection: &Connection, before_ms: u64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM bought WHERE body IS NOT NULL AND received_at_ms < ?1";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    statement.exists([signed(before_ms)]).map_err(from_sqlite)
}

/// Forgets such bodies, the oldest first.
pub(super) fn forget_bodies(connection: &Connection, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
    let sql = "UPDATE bought SET body = NULL WHERE number IN (SELECT number FROM bought
        WHERE body IS NOT NULL AND received_at_ms < ?1 ORDER BY received_at_ms LIMIT ?2)";
    execute(connection, sql, params![signed(before_ms), limit]).map(|forgotten| forgotten as u64)
}

/// The usable answer that was bought last of a creator.
pub(crate) fn newest(connection: &Connection, key: &CreatorKey) -> Result<Option<Snapshot>, StoreError> {
    let mut statement = connection.prepare_cached(&NEWEST).map_err(from_sqlite)?;
    let read = |row: &Row<'_>| snapshot_row::read(key, row).map(|row| row.snapshot);
    with_text(&key.author_id, |id| statement.query_row(params![id, key.platform.number()], read).optional())
        .map_err(from_sqlite)
}

/// Where the column of the number is in the shape of `SNAPSHOT_COLUMNS`.
const NUMBER_AT: usize = 3;

/// The next creators behind one, in the order of a survey, whose answers there are, each with the usable one bought last.
pub(crate) fn newest_of_each(
    connection: &Connection,
    behind: Option<&CreatorKey>,
    limit: usize,
) -> Result<Vec<(CreatorKey, Option<Snapshot>)>, StoreError> {
    let mut statement = connection.prepare_cached(&NEWEST_OF_EACH).map_err(from_sqlite)?;
    let mut buffer = itoa::Buffer::new();
    // No id is empty.
    let (author_id, platform) = behind.map_or(("", 0), |key| (key.author_id.write(&mut buffer), key.platform.number()));
    let read = |row: &Row<'_>| {
        let key = snapshot_row::key(row)?;
        let is_usable = row.get::<_, Option<u64>>(NUMBER_AT)?.is_some();
        let snapshot = is_usable.then(|| snapshot_row::read(&key, row)).transpose()?;
        Ok((key, snapshot.map(|row| row.snapshot)))
    };
    let rows = statement.query_map(params![author_id, platform, limit], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// The number of the answer kept last; 0 without any.
pub(crate) fn last_number(connection: &Connection) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT max(number) FROM bought").map_err(from_sqlite)?;
    let number = statement.query_row([], |row| row.get::<_, Option<u64>>(0)).map_err(from_sqlite)?;
    Ok(number.unwrap_or_default())
}

/// The usable answers of a creator received last, the newest first, each with the second it was received.
pub(crate) fn history(
    connection: &Connection,
    key: &CreatorKey,
    limit: u32,
) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
    let mut statement = connection.prepare_cached(&HISTORY).map_err(from_sqlite)?;
    with_text(&key.author_id, |id| {
        let values = params![id, key.platform.number(), limit];
        let rows = statement.query_map(values, |row| snapshot_row::read(key, row))?;
        rows.map(|row| row.map(|row| (row.recorded_at, row.snapshot))).collect::<rusqlite::Result<_>>()
    })
    .map_err(from_sqlite)
}
