//! One HTTP call to one upstream: what is sent, and what is read back. Only the upstream's own token and the question are
//! sent, nothing of the caller's; no redirect is followed.

use std::num::IntErrorKind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use catalog::{AUTHOR_CP_INFO, HEADER_AGE, PARAM_AUTHOR, PARAM_PLATFORM, PARAM_TOKEN};
use domain::{CpInfo, CreatorKey, Platform};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, AGE, CONNECTION, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use tokio::time::Instant;

use crate::clock::millis;
use crate::failure::{Failure, FailureKind};
use crate::settings::{Settings, SettingsError, UpstreamSettings, base_url};
use crate::transport::{self, Http};
use crate::{Clock, Drift, Secret, envelope};

/// The longest a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The shortest `Retry-After` believed: it is told in whole seconds, and one that is over (zero, or a date by a clock behind ours) would
/// have who just refused be asked again at once, by everybody.
const RETRY_AFTER_MIN: Duration = Duration::from_secs(1);
/// The longest: a rate is a matter of minutes, and to ask again costs nothing.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(600);
/// The greatest age believed, in seconds: no creator's figures are of ten years ago.
const AGE_MAX_S: u32 = 10 * 365 * 86_400;
/// For so long after a connection ended without an answer each call has one of its own. An upstream that closes its connections after
/// an answer without saying so would otherwise end, now and then, one that a question was just written to.
const ALONE_FOR: Duration = Duration::from_secs(600);
const AGENT: HeaderValue = HeaderValue::from_static(concat!("astrolabe/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Makes the calls to one upstream. Not `Debug`: its parts carry the token.
pub(crate) struct Caller {
    http: Http,
    /// With the path and the token in the query, which begins at `query_at` and goes on behind it.
    target: String,
    query_at: usize,
    token: Secret,
    body_bytes_max: usize,
    clock: Clock,
    /// Until then no connection is kept for the next call.
    alone_until_ms: AtomicU64,
}

/// What came of a call.
pub(crate) struct Called {
    pub(crate) code: Option<i64>,
    pub(crate) http_status: Option<u16>,
    pub(crate) retry_after: Option<Duration>,
    /// How old its facts were when it came, in seconds.
    pub(crate) age_s: u32,
    /// The body, where one came whole.
    pub(crate) body: Bytes,
    pub(crate) end: Result<CpInfo, Failure>,
    /// How an answer differs from the contract's shape.
    pub(crate) drift: Vec<Drift>,
}

impl Called {
    fn failed(http_status: Option<u16>, failure: Failure) -> Self {
        let (body, end, drift) = (Bytes::new(), Err(failure), Vec::new());
        Self { code: None, http_status, retry_after: None, age_s: 0, body, end, drift }
    }
}

impl Caller {
    pub(crate) fn new(upstream: &UpstreamSettings, settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let name = || upstream.name.clone();
        if upstream.token.is_empty() {
            return Err(SettingsError::NoToken { name: name() });
        }
        if upstream.timeout.is_zero() {
            return Err(SettingsError::NoTime { name: name() });
        }
        let base = base_url(&upstream.base_url).ok_or_else(|| SettingsError::BadBaseUrl { name: name() })?;
        let mut target = format!("{base}{}?", AUTHOR_CP_INFO.path);
        let query_at = target.len();
        form_urlencoded::Serializer::for_suffix(&mut target, query_at)
            .append_pair(PARAM_TOKEN, upstream.token.expose());
        // A connection stands, or has failed, long before its call's time is over: so a call that runs out of time was sent.
        let connect_timeout = CONNECT_TIMEOUT.min(upstream.timeout / 2).min(settings.attempt_min / 2);
        let http = Http::new(connect_timeout)
            .map_err(|failure| SettingsError::Client { name: name(), reason: failure.detail })?;
        Ok(Self {
            http,
            target,
            query_at,
            token: upstream.token.clone(),
            body_bytes_max: settings.body_bytes_max,
            clock,
            alone_until_ms: AtomicU64::new(0),
        })
    }

    /// Asks once. Ends by `deadline`.
    pub(crate) async fn call(&self, key: &CreatorKey, deadline: Instant) -> Called {
        let timed_out = |status| Called::failed(status, Failure::new(FailureKind::TimedOut, "sent, no whole answer"));
        let head = tokio::time::timeout_at(deadline, self.http.send(self.question(key))).await;
        let response = match head {
            Ok(Ok(response)) => response,
            Ok(Err(failure)) => {
                if failure.kind == FailureKind::NoAnswer {
                    self.alone_until_ms.store((self.clock)().saturating_add(millis(ALONE_FOR)), Ordering::Relaxed);
                }
                return Called::failed(None, failure);
            }
            Err(_) => return timed_out(None),
        };
        let status = response.status().as_u16();
        let read = tokio::time::timeout_at(deadline, self.read(key.platform, response)).await;
        read.unwrap_or_else(|_| timed_out(Some(status)))
    }

    fn question(&self, key: &CreatorKey) -> Request<Empty<Bytes>> {
        let mut target = self.target.clone();
        form_urlencoded::Serializer::for_suffix(&mut target, self.query_at)
            .append_pair(PARAM_AUTHOR, &key.author_id.to_string())
            .append_pair(PARAM_PLATFORM, key.platform.name());
        let mut request = Request::new(Empty::new());
        // What was a URL before stays one with a query behind it.
        *request.uri_mut() = target.parse().unwrap_or_default();
        request.headers_mut().insert(ACCEPT, ANYTHING);
        request.headers_mut().insert(USER_AGENT, AGENT);
        if (self.clock)() < self.alone_until_ms.load(Ordering::Relaxed) {
            request.headers_mut().insert(CONNECTION, CLOSE);
        }
        request
    }

    async fn read(&self, platform: Platform, response: Response<Incoming>) -> Called {
        let http_status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| read_retry_after(text, (self.clock)()));
        let age_s = read_age(response.headers());
        match read_body(response, self.body_bytes_max).await {
            Ok(body) => {
                let body = self.without_token(body);
                let envelope::Read { code, end, drift } = envelope::read(platform, http_status, &body, &self.token);
                Called { code, http_status: Some(http_status), retry_after, age_s, body, end, drift }
            }
            Err(failure) => Called::failed(Some(http_status), failure),
        }
    }

    /// The body without the token, should the upstream have repeated it: bodies are archived.
    fn without_token(&self, body: Bytes) -> Bytes {
        match std::str::from_utf8(&body).map(|text| self.token.redact(text)) {
            Ok(std::borrow::Cow::Owned(redacted)) => Bytes::from(redacted),
            _ => body,
        }
    }
}

async fn read_body(response: Response<Incoming>, bytes_max: usize) -> Result<Bytes, Failure> {
    let too_large = || Failure::new(FailureKind::BodyTooLarge, &format!("over {bytes_max} bytes"));
    let mut incoming = response.into_body();
    if incoming.size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        match frame.map(|frame| frame.into_data().unwrap_or_default()) {
            Ok(data) if body.len() + data.len() > bytes_max => return Err(too_large()),
            Ok(data) => body.extend_from_slice(&data),
            Err(error) => {
                let detail = transport::innermost(&error);
                return Err(Failure::new(FailureKind::Truncated, &format!("after {} bytes: {detail}", body.len())));
            }
        }
    }
    Ok(body.freeze())
}

