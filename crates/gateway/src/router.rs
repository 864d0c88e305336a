//! Which path and method go where. Every answer but those of the probes, the metrics, the pages and `/v1` comes in the envelope.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use catalog::AUTHOR_CP_INFO;
use catalog::openapi::{DETAIL, PING};
use domain::{BusinessCode, Lang, Text, sentence};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use crate::contract;
use crate::detail::detail;
use crate::forwarded;
use crate::framing;
use crate::headers::{self, TEXT};
use crate::pages;
use crate::problem::Problem;
use crate::remembered::Remembered;
use crate::reply_body::ReplyBody;
use crate::state::{Gateway, PublicMetrics};
use crate::unanswered::Outbox;
use crate::v1::{self, V1};

/// How long a store may take that is ready for more.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// Where the metrics are.
pub(crate) const METRICS: &str = "/metrics";

/// An answer on its way out.
pub(crate) type HttpResponse = Response<ReplyBody>;

/// Who is at the other end of a connection.
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) remembered: Remembered,
    /// What has not been written to it.
    pub(crate) outbox: Arc<Outbox>,
    /// What it posts.
    pub(crate) posted: Posted,
}

impl Peer {
    /// From where a request on the connection comes.
    pub(crate) fn caller_address(&self, gateway: &Gateway, request: &Parts) -> IpAddr {
        forwarded::caller_address(self.address, &request.headers, gateway.settings.trusted_proxies)
    }
}

/// The body of the request that is being answered, where it is one with POST. Not carried by every request: nearly all have none.
#[derive(Default)]
pub(crate) struct Posted(Mutex<Option<Incoming>>);

impl Posted {
    pub(crate) fn put(&self, body: Incoming) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }

    fn take(&self) -> Option<Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Answers a request. The HTTP layer leaves the body out of answers to HEAD.
pub(crate) async fn route(gateway: &Arc<Gateway>, peer: &Peer, request: &mut Parts) -> HttpResponse {
    if let Some((status, why)) = framing::fault(request) {
        return misframed(gateway, peer, request, status, why);
    }
    let path = request.uri.path();
    if path == AUTHOR_CP_INFO.path && request.method == Method::GET {
        return contract::author_cp_info(gateway, peer, request).await;
    }
    // Everything else is rare: in a box, so that it adds nothing to the size of the endpoint's future.
    Box::pin(route_others(gateway, peer, request)).await
}

/// Refuses a request whose head is wrong, and the connection with it: where its body ends is not certain.
fn misframed(gateway: &Gateway, peer: &Peer, request: &Parts, status: StatusCode, why: Text) -> HttpResponse {
    drop(peer.posted.take());
    let (path, lang) = (request.uri.path(), headers::language(&request.headers));
    let problem = Problem { status: Some(status), ..Problem::new(BusinessCode::InvalidParameter, why) };
    let mut response = match is_v1(path) {
        true => v1::refused(gateway, &problem, lang),
        false => contract::enveloped(gateway, Err(&problem), lang),
    };
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The methods that a path answers beside OPTIONS. Endpoints answer no HEAD: it would be charged like the answer that it leaves out.
#[derive(Clone, Copy)]
enum Methods {
    Get,
    GetAndHead,
    Post,
}

impl Methods {
    fn have(self, method: &Method) -> bool {
        match self {
            Self::Get => method == Method::GET,
            Self::GetAndHead => method == Method::GET || method == Method::HEAD,
            Self::Post => method == Method::POST,
        }
    }

    /// With OPTIONS.
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Get => "GET, OPTIONS",
            Self::GetAndHead => "GET, HEAD, OPTIONS",
            Self::Post => "POST, OPTIONS",
        })
    }

    /// What to use.
    fn right(self) -> Text {
        match self {
            Self::Get => {
                Text::new("this path answers GET and OPTIONS: use GET", "该路径支持 GET 与 OPTIONS：请使用 GET")
            }
            Self::GetAndHead => Text::new(
                "this path answers GET, HEAD and OPTIONS: use GET",
                "该路径支持 GET、HEAD 与 OPTIONS：请使用 GET",
            ),
            Self::Post => {
                Text::new("this path answers POST and OPTIONS: use POST", "该路径支持 POST 与 OPTIONS：请使用 POST")
            }
        }
    }
}

