//! Our own endpoints under `/v1`: JSON, bearer tokens, RFC 9457 problems; for callers, about their answers and themselves.

mod account;
mod call;
mod usage;

use std::sync::Arc;

use catalog::{ACCOUNT, BATCH, CALL, COMPARE, CREATORS, EXPLAIN, Endpoint, HISTORY, PLAN, PlainQuery, USAGE};
use domain::Lang;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use serde_json::Value;

use crate::envelope::RequestId;
use crate::headers::{
    self, BEARER, IDEMPOTENCY_REPLAYED, JSON, NDJSON, NO_STORE, PROBLEM_JSON, TRUE, X_CHARGED, X_REQUEST_ID, number,
    text,
};
use crate::known::Known;
use crate::pipeline::batch::{self, Batch};
use crate::pipeline::{Ask, Compare, Creators, Explain, History, Sold, paid};
use crate::planned::PlanAsked;
use crate::problem::Problem;
use crate::reply_body::{Lines, ReplyBody};
use crate::router::{HttpResponse, Peer, respond};
use crate::state::Gateway;
use crate::told::AllTold;
use crate::under_way::{Asked, UnderWay};

pub(crate) use account::limits_json;
pub(crate) use call::call_json;
pub(crate) use usage::{RIGHT_DAY, days, usage_json};

/// One of these endpoints.
#[derive(Debug, Clone, Copy)]
pub(crate) enum V1<'p> {
    Explain,
    Creators,
    Compare,
    History,
    Batch,
    Plan,
    Account,
    Usage,
    /// A call, by the text of its id.
    Call(&'p str),
}

impl<'p> V1<'p> {
    /// Those whose path has no part in braces.
    const FIXED: [Self; 8] = [
        Self::Explain,
        Self::Creators,
        Self::Compare,
        Self::History,
        Self::Batch,
        Self::Plan,
        Self::Account,
        Self::Usage,
    ];

    /// The endpoint at a path.
    pub(crate) fn of(path: &'p str) -> Option<Self> {
        let call = || path.strip_prefix(CALL_PREFIX).filter(|id| !id.is_empty() && !id.contains('/')).map(Self::Call);
        Self::FIXED.into_iter().find(|fixed| fixed.endpoint().path == path).or_else(call)
    }

    /// Its definition.
    pub(crate) fn endpoint(self) -> &'static Endpoint {
        match self {
            Self::Explain => &EXPLAIN,
            Self::Creators => &CREATORS,
            Self::Compare => &COMPARE,
            Self::History => &HISTORY,
            Self::Batch => &BATCH,
            Self::Plan => &PLAN,
            Self::Account => &ACCOUNT,
            Self::Usage => &USAGE,
            Self::Call(_) => &CALL,
        }
    }

    /// Answers a request to it, with the body that it posts.
    pub(crate) async fn answer(
        self,
        gateway: &Arc<Gateway>,
        peer: &Peer,
        request: &Parts,
        posted: Option<Incoming>,
    ) -> HttpResponse {
        let (under_way, now) = (UnderWay::begin(gateway.clone(), self.endpoint()), (gateway.clock)());
        let id = RequestId::new(now);
        let mut told = AllTold::default();
        let Peer { remembered, outbox, .. } = peer;
        let address = peer.caller_address(gateway, request);
        let ask = Ask { request, id, now, address, remembered, outbox };
        let outcome = self.outcome(gateway, &ask, posted, &mut told).await;
        let mut headers = HeaderMap::new();
        told.write(&mut headers);
        let has_sentences = outcome.is_err() || self.endpoint().translated;
        let lang = has_sentences.then(|| ask.language());
        if let Some(lang) = lang {
            headers::put_language(lang, &mut headers);
        }
        match outcome {
            Ok(Answer::Whole(sold)) => {
                under_way.end(id, Ok(&sold.asked));
                success(headers, sold)
            }
            Ok(Answer::Lines(batch)) => stream(headers, *batch, peer, under_way, id),
            Err(problem) => {
                under_way.end(id, Err(&problem));
                failure(headers, &problem, lang.unwrap_or_default(), id)
            }
        }
    }

    async fn outcome(
        self,
        gateway: &Arc<Gateway>,
        ask: &Ask<'_>,
        posted: Option<Incoming>,
        told: &mut AllTold,
    ) -> Result<Answer, Problem> {
        let sold = match self {
            Self::Explain => paid::<Explain>(gateway, ask, posted, told).await?,
            Self::Creators => paid::<Creators>(gateway, ask, posted, told).await?,
            Self::Compare => paid::<Compare>(gateway, ask, posted, told).await?,
            Self::History => paid::<History>(gateway, ask, posted, told).await?,
            Self::Batch => {
                return batch::begin(gateway, ask, posted, told).await.map(|batch| Answer::Lines(Box::new(batch)));
            }
            Self::Plan => paid::<PlanAsked>(gateway, ask, posted, told).await?,
            Self::Account => account::account(gateway, ask, told).await?,
            Self::Usage => usage::usage(gateway, ask, told).await?,
            Self::Call(call_id) => call::call(gateway, ask, call_id, told).await?,
        };
        Ok(Answer::Whole(sold))
    }
}