/// How old an answer is: by `Age` (RFC 9111, section 5.1: the first of a list, and none where it is no number), or by what another
/// Astrolabe says of its own data, which are no cache's. The greater, where there are both.
fn read_age(headers: &HeaderMap) -> u32 {
    let ages = [AGE.as_str(), HEADER_AGE].map(|name| {
        let first = headers.get(name)?.to_str().ok()?.split(',').next()?.trim();
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        // Too large to be a number is very old.
        is_number.then(|| first.parse().unwrap_or(AGE_MAX_S).min(AGE_MAX_S))
    });
    ages.into_iter().flatten().max().unwrap_or(0)
}

/// `Retry-After` as seconds or as a date of HTTP, from `now_ms` on; none where that is hardly a wait.
fn read_retry_after(text: &str, now_ms: u64) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => RETRY_AFTER_MAX,
        Err(_) => {
            let moment = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
            Duration::from_millis(u64::try_from(moment).ok()?.saturating_sub(now_ms))
        }
    };
    Some(wait.min(RETRY_AFTER_MAX)).filter(|wait| *wait >= RETRY_AFTER_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_read_where_it_is_one() {
        let age = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, HeaderValue::from_static(value));
            }
            read_age(&headers)
        };
        assert_eq!(age(&[]), 0);
        for (text, seconds) in
            [("0", 0), (" 7 ", 7), ("7, 9", 7), ("4294967296", AGE_MAX_S), ("9999999999999", AGE_MAX_S)]
        {
            assert_eq!(age(&[("age", text)]), seconds, "{text}");
        }
        for none in ["", "-1", "+1", "1.5", "soon", ",7", "1e3"] {
            assert_eq!(age(&[("age", none)]), 0, "{none}");
        }
        assert_eq!(age(&[("x-astrolabe-age", "3110400")]), 3_110_400);
        assert_eq!(age(&[("age", "5"), ("age", "6"), ("x-astrolabe-age", "7")]), 7);
    }

    #[test]
    fn retry_after_is_read_in_both_its_forms() {
        let now_ms = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read_retry_after(" 7 ", now_ms), seconds(7));
        assert_eq!(read_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now_ms), seconds(10));
        for long in ["99999999999", "18446744073709551616", "99999999999999999999999999999999"] {
            assert_eq!(read_retry_after(long, now_ms), Some(RETRY_AFTER_MAX), "{long}");
        }
        for none in [
            "0",
            "Sun, 06 Nov 1994 08:49:27 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "soon",
            "",
            "-99999999999999999999999",
            "1e30",
        ] {
            assert_eq!(read_retry_after(none, now_ms), None, "{none}");
        }
    }
}
