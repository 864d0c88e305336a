//! Whether the caller asks too often, or too much at once. Code 302.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use domain::{Rate, Text};
use ledger::Admission;
use store::RatesError;

use crate::known::Known;
use crate::limiter::{Limiter, Place};
use crate::moment::Moment;
use crate::pipeline::authenticate::Caller;
use crate::problem::Problem;
use crate::state::{Gateway, OnLoss};
use crate::told::{AllTold, Limit, Told, seconds};

/// Evidence that the caller is within its rates, and its places among the requests being answered.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(super) caller: Caller,
    _of_token: Option<Place>,
    _of_account: Option<Place>,
}

impl Admitted {
    /// The same caller for a part of the request, which needs no place of its own.
    pub(super) fn part(&self) -> Self {
        Self { caller: Caller { known: self.caller.known.clone() }, _of_token: None, _of_account: None }
    }

    /// Who is admitted.
    pub(super) fn known(self) -> Arc<Known> {
        self.caller.known
    }
}

/// Admits a caller.
pub(super) async fn throttle(
    gateway: &Gateway,
    caller: Caller,
    now: Moment,
    told: &mut AllTold,
) -> Result<Admitted, Problem> {
    let known = &caller.known;
    let (of_token, of_account) = (known.policy.limits, known.account_limits);
    if let Some(rate) = of_token.rate {
        let bucket = || format!("token:{}", known.token.id);
        let admission = admit(gateway, bucket, &known.of_token, rate, now).await?;
        tell(Limit::TokenRate, admission, rate, told)?;
    }
    if let Some(rate) = of_account.rate {
        let bucket = || format!("account:{}", known.token.account_id);
        let admission = admit(gateway, bucket, &known.of_account, rate, now).await?;
        tell(Limit::AccountRate, admission, rate, told)?;
    }
    let token_place = enter(Text::new("this token", "该令牌"), &known.of_token, of_token.concurrent)?;
    let account_place = enter(Text::new("the account", "该账户"), &known.of_account, of_account.concurrent)?;
    Ok(Admitted { caller, _of_token: token_place, _of_account: account_place })
}

/// Takes one request from the bucket that all servers share, or from this server's own.
async fn admit(
    gateway: &Gateway,
    bucket: impl Fn() -> String,
    own: &Limiter,
    rate: Rate,
    now: Moment,
) -> Result<Admission, Problem> {
    let Some(shared) = &gateway.rates else { return Ok(own.admit(rate, now.unix_us())) };
    let asked = match gateway.rates_loss.leave(Instant::now()) {
        Some(tried) => {
            // In a box: its size would add to every request's.
            let asked = Box::pin(shared.store.admit(&bucket(), rate)).await;
            match &asked {
                Ok(_) => gateway.rates_loss.answered(tried),
                Err(error) => gateway.rates_loss.failed(Instant::now(), error, shared.on_loss),
            }
            asked
        }
        None => Err(RatesError::Lost),
    };
    asked.or_else(|error| {
        gateway.metrics.rates_lost.inc();
        match shared.on_loss {
            OnLoss::Open => Ok(own.admit(rate, now.unix_us())),
            OnLoss::Closed => Err(Problem::rates_lost(error)),
        }
    })
}

fn tell(limit: Limit, admission: Admission, rate: Rate, told: &mut AllTold) -> Result<(), Problem> {
    let (per_second, burst) = (u64::from(rate.per_second.get()), u64::from(rate.burst.get()));
    let (remaining, reset_us, refused) = match admission {
        Admission::Admitted { remaining, full_in_us } => (u64::from(remaining), full_in_us, false),
        Admission::Refused { retry_in_us } => (0, retry_in_us, true),
    };
    let (window_s, reset_s) = (seconds(burst.div_ceil(per_second)), seconds(reset_us.div_ceil(1_000_000)));
    told.tell(limit, Told { max: burst, window_s, remaining, reset_s });
    if refused { Err(Problem::rate_limited(limit.name(), rate, reset_us)) } else { Ok(()) }
}

fn enter(whose: Text, limiter: &Arc<Limiter>, max: Option<NonZeroU32>) -> Result<Option<Place>, Problem> {
    let Some(max) = max else { return Ok(None) };
    limiter.enter(max).map(Some).ok_or_else(|| Problem::too_many_at_once(whose, max))
}
