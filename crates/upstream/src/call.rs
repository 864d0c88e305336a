//! One HTTP call to one upstream: what is sent, and what is read back. Only the upstream's own token and the question are
//! sent, nothing of the caller's; no redirect is followed.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use catalog::{AUTHOR_CP_INFO, PARAM_PLATFORM, PARAM_TOKEN};
use domain::{CpInfo, CreatorKey};
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, Url};
use tokio::time::Instant;

use crate::failure::{Failure, FailureKind};
use crate::settings::{Settings, SettingsError, UpstreamSettings};
use crate::shape::Drift;
use crate::{Clock, Secret, envelope, transport};

/// The longest a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections are closed before servers tend to: one that closes while a request is on its way makes it unknown.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest `Retry-After` believed.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);
const PARAM_AUTHOR: &str = "oAuthorId";

/// Makes the calls to one upstream. Not `Debug`: its parts carry the token.
pub(crate) struct Caller {
    http: reqwest::Client,
    /// With the path and the token in the query.
    url: Url,
    token: Secret,
    body_bytes_max: usize,
    clock: Clock,
}

/// What came of a call.
pub(crate) struct Called {
    pub(crate) code: Option<i64>,
    pub(crate) http_status: Option<u16>,
    pub(crate) retry_after: Option<Duration>,
    /// The body, where one came whole.
    pub(crate) body: Bytes,
    pub(crate) end: Result<(CpInfo, Vec<Drift>), Failure>,
}

impl Called {
    fn failed(http_status: Option<u16>, failure: Failure) -> Self {
        Self { code: None, http_status, retry_after: None, body: Bytes::new(), end: Err(failure) }
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
        let mut url = base_url(&upstream.base_url).ok_or_else(|| SettingsError::BadBaseUrl { name: name() })?;
        url.set_path(&format!("{}{}", url.path().trim_end_matches('/'), AUTHOR_CP_INFO.path));
        url.query_pairs_mut().append_pair(PARAM_TOKEN, upstream.token.expose());
        // Another part of the program may have installed the same provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A connection stands, or has failed, long before its call's time is over: so a call that runs out of time was sent.
        let connect_timeout = CONNECT_TIMEOUT.min(upstream.timeout / 2).min(settings.attempt_min / 2);
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("astrolabe/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .dns_resolver(transport::SystemDns);
        if let Some(proxy) = &upstream.proxy {
            let bad_proxy = |_| SettingsError::BadProxy { name: name() };
            http = http.proxy(reqwest::Proxy::all(proxy.expose()).map_err(bad_proxy)?);
        }
        let http = http.build().map_err(|error| SettingsError::Client {
            name: name(),
            reason: transport::failure(&error.without_url()).detail,
        })?;
        Ok(Self { http, url, token: upstream.token.clone(), body_bytes_max: settings.body_bytes_max, clock })
    }

    /// Asks once. Ends by `deadline`.
    pub(crate) async fn call(&self, key: &CreatorKey, deadline: Instant) -> Called {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair(PARAM_AUTHOR, &key.author_id.to_string())
            .append_pair(PARAM_PLATFORM, key.platform.name());
        let timed_out = |status| Called::failed(status, Failure::new(FailureKind::TimedOut, "sent, no whole answer"));
        let head = tokio::time::timeout_at(deadline, self.http.get(url).send()).await;
        let response = match head {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Called::failed(None, transport::failure(&error.without_url())),
            Err(_) => return timed_out(None),
        };
        let status = response.status();
        if status.is_redirection() {
            // Where to is not told: it may well carry the token along.
            let failure = Failure::new(FailureKind::Redirect, &format!("HTTP {}", status.as_u16()));
            return Called::failed(Some(status.as_u16()), failure);
        }
        let read = tokio::time::timeout_at(deadline, self.read(response)).await;
        read.unwrap_or_else(|_| timed_out(Some(status.as_u16())))
    }

    async fn read(&self, response: Response) -> Called {
        let http_status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| read_retry_after(text, (self.clock)()));
        match read_body(response, self.body_bytes_max).await {
            Ok(body) => {
                let body = self.without_token(body);
                let envelope::Read { code, end } = envelope::read(http_status, &body, &self.token);
                Called { code, http_status: Some(http_status), retry_after, body, end }
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

async fn read_body(mut response: Response, bytes_max: usize) -> Result<Bytes, Failure> {
    let too_large = || Failure::new(FailureKind::BodyTooLarge, &format!("over {bytes_max} bytes"));
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(chunk)) if body.len() + chunk.len() > bytes_max => return Err(too_large()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => {
                let detail = transport::failure(&error.without_url()).detail;
                return Err(Failure::new(FailureKind::Truncated, &format!("after {} bytes: {detail}", body.len())));
            }
        }
    }
}

/// A base URL that can be asked: http or https, with nothing that would be mixed up with the question.
fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (plain && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// `Retry-After` as seconds or as a date of HTTP, from `now_ms` on.
fn read_retry_after(text: &str, now_ms: u64) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let moment = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
            Duration::from_millis(u64::try_from(moment).ok()?.saturating_sub(now_ms))
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_its_forms() {
        let now_ms = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read_retry_after(" 7 ", now_ms), seconds(7));
        assert_eq!(read_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now_ms), seconds(10));
        assert_eq!(read_retry_after("Sun, 06 Nov 1994 08:49:27 GMT", now_ms), seconds(0));
        assert_eq!(read_retry_after("99999999999", now_ms), Some(RETRY_AFTER_MAX));
        assert_eq!(read_retry_after("soon", now_ms), None);
    }

    #[test]
    fn base_urls_are_plain() {
        for good in ["https://api.justoneapi.com", "http://127.0.0.1:1/", "http://localhost/behind/a/path"] {
            assert!(base_url(good).is_some(), "{good}");
        }
        for bad in ["", "api.justoneapi.com", "ftp://a", "http://u:p@a", "https://a/?token=x", "https://a/#b"] {
            assert!(base_url(bad).is_none(), "{bad}");
        }
    }
}
