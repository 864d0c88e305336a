//! Pages for people beside the API. What they hold is not known here: the binary hands in somebody who does.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};

use crate::router::{HttpResponse, respond};
use crate::state::Gateway;

/// Who has the pages. Everything is ready when it is asked for: it is asked on the threads that answer.
pub trait Pages: Send + Sync {
    /// The page at a path; none where there is none.
    fn page(&self, asked: &PageAsked<'_>) -> Option<PageReply>;

    /// What is shown at a path where there is no page; none where that is said in JSON.
    fn instead(&self, asked: &PageAsked<'_>) -> Option<PageReply>;
}

/// What is asked for with GET, and the headers that matter.
#[derive(Debug, Clone, Copy)]
pub struct PageAsked<'a> {
    /// The path, without the query string.
    pub path: &'a str,
    /// `Accept`.
    pub accept: &'a str,
    /// `Accept-Language`.
    pub accept_language: &'a str,
    /// `Accept-Encoding`.
    pub accept_encoding: &'a str,
    /// `If-None-Match`.
    pub if_none_match: &'a str,
}

/// A page, or that it has not changed.
#[derive(Debug, Clone)]
pub struct PageReply {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

/// The page at a path, where there are pages and one is there.
pub(crate) fn page(gateway: &Gateway, path: &str, headers: &HeaderMap) -> Option<HttpResponse> {
    gateway.pages.get()?.page(&asked(path, headers)).map(response)
}

/// What is shown where there is none.
pub(crate) fn instead(gateway: &Gateway, path: &str, headers: &HeaderMap) -> Option<HttpResponse> {
    gateway.pages.get()?.instead(&asked(path, headers)).map(response)
}

fn asked<'a>(path: &'a str, headers: &'a HeaderMap) -> PageAsked<'a> {
    let of = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    PageAsked {
        path,
        accept: of(ACCEPT),
        accept_language: of(ACCEPT_LANGUAGE),
        accept_encoding: of(ACCEPT_ENCODING),
        if_none_match: of(IF_NONE_MATCH),
    }
}

fn response(reply: PageReply) -> HttpResponse {
    let pairs = reply.headers.into_iter().filter_map(|(name, value)| {
        Some((HeaderName::from_static(name), HeaderValue::from_maybe_shared(Bytes::from(value)).ok()?))
    });
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond(status, pairs.collect(), reply.body)
}
