//! What a request says: parameters of the query string, the JSON body, the idempotency key; and the answer to it.

use std::str::FromStr;

use catalog::{AdminOperation, Parameter, ParameterError};
use domain::{IdempotencyKey, IdempotencyKeyError, Sentence, Spoken, Text};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use ledger::{Day, RangeError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use store::Period;

use super::Admin;
use super::problem::AdminProblem;
use crate::body;
use crate::headers::idempotency_key;
use crate::moment::Moment;
use crate::v1::RIGHT_DAY;

/// A request of the operator's.
pub(super) struct Ask<'r> {
    pub(super) admin: &'r Admin,
    pub(super) operation: &'static AdminOperation,
    pub(super) now: Moment,
    pub(super) parameters: Parameters,
    pub(super) headers: &'r HeaderMap,
    pub(super) body: Bytes,
}

/// An answer: its status and its JSON.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body }
    }
}

/// What a request comes to.
pub(super) type Outcome = Result<Reply, AdminProblem>;

impl Ask<'_> {
    /// The body.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, AdminProblem> {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let detail = Text::new(
                "the body must be JSON: send it with Content-Type: application/json",
                "请求体应为 JSON：请以 Content-Type: application/json 发送",
            );
            return Err(AdminProblem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        Ok(body::of_operation(self.operation, &self.body)?)
    }

    /// The days from `from` to `to`, both included; open where one is not named.
    pub(super) fn period(&self) -> Result<Period, AdminProblem> {
        let day = |name| self.parameters.parse::<Day>(name, RIGHT_DAY);
        let (from, to) = (day("from")?, day("to")?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(AdminProblem::bad_request(RangeError { from, to }.sentence()));
        }
        Ok(Period { since_ms: from.map_or(0, Day::begins_at_ms), until_ms: to.map(Day::ends_at_ms) })
    }

    /// What makes the request happen once.
    pub(super) fn idempotency_key(&self) -> Result<IdempotencyKey, AdminProblem> {
        idempotency_key(self.headers).ok_or_else(|| {
            let right = IdempotencyKeyError.sentence();
            AdminProblem::bad_request(Sentence::new(
                format!(
                    "moving money needs the header Idempotency-Key, once: choose a new one each time and send the same one when you \
                     try again; {}",
                    right.en
                ),
                format!("充值与扣回请求须带一个 Idempotency-Key 请求头：每次使用新的键，重试时沿用同一个键；{}", right.zh),
            ))
        })
    }
}

/// The parameters of a query string.
pub(super) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads a query string; empty values count as absent.
    pub(super) fn read(raw: &str, known: &'static [Parameter]) -> Result<Self, ParameterError> {
        let mut parameters: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            let parameter = known.iter().find(|known| known.name == name);
            let parameter = parameter.ok_or_else(|| ParameterError::unknown(known))?;
            if parameters.iter().any(|(given, _)| *given == parameter.name) {
                return Err(ParameterError::Repeated { name: parameter.name });
            }
            if !value.is_empty() {
                parameter.check(&value)?;
            }
            parameters.push((parameter.name, value.into_owned()));
        }
        parameters.retain(|(_, value)| !value.is_empty());
        Ok(Self(parameters))
    }

    /// A parameter as text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of a type; `right` says what would be one.
    pub(super) fn parse<T: FromStr>(&self, name: &'static str, right: Text) -> Result<Option<T>, ParameterError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| ParameterError::malformed(name, right))
    }

    /// How many items a page has; the catalog allows numbers within bounds alone.
    pub(super) fn limit(&self) -> u32 {
        self.text("limit").and_then(|text| text.parse().ok()).unwrap_or(50)
    }
}

/// Reads a field that may be absent (`None`), null (`Some(None)`) or given.
pub(super) fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}
