//! A caller the server knows: the token with everything that limits it, as it was read from the store, and what it has in
//! use.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{Limits, MicroYuan, Token, TokenPolicy};
use store::Standing;

use crate::limiter::Limiter;

/// A known caller. Read again when accounts, tokens or prices change.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) token: Token,
    pub(crate) policy: TokenPolicy,
    pub(crate) account_limits: Limits,
    /// What an answer of the endpoint costs.
    pub(crate) price: MicroYuan,
    /// Whether a success must go into the books before it leaves: it costs something, or counts against something.
    pub(crate) is_metered: bool,
    pub(crate) of_token: Arc<Limiter>,
    pub(crate) of_account: Arc<Limiter>,
    /// How the books stood when they were last seen: good enough to refuse early, never to charge by.
    standing: Mutex<Option<Standing>>,
}

impl Known {
    pub(crate) fn new(
        caller: store::Caller,
        price: MicroYuan,
        of_token: Arc<Limiter>,
        of_account: Arc<Limiter>,
    ) -> Self {
        let store::Caller { token, policy, account_limits } = caller;
        let is_metered = price > MicroYuan::ZERO
            || policy.spending_cap.is_some()
            || policy.limits.daily_quota.is_some()
            || account_limits.daily_quota.is_some();
        Self { token, policy, account_limits, price, is_metered, of_token, of_account, standing: Mutex::new(None) }
    }

    pub(crate) fn standing(&self) -> Option<Standing> {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_standing(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
    }
}
