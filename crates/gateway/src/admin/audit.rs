//! The audit log: every change an operator made, here or on the command line.

use serde_json::{Value, json};
use store::AuditEntry;

use super::request::{Ask, Outcome, Reply};
use crate::v1::rfc3339;

/// A page of the log, newest first.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let before = ask.parameters.parse("before", "the number of the last entry of the page before")?;
    let limit = ask.parameters.limit()?;
    let entries = ask.admin.meter.audit_log(before, limit).await?;
    let next = entries.last().filter(|_| entries.len() == limit as usize).map(|entry| entry.number);
    let entries: Vec<Value> = entries.iter().map(entry_json).collect();
    Ok(Reply::ok(json!({ "entries": entries, "nextBefore": next })))
}

fn entry_json(entry: &AuditEntry) -> Value {
    json!({
        "number": entry.number,
        "at": rfc3339(entry.at_ms),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    })
}
