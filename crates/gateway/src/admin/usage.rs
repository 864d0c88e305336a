//! Usage: successes and what they cost, by day, account, token and endpoint.

use domain::MicroYuan;
use ledger::Day;
use serde_json::{Value, json};

use super::calls::account_names;
use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::v1::{RIGHT_DAY, days, usage_json};

/// What was used from one day to another, both included.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let (from, to) = (ask.parameters.parse("from", RIGHT_DAY)?, ask.parameters.parse("to", RIGHT_DAY)?);
    let range = days(from, to, Day::of(ask.now.unix_ms)).map_err(AdminProblem::bad_request)?;
    let account_id = match ask.parameters.text("account") {
        Some(name) => Some(ask.admin.accounts.account(name).await?.id),
        None => None,
    };
    let rows = ask.admin.ledger.usage(account_id, range.from(), range.to()).await?;
    let names = account_names(ask).await?;
    let charged = rows.iter().map(|row| row.charged).fold(MicroYuan::ZERO, MicroYuan::plus);
    let row = |usage| -> Value {
        let store::Usage { account_id, .. } = usage;
        let mut body = usage_json(&usage);
        body["account"] = json!(names.get(&account_id));
        body
    };
    Ok(Reply::ok(json!({
        "from": range.from().to_string(),
        "to": range.to().to_string(),
        "timeZone": "Asia/Shanghai",
        "calls": rows.iter().map(|usage| usage.calls).sum::<u64>(),
        "chargedYuan": charged.to_string(),
        "rows": rows.into_iter().map(row).collect::<Vec<_>>(),
    })))
}
