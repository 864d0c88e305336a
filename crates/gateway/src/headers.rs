//! The headers of answers, and how their values are made. Their names are the catalog's, in the letters that they are sent in.

use domain::{IdempotencyKey, Lang};
use hyper::body::Bytes;
use hyper::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, VARY};

use crate::room;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const X_SOURCE: HeaderName = HeaderName::from_static("x-astrolabe-source");
pub(crate) const X_AGE: HeaderName = HeaderName::from_static("x-astrolabe-age");
/// What was charged for the answer, in yuan.
pub(crate) const X_CHARGED: HeaderName = HeaderName::from_static("x-astrolabe-charged");
/// `true` on an answer that was given before, under the same idempotency key.
pub(crate) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What makes a paid request happen once.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
pub(crate) const TRUE: HeaderValue = HeaderValue::from_static("true");

/// How a token is sent (RFC 9110, section 11.6.1), told where it is missing or wrong.
pub(crate) const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"astrolabe\"");

/// The idempotency key of a request, where one is sent, once and as it should be.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Option<IdempotencyKey> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (sent.next(), sent.next()) {
        (Some(key), None) => key.to_str().ok()?.parse().ok(),
        _ => None,
    }
}

/// The language that a request asks for.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    // Sent in several lines it is one list.
    let lines = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    Lang::preferred(&lines.collect::<Vec<_>>().join(","))
}

/// Tells the language of a body, and that `Accept-Language` decided it.
pub(crate) fn put_language(lang: Lang, headers: &mut HeaderMap) {
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
}

/// A value that is a whole number.
pub(crate) fn number(number: u64) -> HeaderValue {
    text(room::write(|out| out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes())))
}

/// A value of visible ASCII.
pub(crate) fn text(text: Bytes) -> HeaderValue {
    HeaderValue::from_maybe_shared(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_the_catalogs() {
        for (sent, defined) in [
            (X_REQUEST_ID, catalog::HEADER_REQUEST_ID),
            (X_SOURCE, catalog::HEADER_SOURCE),
            (X_AGE, catalog::HEADER_AGE),
            (X_CHARGED, catalog::HEADER_CHARGED),
            (IDEMPOTENCY_REPLAYED, catalog::HEADER_IDEMPOTENCY_REPLAYED),
            (IDEMPOTENCY_KEY, catalog::HEADER_IDEMPOTENCY_KEY),
        ] {
            assert_eq!(sent, *defined);
        }
    }
}
