//! A row of a batch: answered as the same question at the contract's endpoint is, or, in a dry run, looked at.

use catalog::{AUTHOR_CP_INFO, cp_info_wire};
use domain::{CreatorKey, MicroYuan};
use sha2::{Digest, Sha256};

use super::Batch;
use crate::envelope::{self, RequestId};
use crate::pipeline::answer::{Decision, decide};
use crate::pipeline::once::OnceKey;
use crate::pipeline::validate::{Question, digest};
use crate::pipeline::{Ask, Content, Reply, answer_question};
use crate::problem::Problem;
use crate::remembered::Remembered;
use crate::told::AllTold;
use crate::unanswered::{Leaving, Outbox};

/// How a row ended.
pub(super) enum End {
    /// With an answer.
    Answered(Answered),
    /// It would be answered, from what is held or (`is_bought`) from an upstream, for this at most.
    Known {
        cost: MicroYuan,
        is_bought: bool,
        /// It was answered before, under the same idempotency key.
        is_done: bool,
    },
    /// With a problem.
    Refused {
        problem: Problem,
        /// The id of its call, where the row was asked: an upstream may have billed it.
        id: Option<RequestId>,
    },
    /// It was not answered, since the cost cap is reached.
    Left,
}

impl End {
    /// What the row adds to what was charged under the key of the batch. One that was new and is given again was charged meanwhile, for
    /// another request with the key.
    pub(super) fn cost(&self, is_new: bool, price: MicroYuan) -> MicroYuan {
        match self {
            Self::Answered(Answered { origin: None, .. }) if is_new => price,
            Self::Answered(answered) => answered.charged,
            Self::Known { cost, .. } => *cost,
            Self::Refused { .. } | Self::Left => MicroYuan::ZERO,
        }
    }
}

/// An answer.
pub(super) struct Answered {
    /// `data`, as the contract has it.
    pub(super) data: Vec<u8>,
    pub(super) charged: MicroYuan,
    /// Where it comes from and how old it is, in seconds; unknown of one that was given before.
    pub(super) origin: Option<(&'static str, u32)>,
    /// Whether the hot share is known, for which `data` has 0 where it is not; not told of one that was given before.
    pub(super) is_hot_known: Option<bool>,
    /// On how many posts it rests, where that is known.
    pub(super) hot_posts: Option<u8>,
    /// The id of its call.
    pub(super) id: RequestId,
}

/// Runs a row; what it owes leaves with its line. One that the cap `has_room` for no more is only looked at: where nothing could be
/// answered it costs nothing, and is told as such.
pub(super) async fn run(batch: &Batch, key: CreatorKey, has_room: bool) -> (End, Vec<Leaving>) {
    let (outbox, remembered, now) = (Outbox::default(), Remembered::default(), (batch.gateway.clock)());
    let id = RequestId::new(now);
    let ask =
        Ask { request: &batch.request, id, now, address: batch.address, remembered: &remembered, outbox: &outbox };
    let end = match (has_room, batch.is_dry) {
        (false, _) => look(batch, key, &ask).await.map(|_| End::Left),
        (true, true) => look(batch, key, &ask).await,
        (true, false) => answer(batch, key, &ask).await,
    };
    let is_asked = has_room && !batch.is_dry;
    let refused = |problem| End::Refused { problem, id: is_asked.then_some(id) };
    (end.unwrap_or_else(refused), outbox.take())
}

async fn question(batch: &Batch, key: CreatorKey, ask: &Ask<'_>) -> Result<Question, Problem> {
    let permit = batch.permit(ask, key.platform).await?; // 100, 600
    let once = batch.once.as_ref();
    let once = once.map(|whole| Box::new(OnceKey { key: key_of_row(whole, &key), request: digest(&key) }));
    Ok(Question { permit, endpoint: &AUTHOR_CP_INFO, subject: key, once })
}

/// The idempotency key of a row, from that of the whole: of the creator, not of the place, for a batch that is sent again may have
/// more rows.
pub(super) fn key_of_row(whole: &str, key: &CreatorKey) -> String {
    let of_row = Sha256::digest(format!("{whole}\n{} {}", key.author_id, key.platform));
    let hex: String = of_row.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("batch:{hex}")
}

async fn answer(batch: &Batch, key: CreatorKey, ask: &Ask<'_>) -> Result<End, Problem> {
    let question = question(batch, key, ask).await?;
    let Reply { content, id, charged, .. } =
        answer_question(&batch.gateway, question, ask, &mut AllTold::default()).await.inspect_err(log)?;
    let (data, origin, is_hot_known, hot_posts) = match content {
        Content::New(figures, origin, age_s, _) => {
            let mut data = Vec::new();
            cp_info_wire::write(figures.platform, &figures.info, &mut data);
            (data, Some((origin.name(), age_s)), Some(figures.info.hot_item_bp.is_some()), figures.hot_posts)
        }
        Content::Again(body) => (envelope::data_of(&body).to_owned(), None, None, None),
    };
    let charged = charged.unwrap_or_default();
    Ok(End::Answered(Answered { data, charged, origin, is_hot_known, hot_posts, id }))
}

/// Failures of ours are told as such.
fn log(problem: &Problem) {
    if let Some(cause) = &problem.cause {
        tracing::error!(code = problem.code.number(), cause = cause.as_ref(), "a row of a batch failed");
    }
}

/// What answering would cost.
async fn look(batch: &Batch, key: CreatorKey, ask: &Ask<'_>) -> Result<End, Problem> {
    let (question, gateway) = (question(batch, key, ask).await?, &batch.gateway);
    if let Some(once) = &question.once {
        let account_id = question.known().token.account_id;
        let done = gateway.meter_store.done_once(account_id, &once.key, ask.now.unix_ms).await?;
        if done.is_some_and(|done| !done.answer.is_empty()) {
            return Ok(End::Known { cost: MicroYuan::ZERO, is_bought: false, is_done: true });
        }
    }
    let (key, cost, now) = (&question.subject, question.price(), ask.now.second());
    let held = match gateway.local.cached(key, now) {
        Some(held) => Some(held),
        None => gateway.local.read(key).await?,
    };
    let says = match decide(gateway, key, held, ask)? {
        Decision::Serve(..) => return Ok(End::Known { cost, is_bought: false, is_done: false }),
        Decision::Ask(says) => says,
    };
    if let Some(buyer) = &gateway.buyer {
        let mut told = buyer.refused(key, says, ask.now).await;
        if told.is_none() {
            told = buyer.paid_in_vain(key, says, ask.now).await;
        }
        if let Some(told) = told {
            return told.map(|_| End::Known { cost, is_bought: false, is_done: false });
        }
    }
    Ok(End::Known { cost, is_bought: true, is_done: false })
}
