//! Which path and method go where. Every answer but those of the probes and the metrics comes in the envelope.

use std::time::Instant;

use catalog::{AUTHOR_CP_INFO, EXPLAIN};
use domain::BusinessCode;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use crate::envelope::{self, Payload, RequestId};
use crate::moment::Moment;
use crate::pipeline::{self, Reply};
use crate::problem::Problem;
use crate::remembered::RememberedToken;
use crate::room;
use crate::state::Gateway;

/// An answer on its way out.
pub(crate) type HttpResponse = Response<Full<Bytes>>;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_SOURCE: HeaderName = HeaderName::from_static("x-astrolabe-source");
const X_AGE: HeaderName = HeaderName::from_static("x-astrolabe-age");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Answers a request. The HTTP layer leaves the body out of answers to HEAD.
pub(crate) async fn route(gateway: &Gateway, remembered: &RememberedToken, request: &mut Parts) -> HttpResponse {
    let path = request.uri.path();
    let is_get = matches!(request.method, Method::GET | Method::HEAD);
    if path == AUTHOR_CP_INFO.path && is_get {
        return author_cp_info(gateway, remembered, request).await;
    }
    // Everything else is rare: in a box, so that it adds nothing to the size of the endpoint's future.
    Box::pin(route_others(gateway, remembered, request, is_get)).await
}

async fn route_others(gateway: &Gateway, remembered: &RememberedToken, request: &Parts, is_get: bool) -> HttpResponse {
    let path = request.uri.path();
    let endpoint = path == AUTHOR_CP_INFO.path || path == EXPLAIN.path;
    if !endpoint && !matches!(path, "/ping" | "/livez" | "/readyz" | "/metrics") {
        return not_found(gateway);
    }
    match path {
        _ if request.method == Method::OPTIONS => options(),
        _ if !is_get => method_not_allowed(gateway),
        "/ping" => enveloped(gateway, (gateway.clock)(), Ok(b"\"pong\"")),
        "/livez" => plain(StatusCode::OK, "alive\n"),
        "/readyz" => readyz(gateway).await,
        "/metrics" => plain(StatusCode::OK, gateway.metrics.text()),
        _ => explain(gateway, remembered, request).await,
    }
}

/// The endpoint's outer function: identity, timer, metrics and the one log line; what is answered is the pipeline's.
async fn author_cp_info(gateway: &Gateway, remembered: &RememberedToken, request: &mut Parts) -> HttpResponse {
    let (started, now) = (Instant::now(), (gateway.clock)());
    gateway.metrics.in_flight.inc();
    let outcome = pipeline::author_cp_info(gateway, remembered, request, now).await;
    let id = RequestId::new(now);
    // The answer's headers go where the request's were: no allocation.
    let mut headers = std::mem::take(&mut request.headers);
    headers.clear();
    let (code, response) = match &outcome {
        Ok(reply) => (BusinessCode::Success, success(headers, reply, id, now)),
        Err(problem) => (problem.code, failure(headers, gateway, problem, id, now)),
    };
    let took = started.elapsed();
    gateway.metrics.in_flight.dec();
    gateway.metrics.answered(code, took);
    log(&outcome, code, id, took);
    response
}

