//! The audit log: every change an operator made, here or on the command line.

use domain::Text;
use serde_json::{Value, json};
use store::{AuditEntry, AuditFilter};

use super::request::{Ask, Outcome, Reply};
use crate::moment::rfc3339;

const RIGHT_BEFORE: Text =
    Text::new("right would be the number of the last entry of the page before", "应为上一页末条记录的编号");

/// A page of the log, newest first.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let text = |name| ask.parameters.text(name).map(str::to_owned);
    let limit = ask.parameters.limit();
    let filter = AuditFilter {
        actor: text("actor"),
        action: text("action"),
        subject: text("subject"),
        period: ask.period()?,
        before: ask.parameters.parse("before", RIGHT_BEFORE)?,
        limit,
    };
    let entries = ask.admin.ledger.audit_log(filter).await?;
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
