//! The audit log: what operators changed, written in the transaction of the change.

use store::{AuditEntry, AuditFilter, Change, StoreError};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::connection::Values;
use crate::error::column;
use crate::transaction::Transaction;

/// Notes a change. Whoever calls this holds the lock of the row of `meta`, so that no other change is noted meanwhile:
/// numbers have no gaps.
pub(crate) async fn note(transaction: &Transaction, actor: &str, change: &Change) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (number, at_ms, actor, action, subject, detail)
               SELECT coalesce(max(number), 0) + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, $1, $2, $3, $4
               FROM audit";
    transaction.execute(sql, &[&actor, &change.action.name(), &change.subject, &change.detail]).await?;
    Ok(())
}

impl PostgresStore {
    /// The changes, newest first.
    pub(crate) async fn audit_entries(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = "SELECT number, at_ms, actor, action, subject, detail FROM audit
                   WHERE number < $1 AND ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR subject = $3)
                       AND ($4::text IS NULL OR action = $4 OR starts_with(action, $4 || '.'))
                       AND at_ms >= $6 AND at_ms < $7
                   ORDER BY number DESC LIMIT $5";
        let AuditFilter { actor, action, subject, period, before, limit } = filter;
        let [since_ms, until_ms] = period.ends();
        let before = before.unwrap_or(i64::MAX);
        let limit = i64::from(*limit);
        let values: Values<'_> = &[&before, actor, subject, action, &limit, &since_ms, &until_ms];
        let rows = self.pool.query(sql, values).await?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &Row) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        number: column(row, 0)?,
        at_ms: column::<i64>(row, 1)?.unsigned_abs(),
        actor: column(row, 2)?,
        action: column(row, 3)?,
        subject: column(row, 4)?,
        detail: column(row, 5)?,
    })
}
