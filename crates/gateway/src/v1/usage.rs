//! `/v1/usage`: what the caller's account used.

use catalog::{PlainQuery, USAGE};
use domain::{BusinessCode, sentence};
use ledger::Day;
use serde_json::{Value, json};
use store::Usage;

use super::{free, query};
use crate::pipeline::{self, Ask, Sold};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;

/// What the caller's account used, by day, token and endpoint; the last 30 days where none are named.
pub(super) async fn usage(gateway: &Gateway, ask: &Ask<'_>, told: &mut AllTold) -> Result<Sold, Problem> {
    let query = query(&USAGE, ask);
    let known = pipeline::about_caller(gateway, &query, ask, told).await?;
    let today = gateway.day(ask.now);
    let from = day(&query, "from")?.unwrap_or(Day::from_number(today.number() - 29));
    let to = day(&query, "to")?.unwrap_or(today);
    let rows = gateway.meter_store.usage(Some(known.token.account_id), from, to).await?;
    let charged = rows.iter().map(|usage| usage.charged).fold(domain::MicroYuan::ZERO, domain::MicroYuan::plus);
    let body = json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "timeZone": "Asia/Shanghai",
        "calls": rows.iter().map(|usage| usage.calls).sum::<u64>(),
        "chargedYuan": charged.to_string(),
        "rows": rows.iter().map(usage_json).collect::<Vec<_>>(),
    });
    Ok(free(ask, &known, &body))
}

/// A row of usage as JSON, without its account.
pub(crate) fn usage_json(usage: &Usage) -> Value {
    json!({
        "day": usage.day.to_string(),
        "token": usage.token_id.0,
        "endpoint": catalog::endpoint_by_number(usage.endpoint).map(|endpoint| endpoint.name),
        "calls": usage.calls,
        "chargedYuan": usage.charged.to_string(),
    })
}

fn day(query: &PlainQuery<'_>, name: &'static str) -> Result<Option<Day>, Problem> {
    let Some(text) = query.value(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = sentence!(
            "parameter {name} is not valid: right would be a day such as 2026-11-24",
            "参数 {name} 不正确：应为日期，如 2026-11-24"
        );
        Problem::new(BusinessCode::InvalidParameter, message)
    })
}
