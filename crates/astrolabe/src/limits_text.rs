//! Limits and policies as words and as JSON.

use domain::{Limits, TokenPolicy, UnixTime};
use ledger::{Day, Quota};
use serde_json::{Value, json};

use crate::amounts::{of_ms, put_amount};
use crate::output::thousands;

/// Limits as a list of facts.
pub(crate) fn limit_facts(limits: &Limits) -> Vec<(&'static str, String)> {
    let none = || "no limit".to_owned();
    vec![
        ("rate", limits.rate.map_or_else(none, |rate| format!("{}/s, burst {}", rate.per_second, rate.burst))),
        ("at the same time", limits.concurrent.map_or_else(none, |number| number.to_string())),
        ("daily quota", limits.daily_quota.map_or_else(none, |quota| format!("{} successes", thousands(quota)))),
    ]
}

/// What a token may do, as a list of facts.
pub(crate) fn policy_facts(policy: &TokenPolicy) -> Vec<(&'static str, String)> {
    let cap = policy.spending_cap.map_or_else(|| "no limit".into(), |cap| format!("{cap} yuan over its life"));
    let mut facts = vec![("spending cap", cap)];
    facts.extend(limit_facts(&policy.limits));
    let query = if policy.header_only { "only in the Authorization header" } else { "in the header or the query" };
    facts.extend([
        ("scopes", list(&policy.scopes, "everything")),
        ("from", list(&policy.addresses, "everywhere")),
        ("accepted", query.to_owned()),
    ]);
    facts
}

/// From when on a token is refused, as words.
pub(crate) fn expiry_text(expires_at: Option<UnixTime>) -> String {
    expires_at.map_or_else(|| "never".to_owned(), |moment| moment.to_string())
}

/// Items with commas between, or a word for none.
pub(crate) fn list(items: &[impl ToString], none: &str) -> String {
    match items {
        [] => none.to_owned(),
        items => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// Limits as JSON; null where there is none.
pub(crate) fn limits_json(limits: &Limits) -> Value {
    json!({
        "rate_per_s": limits.rate.map(|rate| rate.per_second),
        "burst": limits.rate.map(|rate| rate.burst),
        "concurrent": limits.concurrent,
        "daily_quota": limits.daily_quota,
    })
}

/// What a token may do, as JSON; empty lists mean everything and everywhere.
pub(crate) fn policy_json(policy: &TokenPolicy) -> Value {
    let mut value = limits_json(&policy.limits);
    put_amount(&mut value, "spending_cap", policy.spending_cap);
    value["scopes"] = policy.scopes.iter().map(ToString::to_string).collect();
    value["header_only"] = json!(policy.header_only);
    value["addresses"] = policy.addresses.iter().map(ToString::to_string).collect();
    value
}

/// The quota of a day, of an account or a token.
pub(crate) struct QuotaToday {
    pub(crate) day: Day,
    pub(crate) used: u64,
    /// Any number, when none.
    pub(crate) left: Option<u64>,
}

impl QuotaToday {
    /// What is used and left on `day` of what a book says.
    pub(crate) fn of(quota: Quota, daily_quota: Option<u64>, day: Day) -> Self {
        // As the ledger has it: a clock set back opens no new day.
        let used = if day > quota.day { 0 } else { quota.used };
        Self { day, used, left: daily_quota.map(|quota| quota.saturating_sub(used)) }
    }

    /// When it is whole again.
    fn resets_at(&self) -> UnixTime {
        of_ms(self.day.ends_at_ms())
    }

    /// What is left, as a word.
    pub(crate) fn left_text(&self) -> String {
        self.left.map_or_else(|| "any".to_owned(), thousands)
    }

    /// Used, left and the reset, as a list of facts.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let next = Day::from_number(self.day.number() + 1);
        vec![
            ("used today", format!("{} successes on {}", thousands(self.used), self.day)),
            ("left today", self.left_text()),
            ("resets", format!("{next} 00:00 in Asia/Shanghai, {} in UTC", self.resets_at())),
        ]
    }

    /// Used, left and the reset, as JSON.
    pub(crate) fn json(&self) -> Value {
        json!({
            "day": self.day.to_string(), "zone": "Asia/Shanghai", "used": self.used, "left": self.left,
            "resets_at": self.resets_at().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_resets_at_midnight_in_shanghai() {
        let day: Day = "2026-11-24".parse().expect("a day");
        let today = QuotaToday::of(Quota { day, used: 3 }, Some(5), day);
        assert_eq!((today.used, today.left), (3, Some(2)));
        assert_eq!(today.facts()[2].1, "2026-11-25 00:00 in Asia/Shanghai, 2026-11-24T16:00:00Z in UTC");
        let tomorrow = QuotaToday::of(Quota { day, used: 3 }, Some(5), Day::from_number(day.number() + 1));
        assert_eq!((tomorrow.used, tomorrow.left), (0, Some(5)));
    }

    #[test]
    fn what_is_not_limited_says_so() {
        assert_eq!(limit_facts(&Limits::default())[0], ("rate", "no limit".to_owned()));
        let json = policy_json(&TokenPolicy::default());
        assert!(json["daily_quota"].is_null() && json["spending_cap"].is_null());
        assert_eq!(json["scopes"], json!([]));
    }
}
