//! The pipeline of the paid endpoint. [`author_cp_info`] reads top to bottom in the order in which the contract decides
//! its codes; each stage takes the evidence of the one before, so leaving one out does not compile.

mod answer;
mod authenticate;
mod authorize;
mod explain;
mod reply;
mod reserve;
mod settle;
mod throttle;
mod validate;

use catalog::{AUTHOR_CP_INFO, EXPLAIN, Query};
use estimator::Explanation;
use hyper::http::request::Parts;

pub(crate) use reply::Reply;

use crate::moment::Moment;
use crate::problem::Problem;
use crate::remembered::RememberedToken;
use crate::state::Gateway;

/// Answers one question about a creator, or says why not.
pub(crate) async fn author_cp_info(
    gateway: &Gateway,
    remembered: &RememberedToken,
    request: &Parts,
    now: Moment,
) -> Result<Reply, Problem> {
    let query = Query::parse(&AUTHOR_CP_INFO, request.uri.query().unwrap_or_default());
    let caller = authenticate::authenticate(gateway, remembered, request, &query, now).await?; // 100
    let admitted = throttle::throttle(caller)?; // 302
    let permit = authorize::authorize(admitted)?; // 600
    let question = validate::validate(permit, &query)?; // 400
    let hold = reserve::reserve(question)?; // 303, 602, 601
    let answered = answer::answer(gateway, hold, now).await?; // 400 (unknown creator), 301, 500
    let settled = settle::settle(answered)?;
    Ok(reply::reply(settled, now)) // 0
}

/// Explains the answer to the same question, for the same callers; nothing is charged.
pub(crate) async fn explain(
    gateway: &Gateway,
    remembered: &RememberedToken,
    request: &Parts,
    now: Moment,
) -> Result<Explanation, Problem> {
    let query = Query::parse(&EXPLAIN, request.uri.query().unwrap_or_default());
    let caller = authenticate::authenticate(gateway, remembered, request, &query, now).await?;
    let admitted = throttle::throttle(caller)?;
    let permit = authorize::authorize(admitted)?;
    let question = validate::validate(permit, &query)?;
    explain::explain(gateway, question, now).await
}
