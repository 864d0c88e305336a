//! The charge for the answer: durable before the reply leaves. Codes 303, 602 and 601 once more, for what others spent in
//! the meantime.

use domain::CreatorKey;
use store::{Done, Once, Take, Taken};

use crate::envelope::{self, Payload};
use crate::meter::{ChargeError, Charged};
use crate::pipeline::Ask;
use crate::pipeline::answer::Answered;
use crate::pipeline::once::{First, given_before};
use crate::pipeline::reply::{Figures, Reply};
use crate::pipeline::reserve::{refused, tell};
use crate::pipeline::validate::Question;
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;

/// A reply that may leave.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(super) reply: Reply,
}

/// Settles an answer.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn settle(
    gateway: &Gateway,
    answered: Answered,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> impl Future<Output = Result<Settled, Problem>> {
    async move {
        let question = &answered.hold.question;
        if answered.is_settled {
            return Ok(Settled { reply: Reply::new(answered, ask) });
        }
        if !question.is_metered() {
            question.known().of_token.count_free(gateway.day(ask.now), question.endpoint.number, 1);
            return Ok(Settled { reply: Reply::new(answered, ask) });
        }
        let charged = gateway.meter.charge(take_for(&answered, ask)).await;
        match booked(gateway, charged, question, ask, told)? {
            None => Ok(Settled { reply: Reply::new(answered, ask) }),
            Some(done) => {
                // In a box: rare, and its size would add to every request's.
                let done = Box::pin(repeated(gateway, done, question, ask)).await?;
                Ok(Settled { reply: Reply::again(done, answered.hold.question) })
            }
        }
    }
}

/// The price of a question, to be taken with its answer.
fn take_for(answered: &Answered, ask: &Ask<'_>) -> Take {
    let question = &answered.hold.question;
    take(question, Some(question.subject.clone()), ask, || {
        let figures = Figures::of(question.subject.platform, &answered.answer);
        envelope::write(&Payload::Figures(&figures), ask.id, answered.made_at).body.to_vec()
    })
}

/// What became of a charge; where it was not made since the question was asked before under its key, what was done then.
pub(super) fn booked<S>(
    gateway: &Gateway,
    charged: Result<Charged, ChargeError>,
    question: &Question<S>,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> Result<Option<Done>, Problem> {
    let Charged { taken, owed } = charged.map_err(|error| Problem::unstored(error.into()))?;
    match taken {
        Taken::Taken(standing) => {
            ask.outbox.put(owed);
            question.known().set_standing(standing);
            tell(&standing, gateway.day(ask.now), ask.now, told);
            Ok(None)
        }
        Taken::Refused(refusal) => Err(refused(gateway, refusal, question, ask.now)),
        Taken::Before(done) => Ok(Some(done)),
    }
}

/// What was done under the key of a question, to be given again.
pub(super) async fn repeated<S>(
    gateway: &Gateway,
    done: Done,
    question: &Question<S>,
    ask: &Ask<'_>,
) -> Result<Done, Problem> {
    match given_before(gateway, done, question, ask).await? {
        First::Done(done) => Ok(done),
        First::CameToNothing(evidence) => Err(evidence.problem()),
    }
}

/// The price of a question, to be taken with its answer, or with an empty one before there is one. `key` is the creator that it
/// is about.
pub(super) fn take<S>(
    question: &Question<S>,
    key: Option<CreatorKey>,
    ask: &Ask<'_>,
    answer: impl FnOnce() -> Vec<u8>,
) -> Take {
    let token = &question.known().token;
    let once = question.once.as_ref();
    Take {
        id: ask.id.call(),
        account_id: token.account_id,
        token_id: token.id,
        endpoint: question.endpoint.number,
        key,
        price: question.price(),
        once: once.map(|once| Once { key: once.key.clone(), request: once.request, answer: answer() }),
    }
}
