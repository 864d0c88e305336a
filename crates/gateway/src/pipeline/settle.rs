//! The charge for the answer: durable before the reply leaves. Codes 303, 602 and 601 once more, for what others spent in
//! the meantime.

use catalog::AUTHOR_CP_INFO;
use store::{Once, Take, Taken};

use crate::envelope::{self, Payload};
use crate::local::Answer;
use crate::meter::Charged;
use crate::pipeline::Ask;
use crate::pipeline::answer::Answered;
use crate::pipeline::bought::settled;
use crate::pipeline::reply::{Figures, Reply};
use crate::pipeline::reserve::{Hold, again, tell};
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
        if !answered.hold.is_metered {
            question.known().of_token.count_free();
            return Ok(Settled { reply: Reply::new(answered, ask) });
        }
        let Charged { taken, owed } = gateway
            .meter
            .charge(take(&answered.hold, Some(&answered.answer), ask))
            .await
            .map_err(|error| Problem::unstored(error.into()))?;
        match taken {
            Taken::Taken(standing) => {
                ask.outbox.put(owed);
                question.known().set_standing(standing);
                tell(&standing, gateway.day(ask.now), ask.now, told);
                Ok(Settled { reply: Reply::new(answered, ask) })
            }
            Taken::Refused(refusal) => {
                let reset_ms = gateway.day(ask.now).ends_at_ms().saturating_sub(ask.now.unix_ms);
                Err(Problem::refused(refusal, answered.hold.price, reset_ms))
            }
            Taken::Before(done) => {
                let once = question.once.as_ref();
                let once = once.ok_or_else(|| Problem::internal("a key was found that was not sent".into()))?;
                // In a box: rare, and its size would add to every request's.
                let done = Box::pin(settled(gateway, done, once, question, ask)).await?;
                let done = done.ok_or_else(Problem::came_to_nothing)?;
                Ok(Settled { reply: again(done, once, question, ask)? })
            }
        }
    }
}

/// The price of a question, to be taken with its answer, or before there is one.
pub(super) fn take(hold: &Hold, answer: Option<&Answer>, ask: &Ask<'_>) -> Take {
    let question = &hold.question;
    let token = &question.known().token;
    let once = question.once.as_ref().map(|once| {
        let body = |answer: &Answer| {
            let figures = Figures { platform: question.key.platform, info: answer.info };
            envelope::write(&Payload::Figures(&figures), ask.id, ask.now).body.to_vec()
        };
        Once { key: once.key.clone(), request: once.request, answer: answer.map(body).unwrap_or_default() }
    });
    Take {
        id: ask.id.call(),
        account_id: token.account_id,
        token_id: token.id,
        endpoint: AUTHOR_CP_INFO.number,
        key: question.key.clone(),
        price: hold.price,
        once,
    }
}
