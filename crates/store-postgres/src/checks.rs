//! Whether the database can be trusted: what `store::CheckedStore` promises.

use async_trait::async_trait;
use domain::{AccountId, MicroYuan, TokenHash, TokenId};
use store::{Change, CheckedStore, IMBALANCES, IMBALANCES_OF_CALLS, Imbalance, StoreError, Sum};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::error::{column, other};
use crate::transaction::Transaction;

#[async_trait]
impl CheckedStore for PostgresStore {
    async fn imbalances(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.pool.query(IMBALANCES, &[]).await?.iter().map(imbalance).collect()
    }

    async fn imbalances_of_calls(&self) -> Result<Vec<Imbalance>, StoreError> {
        self.pool.query(IMBALANCES_OF_CALLS, &[]).await?.iter().map(imbalance).collect()
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
