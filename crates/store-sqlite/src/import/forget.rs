//! Deleting a creator: the opposite of an import.

use domain::AuthorId;
use rusqlite::{Connection, TransactionBehavior};
use store::{Forgotten, StoreError};

use super::{begin, write};
use crate::SqliteStore;
use crate::error::from_sqlite;

impl SqliteStore {
    /// Deletes what imports brought, then what was bought, each in the transaction of its file: after a kill in between, doing it
    /// again does the rest.
    pub(super) fn forget_creator(&self, author_id: &AuthorId) -> Result<Forgotten, StoreError> {
        let id = author_id.to_string();
        let (states, snapshots) = self.creators.write_here(|connection| imported(connection, &id))?;
        let bought = self.ledger.write_here(|connection| bought(connection, &id))?;
        if states + snapshots == 0 && bought > 0 {
            // Who has bought figures in memory, or among all creators, reads everything anew.
            self.creators.write_here(|connection| write::grow_generation(connection))?;
        }
        Ok(Forgotten { states, snapshots, bought })
    }

    /// Writes the creators' file anew, and empties both logs. That deleted rows are overwritten with zeros (`secure_delete`) is not enough
    /// where rows change: what they were before stays in the pages, and so do copies of those that moved to another page. Bought
    /// answers stay where they were written, and a ledger that is written anew would keep everybody from paying meanwhile.
    pub(super) fn wipe(&self) -> Result<bool, StoreError> {
        self.creators.write_here(|connection| connection.execute_batch("VACUUM").map_err(from_sqlite))?;
        let is_empty = [self.creators.empty_log()?, self.ledger.empty_log()?];
        // As long again as a running server made it.
        self.ledger.lengthen_log_here()?;
        Ok(is_empty == [true; 2])
    }
}

fn imported(connection: &Connection, id: &str) -> Result<(u64, u64), StoreError> {
    let transaction = begin(connection, TransactionBehavior::Immediate)?;
    delete(&transaction, "DELETE FROM profiles WHERE author_id = ?1", id)?;
    let snapshots = delete(&transaction, "DELETE FROM snapshots WHERE author_id = ?1", id)?;
    let states = delete(&transaction, "DELETE FROM creators WHERE author_id = ?1", id)?;
    if states + snapshots > 0 {
        let sql = "UPDATE meta SET creator_count = creator_count - ?1";
        transaction.execute(sql, [states.cast_signed()]).map_err(from_sqlite)?;
        write::grow_generation(&transaction)?;
    }
    transaction.commit().map_err(from_sqlite)?;
    Ok((states, snapshots))
}

fn bought(connection: &Connection, id: &str) -> Result<u64, StoreError> {
    let overwrite = |is_on: bool| connection.pragma_update(None, "secure_delete", is_on).map_err(from_sqlite);
    overwrite(true)?;
    let bought = delete_bought(connection, id);
    overwrite(false)?;
    bought
}

fn delete_bought(connection: &Connection, id: &str) -> Result<u64, StoreError> {
    let transaction = begin(connection, TransactionBehavior::Immediate)?;
    let sql = "SELECT max(number) FROM bought WHERE author_id = ?1";
    let last: Option<i64> = transaction.query_row(sql, [id], |row| row.get(0)).map_err(from_sqlite)?;
    let Some(last) = last else { return Ok(0) };
    let bought = delete(&transaction, "DELETE FROM bought WHERE author_id = ?1", id)?;
    let sql =
        "UPDATE meta SET reread_generation = reread_generation + 1, bought_removed_to = max(bought_removed_to, ?1)";
    transaction.execute(sql, [last]).map_err(from_sqlite)?;
    transaction.commit().map_err(from_sqlite)?;
    Ok(bought)
}

fn delete(connection: &Connection, sql: &str, id: &str) -> Result<u64, StoreError> {
    connection.execute(sql, [id]).map(|rows| rows as u64).map_err(from_sqlite)
}
