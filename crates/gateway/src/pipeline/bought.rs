//! An answer that must be bought: its price is set aside durably, then the upstreams are asked, then it is charged or given
//! back. Codes 303, 602, 601 and 301.

use std::time::Duration;

use domain::BusinessCode;
use store::{Done, Taken};

use crate::buyer::{Delivered, Purchase};
use crate::meter::HOLD_MS;
use crate::pipeline::Ask;
use crate::pipeline::answer::{Answered, Answering};
use crate::pipeline::reserve::{Hold, again};
use crate::pipeline::settle::take;
use crate::pipeline::validate::{OnceKey, Question};
use crate::problem::Problem;
use crate::sources::{Choice, Directives};
use crate::state::Gateway;

/// How often a repeated request looks whether the first one under its key is answered.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Buys the answer to a question.
pub(super) async fn buy(gateway: &Gateway, hold: Hold, ask: &Ask<'_>, says: Directives) -> Result<Answering, Problem> {
    let Some(buyer) = &gateway.buyer else {
        return Err(Problem::internal("there is no upstream to ask".into()));
    };
    // Another server may have bought it meanwhile.
    let held = gateway.local.read(&hold.question.key).await?.unwrap_or_default();
    if let Choice::Serve(answer, origin) = gateway.settings.sources.choose(held, says, ask.now.second()) {
        return Ok(Answering::New(Answered { hold, answer, origin, is_settled: false }));
    }
    loop {
        // Until there is an answer the key stands for an empty one: the request is being answered.
        match gateway.meter.hold(take(&hold, None, ask)).await.map_err(|error| Problem::unstored(error.into()))? {
            Taken::Taken(standing) => {
                hold.question.known().set_standing(standing);
                break;
            }
            Taken::Refused(refusal) => {
                let reset_ms = gateway.day(ask.now).ends_at_ms().saturating_sub(ask.now.unix_ms);
                return Err(Problem::refused(refusal, hold.price, reset_ms));
            }
            Taken::Before(done) => {
                let once = hold.question.once.as_ref();
                let once = once.ok_or_else(|| Problem::internal("a key was found that was not sent".into()))?;
                if let Some(done) = settled(gateway, done, once, &hold.question, ask).await? {
                    return again(done, once, &hold.question, ask).map(Answering::Done);
                }
                // The first one came to nothing: this one is the first now.
            }
        }
    }
    let question = &hold.question;
    let purchase = Purchase {
        call: ask.id.call(),
        key: question.key.clone(),
        says,
        now: ask.now,
        is_once: question.once.is_some(),
    };
    let Delivered { answer, origin, owed } = buyer.buy(purchase).await?;
    ask.outbox.put(owed);
    Ok(Answering::New(Answered { hold, answer, origin, is_settled: true }))
}

/// What was done under a key once it is answered; nothing where it came to nothing.
pub(super) async fn settled(
    gateway: &Gateway,
    done: Done,
    once: &OnceKey,
    question: &Question,
    ask: &Ask<'_>,
) -> Result<Option<Done>, Problem> {
    let mut done = done;
    let looks = HOLD_MS / LOOK_EVERY.as_millis() as u64;
    for _ in 0..looks {
        if !done.answer.is_empty() || done.request != once.request {
            return Ok(Some(done));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let account_id = question.known().token.account_id;
        match gateway.meter_store.done_once(account_id, &once.key, ask.now.unix_ms).await? {
            Some(newer) => done = newer,
            None => return Ok(None),
        }
    }
    let message = "the first request under this Idempotency-Key is still being answered: send it again later";
    Err(Problem { retry_after_s: Some(60), ..Problem::new(BusinessCode::CollectionFailed, message) })
}
