//! The audit log: what operators changed, written in the transaction of the change.

use rusqlite::{Connection, params};
use store::{AuditEntry, AuditFilter, Change, StoreError};

use crate::error::from_sqlite;

/// Notes a change.
pub(crate) fn note(connection: &Connection, actor: &str, change: &Change) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (at_ms, actor, action, subject, detail)
        VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), ?1, ?2, ?3, ?4)";
    let values = params![actor, change.action.name(), change.subject, change.detail];
    connection.execute(sql, values).map_err(from_sqlite)?;
    Ok(())
}

/// The changes, newest first.
pub(crate) fn list(connection: &Connection, filter: &AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = "SELECT number, at_ms, actor, action, subject, detail FROM audit
        WHERE number < ?1 AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR subject = ?3)
            AND (?4 IS NULL OR action = ?4 OR substr(action, 1, length(?4) + 1) = ?4 || '.')
            AND at_ms >= ?6 AND at_ms < ?7
        ORDER BY number DESC LIMIT ?5";
    let AuditFilter { actor, action, subject, period, before, limit } = filter;
    let [since_ms, until_ms] = period.ends();
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let values = params![before.unwrap_or(i64::MAX), actor, subject, action, limit, since_ms, until_ms];
    let rows = statement.query_map(values, |row| {
        Ok(AuditEntry {
            number: row.get(0)?,
            at_ms: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            detail: row.get(5)?,
        })
    });
    rows.and_then(Iterator::collect).map_err(from_sqlite)
}
