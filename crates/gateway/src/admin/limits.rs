//! The limits of accounts and tokens, as the operator changes them: what is named changes, null lifts it.

use std::num::NonZeroU32;

use domain::{LimitsChange, Text};
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
    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The change.
    pub(super) fn change(&self) -> LimitsChange {
        let Self { rate_per_second, rate_burst, concurrent, daily_quota } = *self;
        LimitsChange { rate_per_second, rate_burst, concurrent, daily_quota }
    }
}

/// Changes the limits of an account.
pub(super) async fn patch(ask: &Ask<'_>, name: &str) -> Outcome {
    let patch: LimitsPatch = ask.json()?;
    if patch.is_empty() {
        let detail = Text::new(
            "nothing is named: right would be ratePerSecond, rateBurst, concurrent or dailyQuota; null lifts a limit",
            "未指定任何更改：可指定 ratePerSecond、rateBurst、concurrent 或 dailyQuota；null 取消限制",
        );
        return Err(AdminProblem::bad_request(detail));
    }
    let account = ask.admin.accounts.account(name).await?;
    let limits = ask.admin.ledger.change_account_limits(account.id, patch.change()).await?;
    Ok(Reply::ok(json!({ "account": account.name, "limits": limits_json(&limits) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(patch: &str) -> LimitsChange {
        serde_json::from_str::<LimitsPatch>(patch).expect(patch).change()
    }

    #[test]
    fn what_is_named_changes_and_null_lifts() {
        let nothing = LimitsChange::default();
        assert_eq!(read("{}"), nothing);
        let rate = Some(NonZeroU32::new(6));
        assert_eq!(read(r#"{"ratePerSecond":6}"#), LimitsChange { rate_per_second: rate, ..nothing });
        assert_eq!(read(r#"{"rateBurst":6}"#), LimitsChange { rate_burst: rate, ..nothing });
        assert_eq!(read(r#"{"concurrent":null}"#), LimitsChange { concurrent: Some(None), ..nothing });
        assert_eq!(read(r#"{"dailyQuota":0}"#), LimitsChange { daily_quota: Some(Some(0)), ..nothing });
    }
}
