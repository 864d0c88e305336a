//! Whether the caller can pay: codes 303, 602 and 601, and whether the question was answered before, under the same
//! idempotency key.
//!
//! For answers of the operator's own data nothing is set aside here: the stage refuses early, by the books as they were
//! last seen, so that the codes keep their order; what is charged is decided once more, in one transaction with the charge,
//! by `settle`.

use domain::MicroYuan;
use ledger::Day;
use store::{Done, Standing};

use crate::known::Known;
use crate::moment::Moment;
use crate::pipeline::reply::Reply;
use crate::pipeline::validate::{OnceKey, Question};
use crate::pipeline::{Ask, bought};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::{AllTold, Limit, Told, seconds};

/// Evidence that the caller could pay a moment ago.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(super) question: Question,
    /// What the answer costs.
    pub(super) price: MicroYuan,
    /// Whether the answer goes into the books before it leaves.
    pub(super) is_metered: bool,
}

/// What reserving comes to.
pub(crate) enum Reservation {
    /// The question is to be answered.
    New(Hold),
    /// It was answered before.
    Done(Reply),
}

/// Reserves the price of a question.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn reserve(
    gateway: &Gateway,
    question: Question,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> impl Future<Output = Result<Reservation, Problem>> {
    async move {
        let (now, is_metered) = (ask.now, question.known().is_metered || question.once.is_some());
        // What waits for the store is in a box: it seldom does, and its size would add to every request's.
        if question.once.is_some()
            && let Some(reply) = Box::pin(done_before(gateway, &question, ask)).await?
        {
            return Ok(Reservation::Done(reply));
        }
        if is_metered && !passes_as_seen(gateway, question.known(), now, told) {
            let checked = Box::pin(check(gateway, question.known(), now, told)).await;
            if let Err(refused) = checked {
                // What is spent may have been spent under this very key, since it was looked for.
                let done = Box::pin(done_before(gateway, &question, ask)).await?;
                return done.map(Reservation::Done).ok_or(refused);
            }
        }
        let price = question.known().price;
        Ok(Reservation::New(Hold { question, price, is_metered }))
    }
}

async fn done_before(gateway: &Gateway, question: &Question, ask: &Ask<'_>) -> Result<Option<Reply>, Problem> {
    let Some(once) = &question.once else { return Ok(None) };
    let account_id = question.known().token.account_id;
    let done = gateway.meter_store.done_once(account_id, &once.key, ask.now.unix_ms).await?;
    let Some(done) = done else { return Ok(None) };
    let done = bought::settled(gateway, done, once, question, ask).await?;
    done.map(|done| again(done, once, question, ask)).transpose()
}

/// The reply that was given before, where it was given to the same request.
pub(super) fn again(done: Done, once: &OnceKey, question: &Question, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let Done { id, request, answer } = done;
    if request != once.request {
        return Err(Problem::idempotency_key_reused());
    }
    ask.outbox.put_again(id);
    Ok(Reply::again(id, answer, question))
}

/// Whether a caller can pay, by the books as they were last seen.
fn passes_as_seen(gateway: &Gateway, known: &Known, now: Moment, told: &mut AllTold) -> bool {
    let Some(seen) = known.standing() else { return false };
    let day = gateway.day(now);
    tell(&seen, day, now, told);
    decide(&seen, known, day).is_ok()
}

/// Refuses a caller that cannot pay, by the books as they are.
async fn check(gateway: &Gateway, known: &Known, now: Moment, told: &mut AllTold) -> Result<(), Problem> {
    let day = gateway.day(now);
    let current = gateway.meter_store.standing(known.token.account_id, known.token.id).await?;
    known.set_standing(current);
    tell(&current, day, now, told);
    decide(&current, known, day)
        .map_err(|refusal| Problem::refused(refusal, known.price, day.ends_at_ms().saturating_sub(now.unix_ms)))
}

fn decide(standing: &Standing, known: &Known, day: Day) -> Result<(), ledger::Refusal> {
    ledger::check(&standing.account, &standing.token, known.price, day)
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
