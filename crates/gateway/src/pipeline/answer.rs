//! The answer itself: what is held, where that is fresh enough, or else bought. Codes 400 (the creator is unknown), 301 and
//! 500.

use domain::{BusinessCode, CreatorKey, sentence};
use hyper::StatusCode;
use store::StoreError;
use tokio::time::Instant;

use crate::local::Answer;
use crate::moment::Moment;
use crate::pipeline::reply::Reply;
use crate::pipeline::reserve::Hold;
use crate::pipeline::{Ask, bought};
use crate::problem::Problem;
use crate::sources::{Choice, Directives, Held, Origin};
use crate::state::Gateway;

/// An answer that is reserved for.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(super) hold: Hold,
    pub(super) answer: Answer,
    pub(super) origin: Origin,
    /// How old its facts are, in seconds.
    pub(super) age_s: u32,
    /// When it was made.
    pub(super) made_at: Moment,
    /// Whether it is settled already, as what was bought is.
    pub(super) is_settled: bool,
}

/// What comes of a question.
pub(crate) enum Answering {
    /// An answer.
    New(Answered),
    /// It was answered meanwhile, under the same idempotency key.
    Done(Reply),
}

/// Finds the answer to a question.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn answer(gateway: &Gateway, hold: Hold, ask: &Ask<'_>) -> impl Future<Output = Result<Answering, Problem>> {
    async move {
        let (key, now) = (&hold.question.subject, ask.now.second());
        let (held, read_at) = match gateway.local.cached(key, now) {
            Some(held) => {
                gateway.metrics.cache_hits.inc();
                (Some(held), None)
            }
            None => {
                gateway.metrics.cache_misses.inc();
                // In a box: rare, and its size would add to every request's.
                Box::pin(read(gateway, key)).await?
            }
        };
        match decide(gateway, key, held, ask)? {
            Decision::Serve(answer, origin) => {
                let age_s = now.seconds_since(answer.as_of);
                let made_at = ask.now;
                Ok(Answering::New(Answered { hold, answer, origin, age_s, made_at, is_settled: false }))
            }
            Decision::Ask(says) => Box::pin(bought::buy(gateway, hold, ask, says, read_at)).await,
        }
    }
}

/// How a question is answered.
pub(super) enum Decision {
    /// With what is held.
    Serve(Answer, Origin),
    /// By asking the upstreams, as the request says.
    Ask(Directives),
}

/// Decides how a question is answered, by what is held of the creator, who is unknown where that is nothing: for the answer itself, and for
/// a look at what would be answered.
pub(super) fn decide(
    gateway: &Gateway,
    key: &CreatorKey,
    held: Option<Held>,
    ask: &Ask<'_>,
) -> Result<Decision, Problem> {
    let sources = &gateway.settings.sources;
    // About anything else than bought answers a request has no say.
    let says = if sources.has_bought() { Directives::read(&ask.request.headers) } else { Directives::default() };
    match sources.choose(held.unwrap_or_default(), says, ask.now.second()) {
        Choice::Serve(answer, origin) => Ok(Decision::Serve(answer, origin)),
        Choice::Ask => Ok(Decision::Ask(says)),
        Choice::Nothing => Err(nothing_to_serve(key, held.is_some(), says)),
    }
}

/// Why there is no answer on a creator, who is known or not, where nobody is to be asked.
fn nothing_to_serve(key: &CreatorKey, is_known: bool, says: Directives) -> Problem {
    match is_known {
        _ if says.only_if_cached => not_held(key),
        true => no_figures(key),
        false => unknown_creator(key),
    }
}

/// What the store holds, and from when on whatever comes is not in it.
async fn read(gateway: &Gateway, key: &CreatorKey) -> Result<(Option<Held>, Option<Instant>), StoreError> {
    let read_at = Instant::now();
    Ok((gateway.local.read(key).await?, Some(read_at)))
}

/// Nothing held may be served, and the caller wants nobody asked (RFC 9111, section 5.2.1.7).
fn not_held(key: &CreatorKey) -> Problem {
    let author_id = &key.author_id;
    let message = sentence!(
        "no stored answer on creator {author_id} is fresh enough, and the request wants no other (only-if-cached): send it without",
        "达人 {author_id} 没有足够新的已存答案，而请求限定只用已存答案（only-if-cached）：请去掉该指令后重试"
    );
    Problem { status: Some(StatusCode::GATEWAY_TIMEOUT), ..Problem::new(BusinessCode::CollectionFailed, message) }
}

pub(super) fn unknown_creator(key: &CreatorKey) -> Problem {
    let CreatorKey { author_id, platform } = key;
    let message = sentence!(
        "creator {author_id} is unknown on {platform}: check oAuthorId and platform, or have the operator import this creator's posts",
        "未找到达人 {author_id}（{platform}）：请检查 oAuthorId 与 platform，或请运营方导入该达人的作品"
    );
    Problem::new(BusinessCode::InvalidParameter, message)
}

pub(super) fn no_figures(key: &CreatorKey) -> Problem {
    let CreatorKey { author_id, platform } = key;
    let message = sentence!(
        "creator {author_id} is known on {platform}, but no post with plays is: nothing can be expected until such posts are imported",
        "达人 {author_id}（{platform}）尚无有播放量的作品：导入此类作品之前无法预估"
    );
    Problem::new(BusinessCode::InvalidParameter, message)
}
