//! Money that comes in.

use domain::{AccountId, MicroYuan};
use rusqlite::{Connection, OptionalExtension, params};
use store::{StoreError, TopUp, ToppedUp};

use super::books::{amount, read_account, signed, write_account};
use crate::error::from_sqlite;

/// Credits an account, once for each key.
pub(super) fn top_up(connection: &Connection, top_up: &TopUp) -> Result<ToppedUp, StoreError> {
    let mut book = read_account(connection, top_up.account_id)?;
    if let Some(before) = before(connection, top_up.key.as_str())? {
        let same = before == (top_up.account_id, top_up.amount);
        return Ok(if same { ToppedUp::Before(book) } else { ToppedUp::KeyTaken });
    }
    if let Err(room) = ledger::top_up(&mut book, top_up.amount) {
        return Ok(ToppedUp::TooMuch(room));
    }
    let sql = "INSERT INTO top_ups (idempotency_key, account_id, amount_micro_yuan, at_ms, note)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let TopUp { account_id, amount, key, at_ms, note } = top_up;
    let values = params![key.as_str(), account_id.0, signed(*amount), at_ms, note.as_str()];
    connection.execute(sql, values).map_err(from_sqlite)?;
    write_account(connection, top_up.account_id.0, &book)?;
    Ok(ToppedUp::Credited(book))
}

/// What was credited under a key.
fn before(connection: &Connection, key: &str) -> Result<Option<(AccountId, MicroYuan)>, StoreError> {
    let sql = "SELECT account_id, amount_micro_yuan FROM top_ups WHERE idempotency_key = ?1";
    let row = connection.query_row(sql, [key], |row| Ok((AccountId(row.get(0)?), amount(row, 1)?)));
    row.optional().map_err(from_sqlite)
}