/// The explanation as JSON, or an RFC 9457 problem: what is under `/v1` follows the ordinary conventions of HTTP.
async fn explain(gateway: &Gateway, remembered: &RememberedToken, request: &Parts) -> HttpResponse {
    let now = (gateway.clock)();
    let id = RequestId::new(now).write(&mut [0; RequestId::LEN]).to_owned();
    let (status, content_type, body) = match pipeline::explain(gateway, remembered, request, now).await {
        Ok(explanation) => (StatusCode::OK, JSON, serde_json::json!(explanation)),
        Err(problem) => {
            if let Some(cause) = &problem.cause {
                tracing::error!(request_id = id, code = problem.code.number(), cause = cause.as_ref(), "failed");
            }
            let (status, body) = problem.rfc9457(&id);
            (status, PROBLEM_JSON, body)
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response.headers_mut().insert(X_REQUEST_ID, text(id.into()));
    response
}

/// One line a request: failures of ours as errors, the rest only when asked for. No query string, so no token.
fn log(outcome: &Result<Reply, Problem>, code: BusinessCode, id: RequestId, took: std::time::Duration) {
    let (id, took_us) = (|| id.write(&mut [0; RequestId::LEN]).to_owned(), took.as_micros());
    match outcome {
        Ok(reply) => tracing::debug!(
            request_id = id(), code = 0, token = reply.token_id.0, author = %reply.key.author_id,
            platform = %reply.key.platform, took_us, "answered"
        ),
        Err(problem) => match &problem.cause {
            Some(cause) => {
                tracing::error!(request_id = id(), code = code.number(), cause = cause.as_ref(), took_us, "failed")
            }
            None => tracing::debug!(request_id = id(), code = code.number(), took_us, "refused"),
        },
    }
}

fn success(mut headers: HeaderMap, reply: &Reply, id: RequestId, now: Moment) -> HttpResponse {
    headers.insert(X_SOURCE, HeaderValue::from_static("local"));
    headers.insert(X_AGE, number(u64::from(reply.age_s)));
    json(headers, StatusCode::OK, &Payload::Figures(reply.key.platform, reply.info()), id, now)
}

fn failure(mut headers: HeaderMap, gateway: &Gateway, problem: &Problem, id: RequestId, now: Moment) -> HttpResponse {
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, number(u64::from(seconds)));
    }
    let status = StatusCode::from_u16(problem.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(headers, status_for(gateway, status), &Payload::Failure(problem.code, &problem.message), id, now)
}

/// A header's value that is a whole number.
fn number(number: u64) -> HeaderValue {
    text(room::write(|out| out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes())))
}

/// A header's value of visible ASCII.
fn text(text: Bytes) -> HeaderValue {
    HeaderValue::from_maybe_shared(text).unwrap_or(HeaderValue::from_static(""))
}

/// The HTTP status to send: as it is, or 200 for all where the operator restored the old habit.
fn status_for(gateway: &Gateway, status: StatusCode) -> StatusCode {
    if gateway.settings.http_status_always_200 { StatusCode::OK } else { status }
}

/// The path is not repeated: it may hold a token in the wrong place.
fn not_found(gateway: &Gateway) -> HttpResponse {
    let message = format!("there is nothing at this path: the endpoint is {}", AUTHOR_CP_INFO.path);
    enveloped(gateway, (gateway.clock)(), Err(&Problem::new(BusinessCode::NotFound, message)))
}

fn method_not_allowed(gateway: &Gateway) -> HttpResponse {
    let problem = Problem::new(BusinessCode::InvalidParameter, "this path answers GET, HEAD and OPTIONS: use GET");
    let mut response = enveloped(gateway, (gateway.clock)(), Err(&problem));
    *response.status_mut() = status_for(gateway, StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, ALLOWED);
    response
}

fn options() -> HttpResponse {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, ALLOWED);
    response
}

/// Ready: the store can be read and the server is not shutting down.
async fn readyz(gateway: &Gateway) -> HttpResponse {
    if gateway.is_draining() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n");
    }
    match gateway.store.generations().await {
        Ok(_) => plain(StatusCode::OK, "ready\n"),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n"),
    }
}

fn enveloped(gateway: &Gateway, now: Moment, outcome: Result<&[u8], &Problem>) -> HttpResponse {
    let id = RequestId::new(now);
    match outcome {
        Ok(data) => json(HeaderMap::new(), StatusCode::OK, &Payload::Data(data), id, now),
        Err(problem) => failure(HeaderMap::new(), gateway, problem, id, now),
    }
}

/// An answer in the envelope, with these headers and those that all such answers have.
fn json(mut headers: HeaderMap, status: StatusCode, payload: &Payload<'_>, id: RequestId, now: Moment) -> HttpResponse {
    let envelope = envelope::write(payload, id, now);
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_REQUEST_ID, text(envelope.request_id));
    let mut response = Response::new(Full::new(envelope.body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn plain(status: StatusCode, body: impl Into<Bytes>) -> HttpResponse {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    response
}
