//! Our own endpoints under `/v1`: JSON, bearer tokens, RFC 9457 problems; for callers, about their answers and themselves.

use std::sync::Arc;

use catalog::{ACCOUNT, BATCH, CALL, COMPARE, CREATORS, EXPLAIN, Endpoint, HISTORY, PLAN, PlainQuery, USAGE, priced};
use domain::{BusinessCode, Call, CallId, Lang, Spoken, Text, sentence};
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use hyper::http::request::Parts;
use ledger::Day;
use serde_json::{Value, json};
use store::Usage;

use crate::envelope::RequestId;
use crate::headers::{
    self, IDEMPOTENCY_REPLAYED, JSON, NDJSON, NO_STORE, PROBLEM_JSON, TRUE, X_CHARGED, X_REQUEST_ID, number, text,
};
use crate::moment::Moment;
use crate::pipeline::batch::{self, Batch};
use crate::pipeline::{self, Ask, Compare, Creators, Explain, History, Sold, paid};
use crate::planned::PlanAsked;
use crate::problem::Problem;
use crate::reply_body::{Lines, ReplyBody};
use crate::router::{HttpResponse, Peer, respond};
use crate::state::Gateway;
use crate::told::AllTold;

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
        let Peer { remembered, outbox, .. } = peer;
        let address = peer.caller_address(gateway, request);
        let ask = Ask { request, id, now, address, remembered, outbox };
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
            Self::Account => account(gateway, &ask, &mut told).await.map(|body| free(&body, id)),
            Self::Usage => usage(gateway, &ask, &mut told).await.map(|body| free(&body, id)),
            Self::Call(call_id) => call(gateway, &ask, call_id, &mut told).await.map(|body| free(&body, id)),
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

/// The caller's balance, quotas, limits, and when the quotas are whole again.
async fn account(gateway: &Gateway, ask: &Ask<'_>, told: &mut AllTold) -> Result<Value, Problem> {
    let known = pipeline::about_caller(gateway, &query(&ACCOUNT, ask), ask, told).await?;
    let standing = gateway.meter_store.standing(known.token.account_id, known.token.id).await?;
    known.set_standing(standing);
    let (day, account, token) = (gateway.day(ask.now), standing.account, standing.token);
    let price = |endpoint: &Endpoint| (endpoint.name.to_owned(), known.prices.of(endpoint).to_string().into());
    let prices: serde_json::Map<String, Value> = priced().map(price).collect();
    Ok(json!({
        "account": {
            "balanceYuan": account.balance().to_string(),
            "heldYuan": account.held.to_string(),
            "chargedYuan": account.charged.to_string(),
            "limits": limits_json(&known.account_limits),
            "dailyQuotaLeft": account.quota_left(day),
        },
        "token": {
            "number": known.token.id.0,
            "hint": known.token.hint,
            "spentYuan": token.spent().to_string(),
            "spendingCapYuan": token.spending_cap.map(|cap| cap.to_string()),
            "limits": limits_json(&known.policy.limits),
            "dailyQuotaLeft": token.quota_left(day),
            "scopes": known.policy.scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "expiresAt": known.token.expires_at.map(|at| at.to_string()),
        },
        "priceYuan": prices,
        "day": day.to_string(),
        "quotasResetAt": rfc3339(day.ends_at_ms()),
    }))
}

/// Limits as JSON.
pub(crate) fn limits_json(limits: &domain::Limits) -> Value {
    json!({
        "ratePerSecond": limits.rate.map(|rate| rate.per_second.get()),
        "rateBurst": limits.rate.map(|rate| rate.burst.get()),
        "concurrent": limits.concurrent.map(std::num::NonZeroU32::get),
        "dailyQuota": limits.daily_quota,
    })
}

/// What the caller's account used, by day, token and endpoint; the last 30 days where none are named.
async fn usage(gateway: &Gateway, ask: &Ask<'_>, told: &mut AllTold) -> Result<Value, Problem> {
    let query = query(&USAGE, ask);
    let known = pipeline::about_caller(gateway, &query, ask, told).await?;
    let today = gateway.day(ask.now);
    let from = day(&query, "from")?.unwrap_or(Day::from_number(today.number() - 29));
    let to = day(&query, "to")?.unwrap_or(today);
    let rows = gateway.meter_store.usage(Some(known.token.account_id), from, to).await?;
    let charged = rows.iter().map(|usage| usage.charged).fold(domain::MicroYuan::ZERO, domain::MicroYuan::plus);
    Ok(json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "timeZone": "Asia/Shanghai",
        "calls": rows.iter().map(|usage| usage.calls).sum::<u64>(),
        "chargedYuan": charged.to_string(),
        "rows": rows.iter().map(usage_json).collect::<Vec<_>>(),
    }))
}

/// A row of usage as JSON, without its account.
pub(crate) fn usage_json(usage: &Usage) -> Value {
    json!({
        "day": usage.day.to_string(),
        "token": usage.token_id.0,
        "endpoint": catalog::endpoint_by_number(usage.endpoint).map(|endpoint| endpoint.name),
        "calls": usage.calls,
        "chargedYuan": usage.charged.to_string(),
    })
}

fn day(query: &PlainQuery<'_>, name: &'static str) -> Result<Option<Day>, Problem> {
    let Some(text) = query.value(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = sentence!(
            "parameter {name} is not valid: right would be a day such as 2026-11-24",
            "参数 {name} 不正确：应为日期，如 2026-11-24"
        );
        Problem::new(BusinessCode::InvalidParameter, message)
    })
}

const NO_CALL: Text = Text::new(
    "this account has no call of that requestId, or not any more",
    "该账户没有此 requestId 的调用，或其记录已不再保留",
);

/// A call of the caller's account.
async fn call(gateway: &Gateway, ask: &Ask<'_>, id: &str, told: &mut AllTold) -> Result<Value, Problem> {
    let known = pipeline::about_caller(gateway, &query(&CALL, ask), ask, told).await?;
    let none = || Problem::new(BusinessCode::NotFound, NO_CALL);
    let id: CallId = id
        .parse()
        .map_err(|error: domain::CallIdError| Problem::new(BusinessCode::InvalidParameter, error.sentence()))?;
    // Somebody else's call is no call: an id tells nothing to who is not its owner.
    let call = gateway.meter_store.call(id).await?.filter(|call| call.account_id == known.token.account_id);
    Ok(call_json(&call.ok_or_else(none)?))
}

/// A call as JSON, without its account.
pub(crate) fn call_json(call: &Call) -> Value {
    json!({
        "requestId": call.id.to_string(),
        "at": rfc3339(call.id.unix_ms()),
        "state": call.state.name(),
        "endpoint": catalog::endpoint_by_number(call.endpoint).map(|endpoint| endpoint.name),
        "oAuthorId": call.key.as_ref().map(|key| key.author_id.to_string()),
        "platform": call.key.as_ref().map(|key| key.platform.name()),
        "token": call.token_id.0,
        "priceYuan": call.price.to_string(),
        "chargedYuan": call.charged.to_string(),
    })
}

/// A moment as text.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    Moment { unix_ms }.second().to_string()
}
