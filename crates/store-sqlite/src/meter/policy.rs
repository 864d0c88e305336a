//! Limits, policies and prices: what operators set.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;

use domain::{AccountId, Limits, MicroYuan, Rate, TokenHash, TokenId, TokenPolicy, UnixTime};
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{Caller, StoreError};

use super::books::{amount, signed};
use crate::accounts::{TOKEN_COLUMNS, token};
use crate::error::from_sqlite;

const LIMIT_COLUMNS: &str = "rate_per_s, rate_burst, concurrent_max, daily_quota";
const POLICY_COLUMNS: &str =
    "rate_per_s, rate_burst, concurrent_max, daily_quota, spending_cap_micro_yuan, header_only,
    scopes, addresses";

/// The limits of an account.
pub(super) fn account_limits(connection: &Connection, id: AccountId) -> Result<Limits, StoreError> {
    let sql = format!("SELECT {LIMIT_COLUMNS} FROM account_books WHERE account_id = ?1");
    let mut statement = connection.prepare_cached(&sql).map_err(from_sqlite)?;
    let limits = statement.query_row([id.0], |row| limits(row, 0)).optional().map_err(from_sqlite)?;
    limits.ok_or_else(|| StoreError::NoSuchAccount(format!("number {id}")))
}

/// Writes all limits of an account.
pub(super) fn write_account_limits(connection: &Connection, id: AccountId, limits: Limits) -> Result<(), StoreError> {
    let sql = "UPDATE account_books SET rate_per_s = ?2, rate_burst = ?3, concurrent_max = ?4, daily_quota = ?5
        WHERE account_id = ?1";
    let Limits { rate, concurrent, daily_quota } = limits;
    let (per_second, burst) = columns(rate);
    let values = params![id.0, per_second, burst, concurrent.map(NonZeroU32::get), daily_quota];
    match connection.execute(sql, values).map_err(from_sqlite)? {
        0 => Err(StoreError::NoSuchAccount(format!("number {id}"))),
        _ => Ok(()),
    }
}

/// What a token may do.
pub(super) fn token_policy(connection: &Connection, id: TokenId) -> Result<TokenPolicy, StoreError> {
    let sql = format!("SELECT {POLICY_COLUMNS} FROM token_books WHERE token_id = ?1");
    let mut statement = connection.prepare_cached(&sql).map_err(from_sqlite)?;
    let policy = statement.query_row([id.0], policy).optional().map_err(from_sqlite)?;
    policy.ok_or(StoreError::NoSuchToken(id.0))
}

/// Writes everything of what a token may do.
pub(crate) fn write_policy(connection: &Connection, id: TokenId, policy: &TokenPolicy) -> Result<(), StoreError> {
    let sql = "UPDATE token_books SET rate_per_s = ?2, rate_burst = ?3, concurrent_max = ?4, daily_quota = ?5,
        spending_cap_micro_yuan = ?6, header_only = ?7, scopes = ?8, addresses = ?9 WHERE token_id = ?1";
    let (per_second, burst) = columns(policy.limits.rate);
    let values = params![
        id.0,
        per_second,
        burst,
        policy.limits.concurrent.map(NonZeroU32::get),
        policy.limits.daily_quota,
        policy.spending_cap.map(signed),
        policy.header_only,
        list(&policy.scopes),
        list(&policy.addresses)
    ];
    match connection.execute(sql, values).map_err(from_sqlite)? {
        0 => Err(StoreError::NoSuchToken(id.0)),
        _ => Ok(()),
    }
}

/// From when on a token is refused.
pub(super) fn set_expiry(connection: &Connection, id: TokenId, at: Option<UnixTime>) -> Result<(), StoreError> {
    let sql = "UPDATE tokens SET expires_at = ?2 WHERE token_id = ?1";
    match connection.execute(sql, params![id.0, at.map(|at| at.0)]).map_err(from_sqlite)? {
        0 => Err(StoreError::NoSuchToken(id.0)),
        _ => Ok(()),
    }
}

/// The token of a keyed hash, with what limits it.
pub(super) fn caller(connection: &Connection, hash: &TokenHash) -> Result<Option<Caller>, StoreError> {
    let sql = format!("SELECT {TOKEN_COLUMNS} FROM tokens WHERE hash = ?1");
    let mut statement = connection.prepare_cached(&sql).map_err(from_sqlite)?;
    let found = statement.query_row([&hash.0], token).optional().map_err(from_sqlite)?;
    let Some(token) = found else { return Ok(None) };
    let policy = token_policy(connection, token.id)?;
    let account_limits = account_limits(connection, token.account_id)?;
    Ok(Some(Caller { token, policy, account_limits }))
}

/// The prices of endpoints.
pub(super) fn prices(connection: &Connection) -> Result<Vec<(u8, MicroYuan)>, StoreError> {
    let sql = "SELECT endpoint, price_micro_yuan FROM prices ORDER BY endpoint";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, amount(row, 1)?))).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// Sets the price of an endpoint.
pub(super) fn set_price(connection: &Connection, endpoint: u8, price: MicroYuan) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO prices (endpoint, price_micro_yuan) VALUES (?1, ?2)";
    connection.execute(sql, params![endpoint, signed(price)]).map_err(from_sqlite)?;
    Ok(())
}

fn columns(rate: Option<Rate>) -> (Option<u32>, Option<u32>) {
    (rate.map(|rate| rate.per_second.get()), rate.map(|rate| rate.burst.get()))
}

fn limits(row: &Row<'_>, column: usize) -> rusqlite::Result<Limits> {
    let number = |column| row.get::<_, Option<u32>>(column).map(|number| number.and_then(NonZeroU32::new));
    let rate = number(column)?.zip(number(column + 1)?).map(|(per_second, burst)| Rate { per_second, burst });
    Ok(Limits { rate, concurrent: number(column + 2)?, daily_quota: row.get(column + 3)? })
}

fn policy(row: &Row<'_>) -> rusqlite::Result<TokenPolicy> {
    let cap: Option<u64> = row.get(4)?;
    Ok(TokenPolicy {
        limits: limits(row, 0)?,
        spending_cap: cap.map(MicroYuan),
        header_only: row.get(5)?,
        scopes: read_list(row.get_ref(6)?.as_str()?)?,
        addresses: read_list(row.get_ref(7)?.as_str()?)?,
    })
}

/// A list as it is kept: texts without spaces, with spaces between.
fn list(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn read_list<T: FromStr<Err = domain::PolicyError>>(text: &str) -> Result<Vec<T>, FromSqlError> {
    let items = text.split_ascii_whitespace().map(str::parse);
    items.collect::<Result<_, _>>().map_err(|error| FromSqlError::Other(Box::new(error)))
}
