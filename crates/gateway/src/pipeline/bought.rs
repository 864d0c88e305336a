//! An answer that must be bought: its price is set aside durably, then the upstreams are asked, then it is charged or given
//! back. Codes 303, 602, 601 and 301.

use tokio::time::Instant;

use crate::buyer::{Buyer, Delivered, Purchase, Purchased};
use crate::local::Answer;
use crate::pipeline::Ask;
use crate::pipeline::answer::{Answered, Answering};
use crate::pipeline::once::{CameToNothing, First, given_before};
use crate::pipeline::reply::Reply;
use crate::pipeline::reserve::{Hold, refused};
use crate::pipeline::settle::take;
use crate::problem::Problem;
use crate::sources::{Choice, Directives, Origin};
use crate::state::Gateway;

/// Buys the answer to a question, of which the store was read at `read_at`, or what is in memory was enough.
pub(super) async fn buy(
    gateway: &Gateway,
    mut hold: Hold,
    ask: &Ask<'_>,
    says: Directives,
    read_at: Option<Instant>,
) -> Result<Answering, Problem> {
    let Some(buyer) = &gateway.buyer else {
        return Err(Problem::internal("there is no upstream to ask".into()));
    };
    // Before the look, so that nothing comes in between.
    let since = read_at.unwrap_or_else(Instant::now);
    if read_at.is_none() {
        // Another server may have bought it since it was read.
        let held = gateway.local.read(&hold.question.subject).await?.unwrap_or_default();
        if let Choice::Serve(answer, origin) = gateway.settings.sources.choose(held, says, ask.now.second()) {
            return Ok(unbought(hold, answer, origin, ask));
        }
    }
    if let Some(waited) = hold.waited.take() {
        return instead(buyer, *waited, hold, ask, says).await;
    }
    let question = &hold.question;
    if let Some(told) = buyer.paid_in_vain(&question.subject, says, ask.now).await {
        return told.map(|(answer, origin)| unbought(hold, answer, origin, ask));
    }
    let purchase = Purchase {
        // Until there is an answer the key stands for an empty one: the request is being answered.
        take: take(question, Some(question.subject.clone()), ask, Vec::new),
        key: question.subject.clone(),
        caller: question.known().clone(),
        says,
        now: ask.now,
        held_from: (gateway.clock)(),
        since,
    };
    match buyer.buy(purchase).await? {
        Purchased::Delivered(Delivered { answer, origin, made_at, owed }) => {
            ask.outbox.put(owed);
            let age_s = (gateway.clock)().second().seconds_since(answer.as_of);
            Ok(Answering::New(Answered { hold, answer, origin, age_s, made_at, is_settled: true }))
        }
        Purchased::Refused(refusal) => Err(refused(gateway, refusal, question, ask.now)),
        Purchased::Before(done) => match given_before(gateway, done, question, ask).await? {
            First::Done(done) => Ok(Answering::Done(Reply::again(done, hold.question))),
            First::CameToNothing(waited) => instead(buyer, waited, hold, ask, says).await,
        },
    }
}

/// What is told who waited in vain for the first request under its key: what is known without asking anybody, or to come again.
async fn instead(
    buyer: &Buyer,
    waited: CameToNothing,
    hold: Hold,
    ask: &Ask<'_>,
    says: Directives,
) -> Result<Answering, Problem> {
    match buyer.refused(&hold.question.subject, says, ask.now).await {
        Some(told) => told.map(|(answer, origin)| unbought(hold, answer, origin, ask)),
        None => Err(waited.problem()),
    }
}

/// An answer that need not be bought, and is yet to be charged.
fn unbought(hold: Hold, answer: Answer, origin: Origin, ask: &Ask<'_>) -> Answering {
    let age_s = ask.now.second().seconds_since(answer.as_of);
    Answering::New(Answered { hold, answer, origin, age_s, made_at: ask.now, is_settled: false })
}
