//! Whether the caller asks too often, or too much at once. Code 302.

use std::num::NonZeroU32;
use std::sync::Arc;

use domain::Rate;
use ledger::Admission;

use crate::known::Known;
use crate::limiter::{Limiter, Place};
use crate::moment::Moment;
use crate::pipeline::authenticate::Caller;
use crate::problem::Problem;
use crate::told::{AllTold, Told};

/// Evidence that the caller is within its rates, and its places among the requests being answered.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(super) caller: Caller,
    _of_token: Option<Place>,
    _of_account: Option<Place>,
}

impl Admitted {
    /// Who is admitted.
    pub(super) fn known(self) -> Arc<Known> {
        self.caller.known
    }
}

/// Admits a caller.
pub(super) fn throttle(caller: Caller, now: Moment, told: &mut AllTold) -> Result<Admitted, Problem> {
    let known = &caller.known;
    let (of_token, of_account) = (known.policy.limits, known.account_limits);
    admit("token-rate", &known.of_token, of_token.rate, now, told)?;
    admit("account-rate", &known.of_account, of_account.rate, now, told)?;
    let token_place = enter("this token", &known.of_token, of_token.concurrent)?;
    let account_place = enter("the account", &known.of_account, of_account.concurrent)?;
    Ok(Admitted { caller, _of_token: token_place, _of_account: account_place })
}

fn admit(
    name: &'static str,
    limiter: &Limiter,
    rate: Option<Rate>,
    now: Moment,
    told: &mut AllTold,
) -> Result<(), Problem> {
    let Some(rate) = rate else { return Ok(()) };
    let (per_second, burst) = (u64::from(rate.per_second.get()), u64::from(rate.burst.get()));
    let (remaining, reset_us, refused) = match limiter.admit(rate, now.unix_us()) {
        Admission::Admitted { remaining, full_in_us } => (u64::from(remaining), full_in_us, false),
        Admission::Refused { retry_in_us } => (0, retry_in_us, true),
    };
    let reset_s = reset_us.div_ceil(1_000_000);
    told.tell(Told { name, limit: burst, window_s: burst.div_ceil(per_second), remaining, reset_s });
    if refused { Err(Problem::rate_limited(name, rate, reset_us)) } else { Ok(()) }
}

fn enter(whose: &str, limiter: &Arc<Limiter>, max: Option<NonZeroU32>) -> Result<Option<Place>, Problem> {
    let Some(max) = max else { return Ok(None) };
    limiter.enter(max).map(Some).ok_or_else(|| Problem::too_many_at_once(whose, max))
}
