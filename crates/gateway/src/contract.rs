//! The contract's endpoint at the edge: what is answered is the pipeline's. And the envelope that its answers come in.

use catalog::AUTHOR_CP_INFO;
use domain::Lang;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{AGE, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::request::Parts;

use crate::envelope::{self, Payload, RequestId};
use crate::headers::{
    self, BEARER, IDEMPOTENCY_REPLAYED, JSON, NO_STORE, TRUE, X_AGE, X_CHARGED, X_REQUEST_ID, X_SOURCE,
};
use crate::headers::{number, text};
use crate::moment::Moment;
use crate::pipeline::{self, Ask, Content, Reply};
use crate::problem::Problem;
use crate::room;
use crate::router::{HttpResponse, Peer, respond};
use crate::sources::Origin;
use crate::state::Gateway;
use crate::told::AllTold;
use crate::under_way::UnderWay;

/// Answers a question about a creator.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(crate) fn author_cp_info(
    gateway: &Gateway,
    peer: &Peer,
    request: &mut Parts,
) -> impl Future<Output = HttpResponse> + Send {
    async move {
        let (under_way, now) = (UnderWay::begin(gateway, &AUTHOR_CP_INFO), (gateway.clock)());
        let mut told = AllTold::default();
        let Peer { remembered, outbox, .. } = peer;
        let address = peer.caller_address(gateway, request);
        let ask = Ask { request, id: RequestId::new(now), now, address, remembered, outbox };
        let outcome = pipeline::author_cp_info(gateway, &ask, &mut told).await;
        let id = ask.id;
        // Asked for only where a sentence is told.
        let lang = outcome.as_ref().err().map_or(Lang::default(), |_| headers::language(&request.headers));
        // The answer's headers go where the request's were: no allocation.
        let mut headers = std::mem::take(&mut request.headers);
        headers.clear();
        told.write(&mut headers);
        let response = match &outcome {
            Ok(reply) => success(headers, reply),
            Err(problem) => failure(headers, gateway, problem, lang, id, (gateway.clock)()),
        };
        under_way.end(id, outcome.as_ref().map(|reply| &reply.asked));
        response
    }
}

fn success(mut headers: HeaderMap, reply: &Reply) -> HttpResponse {
    if let Some(charged) = reply.charged {
        headers.insert(X_CHARGED, text(room::write(|out| out.extend_from_slice(charged.to_string().as_bytes()))));
    }
    match &reply.content {
        Content::New(figures, origin, age_s, made_at) => {
            headers.insert(X_SOURCE, HeaderValue::from_static(origin.name()));
            let age = number(u64::from(*age_s));
            // RFC 9111, section 5.1: not asked for now, or not made for this request by the upstream that was.
            if matches!(origin, Origin::Cache | Origin::Stale) || *origin == Origin::Upstream && *age_s > 0 {
                headers.insert(AGE, age.clone());
            }
            headers.insert(X_AGE, age);
            json(headers, StatusCode::OK, &Payload::Figures(figures), reply.id, *made_at)
        }
        Content::Again(body) => {
            headers.insert(IDEMPOTENCY_REPLAYED, TRUE);
            let id = room::write(|out| out.extend_from_slice(reply.id.write(&mut [0; RequestId::LEN]).as_bytes()));
            enveloped_body(headers, StatusCode::OK, Bytes::copy_from_slice(body), id)
        }
    }
}

fn failure(
    mut headers: HeaderMap,
    gateway: &Gateway,
    problem: &Problem,
    lang: Lang,
    id: RequestId,
    now: Moment,
) -> HttpResponse {
    headers::put_language(lang, &mut headers);
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, number(u64::from(seconds)));
    }
    let status = status_for(gateway, problem.status());
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, BEARER);
    }
    let payload = Payload::Failure(problem.code, problem.message.of(lang));
    json(headers, status, &payload, id, now)
}

/// The HTTP status to send: as it is, or 200 for all where the operator restored the old habit.
pub(crate) fn status_for(gateway: &Gateway, status: StatusCode) -> StatusCode {
    if gateway.settings.http_status_always_200 { StatusCode::OK } else { status }
}

/// What comes in the envelope beside the endpoint: data as JSON, or a problem, told in a language.
pub(crate) fn enveloped(gateway: &Gateway, outcome: Result<&[u8], &Problem>, lang: Lang) -> HttpResponse {
    let now = (gateway.clock)();
    let id = RequestId::new(now);
    match outcome {
        Ok(data) => json(HeaderMap::new(), StatusCode::OK, &Payload::Data(data), id, now),
        Err(problem) => failure(HeaderMap::new(), gateway, problem, lang, id, now),
    }
}

/// An answer in the envelope, with these headers and those that all such answers have.
fn json(headers: HeaderMap, status: StatusCode, payload: &Payload<'_>, id: RequestId, now: Moment) -> HttpResponse {
    let envelope = envelope::write(payload, id, now);
    enveloped_body(headers, status, envelope.body, envelope.request_id)
}

fn enveloped_body(mut headers: HeaderMap, status: StatusCode, body: Bytes, request_id: Bytes) -> HttpResponse {
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_REQUEST_ID, text(request_id));
    respond(status, headers, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each connection has room for one.
    #[test]
    fn the_future_of_a_request_is_small() {
        fn size_of_made<F>(_: impl FnOnce(&'static Gateway, &'static Peer, &'static mut Parts) -> F) -> usize {
            size_of::<F>()
        }
        let size = size_of_made(author_cp_info);
        assert!(size <= 1040, "{size} bytes");
    }
}