async fn route_others(gateway: &Arc<Gateway>, peer: &Peer, request: &Parts) -> HttpResponse {
    let path = request.uri.path();
    // Read only where a sentence may be told.
    let lang = || headers::language(&request.headers);
    // Taken whatever becomes of the request: none may be left for the next one.
    let posted = peer.posted.take();
    let v1 = V1::of(path);
    let is_endpoint = v1.is_some() || path == AUTHOR_CP_INFO.path;
    let has_metrics = path == METRICS && gateway.settings.metrics != PublicMetrics::None;
    let known = is_endpoint || has_metrics || matches!(path, PING | "/livez" | "/readyz" | DETAIL);
    // The page, where it is one; asked for with any method.
    let mut page = if known { None } else { pages::page(gateway, path, &request.headers) };
    let methods = match v1 {
        Some(v1) if v1.endpoint().body.is_some() => Methods::Post,
        _ if is_endpoint => Methods::Get,
        _ => Methods::GetAndHead,
    };
    match path {
        _ if !known && page.is_none() => {
            // What is below these is for programs.
            let is_api = is_v1(path) || path.starts_with("/api/") || !methods.have(&request.method);
            let instead = if is_api { None } else { pages::instead(gateway, path, &request.headers) };
            instead.unwrap_or_else(|| not_found(gateway, path, lang()))
        }
        _ if request.method == Method::OPTIONS => options(methods),
        _ if !methods.have(&request.method) => method_not_allowed(gateway, path, methods, lang()),
        _ if let Some(page) = page.take() => page,
        DETAIL => detail(gateway, request.uri.query().unwrap_or_default(), lang()),
        PING => contract::enveloped(gateway, Ok(b"\"pong\""), lang()),
        "/livez" => plain(StatusCode::OK, "alive\n"),
        "/readyz" => readyz(gateway).await,
        METRICS => plain(StatusCode::OK, gateway.metrics_text(gateway.settings.metrics == PublicMetrics::All).await),
        _ => match v1 {
            Some(v1) => v1.answer(gateway, peer, request, posted).await,
            None => not_found(gateway, path, lang()),
        },
    }
}

/// The path is not repeated: it may hold a token in the wrong place.
fn not_found(gateway: &Gateway, path: &str, lang: Lang) -> HttpResponse {
    if is_v1(path) {
        const NO_PATH: Text = Text::new(
            "there is nothing at this path: /openapi.json lists the endpoints",
            "该路径不存在：/openapi-zh.json 列出了全部接口",
        );
        return v1::refused(gateway, &Problem::new(BusinessCode::NotFound, NO_PATH), lang);
    }
    let endpoint = AUTHOR_CP_INFO.path;
    let message = sentence!(
        "there is nothing at this path: the endpoint is {endpoint}, and /openapi.json lists all that there is",
        "该路径不存在：接口路径为 {endpoint}，/openapi-zh.json 列出了全部接口"
    );
    refused(gateway, path, &Problem::new(BusinessCode::NotFound, message), lang)
}

fn method_not_allowed(gateway: &Gateway, path: &str, methods: Methods, lang: Lang) -> HttpResponse {
    let problem = Problem {
        status: Some(StatusCode::METHOD_NOT_ALLOWED),
        ..Problem::new(BusinessCode::InvalidParameter, methods.right())
    };
    let mut response = match is_v1(path) {
        true => v1::refused(gateway, &problem, lang),
        false => refused(gateway, path, &problem, lang),
    };
    response.headers_mut().insert(ALLOW, methods.header());
    response
}

fn is_v1(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/")
}

/// In the envelope. The old habit of HTTP 200 for everything is the contract's: elsewhere the status tells what it is.
fn refused(gateway: &Gateway, path: &str, problem: &Problem, lang: Lang) -> HttpResponse {
    let mut response = contract::enveloped(gateway, Err(problem), lang);
    if !path.starts_with("/api/") && !matches!(path, PING | DETAIL) {
        *response.status_mut() = problem.status();
    }
    response
}

fn options(methods: Methods) -> HttpResponse {
    let mut response = Response::new(ReplyBody::whole(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, methods.header());
    response
}

/// Ready: the store can be read and the ledger written, soon, and the server is not shutting down. Whether upstreams answer is no part of it.
async fn readyz(gateway: &Gateway) -> HttpResponse {
    let not_ready = |why: &'static str| plain(StatusCode::SERVICE_UNAVAILABLE, why);
    if gateway.is_draining() {
        return not_ready("shutting down\n");
    }
    let until = Instant::now() + READY_WITHIN;
    if !matches!(timeout_at(until, gateway.store.generations()).await, Ok(Ok(_))) {
        return not_ready("the store cannot be read\n");
    }
    let is_writable = !gateway.meter.writing().is_failing()
        && matches!(timeout_at(until, gateway.meter_store.looks_writable()).await, Ok(Ok(())));
    if is_writable { plain(StatusCode::OK, "ready\n") } else { not_ready("the ledger cannot be written\n") }
}

pub(crate) fn plain(status: StatusCode, body: impl Into<Bytes>) -> HttpResponse {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, TEXT);
    respond(status, headers, body.into())
}

/// An answer of its parts.
pub(crate) fn respond(status: StatusCode, headers: HeaderMap, body: Bytes) -> HttpResponse {
    let mut response = Response::new(ReplyBody::whole(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
