//! Whether the database can be trusted: what `store::CheckedStore` promises.

use async_trait::async_trait;
use domain::{AccountId, MicroYuan, TokenHash, TokenId};
use store::{Change, CheckedStore, Imbalance, StoreError, Sum};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::error::{column, other};
use crate::transaction::Transaction;

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
            SELECT 0, account_id, NULL::bigint, credited_micro_yuan, coalesce(amount, 0)
            FROM account_books LEFT JOIN topped_up USING (account_id)
            UNION ALL SELECT 1, account_id, NULL::bigint, charged_micro_yuan, coalesce(charged, 0)
            FROM account_books LEFT JOIN of_tokens USING (account_id)
            UNION ALL SELECT 2, account_id, NULL::bigint, charged_micro_yuan, coalesce(charged, 0)
            FROM account_books LEFT JOIN used_of_accounts USING (account_id)
            UNION ALL SELECT 2, tokens.account_id, token_id, charged_micro_yuan, coalesce(charged, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN used USING (token_id)
            UNION ALL SELECT 3, account_id, NULL::bigint, held_micro_yuan, coalesce(held, 0)
            FROM account_books LEFT JOIN of_tokens USING (account_id)
            UNION ALL SELECT 4, account_id, token_id, held_micro_yuan, coalesce(held, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN holding USING (token_id)
            UNION ALL SELECT 7, account_id, NULL::bigint, credited_micro_yuan, charged_micro_yuan + held_micro_yuan
            FROM account_books WHERE charged_micro_yuan + held_micro_yuan > credited_micro_yuan)
    SELECT sum, account_id, token_id, book, total::bigint FROM compared WHERE book <> total ORDER BY account_id, token_id, sum";

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
    SELECT sum, account_id, token_id, book, total::bigint FROM compared WHERE book <> total ORDER BY account_id, token_id, sum";

#[async_trait]
impl CheckedStore for PostgresStore {
    async fn imbalances(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.pool.query(BALANCE, &[]).await?.iter().map(imbalance).collect()
    }

    async fn imbalances_of_calls(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.pool.query(BALANCE_OF_CALLS, &[]).await?.iter().map(imbalance).collect()
    }

    /// PostgreSQL looks after its own files.
    async fn damages(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        let row = self.pool.query_one("SELECT current_setting('transaction_read_only') = 'on'", &[]).await?;
        match column(&row, 0)? {
            true => Err(StoreError::ReadOnly("the PostgreSQL database".into())),
            false => Ok(()),
        }
    }

    async fn token_key_mark(&self) -> Result<Option<TokenHash>, StoreError> {
        mark(&self.pool.query_one("SELECT token_key_mark FROM meta", &[]).await?)
    }

    async fn keep_token_key_mark(&self, wanted: TokenHash) -> Result<TokenHash, StoreError> {
        let sql = "UPDATE meta SET token_key_mark = coalesce(token_key_mark, $1) RETURNING token_key_mark";
        let transaction = Transaction::begin(&self.pool).await?;
        let row = transaction.query_opt(sql, &[&wanted.0.as_slice()]).await?;
        let kept = row.as_ref().map(mark).transpose()?.flatten();
        transaction.commit().await?;
        kept.ok_or_else(|| other("the database has no row of its own"))
    }

    async fn replace_token_key_mark(&self, mark: TokenHash) -> Result<(), StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        transaction.execute("UPDATE meta SET token_key_mark = $1", &[&mark.0.as_slice()]).await?;
        self.commit_change(transaction, &Change::token_key_replaced()).await
    }
}

fn mark(row: &Row) -> Result<Option<TokenHash>, StoreError> {
    let Some(bytes) = column::<Option<&[u8]>>(row, 0)? else { return Ok(None) };
    let bytes = bytes.try_into().map_err(|_| StoreError::Corrupt("the mark of the tokens' key is cut short".into()))?;
    Ok(Some(TokenHash(bytes)))
}

fn imbalance(row: &Row) -> Result<Imbalance, StoreError> {
    let amount = |at| Ok::<_, StoreError>(MicroYuan(u64::try_from(column::<i64>(row, at)?).unwrap_or_default()));
    let sum = usize::try_from(column::<i32>(row, 0)?).ok().and_then(|number| Sum::ALL.get(number).copied());
    Ok(Imbalance {
        account_id: AccountId(column(row, 1)?),
        token_id: column::<Option<i64>>(row, 2)?.map(TokenId),
        sum: sum.ok_or_else(|| other("a sum that there is not"))?,
        book: amount(3)?,
        rows: amount(4)?,
    })
}
