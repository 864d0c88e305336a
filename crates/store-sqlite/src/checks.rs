//! Whether the files can be trusted: what `store::CheckedStore` promises.

use async_trait::async_trait;
use domain::{AccountId, MicroYuan, TokenHash, TokenId};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row};
use store::{Change, CheckedStore, IMBALANCES, IMBALANCES_OF_CALLS, Imbalance, StoreError, Sum};

use crate::SqliteStore;
use crate::error::from_sqlite;
use crate::pool::Pool;

/// Damages of a file that are told; a broken one has thousands.
const DAMAGES_MAX: u32 = 20;

#[async_trait]
impl CheckedStore for SqliteStore {
    async fn imbalances(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.ledger.read(|connection| compare(connection, IMBALANCES)).await
    }

    async fn imbalances_of_calls(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.ledger.read(|connection| compare(connection, IMBALANCES_OF_CALLS)).await
    }

    async fn damages(&self) -> Result<Vec<String>, StoreError> {
        let mut damages = Vec::new();
        for pool in [&self.creators, &self.ledger] {
            let file = pool.file();
            let found = pool.read(damages_of).await?;
            damages.extend(found.into_iter().map(|damage| format!("{file}: {damage}")));
        }
        Ok(damages)
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        for pool in [&self.creators, &self.ledger] {
            check_writable(pool).await?;
        }
        Ok(())
    }

    async fn token_key_mark(&self) -> Result<Option<TokenHash>, StoreError> {
        self.ledger.read(mark).await
    }

    async fn keep_token_key_mark(&self, wanted: TokenHash) -> Result<TokenHash, StoreError> {
        self.change_books(move |connection| {
            let sql = "UPDATE meta SET token_key_mark = ?1 WHERE token_key_mark IS NULL";
            connection.execute(sql, [wanted.0]).map_err(from_sqlite)?;
            Ok(mark(connection)?.unwrap_or(wanted))
        })
        .await
    }

    async fn replace_token_key_mark(&self, mark: TokenHash) -> Result<(), StoreError> {
        self.change_accounts(move |connection| {
            connection.execute("UPDATE meta SET token_key_mark = ?1", [mark.0]).map_err(from_sqlite)?;
            Ok(((), Change::token_key_replaced()))
        })
        .await
    }
}

fn mark(connection: &Connection) -> Result<Option<TokenHash>, StoreError> {
    let mark = connection.query_row("SELECT token_key_mark FROM meta", [], |row| row.get::<_, Option<[u8; 32]>>(0));
    Ok(mark.optional().map_err(from_sqlite)?.flatten().map(TokenHash))
}

fn compare(connection: &Connection, sql: &str) -> Result<Vec<Imbalance>, StoreError> {
    let mut statement = connection.prepare(sql).map_err(from_sqlite)?;
    let rows = statement.query_map([], imbalance);
    rows.and_then(Iterator::collect).map_err(from_sqlite)
}

fn imbalance(row: &Row<'_>) -> rusqlite::Result<Imbalance> {
    let amount = |at| row.get::<_, i64>(at).map(|amount| MicroYuan(u64::try_from(amount).unwrap_or_default()));
    Ok(Imbalance {
        account_id: AccountId(row.get(1)?),
        token_id: row.get::<_, Option<i64>>(2)?.map(TokenId),
        sum: Sum::ALL[row.get::<_, usize>(0)?],
        book: amount(3)?,
        rows: amount(4)?,
    })
}

fn damages_of(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({DAMAGES_MAX})")).map_err(from_sqlite)?;
    let found = statement.query_map([], |row| row.get::<_, String>(0));
    let found: Vec<String> = found.and_then(Iterator::collect).map_err(from_sqlite)?;
    Ok(found.into_iter().filter(|damage| damage != "ok").collect())
}

/// SQLite opens a file that it may not write for reading, without a word.
async fn check_writable(pool: &std::sync::Arc<Pool>) -> Result<(), StoreError> {
    let file = pool.file();
    pool.write(move |connection| match connection.is_readonly(MAIN_DB).map_err(from_sqlite)? {
        true => Err(StoreError::ReadOnly(file)),
        false => Ok(()),
    })
    .await
}
