//! Money that goes out again.

use domain::{AccountId, MicroYuan};
use rusqlite::{Connection, OptionalExtension, params};
use store::{StoreError, Withdrawal, Withdrawn};

use super::books::{amount, read_account, signed, write_account};
use crate::error::from_sqlite;

/// Takes money out of an account, once for each key.
pub(super) fn withdraw(connection: &Connection, withdrawal: &Withdrawal) -> Result<Withdrawn, StoreError> {
    let mut book = read_account(connection, withdrawal.account_id)?;
    if let Some(before) = before(connection, withdrawal.key.as_str())? {
        let same = before == (withdrawal.account_id, withdrawal.amount);
        return Ok(if same { Withdrawn::Before(book) } else { Withdrawn::KeyTaken });
    }
    if let Err(balance) = ledger::withdraw(&mut book, withdrawal.amount) {
        return Ok(Withdrawn::TooMuch(balance));
    }
    let sql = "INSERT INTO withdrawals (idempotency_key, account_id, amount_micro_yuan, at_ms, note)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let Withdrawal { account_id, amount, key, at_ms, note } = withdrawal;
    let values = params![key.as_str(), account_id.0, signed(*amount), at_ms, note.as_str()];
    connection.execute(sql, values).map_err(from_sqlite)?;
    write_account(connection, account_id.0, &book)?;
    Ok(Withdrawn::Now(book))
}

/// What was taken out under a key.
fn before(connection: &Connection, key: &str) -> Result<Option<(AccountId, MicroYuan)>, StoreError> {
    let sql = "SELECT account_id, amount_micro_yuan FROM withdrawals WHERE idempotency_key = ?1";
    let row = connection.query_row(sql, [key], |row| Ok((AccountId(row.get(0)?), amount(row, 1)?)));
    row.optional().map_err(from_sqlite)
}
