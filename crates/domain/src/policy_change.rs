//! What an operator changes about limits and policies: what is named, and nothing else. Applied by the store, in the
//! transaction that keeps the outcome, so that of two changes at once neither undoes the other.

use std::num::NonZeroU32;

use crate::{AddressRange, Limits, MicroYuan, Rate, Scope, Spoken, TokenPolicy};

/// A change of limits. `None` leaves a limit as it is, `Some(None)` lifts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitsChange {
    /// Requests a second.
    pub rate_per_second: Option<Option<NonZeroU32>>,
    /// Requests at once, after a pause; lifted, it is as large as the rate.
    pub rate_burst: Option<Option<NonZeroU32>>,
    /// Requests being answered at the same time.
    pub concurrent: Option<Option<NonZeroU32>>,
    /// Successes a day.
    pub daily_quota: Option<Option<u64>>,
}

/// A change of what a token may do. `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyChange {
    /// Its limits.
    pub limits: LimitsChange,
    /// The most it may ever spend; `Some(None)` lifts it.
    pub spending_cap: Option<Option<MicroYuan>>,
    /// Where it may ask, in place of what there was; everywhere, when empty.
    pub scopes: Option<Vec<Scope>>,
    /// Whether it is refused in the query string.
    pub header_only: Option<bool>,
    /// From where it may ask, in place of what there was; from everywhere, when empty.
    pub addresses: Option<Vec<AddressRange>>,
}

/// A change that leaves a burst without a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a burst belongs to a rate, and there is none: name a rate too")]
pub struct BurstWithoutRate;

impl Spoken for BurstWithoutRate {
    fn chinese(&self) -> String {
        "突发请求数须与速率同用，而目前没有速率：请一并指定速率".into()
    }
}

impl LimitsChange {
    /// The change to these limits, whatever they were.
    pub fn to(limits: Limits) -> Self {
        Self {
            rate_per_second: Some(limits.rate.map(|rate| rate.per_second)),
            rate_burst: Some(limits.rate.map(|rate| rate.burst)),
            concurrent: Some(limits.concurrent),
            daily_quota: Some(limits.daily_quota),
        }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The limits, changed.
    ///
    /// # Errors
    /// When a burst is named and there is no rate.
    pub fn applied_to(&self, limits: Limits) -> Result<Limits, BurstWithoutRate> {
        Ok(Limits {
            rate: self.rate(limits.rate)?,
            concurrent: self.concurrent.unwrap_or(limits.concurrent),
            daily_quota: self.daily_quota.unwrap_or(limits.daily_quota),
        })
    }

    /// The rate. A burst that equals its rate was never chosen, so it follows the rate.
    fn rate(&self, rate: Option<Rate>) -> Result<Option<Rate>, BurstWithoutRate> {
        let Some(per_second) = self.rate_per_second.unwrap_or(rate.map(|rate| rate.per_second)) else {
            return if self.rate_burst.flatten().is_some() { Err(BurstWithoutRate) } else { Ok(None) };
        };
        let chosen = rate.filter(|rate| rate.burst != rate.per_second).map(|rate| rate.burst);
        let burst = self.rate_burst.unwrap_or(chosen).unwrap_or(per_second);
        Ok(Some(Rate { per_second, burst }))
    }
}

impl PolicyChange {
    /// The change to this policy, whatever it was.
    pub fn to(policy: TokenPolicy) -> Self {
        Self {
            limits: LimitsChange::to(policy.limits),
            spending_cap: Some(policy.spending_cap),
            scopes: Some(policy.scopes),
            header_only: Some(policy.header_only),
            addresses: Some(policy.addresses),
        }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The policy, changed.
    ///
    /// # Errors
    /// As [`LimitsChange::applied_to`].
    pub fn applied_to(&self, policy: TokenPolicy) -> Result<TokenPolicy, BurstWithoutRate> {
        Ok(TokenPolicy {
            limits: self.limits.applied_to(policy.limits)?,
            spending_cap: self.spending_cap.unwrap_or(policy.spending_cap),
            scopes: self.scopes.clone().unwrap_or(policy.scopes),
            header_only: self.header_only.unwrap_or(policy.header_only),
            addresses: self.addresses.clone().unwrap_or(policy.addresses),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).expect("not zero")
    }

    fn rate(per_second: u32, burst: u32) -> Option<Rate> {
        Some(Rate { per_second: number(per_second), burst: number(burst) })
    }

    /// The rate after a change of its two numbers, where that is one.
    fn changed(
        before: Option<Rate>,
        per_second: Option<Option<u32>>,
        burst: Option<Option<u32>>,
    ) -> Result<Option<Rate>, BurstWithoutRate> {
        let numbers = |change: Option<Option<u32>>| change.map(|to| to.map(number));
        let change = LimitsChange {
            rate_per_second: numbers(per_second),
            rate_burst: numbers(burst),
            ..LimitsChange::default()
        };
        change.applied_to(Limits { rate: before, ..Limits::default() }).map(|limits| limits.rate)
    }

    #[test]
    fn a_burst_is_the_rate_unless_it_was_set_apart() {
        assert_eq!(changed(None, Some(Some(10)), None), Ok(rate(10, 10)));
        assert_eq!(changed(None, Some(Some(10)), Some(Some(20))), Ok(rate(10, 20)));
        assert_eq!(changed(rate(10, 10), Some(Some(50)), None), Ok(rate(50, 50)));
        assert_eq!(changed(rate(10, 20), Some(Some(50)), None), Ok(rate(50, 20)));
        assert_eq!(changed(rate(10, 10), None, Some(Some(5))), Ok(rate(10, 5)));
        assert_eq!(changed(rate(10, 20), None, Some(None)), Ok(rate(10, 10)));
        assert_eq!(changed(rate(10, 20), Some(None), None), Ok(None));
        assert_eq!(changed(rate(10, 20), None, None), Ok(rate(10, 20)));
    }

    #[test]
    fn a_burst_without_a_rate_is_refused() {
        assert_eq!(changed(None, None, Some(Some(5))), Err(BurstWithoutRate));
        assert_eq!(changed(rate(10, 20), Some(None), Some(Some(5))), Err(BurstWithoutRate));
        assert_eq!(changed(None, None, Some(None)), Ok(None));
    }

    #[test]
    fn what_is_not_named_stays_and_everything_can_be_named() {
        let before = TokenPolicy {
            limits: Limits { rate: rate(5, 9), concurrent: Some(number(4)), daily_quota: Some(7) },
            spending_cap: Some(MicroYuan(1)),
            scopes: vec!["explain".parse().expect("a scope")],
            header_only: true,
            addresses: vec!["192.0.2.7".parse().expect("an address")],
        };
        assert!(PolicyChange::default().is_empty());
        assert_eq!(PolicyChange::default().applied_to(before.clone()), Ok(before.clone()));
        let lifted = PolicyChange { spending_cap: Some(None), ..PolicyChange::default() };
        assert_eq!(lifted.applied_to(before.clone()), Ok(TokenPolicy { spending_cap: None, ..before.clone() }));
        assert_eq!(PolicyChange::to(TokenPolicy::default()).applied_to(before.clone()), Ok(TokenPolicy::default()));
        assert_eq!(PolicyChange::to(before.clone()).applied_to(TokenPolicy::default()), Ok(before));
    }
}
