//! Successes and what they cost, by day.

use domain::{AccountId, TokenId};
use ledger::{Day, Quota};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{QuotaOf, StoreError, Usage};

use super::books::{amount, signed};
use super::calls;
use crate::error::from_sqlite;

/// What was used from one day to another, both included.
pub(super) fn list(
    connection: &Connection,
    account_id: Option<AccountId>,
    from: Day,
    to: Day,
) -> Result<Vec<Usage>, StoreError> {
    let sql = "SELECT day, account_id, token_id, endpoint, calls, charged_micro_yuan FROM usage
        WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR account_id = ?3) AND calls > 0
        ORDER BY day, account_id, token_id, endpoint";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let values = params![from.number(), to.number(), account_id.map(|id| id.0)];
    let rows = statement.query_map(values, |row| {
        Ok(Usage {
            day: Day::from_number(row.get(0)?),
            account_id: AccountId(row.get(1)?),
            token_id: TokenId(row.get(2)?),
            endpoint: row.get(3)?,
            calls: row.get(4)?,
            charged: amount(row, 5)?,
        })
    });
    rows.and_then(Iterator::collect).map_err(from_sqlite)
}

/// Lets a daily quota begin with the successes of the day so far, and the calls on hold.
pub(super) fn begin_quota(connection: &Connection, of: QuotaOf) -> Result<(), StoreError> {
    let read = |sql: &str| {
        let quota = |row: &Row<'_>| Ok(Quota { day: Day::from_number(row.get(0)?), used: row.get(1)? });
        connection.query_row(sql, [of.number()], quota).optional().map_err(from_sqlite)
    };
    let Some((mut quota, counted)) = read(of.select())?.zip(read(of.last_day())?) else { return Ok(()) };
    let held = of.held(&calls::held(connection, counted.day)?);
    quota.begin(Quota { used: counted.used + held, ..counted });
    let values = params![quota.day.number(), quota.used, of.number()];
    connection.execute(of.update(), values).map_err(from_sqlite)?;
    Ok(())
}

/// Adds to what was used: day, account, token, endpoint, calls, what they cost.
pub(super) const ADD: &str = "INSERT INTO usage (day, account_id, token_id, endpoint, calls, charged_micro_yuan)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls,
    charged_micro_yuan = charged_micro_yuan + excluded.charged_micro_yuan";

/// Adds to what was used.
pub(super) fn add(connection: &Connection, usage: &[Usage]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(ADD).map_err(from_sqlite)?;
    for row in usage {
        let Usage { day, account_id, token_id, endpoint, calls, charged } = row;
        let values = params![day.number(), account_id.0, token_id.0, endpoint, calls, signed(*charged)];
        statement.execute(values).map_err(from_sqlite)?;
    }
    Ok(())
}
