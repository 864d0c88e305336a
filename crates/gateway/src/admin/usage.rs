//! Usage: successes and what they cost, by day, account, token and endpoint.

use domain::{MicroYuan, Text, sentence};
use ledger::Day;
use serde_json::{Value, json};

use super::calls::account_names;
use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::v1::usage_json;

/// The most days of an answer.
const DAYS_MAX: i32 = 366;

/// What was used from one day to another, both included; the last 30 days where none are named.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    const RIGHT: Text = Text::new("a day such as 2026-11-24", "日期，如 2026-11-24");
    let today = Day::of(ask.now.unix_ms);
    let to = ask.parameters.parse("to", RIGHT)?.unwrap_or(today);
    let from = ask.parameters.parse("from", RIGHT)?.unwrap_or(Day::from_number(to.number().saturating_sub(29)));
    if !(0..DAYS_MAX).contains(&to.number().saturating_sub(from.number())) {
        let detail = sentence!(
            "from {from} to {to} is no range: right would be 1 to {DAYS_MAX} days, the earlier one first",
            "{from} 至 {to} 不是有效的区间：应为 1 至 {DAYS_MAX} 天，较早的日期在前"
        );
        return Err(AdminProblem::bad_request(detail));
    }
    let account_id = match ask.parameters.text("account") {
        Some(name) => Some(ask.admin.accounts.account(name).await?.id),
        None => None,
    };
    let rows = ask.admin.ledger.usage(account_id, from, to).await?;
    let names = account_names(ask).await?;
    let charged = rows.iter().map(|row| row.charged).fold(MicroYuan::ZERO, MicroYuan::plus);
    let row = |usage| -> Value {
        let store::Usage { account_id, .. } = usage;
        let mut body = usage_json(&usage);
        body["account"] = json!(names.get(&account_id));
        body
    };
    Ok(Reply::ok(json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "timeZone": "Asia/Shanghai",
        "calls": rows.iter().map(|usage| usage.calls).sum::<u64>(),
        "chargedYuan": charged.to_string(),
        "rows": rows.into_iter().map(row).collect::<Vec<_>>(),
    })))
}
