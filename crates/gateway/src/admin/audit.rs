//! The audit log: every change an operator made, here or on the command line.

use domain::Text;
use serde_json::{Value, json};
use store::{AuditEntry, AuditFilter, ENDPOINT_SUBJECT};

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
        subject: text("subject").map(subject_kept),
        period: ask.period()?,
        before: ask.parameters.parse("before", RIGHT_BEFORE)?,
        limit,
    };
    let entries = ask.admin.ledger.audit_log(filter).await?;
    let next = entries.last().filter(|_| entries.len() == limit as usize).map(|entry| entry.number);
    let entries: Vec<Value> = entries.iter().map(entry_json).collect();
    Ok(Reply::ok(json!({ "entries": entries, "nextBefore": next })))
}

/// A subject of the log as people are told it: endpoints by their name, where the log, like the store, knows their numbers.
pub fn subject_told(kept: &str) -> String {
    let number = kept.strip_prefix(ENDPOINT_SUBJECT).and_then(|number| number.parse().ok());
    match number.and_then(catalog::endpoint_by_number) {
        Some(endpoint) => format!("{ENDPOINT_SUBJECT}{}", endpoint.name),
        None => kept.to_owned(),
    }
}

/// A subject as the log keeps it, of one that people were told.
pub fn subject_kept(told: String) -> String {
    match told.strip_prefix(ENDPOINT_SUBJECT).and_then(catalog::endpoint) {
        Some(endpoint) => format!("{ENDPOINT_SUBJECT}{}", endpoint.number),
        None => told,
    }
}

fn entry_json(entry: &AuditEntry) -> Value {
    json!({
        "number": entry.number,
        "at": rfc3339(entry.at_ms),
        "actor": entry.actor,
        "action": entry.action,
        "subject": subject_told(&entry.subject),
        "detail": entry.detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_told_by_name_and_found_by_it_and_everything_else_is_as_it_is_kept() {
        for endpoint in catalog::ENDPOINTS {
            let (kept, told) = (format!("endpoint {}", endpoint.number), format!("endpoint {}", endpoint.name));
            assert_eq!((subject_told(&kept), subject_kept(told.clone())), (told, kept));
        }
        for other in ["token 7", "endpoint 255", "endpoint nothing", "admin key", "upstream endpoint 1"] {
            assert_eq!((subject_told(other), subject_kept(other.to_owned())), (other.to_owned(), other.to_owned()));
        }
    }
}
