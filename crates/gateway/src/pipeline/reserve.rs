//! Whether the caller can pay: codes 303, 602 and 601, and whether the question was answered before, under the same
//! idempotency key.
//!
//! For answers of the operator's own data nothing is set aside here: the stage refuses early, by the books as they were
//! last seen, so that the codes keep their order; what is charged is decided once more, in one transaction with the charge,
//! by `settle`.

use domain::MicroYuan;
use ledger::Day;
use store::{Done, Standing, StoreError};

use crate::known::Known;
use crate::moment::Moment;
use crate::pipeline::reply::Reply;
use crate::pipeline::validate::{OnceKey, Question};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::{AllTold, Told};

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
pub(super) async fn reserve(
    gateway: &Gateway,
    question: Question,
    now: Moment,
    told: &mut AllTold,
) -> Result<Reservation, Problem> {
    let known = question.known();
    let is_metered = known.is_metered() || question.once.is_some();
    if is_metered {
        // In a box: it waits for the store now and then, and its size would add to every request's.
        let done = Box::pin(done_before(gateway, &question, now)).await?;
        if let Some(reply) = done {
            return Ok(Reservation::Done(reply));
        }
        check(gateway, known, now, told).await?;
    }
    let price = known.price;
    Ok(Reservation::New(Hold { question, price, is_metered }))
}

async fn done_before(gateway: &Gateway, question: &Question, now: Moment) -> Result<Option<Reply>, Problem> {
    let Some(once) = &question.once else { return Ok(None) };
    let account_id = question.known().token.account_id;
    let done = gateway.meter_store.done_once(account_id, &once.key, now.unix_ms).await?;
    done.map(|done| again(done, once, question)).transpose()
}

/// The reply that was given before, where it was given to the same request.
pub(super) fn again(done: Done, once: &OnceKey, question: &Question) -> Result<Reply, Problem> {
    let Done { id, request, answer } = done;
    if request != once.request {
        return Err(Problem::idempotency_key_reused());
    }
    Ok(Reply::again(id, answer, question))
}

/// Refuses a caller that cannot pay, by the books as they were last seen; if that refuses, by the books as they are.
async fn check(gateway: &Gateway, known: &Known, now: Moment, told: &mut AllTold) -> Result<(), Problem> {
    let day = gateway.day(now);
    let seen = match known.standing() {
        Some(seen) => seen,
        None => read(gateway, known).await?,
    };
    let mut decided = decide(&seen, known, day);
    let mut current = seen;
    if decided.is_err() {
        current = read(gateway, known).await?;
        decided = decide(&current, known, day);
    }
    tell(&current, day, now, told);
    decided.map_err(|refusal| Problem::refused(refusal, known.price, day.ends_at_ms().saturating_sub(now.unix_ms)))
}

fn decide(standing: &Standing, known: &Known, day: Day) -> Result<(), ledger::Refusal> {
    ledger::check(&standing.account, &standing.token, known.price, day)
}

async fn read(gateway: &Gateway, known: &Known) -> Result<Standing, StoreError> {
    let standing = Box::pin(gateway.meter_store.standing(known.token.account_id, known.token.id)).await?;
    known.set_standing(standing);
    Ok(standing)
}

/// Tells how the daily quotas stand.
pub(super) fn tell(standing: &Standing, day: Day, now: Moment, told: &mut AllTold) {
    let quotas = [
        ("token-day", standing.token.daily_quota, standing.token.quota_left(day)),
        ("account-day", standing.account.daily_quota, standing.account.quota_left(day)),
    ];
    for (name, limit, left) in quotas {
        let (Some(limit), Some(remaining)) = (limit, left) else { continue };
        let reset_s = day.ends_at_ms().saturating_sub(now.unix_ms).div_ceil(1000);
        told.tell(Told { name, limit, window_s: 86_400, remaining, reset_s });
    }
}
