//! `/v1/usage`: what the caller's account used.

use catalog::{ParameterError, PlainQuery, USAGE};
use domain::{BusinessCode, Sentence, Spoken, Text, sentence};
use ledger::{Day, DayRange};
use serde_json::{Value, json};
use store::Usage;

use super::{free, query};
use crate::pipeline::{self, Ask, Sold};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;

/// The most days of an answer.
const DAYS_MAX: u32 = 366;

/// What a day would be.
pub(crate) const RIGHT_DAY: Text = Text::new("right would be a day such as 2026-11-24", "应为日期，如 2026-11-24");

/// What the caller's account used, by day, token and endpoint; as of [`DayRange::of`] where no days are named.
pub(super) async fn usage(gateway: &Gateway, ask: &Ask<'_>, told: &mut AllTold) -> Result<Sold, Problem> {
    let query = query(&USAGE, ask);
    let known = pipeline::about_caller(gateway, &query, ask, told).await?;
    let (from, to) = (day(&query, "from")?, day(&query, "to")?);
    let range =
        days(from, to, gateway.day(ask.now)).map_err(|wrong| Problem::new(BusinessCode::InvalidParameter, wrong))?;
    let rows = gateway.meter_store.usage(Some(known.token.account_id), range.from(), range.to()).await?;
    let charged = rows.iter().map(|usage| usage.charged).fold(domain::MicroYuan::ZERO, domain::MicroYuan::plus);
    let body = json!({
        "from": range.from().to_string(),
        "to": range.to().to_string(),
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

/// The days that are asked for, by these ends where they are named.
pub(crate) fn days(from: Option<Day>, to: Option<Day>, today: Day) -> Result<DayRange, Sentence> {
    let range = DayRange::of(from, to, today).map_err(|error| error.sentence())?;
    if range.days() > DAYS_MAX {
        let (from, to) = (range.from(), range.to());
        return Err(sentence!(
            "from {from} to {to} is too long: right would be 1 to {DAYS_MAX} days",
            "{from} 至 {to} 过长：应为 1 至 {DAYS_MAX} 天"
        ));
    }
    Ok(range)
}

fn day(query: &PlainQuery<'_>, name: &'static str) -> Result<Option<Day>, ParameterError> {
    let Some(text) = query.value(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| ParameterError::malformed(name, RIGHT_DAY))
}
