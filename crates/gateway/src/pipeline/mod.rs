//! The pipeline of the contract's endpoint, and of our own that have a price ([`paid()`]). [`author_cp_info`] reads top to bottom in
//! the order in which the contract decides its codes; each stage takes the evidence of the one before, so leaving one out does
//! not compile.

mod answer;
mod authenticate;
mod authorize;
pub(crate) mod batch;
mod bought;
mod compare;
mod creators;
mod explain;
mod history;
mod once;
mod paid;
mod plan;
mod reply;
mod reserve;
mod settle;
mod throttle;
mod validate;

use std::net::IpAddr;
use std::sync::Arc;

use catalog::{AUTHOR_CP_INFO, Endpoint, PlainQuery, Query};
use domain::Lang;
use hyper::http::request::Parts;

pub(crate) use compare::Compare;
pub use compare::compare_creators;
pub(crate) use creators::Creators;
pub use creators::rank_creators;
pub(crate) use explain::Explain;
pub(crate) use history::History;
pub use history::history_page;
pub(crate) use paid::{Sold, paid};
pub(crate) use reply::{Content, Figures, Reply};

use crate::envelope::RequestId;
use crate::headers;
use crate::known::Known;
use crate::moment::Moment;
use crate::pipeline::answer::Answering;
use crate::pipeline::reserve::Reservation;
use crate::pipeline::validate::Question;
use crate::problem::Problem;
use crate::remembered::Remembered;
use crate::state::Gateway;
use crate::told::AllTold;
use crate::unanswered::Outbox;

/// A request and what the edge knows about it.
pub(crate) struct Ask<'r> {
    pub(crate) request: &'r Parts,
    pub(crate) id: RequestId,
    pub(crate) now: Moment,
    /// Who sent it, or the proxy that did.
    pub(crate) address: IpAddr,
    /// What the connection knows from the request before.
    pub(crate) remembered: &'r Remembered,
    /// Where replies wait to be written to it.
    pub(crate) outbox: &'r Outbox,
}

impl Ask<'_> {
    /// The language that sentences are asked for in.
    pub(crate) fn language(&self) -> Lang {
        headers::language(&self.request.headers)
    }

    /// The same, where the endpoint has sentences in it.
    pub(crate) fn language_of(&self, endpoint: &Endpoint) -> Option<Lang> {
        endpoint.translated.then(|| self.language())
    }
}

/// Answers one question about a creator, or says why not. How the caller's limits stand is told either way.
pub(crate) async fn author_cp_info(gateway: &Gateway, ask: &Ask<'_>, told: &mut AllTold) -> Result<Reply, Problem> {
    let query = Query::parse(&AUTHOR_CP_INFO, ask.request.uri.query().unwrap_or_default());
    let caller = authenticate::authenticate(gateway, ask, &query).await?; // 100
    let admitted = throttle::throttle(gateway, caller, ask.now, told).await?; // 302
    let permit = authorize::authorize(admitted, &AUTHOR_CP_INFO, &query)?; // 600
    let question = validate::validate(permit, ask, &query)?; // 400
    answer_question(gateway, question, ask, told).await
}

/// The stages behind `validate`.
pub(crate) async fn answer_question(
    gateway: &Gateway,
    question: Question,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> Result<Reply, Problem> {
    let hold = match reserve::reserve(gateway, question, ask, told).await? {
        Reservation::New(hold) => hold, // 303, 602, 601
        Reservation::Done(done, question) => return Ok(Reply::again(*done, question)),
    };
    let answered = match answer::answer(gateway, hold, ask).await? {
        Answering::New(answered) => answered, // 400 (unknown creator), 301, 500
        Answering::Done(reply) => return Ok(reply),
    };
    let settled = settle::settle(gateway, answered, ask, told).await?;
    let reply = reply::reply(settled); // 0
    if let Content::New(_, origin, ..) = reply.content {
        gateway.metrics.given(origin);
    }
    Ok(reply)
}

/// Who asks about itself: its account, its usage, its calls. Nothing is charged, and no scope is asked for.
pub(crate) async fn about_caller(
    gateway: &Gateway,
    query: &PlainQuery<'_>,
    ask: &Ask<'_>,
    told: &mut AllTold,
) -> Result<Arc<Known>, Problem> {
    let caller = authenticate::authenticate(gateway, ask, query).await?;
    let admitted = throttle::throttle(gateway, caller, ask.now, told).await?;
    query.only_known(ask.request.uri.query().unwrap_or_default())?;
    Ok(admitted.known())
}
