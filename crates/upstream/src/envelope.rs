//! Reads a whole body: the envelope's code decides, the HTTP status only helps to name what is no envelope.

use domain::{BusinessCode, CpInfo, Platform};
use serde_json::Value;

use crate::drift::{Drift, DriftKind, Drifts};
use crate::failure::{Failure, FailureKind};
use crate::{ParkReason, Secret, shape};

const ENVELOPE_KEYS: [&str; 5] = ["code", "data", "message", "recordTime", "requestId"];

/// A read body.
pub(crate) struct Read {
    /// The business code, where there is one.
    pub(crate) code: Option<i64>,
    /// The figures, or what the body says instead.
    pub(crate) end: Result<CpInfo, Failure>,
    /// How an answer differs from the contract's shape, whether or not its figures could be read.
    pub(crate) drift: Vec<Drift>,
}

/// Reads the figures for a platform out of an archived body again, as when it came: them, or why there are none, and how its shape
/// differs.
pub fn read_archived(platform: Platform, body: &[u8]) -> (Result<CpInfo, Failure>, Vec<Drift>) {
    // Archived bodies have an envelope, so the status names nothing, and no token.
    let Read { end, drift, .. } = read(platform, 200, body, &Secret::new(""));
    (end, drift)
}

/// Reads a body that came whole, where a platform was asked for.
pub(crate) fn read(platform: Platform, http_status: u16, body: &[u8], token: &Secret) -> Read {
    let envelope = match serde_json::from_slice::<Value>(body) {
        Ok(envelope) => envelope,
        Err(error) => return failed(None, not_json(http_status, body, &error)),
    };
    let mut drifts = Drifts::default();
    let code = match envelope.get("code") {
        Some(Value::String(text)) => {
            drifts.add("envelope", "code", DriftKind::OtherType);
            text.parse().ok()
        }
        other => other.and_then(Value::as_i64),
    };
    let Some(code) = code else {
        return failed(None, Failure::new(without_code(http_status), "no code in the body"));
    };
    if code != 0 {
        let message = envelope.get("message").and_then(Value::as_str).unwrap_or_default();
        return failed(Some(code), Failure::new(kind_of(code), &token.redact(message)));
    }
    if let Some(envelope) = envelope.as_object() {
        drifts.unknown_keys("envelope", envelope, &ENVELOPE_KEYS);
        for key in ["message", "recordTime"] {
            drifts.unless("envelope", envelope, key, |value| value.is_string() || value.is_null());
        }
        drifts.unless("envelope", envelope, "data", Value::is_object);
        // The only one that the contract's definition does not require.
        if envelope.contains_key("requestId") {
            drifts.unless("envelope", envelope, "requestId", Value::is_string);
        }
    }
    let info = shape::read(platform, envelope.get("data").unwrap_or(&Value::Null), &mut drifts);
    let end = info.map_err(|reason| Failure::new(FailureKind::Unusable, &reason));
    Read { code: Some(0), end, drift: drifts.into_vec() }
}

fn failed(code: Option<i64>, failure: Failure) -> Read {
    Read { code, end: Err(failure), drift: Vec::new() }
}

/// What a gateway says of a request that it sent on, in the status or in an envelope of its own: nobody knows what it came to there.
/// 504 and 524 (Cloudflare's): it stopped waiting; 520: the connection ended without an answer.
fn of_gateway(status: i64) -> Option<FailureKind> {
    match status {
        504 | 524 => Some(FailureKind::GatewayTimedOut),
        520 => Some(FailureKind::NoAnswer),
        _ => None,
    }
}

/// What a code other than 0 means.
fn kind_of(code: i64) -> FailureKind {
    match u16::try_from(code).ok().and_then(BusinessCode::from_number) {
        Some(BusinessCode::RateLimited) => FailureKind::RateLimited,
        Some(BusinessCode::CollectionFailed) => FailureKind::CollectionFailed,
        Some(BusinessCode::InvalidParameter) => FailureKind::Refused,
        Some(BusinessCode::PermissionDenied) => FailureKind::PermissionDenied,
        Some(known) if let Some(reason) = ParkReason::of(known) => FailureKind::Parked(reason),
        _ => match of_gateway(code) {
            Some(kind) => kind,
            None if (500..=599).contains(&code) => FailureKind::ServerError,
            None => FailureKind::UnknownCode,
        },
    }
}

/// What a body without a code is: a failing gateway writes what it likes, and so does who sends the question elsewhere, but they
/// have not answered.
fn without_code(http_status: u16) -> FailureKind {
    match (of_gateway(http_status.into()), http_status) {
        (Some(kind), _) => kind,
        (None, 300..=399) => FailureKind::Redirect,
        (None, 500..=599) => FailureKind::ErrorPage,
        _ => FailureKind::NotTheContract,
    }
}

