//! Money that comes in, or goes out again.

use domain::{AccountId, MicroYuan};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{MOVEMENTS, Moved, Movement, MovementFilter, MovementKind, PastMovement, StoreError};

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

/// What was moved of an account, newest first.
pub(super) fn list(connection: &Connection, filter: MovementFilter) -> Result<Vec<PastMovement>, StoreError> {
    let MovementFilter { account_id, period, limit } = filter;
    let [since_ms, until_ms] = period.ends();
    let mut statement = connection.prepare_cached(MOVEMENTS).map_err(from_sqlite)?;
    let mut rows = statement.query(params![account_id.0, since_ms, until_ms, limit]).map_err(from_sqlite)?;
    let mut movements = Vec::new();
    while let Some(row) = rows.next().map_err(from_sqlite)? {
        movements.push(PastMovement {
            kind: MovementKind::of_way(row.get(0).map_err(from_sqlite)?)?,
            ..past(row).map_err(from_sqlite)?
        });
    }
    Ok(movements)
}

fn past(row: &Row<'_>) -> rusqlite::Result<PastMovement> {
    Ok(PastMovement {
        kind: MovementKind::TopUp,
        amount: amount(row, 1)?,
        key: row.get(2)?,
        at_ms: row.get(3)?,
        note: row.get(4)?,
        // Below zero only where clocks told another order than that in which it was moved.
        credited: MicroYuan(u64::try_from(row.get::<_, i64>(5)?).unwrap_or_default()),
    })
}

/// What was moved under the key.
fn before(connection: &Connection, movement: &Movement) -> Result<Option<(AccountId, MicroYuan)>, StoreError> {
    let table = movement.kind.table();
    let sql = format!("SELECT account_id, amount_micro_yuan FROM {table} WHERE idempotency_key = ?1");
    let row = connection.query_row(&sql, [movement.key.as_str()], |row| Ok((AccountId(row.get(0)?), amount(row, 1)?)));
    row.optional().map_err(from_sqlite)
}
