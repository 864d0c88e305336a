//! Whether the caller can pay: codes 303, 602 and 601, and whether the question was answered before, under the same
//! idempotency key.
//!
//! For answers of the operator's own data nothing is set aside here: the stage refuses early, by the books as they were
//! last seen, so that the codes keep their order; what is charged is decided once more, in one transaction with the charge,
//! by `settle`.

use domain::CreatorKey;
use ledger::{Day, Refusal};
use store::{Done, Standing};

use crate::moment::Moment;
use crate::pipeline::Ask;
use crate::pipeline::once::{CameToNothing, First, done_before};
use crate::pipeline::validate::Question;
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::{AllTold, Limit, Told, seconds};

/// Evidence that the caller could pay a moment ago.
#[derive(Debug)]
pub(crate) struct Hold<S = CreatorKey> {
    pub(super) question: Question<S>,
    /// Where the request waited for the first one under its key in vain. In a box: rare.
    pub(super) waited: Option<Box<CameToNothing>>,
}

/// What reserving comes to.
pub(crate) enum Reservation<S = CreatorKey> {
    /// The question is to be answered.
    New(Hold<S>),
    /// It was answered before. In a box: rare.
    Done(Box<Done>, Question<S>),
}

/// Reserves the price of a question.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn reserve<S: Send + Sync>(
    gateway: &Gateway,
    question: Question<S>,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> impl Future<Output = Result<Reservation<S>, Problem>> + Send {
    async move {
        // What waits for the store is in a box: it seldom does, and its size would add to every request's.
        let mut waited = None;
        if question.once.is_some() {
            match Box::pin(done_before(gateway, &question, ask)).await? {
                None => {}
                Some(First::Done(done)) => return Ok(Reservation::Done(Box::new(done), question)),
                Some(First::CameToNothing(evidence)) => waited = Some(Box::new(evidence)),
            }
        }
        if question.is_metered() && !passes_as_seen(gateway, &question, ask.now, told) {
            let checked = Box::pin(check(gateway, &question, ask.now, told)).await;
            if let Err(refused) = checked {
                // What is spent may have been spent under this very key, since it was looked for.
                return match Box::pin(done_before(gateway, &question, ask)).await? {
                    None => Err(refused),
                    Some(First::Done(done)) => Ok(Reservation::Done(Box::new(done), question)),
                    Some(First::CameToNothing(evidence)) => Err(evidence.problem()),
                };
            }
        }
        Ok(Reservation::New(Hold { question, waited }))
    }
}

/// Whether a caller can pay, by the books as they were last seen.
fn passes_as_seen<S>(gateway: &Gateway, question: &Question<S>, now: Moment, told: &mut AllTold) -> bool {
    let Some(seen) = question.known().standing() else { return false };
    let day = gateway.day(now);
    tell(&seen, day, now, told);
    decide(&seen, question, day).is_ok()
}

/// Refuses a caller that cannot pay, by the books as they are.
async fn check<S>(gateway: &Gateway, question: &Question<S>, now: Moment, told: &mut AllTold) -> Result<(), Problem> {
    let (day, known) = (gateway.day(now), question.known());
    let current = gateway.meter_store.standing(known.token.account_id, known.token.id).await?;
    known.set_standing(current);
    tell(&current, day, now, told);
    decide(&current, question, day).map_err(|refusal| refused(gateway, refusal, question, now))
}

fn decide<S>(standing: &Standing, question: &Question<S>, day: Day) -> Result<(), Refusal> {
    ledger::check(&standing.account, &standing.token, question.price(), day)
}

/// What a caller who cannot pay is told.
pub(super) fn refused<S>(gateway: &Gateway, refusal: Refusal, question: &Question<S>, now: Moment) -> Problem {
    Problem::refused(refusal, question.price(), gateway.day(now).ends_at_ms().saturating_sub(now.unix_ms))
}

/// Tells how the daily quotas stand.
pub(super) fn tell(standing: &Standing, day: Day, now: Moment, told: &mut AllTold) {
    let quotas = [
        (Limit::TokenDay, standing.token.daily_quota, standing.token.quota_left(day)),
        (Limit::AccountDay, standing.account.daily_quota, standing.account.quota_left(day)),
    ];
    for (limit, max, left) in quotas {
        let (Some(max), Some(remaining)) = (max, left) else { continue };
        let reset_s = seconds(day.ends_at_ms().saturating_sub(now.unix_ms).div_ceil(1000));
        told.tell(limit, Told { max, window_s: 86_400, remaining, reset_s });
    }
}
