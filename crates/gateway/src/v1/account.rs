//! `/v1/account`: the caller's balance, quotas, limits.

use catalog::{ACCOUNT, Endpoint, priced};
use serde_json::{Value, json};

use super::{free, query};
use crate::moment::rfc3339;
use crate::pipeline::{self, Ask, Sold};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;

/// The caller's balance, quotas, limits, and when the quotas are whole again.
pub(super) async fn account(gateway: &Gateway, ask: &Ask<'_>, told: &mut AllTold) -> Result<Sold, Problem> {
    let known = pipeline::about_caller(gateway, &query(&ACCOUNT, ask), ask, told).await?;
    let standing = gateway.meter_store.standing(known.token.account_id, known.token.id).await?;
    known.set_standing(standing);
    let (day, account, token) = (gateway.day(ask.now), standing.account, standing.token);
    let price = |endpoint: &Endpoint| (endpoint.name.to_owned(), known.prices.of(endpoint).to_string().into());
    let prices: serde_json::Map<String, Value> = priced().map(price).collect();
    let body = json!({
        "account": {
            "balanceYuan": account.balance().to_string(),
            "heldYuan": account.held.to_string(),
            "chargedYuan": account.charged.to_string(),
            "limits": limits_json(&known.account_limits),
            "dailyQuotaLeft": account.quota_left(day),
        },
        "token": {
            "number": known.token.id.0,
            "hint": known.token.hint,
            "spentYuan": token.spent().to_string(),
            "spendingCapYuan": token.spending_cap.map(|cap| cap.to_string()),
            "limits": limits_json(&known.policy.limits),
            "dailyQuotaLeft": token.quota_left(day),
            "scopes": known.policy.scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "expiresAt": known.token.expires_at.map(|at| at.to_string()),
        },
        "priceYuan": prices,
        "day": day.to_string(),
        "quotasResetAt": rfc3339(day.ends_at_ms()),
    });
    Ok(free(ask, &known, &body))
}

/// Limits as JSON.
pub(crate) fn limits_json(limits: &domain::Limits) -> Value {
    json!({
        "ratePerSecond": limits.rate.map(|rate| rate.per_second.get()),
        "rateBurst": limits.rate.map(|rate| rate.burst.get()),
        "concurrent": limits.concurrent.map(std::num::NonZeroU32::get),
        "dailyQuota": limits.daily_quota,
    })
}
