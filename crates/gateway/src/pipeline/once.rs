//! What makes a question happen once: the idempotency key, and what was done under it before.

use std::time::Duration;

use domain::{BusinessCode, CallId, CallState, IdempotencyKeyError, Sentence, Spoken, Text};
use hyper::http::request::Parts;
use store::Done;
use upstream::BUDGET_MAX;

use crate::buyer::RETRY_AFTER_LOSS_S;
use crate::headers::{IDEMPOTENCY_KEY, idempotency_key};
use crate::pipeline::Ask;
use crate::pipeline::validate::Question;
use crate::problem::Problem;
use crate::state::Gateway;

/// How long it looks: no purchase takes longer, and what is held for a server that died is held for longer.
const LOOK_MAX: Duration = BUDGET_MAX;

/// How often a repeated request looks whether the first one under its key is answered.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// An idempotency key and what it stands for.
#[derive(Debug)]
pub(crate) struct OnceKey {
    /// The key the caller chose.
    pub(super) key: String,
    /// A digest of the question: the same one gets the answer again, another one is refused.
    pub(super) request: [u8; 32],
}

impl OnceKey {
    /// The key of a request, where it has one; `digest` makes the digest of what is asked. The token is no part of it: a token
    /// may be replaced between a request and its repetition.
    pub(super) fn read(request: &Parts, digest: impl FnOnce() -> [u8; 32]) -> Result<Option<Box<Self>>, Problem> {
        if !request.headers.contains_key(IDEMPOTENCY_KEY) {
            return Ok(None);
        }
        let key = idempotency_key(&request.headers).ok_or_else(|| {
            let right = IdempotencyKeyError.sentence();
            let message = Sentence::new(
                format!("the header Idempotency-Key is not valid: send it once; {}", right.en),
                format!("请求头 Idempotency-Key 不正确：只能出现一次；{}", right.zh),
            );
            Problem::new(BusinessCode::InvalidParameter, message)
        })?;
        Ok(Some(Box::new(Self { key: key.into(), request: digest() })))
    }
}

/// What the first request under the key of a question came to.
pub(super) enum First {
    /// It is answered: its answer is to be given again.
    Done(Done),
    /// It was waited for, and came to nothing.
    CameToNothing(CameToNothing),
}

/// Evidence that a request waited for the first one under its key in vain. It buys nothing of its own then: the first one may have been
/// billed, and whoever waited has used up the time that a purchase may take.
#[derive(Debug)]
pub(crate) struct CameToNothing {
    /// When it may be asked again.
    retry_after_s: u32,
}

impl CameToNothing {
    /// Of the first request's call.
    async fn of(gateway: &Gateway, call: CallId) -> Result<Self, Problem> {
        let state = gateway.meter_store.call(call).await?.map(|call| call.state);
        let is_lost = matches!(state, Some(CallState::Unknown | CallState::Unusable));
        Ok(Self { retry_after_s: if is_lost { RETRY_AFTER_LOSS_S } else { 1 } })
    }

    /// What the request is told that waited.
    pub(super) fn problem(self) -> Problem {
        Problem::came_to_nothing(self.retry_after_s)
    }
}

/// What was done before under the key of a question that has one; none where nothing was.
pub(super) async fn done_before<S>(
    gateway: &Gateway,
    question: &Question<S>,
    ask: &Ask<'_>,
) -> Result<Option<First>, Problem> {
    let Some(once) = &question.once else { return Ok(None) };
    let account_id = question.known().token.account_id;
    match gateway.meter_store.done_once(account_id, &once.key, ask.now.unix_ms).await? {
        Some(done) => given_before(gateway, done, question, ask).await.map(Some),
        None => Ok(None),
    }
}

/// What was done under the key of a question, once it is answered, to be given again now.
pub(super) async fn given_before<S>(
    gateway: &Gateway,
    done: Done,
    question: &Question<S>,
    ask: &Ask<'_>,
) -> Result<First, Problem> {
    let once = question.once.as_ref().ok_or_else(|| Problem::internal("a key was found that was not sent".into()))?;
    let account_id = question.known().token.account_id;
    let mut done = done;
    for _ in 0..LOOK_MAX.as_millis() / LOOK_EVERY.as_millis() {
        if done.request != once.request {
            return Err(Problem::idempotency_key_reused(question.endpoint.style));
        }
        if !done.answer.is_empty() {
            ask.outbox.put_again(done.id);
            return Ok(First::Done(done));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        match gateway.meter_store.done_once(account_id, &once.key, ask.now.unix_ms).await? {
            Some(newer) => done = newer,
            None => return Ok(First::CameToNothing(CameToNothing::of(gateway, done.id).await?)),
        }
    }
    let message = Text::new(
        "the first request under this Idempotency-Key is still being answered: send it again later",
        "使用该 Idempotency-Key 的首个请求仍在处理：请稍后重新发送",
    );
    Err(Problem { retry_after_s: Some(60), ..Problem::new(BusinessCode::CollectionFailed, message) })
}
