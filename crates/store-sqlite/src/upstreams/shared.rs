//! Parking, breaker, spending and status of upstreams.

use domain::{MicroYuan, UnixTime};
use ledger::Day;
use rusqlite::{Connection, OptionalExtension, params};
use store::{Change, StoreError, ToldOfUpstream, UpstreamRecord, signed};

use super::execute;
use crate::audit;
use crate::error::from_sqlite;

/// What is known of an upstream, with what was spent on a day.
pub(super) fn record(connection: &Connection, upstream: &str, day: Day) -> Result<UpstreamRecord, StoreError> {
    let sql = "SELECT parked_until_ms, parked_code, coalesce(breaker_open_until_ms, 0), coalesce(breaker_openings, 0),
            coalesce(spent_micro_yuan, 0)
        FROM (SELECT ?1 AS asked) LEFT JOIN upstreams ON name = asked
            LEFT JOIN upstream_spending ON upstream = asked AND day = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let record = statement.query_row(params![upstream, day.number()], |row| {
        let (until_ms, code): (Option<u64>, Option<u16>) = (row.get(0)?, row.get(1)?);
        Ok(UpstreamRecord {
            parked: until_ms.zip(code),
            breaker_open_until_ms: row.get(2)?,
            breaker_openings: row.get(3)?,
            spent: MicroYuan(row.get(4)?),
        })
    });
    record.map_err(from_sqlite)
}

/// Parks an upstream, unless it is parked for longer.
pub(super) fn park(connection: &Connection, upstream: &str, until_ms: u64, code: u16) -> Result<(), StoreError> {
    let sql = "INSERT INTO upstreams (name, parked_until_ms, parked_code) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET parked_until_ms = excluded.parked_until_ms, parked_code = excluded.parked_code
            WHERE parked_until_ms IS NULL OR parked_until_ms <= excluded.parked_until_ms";
    execute(connection, sql, params![upstream, signed(until_ms), code]).map(|_| ())
}

/// Ends an upstream's parking, which an operator does, in a transaction that is open; false when there is none.
pub(super) fn unpark(connection: &Connection, upstream: &str, actor: &str) -> Result<bool, StoreError> {
    let sql = "SELECT parked_code FROM upstreams WHERE name = ?1 AND parked_until_ms IS NOT NULL";
    let code: Option<u16> = connection.query_row(sql, [upstream], |row| row.get(0)).optional().map_err(from_sqlite)?;
    let Some(code) = code else { return Ok(false) };
    execute(connection, "UPDATE upstreams SET parked_until_ms = NULL, parked_code = NULL WHERE name = ?1", [upstream])?;
    audit::note(connection, actor, &Change::unparked(upstream, code))?;
    Ok(true)
}

/// Replaces an upstream's breaker.
pub(super) fn set_breaker(
    connection: &Connection,
    upstream: &str,
    open_until_ms: u64,
    openings: u32,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO upstreams (name, breaker_open_until_ms, breaker_openings) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET breaker_open_until_ms = excluded.breaker_open_until_ms,
            breaker_openings = excluded.breaker_openings";
    execute(connection, sql, params![upstream, signed(open_until_ms), openings]).map(|_| ())
}

/// Adds a price to what was spent on a day, where the budget covers it. Nothing is over the largest number there is.
pub(crate) fn reserve(
    connection: &Connection,
    upstream: &str,
    day: Day,
    price: MicroYuan,
    budget: Option<MicroYuan>,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO upstream_spending (upstream, day, spent_micro_yuan) SELECT ?1, ?2, ?3 WHERE ?3 <= ?4
        ON CONFLICT (upstream, day) DO UPDATE SET spent_micro_yuan = spent_micro_yuan + excluded.spent_micro_yuan
            WHERE spent_micro_yuan <= ?4 - excluded.spent_micro_yuan";
    let budget = budget.map_or(i64::MAX, |budget| signed(budget.0));
    Ok(execute(connection, sql, params![upstream, day.number(), signed(price.0), budget])? > 0)
}

/// Takes a price back from what was spent on a day.
pub(crate) fn release(connection: &Connection, upstream: &str, day: Day, price: MicroYuan) -> Result<(), StoreError> {
    let sql = "UPDATE upstream_spending SET spent_micro_yuan = max(spent_micro_yuan - ?3, 0)
        WHERE upstream = ?1 AND day = ?2";
    execute(connection, sql, params![upstream, day.number(), signed(price.0)]).map(|_| ())
}

/// Replaces what a server tells of an upstream.
pub(super) fn tell(
    connection: &Connection,
    server: &str,
    upstream: &str,
    at: UnixTime,
    status: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO upstream_status (server, upstream, at, status) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (upstream, server) DO UPDATE SET at = excluded.at, status = excluded.status";
    execute(connection, sql, params![server, upstream, at.0, status]).map(|_| ())
}

/// What servers told since a moment.
pub(super) fn told(connection: &Connection, since: UnixTime) -> Result<Vec<ToldOfUpstream>, StoreError> {
    let sql = "SELECT server, upstream, at, status FROM upstream_status WHERE at >= ?1
        ORDER BY upstream, at DESC, server";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map([since.0], |row| {
        let (server, upstream, at) = (row.get(0)?, row.get(1)?, UnixTime(row.get(2)?));
        Ok(ToldOfUpstream { server, upstream, at, status: row.get(3)? })
    });
    rows.and_then(Iterator::collect).map_err(from_sqlite)
}

/// Whether there is anything that was told before a moment.
pub(super) fn any_told(connection: &Connection, before: UnixTime) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM upstream_status WHERE at < ?1";
    connection.prepare_cached(sql).and_then(|mut sql| sql.exists([before.0])).map_err(from_sqlite)
}

/// Forgets what was told before a moment.
pub(super) fn forget_told(connection: &Connection, before: UnixTime) -> Result<u64, StoreError> {
    execute(connection, "DELETE FROM upstream_status WHERE at < ?1", [before.0]).map(|forgotten| forgotten as u64)
}
