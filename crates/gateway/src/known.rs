//! A caller the server knows: the token with everything that limits it, as it was read from the store, and what it has in
//! use.

use std::sync::{Arc, Mutex, PoisonError};

use catalog::Endpoint;
use domain::{Limits, MicroYuan, Token, TokenPolicy};
use store::Standing;

use crate::limiter::Limiter;

/// What a success of each endpoint costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Prices([MicroYuan; NUMBERS]);

/// More than the largest number of an endpoint.
pub(crate) const NUMBERS: usize = 16;

impl Prices {
    /// Of the prices that are set, by the endpoint's number; the others are free.
    pub(crate) fn new(set: &[(u8, MicroYuan)]) -> Self {
        let mut prices = Self::default();
        for (number, price) in set {
            if let Some(place) = prices.0.get_mut(usize::from(*number)) {
                *place = *price;
            }
        }
        prices
    }

    /// What a success of an endpoint costs.
    pub(crate) fn of(&self, endpoint: &Endpoint) -> MicroYuan {
        self.0.get(usize::from(endpoint.number)).copied().unwrap_or_default()
    }
}

/// A known caller. Read again when accounts, tokens or prices change.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) token: Token,
    pub(crate) policy: TokenPolicy,
    pub(crate) account_limits: Limits,
    pub(crate) prices: Prices,
    /// Whether a success counts against something, whatever it costs.
    is_counted: bool,
    pub(crate) of_token: Arc<Limiter>,
    pub(crate) of_account: Arc<Limiter>,
    /// How the books stood when they were last seen: good enough to refuse early, never to charge by.
    standing: Mutex<Option<Standing>>,
}

impl Known {
    pub(crate) fn new(caller: store::Caller, prices: Prices, of_token: Arc<Limiter>, of_account: Arc<Limiter>) -> Self {
        let store::Caller { token, policy, account_limits } = caller;
        let is_counted = policy.spending_cap.is_some()
            || policy.limits.daily_quota.is_some()
            || account_limits.daily_quota.is_some();
        Self { token, policy, account_limits, prices, is_counted, of_token, of_account, standing: Mutex::new(None) }
    }

    /// Whether a success at a price must go into the books before it leaves: it costs something, or counts against something.
    pub(crate) fn is_metered(&self, price: MicroYuan) -> bool {
        price > MicroYuan::ZERO || self.is_counted
    }

    pub(crate) fn standing(&self) -> Option<Standing> {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_standing(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_price_for_every_endpoint() {
        for (price, endpoint) in (1..).zip(catalog::ENDPOINTS) {
            assert_eq!(Prices::new(&[(endpoint.number, MicroYuan(price))]).of(endpoint), MicroYuan(price));
            assert_eq!(Prices::default().of(endpoint), MicroYuan::ZERO);
        }
    }
}
