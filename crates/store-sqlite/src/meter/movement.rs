//! Money that comes in, or goes out again.

use domain::{AccountId, MicroYuan};
use rusqlite::{Connection, OptionalExtension, params};
use store::{Moved, Movement, StoreError};

use super::books::{amount, read_account, signed, write_account};
use crate::error::from_sqlite;

/// Moves money into an account or out of it, once for each key.
pub(super) fn move_money(connection: &Connection, movement: &Movement) -> Result<Moved, StoreError> {
    let Movement { kind, account_id, amount, key, at_ms, note } = movement;
    let mut book = read_account(connection, *account_id)?;
    if let Some(before) = before(connection, movement)? {
        return Ok(if before == (*account_id, *amount) { Moved::Before(book) } else { Moved::KeyTaken });
    }
    if let Err(most) = kind.apply(&mut book, *amount) {
        return Ok(Moved::TooMuch(most));
    }
    let sql = format!(
        "INSERT INTO {} (idempotency_key, account_id, amount_micro_yuan, at_ms, note) VALUES (?1, ?2, ?3, ?4, ?5)",
        kind.table()
    );
    let values = params![key.as_str(), account_id.0, signed(*amount), at_ms, note.as_str()];
    connection.execute(&sql, values).map_err(from_sqlite)?;
    write_account(connection, account_id.0, &book)?;
    Ok(Moved::Now(book))
}

/// What was moved under the key.
fn before(connection: &Connection, movement: &Movement) -> Result<Option<(AccountId, MicroYuan)>, StoreError> {
    let table = movement.kind.table();
    let sql = format!("SELECT account_id, amount_micro_yuan FROM {table} WHERE idempotency_key = ?1");
    let row = connection.query_row(&sql, [movement.key.as_str()], |row| Ok((AccountId(row.get(0)?), amount(row, 1)?)));
    row.optional().map_err(from_sqlite)
}
