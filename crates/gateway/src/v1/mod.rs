//! Our own endpoints under `/v1`: JSON, bearer tokens, RFC 9457 problems; for callers, about their answers and themselves.

mod account;
mod call;
mod usage;

use std::sync::Arc;

use catalog::{ACCOUNT, BATCH, CALL, COMPARE, CREATORS, EXPLAIN, Endpoint, HISTORY, PLAN, PlainQuery, USAGE};
use domain::Lang;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use hyper::http::request::Parts;
use serde_json::Value;

use crate::envelope::RequestId;
use crate::headers::{
    self, IDEMPOTENCY_REPLAYED, JSON, NDJSON, NO_STORE, PROBLEM_JSON, TRUE, X_CHARGED, X_REQUEST_ID, number, text,
};
use crate::pipeline::batch::{self, Batch};
use crate::pipeline::{Ask, Compare, Creators, Explain, History, Sold, paid};
use crate::planned::PlanAsked;
use crate::problem::Problem;
use crate::reply_body::{Lines, ReplyBody};
use crate::router::{HttpResponse, Peer, respond};
use crate::state::Gateway;
use crate::told::AllTold;

pub(crate) use account::limits_json;
pub(crate) use call::call_json;
pub(crate) use usage::usage_json;

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
        let now = (gateway.clock)();
        let id = RequestId::new(now);
        let mut told = AllTold::default();
        let Peer { address, remembered, outbox, .. } = peer;
        let ask = Ask { request, id, now, address: *address, remembered, outbox };
        let outcome = match self {
            Self::Explain => paid::<Explain>(gateway, &ask, posted, &mut told).await,
            Self::Creators => paid::<Creators>(gateway, &ask, posted, &mut told).await,
            Self::Compare => paid::<Compare>(gateway, &ask, posted, &mut told).await,
            Self::History => paid::<History>(gateway, &ask, posted, &mut told).await,
            Self::Batch => match batch::begin(gateway, &ask, posted, &mut told).await {
                Ok(batch) => return stream(batch, peer, id, &told),
                Err(problem) => Err(problem),
            },
            Self::Plan => paid::<PlanAsked>(gateway, &ask, posted, &mut told).await,
            Self::Account => account::account(gateway, &ask, &mut told).await.map(|body| free(&body, id)),
            Self::Usage => usage::usage(gateway, &ask, &mut told).await.map(|body| free(&body, id)),
            Self::Call(call_id) => call::call(gateway, &ask, call_id, &mut told).await.map(|body| free(&body, id)),
        };
        let has_sentences = outcome.is_err() || self.endpoint().translated;
        respond_with(outcome, id, &told, has_sentences.then(|| ask.language()))
    }
}

/// Answers with the lines of a batch, which runs from now on.
fn stream(batch: Batch, peer: &Peer, id: RequestId, told: &AllTold) -> HttpResponse {
    let (put, lines) = Lines::new(peer.outbox.clone());
    let lang = batch.lang;
    tokio::spawn(batch::run(batch, put));
    let mut response = hyper::Response::new(ReplyBody::Lines(lines));
    let headers = response.headers_mut();
    told.write(headers);
    headers::put_language(lang, headers);
    headers.insert(CONTENT_TYPE, NDJSON);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_REQUEST_ID, text(id.write(&mut [0; RequestId::LEN]).to_owned().into()));
    response
}

/// An answer that never costs anything.
fn free(body: &Value, id: RequestId) -> Sold {
    Sold { id, body: body.to_string().into_bytes(), charged: None, is_again: false }
}

/// What stands before a call's id.
const CALL_PREFIX: &str = "/v1/calls/";

/// `lang` is the language of what has sentences, as every failure does.
fn respond_with(outcome: Result<Sold, Problem>, id: RequestId, told: &AllTold, lang: Option<Lang>) -> HttpResponse {
    let id = outcome.as_ref().map_or(id, |sold| sold.id).write(&mut [0; RequestId::LEN]).to_owned();
    let mut headers = HeaderMap::new();
    told.write(&mut headers);
    if let Some(lang) = lang {
        headers::put_language(lang, &mut headers);
    }
    let (status, content_type, body) = match outcome {
        Ok(sold) => {
            if let Some(charged) = sold.charged {
                headers.insert(X_CHARGED, text(charged.to_string().into()));
            }
            if sold.is_again {
                headers.insert(IDEMPOTENCY_REPLAYED, TRUE);
            }
            (StatusCode::OK, JSON, sold.body)
        }
        Err(problem) => {
            if let Some(cause) = &problem.cause {
                tracing::error!(request_id = id, code = problem.code.number(), cause = cause.as_ref(), "failed");
            }
            if let Some(seconds) = problem.retry_after_s {
                headers.insert(RETRY_AFTER, number(u64::from(seconds)));
            }
            let (status, body) = problem.rfc9457(&id, lang.unwrap_or_default());
            (status, PROBLEM_JSON, body.to_string().into_bytes())
        }
    };
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_REQUEST_ID, text(id.into()));
    respond(status, headers, body.into())
}

/// What is asked of an endpoint.
fn query<'r>(endpoint: &'static Endpoint, ask: &Ask<'r>) -> PlainQuery<'r> {
    PlainQuery::parse(endpoint, ask.request.uri.query().unwrap_or_default())
}
