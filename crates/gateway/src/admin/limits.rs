//! The limits of accounts and tokens, as the operator changes them: what is named changes, null lifts it.

use std::num::NonZeroU32;

use domain::{Limits, Rate};
use serde::Deserialize;
use serde_json::json;

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply, named};
use crate::v1::limits_json;

/// Limits that change.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LimitsPatch {
    #[serde(deserialize_with = "named")]
    rate_per_second: Option<Option<NonZeroU32>>,
    #[serde(deserialize_with = "named")]
    rate_burst: Option<Option<NonZeroU32>>,
    #[serde(deserialize_with = "named")]
    concurrent: Option<Option<NonZeroU32>>,
    #[serde(deserialize_with = "named")]
    daily_quota: Option<Option<u64>>,
}

impl LimitsPatch {
    /// The largest whole number that every reader of JSON keeps.
    const QUOTA_MAX: u64 = (1 << 53) - 1;

    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The limits, changed.
    pub(super) fn applied_to(&self, limits: Limits) -> Result<Limits, AdminProblem> {
        let daily_quota = self.daily_quota.unwrap_or(limits.daily_quota);
        if daily_quota.is_some_and(|quota| quota > Self::QUOTA_MAX) {
            let detail =
                format!("dailyQuota is too large: right would be at most {}, or null for none", Self::QUOTA_MAX);
            return Err(AdminProblem::bad_request(detail));
        }
        let concurrent = self.concurrent.unwrap_or(limits.concurrent);
        Ok(Limits { rate: self.rate(limits.rate)?, concurrent, daily_quota })
    }

    /// The rate. A burst that equals its rate was never chosen, so it follows the rate, as on the command line.
    fn rate(&self, rate: Option<Rate>) -> Result<Option<Rate>, AdminProblem> {
        let per_second = self.rate_per_second.unwrap_or(rate.map(|rate| rate.per_second));
        let chosen = rate.filter(|rate| rate.burst != rate.per_second).map(|rate| rate.burst);
        let burst = self.rate_burst.unwrap_or(chosen);
        match (per_second, self.rate_burst) {
            (None, Some(Some(_))) => {
                Err(AdminProblem::bad_request("rateBurst belongs to a rate: name ratePerSecond too"))
            }
            (None, _) => Ok(None),
            (Some(per_second), _) => Ok(Some(Rate { per_second, burst: burst.unwrap_or(per_second) })),
        }
    }
}

/// Changes the limits of an account.
pub(super) async fn patch(ask: &Ask<'_>, name: &str) -> Outcome {
    let patch: LimitsPatch = ask.json()?;
    if patch.is_empty() {
        let detail =
            "nothing is named: right would be ratePerSecond, rateBurst, concurrent or dailyQuota; null lifts a limit";
        return Err(AdminProblem::bad_request(detail));
    }
    let account = ask.admin.accounts.account(name).await?;
    let limits = patch.applied_to(ask.admin.meter.account_limits(account.id).await?)?;
    ask.admin.meter.set_account_limits(account.id, limits).await?;
    Ok(Reply::ok(json!({ "account": account.name, "limits": limits_json(&limits) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(patch: &str, limits: Limits) -> Option<Limits> {
        serde_json::from_str::<LimitsPatch>(patch).expect(patch).applied_to(limits).ok()
    }

    fn rate(per_second: u32, burst: u32) -> Option<Rate> {
        Some(Rate { per_second: per_second.try_into().expect("not 0"), burst: burst.try_into().expect("not 0") })
    }

    #[test]
    fn what_is_named_changes_and_null_lifts() {
        let limits = Limits { rate: rate(5, 9), concurrent: None, daily_quota: Some(7) };
        let with_rate = |rate| Some(Limits { rate, ..limits });
        assert_eq!(applied("{}", limits), Some(limits));
        assert_eq!(applied(r#"{"ratePerSecond":6}"#, limits), with_rate(rate(6, 9)));
        assert_eq!(applied(r#"{"rateBurst":6}"#, limits), with_rate(rate(5, 6)));
        assert_eq!(applied(r#"{"rateBurst":null}"#, limits), with_rate(rate(5, 5)));
        assert_eq!(applied(r#"{"ratePerSecond":null}"#, limits), with_rate(None));
        assert_eq!(applied(r#"{"ratePerSecond":null,"rateBurst":3}"#, limits), None);
        assert_eq!(applied(r#"{"rateBurst":3}"#, Limits::default()), None);
        assert_eq!(applied(r#"{"ratePerSecond":3}"#, Limits::default()).and_then(|limits| limits.rate), rate(3, 3));
        let follows = Limits { rate: rate(5, 5), ..limits };
        assert_eq!(applied(r#"{"ratePerSecond":6}"#, follows), with_rate(rate(6, 6)));
        assert_eq!(applied(r#"{"dailyQuota":null}"#, limits).map(|limits| limits.daily_quota), Some(None));
        assert_eq!(applied(r#"{"dailyQuota":0}"#, limits).map(|limits| limits.daily_quota), Some(Some(0)));
        assert_eq!(applied(r#"{"dailyQuota":9007199254740992}"#, limits), None);
    }
}