/// A success.
enum Answer {
    Whole(Sold),
    /// A batch, whose lines are yet to be made.
    Lines(Box<Batch>),
}

/// Answers with the lines of a batch, which runs from now on; with the last one the request ends.
fn stream(
    mut headers: HeaderMap,
    batch: Batch,
    peer: &Peer,
    under_way: UnderWay<Arc<Gateway>>,
    id: RequestId,
) -> HttpResponse {
    let (put, lines) = Lines::new(peer.outbox.clone());
    let asked = batch.asked();
    tokio::spawn(async move {
        batch::run(batch, put).await;
        under_way.end(id, Ok(&asked));
    });
    headers.insert(CONTENT_TYPE, NDJSON);
    put_usual(id, &mut headers);
    let mut response = hyper::Response::new(ReplyBody::Lines(lines));
    *response.headers_mut() = headers;
    response
}

/// An answer that never costs anything.
fn free(ask: &Ask<'_>, known: &Known, body: &Value) -> Sold {
    let asked = Asked { token_id: known.token.id, key: None };
    Sold { id: ask.id, body: body.to_string().into_bytes(), charged: None, is_again: false, asked }
}

/// What stands before a call's id.
const CALL_PREFIX: &str = "/v1/calls/";

fn success(mut headers: HeaderMap, sold: Sold) -> HttpResponse {
    if let Some(charged) = sold.charged {
        headers.insert(X_CHARGED, text(charged.to_string().into()));
    }
    if sold.is_again {
        headers.insert(IDEMPOTENCY_REPLAYED, TRUE);
    }
    headers.insert(CONTENT_TYPE, JSON);
    put_usual(sold.id, &mut headers);
    respond(StatusCode::OK, headers, sold.body.into())
}

fn failure(mut headers: HeaderMap, problem: &Problem, lang: Lang, id: RequestId) -> HttpResponse {
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, number(u64::from(seconds)));
    }
    let (status, body) = problem.rfc9457(id.write(&mut [0; RequestId::LEN]), lang);
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, BEARER);
    }
    headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    put_usual(id, &mut headers);
    respond(status, headers, body.to_string().into())
}

/// Refuses a request under `/v1` that is one to no endpoint.
pub(crate) fn refused(gateway: &Gateway, problem: &Problem, lang: Lang) -> HttpResponse {
    let mut headers = HeaderMap::new();
    headers::put_language(lang, &mut headers);
    failure(headers, problem, lang, RequestId::new((gateway.clock)()))
}

/// What the head of every answer has.
fn put_usual(id: RequestId, headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_REQUEST_ID, text(id.write(&mut [0; RequestId::LEN]).to_owned().into()));
}

/// What is asked of an endpoint.
fn query<'r>(endpoint: &'static Endpoint, ask: &Ask<'r>) -> PlainQuery<'r> {
    PlainQuery::parse(endpoint, ask.request.uri.query().unwrap_or_default())
}