fn not_json(http_status: u16, body: &[u8], error: &serde_json::Error) -> Failure {
    let kind = match without_code(http_status) {
        FailureKind::NotTheContract if body.trim_ascii_start().starts_with(b"<") => FailureKind::Html,
        FailureKind::NotTheContract => FailureKind::NotJson,
        of_status => of_status,
    };
    // The error tells a place and what was expected there, never what stood there.
    Failure::new(kind, &format!("HTTP {http_status}, {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(http_status: u16, body: &str) -> (Option<i64>, Option<FailureKind>) {
        let read = read(Platform::ShortVideo, http_status, body.as_bytes(), &Secret::new("secret-token"));
        (read.code, read.end.err().map(|failure| failure.kind))
    }

    #[test]
    fn the_code_decides_whatever_the_status() {
        for status in [200, 301, 302, 401, 404, 503, 504] {
            let body = r#"{"code":301,"message":"again","data":null}"#;
            assert_eq!(kind(status, body), (Some(301), Some(FailureKind::CollectionFailed)), "{status}");
        }
        for (code, expected) in [
            (100, FailureKind::Parked(ParkReason::InvalidToken)),
            (302, FailureKind::RateLimited),
            (303, FailureKind::Parked(ParkReason::DailyQuotaExceeded)),
            (400, FailureKind::Refused),
            (500, FailureKind::ServerError),
            (503, FailureKind::ServerError),
            (504, FailureKind::GatewayTimedOut),
            (520, FailureKind::NoAnswer),
            (522, FailureKind::ServerError),
            (524, FailureKind::GatewayTimedOut),
            (600, FailureKind::PermissionDenied),
            (601, FailureKind::Parked(ParkReason::InsufficientBalance)),
            (602, FailureKind::Parked(ParkReason::SpendingCapReached)),
            (101, FailureKind::UnknownCode),
            (404, FailureKind::UnknownCode),
            (65_536 + 302, FailureKind::UnknownCode),
            (-1, FailureKind::UnknownCode),
            (0, FailureKind::Unusable),
        ] {
            assert_eq!(kind(200, &format!(r#"{{"code":{code}}}"#)), (Some(code), Some(expected)));
        }
    }

    #[test]
    fn what_is_no_envelope_is_named_by_what_it_is() {
        assert_eq!(kind(200, " <html>"), (None, Some(FailureKind::Html)));
        assert_eq!(kind(403, "<!doctype html>"), (None, Some(FailureKind::Html)));
        assert_eq!(kind(502, "<html>"), (None, Some(FailureKind::ErrorPage)));
        for body in ["", "<html>", r#"{"see":"elsewhere"}"#] {
            assert_eq!(kind(302, body), (None, Some(FailureKind::Redirect)), "{body}");
        }
        assert_eq!(kind(503, ""), (None, Some(FailureKind::ErrorPage)));
        for status in [504, 524] {
            assert_eq!(kind(status, "<html>"), (None, Some(FailureKind::GatewayTimedOut)), "{status}");
        }
        assert_eq!(kind(520, "<html>"), (None, Some(FailureKind::NoAnswer)));
        assert_eq!(kind(200, r#"{"code":0,"#), (None, Some(FailureKind::NotJson)));
        assert_eq!(kind(200, r#"{"status":"ok"}"#), (None, Some(FailureKind::NotTheContract)));
        assert_eq!(kind(200, "[]"), (None, Some(FailureKind::NotTheContract)));
    }

    #[test]
    fn each_field_of_the_envelope_that_is_not_as_it_should_be_is_told_as_what_it_is() {
        let right = serde_json::json!({
            "code": 0, "message": null, "recordTime": "2026-11-22T03:04:05Z", "requestId": "1",
            "data": {
                "base_resp": {"status_code": 0, "status_message": ""},
                "expect_cpe": {}, "expect_cpm": {}, "expect_vv": {"value": 7}, "hot_item": {"value": 1200}
            }
        });
        let told = |key: &str, value: Option<Value>| {
            let mut envelope = right.as_object().expect("an object").clone();
            match value {
                Some(value) => envelope.insert(key.to_owned(), value),
                None => envelope.remove(key),
            };
            let (read, drift) = read_archived(Platform::ShortVideo, Value::Object(envelope).to_string().as_bytes());
            read.map(|_| drift.iter().map(Drift::to_string).collect::<Vec<_>>())
        };
        for key in ["message", "recordTime"] {
            assert_eq!(told(key, None), Ok(vec![format!("envelope.{key} is missing")]));
            assert_eq!(told(key, Some(7.into())), Ok(vec![format!("envelope.{key} is of another type")]));
            assert_eq!(told(key, Some("text".into())), Ok(vec![]));
            assert_eq!(told(key, Some(Value::Null)), Ok(vec![]));
        }
        assert_eq!(told("requestId", None), Ok(vec![]), "the contract does not require it");
        for other in [Value::Null, 7.into()] {
            assert_eq!(told("requestId", Some(other)), Ok(vec!["envelope.requestId is of another type".to_owned()]));
        }
        for (data, drift) in [(None, "is missing"), (Some(Value::Null), "is of another type")] {
            let mut envelope = right.as_object().expect("an object").clone();
            envelope.remove("data");
            envelope.extend(data.map(|data| ("data".to_owned(), data)));
            let (read, told) = read_archived(Platform::ShortVideo, Value::Object(envelope).to_string().as_bytes());
            assert_eq!(read.expect_err("unusable").kind, FailureKind::Unusable);
            assert_eq!(told.iter().map(Drift::to_string).collect::<Vec<_>>(), [format!("envelope.data {drift}")]);
        }
        assert_eq!(told("code", Some("0".into())), Ok(vec!["envelope.code is of another type".to_owned()]));
        assert_eq!(told("trace", Some(1.into())), Ok(vec!["envelope.trace is unknown".to_owned()]));
    }

    #[test]
    fn a_message_that_repeats_the_token_does_not() {
        let body = br#"{"code":100,"message":"token secret-token is unknown"}"#;
        let failure = read(Platform::ShortVideo, 200, body, &Secret::new("secret-token")).end.expect_err("a failure");
        assert_eq!(failure.to_string(), "invalid_token: token [hidden] is unknown");
    }
}
