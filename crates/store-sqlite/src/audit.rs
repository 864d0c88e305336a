//! The audit log: what operators changed, written in the transaction of the change.

use rusqlite::{Connection, params};
use store::{AuditEntry, StoreError};

use crate::error::from_sqlite;

/// A change that an operator makes.
pub(crate) struct Change {
    /// What is done, such as `token.disable`.
    pub(crate) action: &'static str,
    /// To what, such as `token 7`.
    pub(crate) subject: String,
    /// How it is from then on; never a secret.
    pub(crate) detail: String,
}

impl Change {
    pub(crate) fn new(action: &'static str, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { action, subject: subject.into(), detail: detail.into() }
    }
}

/// Notes a change.
pub(crate) fn note(connection: &Connection, actor: &str, change: &Change) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (at_ms, actor, action, subject, detail)
        VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), ?1, ?2, ?3, ?4)";
    let values = params![actor, change.action, change.subject, change.detail];
    connection.execute(sql, values).map_err(from_sqlite)?;
    Ok(())
}

/// The changes, newest first.
pub(crate) fn list(connection: &Connection, before: Option<i64>, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = "SELECT number, at_ms, actor, action, subject, detail FROM audit
        WHERE number < ?1 ORDER BY number DESC LIMIT ?2";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map(params![before.unwrap_or(i64::MAX), limit], |row| {
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
