//! Whether the files can be trusted: what `store::CheckedStore` promises.

use async_trait::async_trait;
use domain::{AccountId, MicroYuan, TokenHash, TokenId};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row};
use store::{Change, CheckedStore, Imbalance, StoreError, Sum};

use crate::SqliteStore;
use crate::error::from_sqlite;
use crate::pool::Pool;

/// Damages of a file that are told; a broken one has thousands.
const DAMAGES_MAX: u32 = 20;

/// Each sum with its number in [`Sum::ALL`]. One statement reads everything as of one moment.
const BALANCE: &str = "
    WITH topped_up AS (
            SELECT account_id, sum(amount) AS amount FROM (
                SELECT account_id, amount_micro_yuan AS amount FROM top_ups
                UNION ALL SELECT account_id, -amount_micro_yuan FROM withdrawals) AS moved
            GROUP BY account_id),
        of_tokens AS (
            SELECT account_id, sum(charged_micro_yuan) AS charged, sum(held_micro_yuan) AS held
            FROM token_books JOIN tokens USING (token_id) GROUP BY account_id),
        used AS (
            SELECT account_id, token_id, sum(charged_micro_yuan) AS charged FROM usage GROUP BY account_id, token_id),
        used_of_accounts AS (SELECT account_id, sum(charged) AS charged FROM used GROUP BY account_id),
        holding AS (
            SELECT token_id, sum(price_micro_yuan) AS held FROM holds JOIN calls USING (call_id)
            WHERE state = 0 GROUP BY token_id),
        compared (sum, account_id, token_id, book, total) AS (
            SELECT 0, account_id, NULL, credited_micro_yuan, coalesce(amount, 0)
            FROM account_books LEFT JOIN topped_up USING (account_id)
            UNION ALL SELECT 1, account_id, NULL, charged_micro_yuan, coalesce(charged, 0)
            FROM account_books LEFT JOIN of_tokens USING (account_id)
            UNION ALL SELECT 2, account_id, NULL, charged_micro_yuan, coalesce(charged, 0)
            FROM account_books LEFT JOIN used_of_accounts USING (account_id)
            UNION ALL SELECT 2, tokens.account_id, token_id, charged_micro_yuan, coalesce(charged, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN used USING (token_id)
            UNION ALL SELECT 3, account_id, NULL, held_micro_yuan, coalesce(held, 0)
            FROM account_books LEFT JOIN of_tokens USING (account_id)
            UNION ALL SELECT 4, account_id, token_id, held_micro_yuan, coalesce(held, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN holding USING (token_id)
            UNION ALL SELECT 7, account_id, NULL, credited_micro_yuan, charged_micro_yuan + held_micro_yuan
            FROM account_books WHERE charged_micro_yuan + held_micro_yuan > credited_micro_yuan)
    SELECT sum, account_id, token_id, book, total FROM compared WHERE book <> total ORDER BY account_id, token_id, sum";

const BALANCE_OF_CALLS: &str = "
    WITH listed AS (
            SELECT token_id, sum(charged_micro_yuan) AS charged,
                coalesce(sum(price_micro_yuan) FILTER (WHERE state = 0), 0) AS held
            FROM calls GROUP BY token_id),
        compared (sum, account_id, token_id, book, total) AS (
            SELECT 5, account_id, token_id, charged_micro_yuan, charged
            FROM token_books JOIN tokens USING (token_id) JOIN listed USING (token_id)
            WHERE charged > charged_micro_yuan
            UNION ALL SELECT 6, account_id, token_id, held_micro_yuan, coalesce(held, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN listed USING (token_id))
    SELECT sum, account_id, token_id, book, total FROM compared WHERE book <> total ORDER BY account_id, token_id, sum";

#[async_trait]
impl CheckedStore for SqliteStore {
    async fn imbalances(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.ledger.read(|connection| compare(connection, BALANCE)).await
    }

    async fn imbalances_of_calls(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.ledger.read(|connection| compare(connection, BALANCE_OF_CALLS)).await
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
