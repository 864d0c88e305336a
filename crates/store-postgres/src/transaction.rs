//! A transaction on a pooled connection: commit it, or drop it and nothing of it is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use store::StoreError;
use tokio::runtime::Handle;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use crate::connection::Values;
use crate::error::{describe, is_lost, other};
use crate::pool::{Lease, Pool};

/// An open transaction, at "read committed": each statement sees what was committed when it began, so rows that are
/// changed by what was read of them are read `FOR UPDATE`.
pub(crate) struct Transaction {
    /// None once it has ended.
    lease: Option<Lease>,
    /// Whether a statement was refused: the server then answers COMMIT by rolling back, and calls that no error.
    refused: AtomicBool,
}

impl Transaction {
    /// Begins, on a new connection when the one at hand was lost.
    pub(crate) async fn begin(pool: &Arc<Pool>) -> Result<Self, StoreError> {
        pool.faults().counted(Self::begin_on(pool).await)
    }

    async fn begin_on(pool: &Arc<Pool>) -> Result<Self, StoreError> {
        let mut lease = pool.lend().await?;
        lease.set_clean(false);
        match lease.batch("BEGIN").await {
            Err(error) if is_lost(&error) && !lease.is_cut() => {
                lease = lease.renew().await?;
                lease.batch("BEGIN").await.map_err(|error| lease.told(error))?;
            }
            result => result.map_err(|error| lease.told(error))?,
        }
        Ok(Self { lease: Some(lease), refused: AtomicBool::new(false) })
    }

    /// Prepares statements that this connection has not met, so that they can be sent together afterwards *in order*:
    /// one that has to be prepared first would be sent late.
    pub(crate) async fn prepare(&self, statements: &[&'static str]) -> Result<(), StoreError> {
        for sql in statements {
            self.checked(self.lease().prepare(sql).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// The rows of a statement.
    pub(crate) async fn query(&self, sql: &'static str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        self.checked(self.lease().query(sql, values).await)
    }

    /// The first row of a statement, where it has one.
    pub(crate) async fn query_opt(&self, sql: &'static str, values: Values<'_>) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// Runs a statement and gives the number of rows it changed.
    pub(crate) async fn execute(&self, sql: &'static str, values: Values<'_>) -> Result<u64, StoreError> {
        self.checked(self.lease().execute(sql, values).await)
    }

    /// The row that an `INSERT … RETURNING` made; `missing` says what it refers to when that does not exist.
    pub(crate) async fn insert_referring(
        &self,
        sql: &'static str,
        values: Values<'_>,
        missing: impl FnOnce() -> StoreError,
    ) -> Result<Row, StoreError> {
        let lease = self.lease();
        let result = lease.query(sql, values).await.map_err(|error| match error.code() {
            Some(&SqlState::FOREIGN_KEY_VIOLATION) => missing(),
            _ => lease.told(error),
        });
        let rows = self.noted(result)?;
        rows.into_iter().next().ok_or_else(|| other("the statement returned no row"))
    }

    /// Makes it durable. After an error it may have been, if the connection was lost; after any other it was not.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.commit_by("COMMIT").await
    }

    /// As [`Transaction::commit`], without waiting for the disk: it survives the end of this process, and that of the database
    /// with the next transaction that is waited for.
    pub(crate) async fn commit_soon(self) -> Result<(), StoreError> {
        self.commit_by("SET LOCAL synchronous_commit TO off; COMMIT").await
    }

    async fn commit_by(mut self, sql: &'static str) -> Result<(), StoreError> {
        if self.refused.load(Ordering::Relaxed) {
            return Err(other("a statement was refused, so the transaction cannot be committed"));
        }
        let Some(mut lease) = self.lease.take() else { return Ok(()) };
        let committed = lease.batch(sql).await.map_err(|error| match is_lost(&error) {
            true => {
                let cause = describe(&error);
                other(format!("the change may have been made: the connection was lost while committing: {cause}"))
            }
            false => lease.told(error),
        });
        if committed.is_ok() {
            lease.set_clean(true);
        }
        lease.pool().faults().counted(committed)
    }

    fn lease(&self) -> &Lease {
        self.lease.as_ref().expect("only commit and drop end a transaction, and both take it")
    }

    fn checked<T>(&self, result: Result<T, tokio_postgres::Error>) -> Result<T, StoreError> {
        self.noted(result.map_err(|error| self.lease().told(error)))
    }

    fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.refused.store(true, Ordering::Relaxed);
        }
        self.lease().pool().faults().counted(result)
    }
}

impl Drop for Transaction {
    /// Rolls back in the background; without a runtime, or when that fails, the connection is closed, which does the same.
    fn drop(&mut self) {
        let (Some(mut lease), Ok(runtime)) = (self.lease.take(), Handle::try_current()) else { return };
        runtime.spawn(async move {
            let rolled_back = lease.batch("ROLLBACK").await.is_ok();
            lease.set_clean(rolled_back);
        });
    }
}
