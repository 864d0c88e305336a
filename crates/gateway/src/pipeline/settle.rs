//! The charge for the answer: durable before the reply leaves. Codes 303, 602 and 601 once more, for what others spent in
//! the meantime.

use catalog::AUTHOR_CP_INFO;
use store::{Once, Take, Taken};

use crate::envelope::{self, Payload};
use crate::local::Answer;
use crate::meter::ChargeError;
use crate::pipeline::Ask;
use crate::pipeline::answer::Answered;
use crate::pipeline::reply::{Figures, Reply};
use crate::pipeline::reserve::{Hold, again, tell};
use crate::pipeline::validate::OnceKey;
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;

/// A reply that may leave.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(super) reply: Reply,
}

/// Settles an answer.
pub(super) async fn settle(
    gateway: &Gateway,
    answered: Answered,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> Result<Settled, Problem> {
    let Answered { hold, answer } = answered;
    if !hold.is_metered {
        hold.question.known().of_token.count_free();
        return Ok(Settled { reply: Reply::new(answer, hold, ask) });
    }
    charge(gateway, hold, answer, ask, told).await
}

async fn charge(
    gateway: &Gateway,
    mut hold: Hold,
    answer: Answer,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> Result<Settled, Problem> {
    let key = hold.question.once.take();
    let taken = gateway.meter.charge(take(&hold, key.as_ref(), &answer, ask)).await;
    let known = hold.question.known();
    match taken.map_err(unstored)? {
        Taken::Taken(standing) => {
            known.set_standing(standing);
            tell(&standing, gateway.day(ask.now), ask.now, told);
            Ok(Settled { reply: Reply::new(answer, hold, ask) })
        }
        Taken::Refused(refusal) => {
            let reset_ms = gateway.day(ask.now).ends_at_ms().saturating_sub(ask.now.unix_ms);
            Err(Problem::refused(refusal, hold.price, reset_ms))
        }
        Taken::Before(done) => {
            let key = key.ok_or_else(|| Problem::internal("a key was found that was not sent".into()))?;
            Ok(Settled { reply: again(done, &key, &hold.question)? })
        }
    }
}

fn take(hold: &Hold, key: Option<&OnceKey>, answer: &Answer, ask: &Ask<'_>) -> Take {
    let question = &hold.question;
    let token = &question.known().token;
    let once = key.map(|once| {
        let figures = Figures { platform: question.key.platform, info: answer.info };
        let envelope = envelope::write(&Payload::Figures(&figures), ask.id, ask.now);
        Once { key: once.key.clone(), request: once.request, answer: envelope.body.to_vec() }
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

/// Nothing was charged, so the caller may try again.
fn unstored(error: ChargeError) -> Problem {
    Problem { retry_after_s: Some(1), ..Problem::internal(error.into()) }
}
