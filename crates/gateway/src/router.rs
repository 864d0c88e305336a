//! Which path and method go where. Every answer but those of the probes, the metrics, the pages and `/v1` comes in the envelope.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use catalog::AUTHOR_CP_INFO;
use catalog::openapi::{DETAIL, PING};
use domain::{BusinessCode, Lang, Text, sentence};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use tokio::time::timeout;

use crate::contract;
use crate::detail::detail;
use crate::forwarded;
use crate::headers::{self, TEXT};
use crate::metrics;
use crate::pages;
use crate::problem::Problem;
use crate::remembered::Remembered;
use crate::reply_body::ReplyBody;
use crate::state::Gateway;
use crate::unanswered::Outbox;
use crate::v1::V1;

/// How long a store may take that is ready for more.
const READY_WITHIN: Duration = Duration::from_secs(1);

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
    let path = request.uri.path();
    let is_get = matches!(request.method, Method::GET | Method::HEAD);
    if path == AUTHOR_CP_INFO.path && is_get {
        return contract::author_cp_info(gateway, peer, request).await;
    }
    // Everything else is rare: in a box, so that it adds nothing to the size of the endpoint's future.
    Box::pin(route_others(gateway, peer, request, is_get)).await
}

async fn route_others(gateway: &Arc<Gateway>, peer: &Peer, request: &Parts, is_get: bool) -> HttpResponse {
    let path = request.uri.path();
    // Read only where a sentence may be told.
    let lang = || headers::language(&request.headers);
    // Taken whatever becomes of the request: none may be left for the next one.
    let posted = peer.posted.take();
    let v1 = V1::of(path);
    let takes_post = v1.is_some_and(|v1| v1.endpoint().body.is_some());
    let known = v1.is_some()
        || matches!(path, PING | "/livez" | "/readyz" | "/metrics" | DETAIL)
        || path == AUTHOR_CP_INFO.path;
    // The page, where it is one; asked for with any method.
    let mut page = if known { None } else { pages::page(gateway, path, &request.headers) };
    let is_allowed = if takes_post { request.method == Method::POST } else { is_get };
    match path {
        _ if !known && page.is_none() => not_found(gateway, lang()),
        _ if request.method == Method::OPTIONS => options(takes_post),
        _ if !is_allowed => method_not_allowed(gateway, takes_post, lang()),
        _ if let Some(page) = page.take() => page,
        DETAIL => detail(gateway, request.uri.query().unwrap_or_default(), lang()),
        PING => contract::enveloped(gateway, Ok(b"\"pong\""), lang()),
        "/livez" => plain(StatusCode::OK, "alive\n"),
        "/readyz" => readyz(gateway).await,
        "/metrics" => plain(StatusCode::OK, metrics(gateway).await),
        _ => match v1 {
            Some(v1) => v1.answer(gateway, peer, request, posted).await,
            None => not_found(gateway, lang()),
        },
    }
}

/// The path is not repeated: it may hold a token in the wrong place.
fn not_found(gateway: &Gateway, lang: Lang) -> HttpResponse {
    let path = AUTHOR_CP_INFO.path;
    let message = sentence!("there is nothing at this path: the endpoint is {path}", "该路径不存在：接口路径为 {path}");
    contract::enveloped(gateway, Err(&Problem::new(BusinessCode::NotFound, message)), lang)
}

fn method_not_allowed(gateway: &Gateway, takes_post: bool, lang: Lang) -> HttpResponse {
    let message = match takes_post {
        true => Text::new("this path answers POST and OPTIONS: use POST", "该路径支持 POST 与 OPTIONS：请使用 POST"),
        false => {
            Text::new("this path answers GET, HEAD and OPTIONS: use GET", "该路径支持 GET、HEAD 与 OPTIONS：请使用 GET")
        }
    };
    let problem = Problem::new(BusinessCode::InvalidParameter, message);
    let mut response = contract::enveloped(gateway, Err(&problem), lang);
    *response.status_mut() = contract::status_for(gateway, StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, allowed(takes_post));
    response
}

fn options(takes_post: bool) -> HttpResponse {
    let mut response = Response::new(ReplyBody::whole(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, allowed(takes_post));
    response
}

/// The methods of a path.
fn allowed(takes_post: bool) -> HeaderValue {
    HeaderValue::from_static(if takes_post { "POST, OPTIONS" } else { "GET, HEAD, OPTIONS" })
}

/// Ready: the store can be read, soon, and the server is not shutting down.
async fn readyz(gateway: &Gateway) -> HttpResponse {
    if gateway.is_draining() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n");
    }
    match timeout(READY_WITHIN, gateway.store.generations()).await {
        Ok(Ok(_)) => plain(StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n"),
    }
}

/// Everything counted, the upstreams' calls too.
async fn metrics(gateway: &Gateway) -> Vec<u8> {
    let mut text = gateway.metrics.text();
    if let Some(buyer) = &gateway.buyer {
        metrics::write_upstreams(&buyer.upstreams.status().await, &mut text);
    }
    text
}

fn plain(status: StatusCode, body: impl Into<Bytes>) -> HttpResponse {
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
