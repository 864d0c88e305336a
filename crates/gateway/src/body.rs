//! Bodies of requests: read within a size and a time, and taken for JSON.

use std::time::Duration;

use catalog::{AdminOperation, Endpoint, FieldError, may_be_repeated};
use domain::{MicroYuan, MoneyError, Spoken};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::StatusCode;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::strict_json::{self, JsonError};

/// How long the body of a request may take, unless the settings say otherwise.
pub(crate) const WAIT: Duration = Duration::from_secs(10);

/// Why a body is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It has too many bytes.
    #[error("the body is too long: at most {bytes_max} bytes are read")]
    TooLong { bytes_max: usize },
    /// It ended before its end.
    #[error("the body broke off: send it whole")]
    BrokeOff,
    /// It is encoded: as what, where that may be told.
    #[error("the body is encoded{}: send it as it is, without Content-Encoding", .0.as_ref().map(|name| format!(" as {name}")).unwrap_or_default())]
    Encoded(Option<String>),
    /// It took too long.
    #[error("the body did not come in time: send it at once")]
    Slow,
    /// It is no JSON object.
    #[error("{0}")]
    Json(JsonError),
    /// A field is not one that is taken, is not there, or is of another kind.
    #[error("the body is not as it should be: {0}")]
    Field(FieldError),
    /// Its fields are right each by itself, and yet it cannot be taken.
    #[error("the body is not as it should be: see its fields in the OpenAPI document")]
    Unfit,
    /// A field that should be an amount of yuan is a string of something else.
    #[error("the body is not as it should be: {field} is not valid: {error}")]
    Amount { field: &'static str, error: MoneyError },
}

impl BodyError {
    /// The HTTP status that tells it.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Encoded(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BrokeOff | Self::Json(_) | Self::Field(_) | Self::Unfit | Self::Amount { .. } => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}

impl Spoken for BodyError {
    fn chinese(&self) -> String {
        match self {
            Self::TooLong { bytes_max } => format!("请求体过长：最多读取 {bytes_max} 字节"),
            Self::BrokeOff => "请求体传输中断：请重新完整发送".into(),
            Self::Slow => "请求体未在时限内到齐：请一次性发送".into(),
            Self::Encoded(name) => {
                let name = name.as_ref().map(|name| format!("（{name}）")).unwrap_or_default();
                format!("请求体经过编码{name}：请勿使用 Content-Encoding，直接发送原文")
            }
            Self::Json(error) => error.chinese(),
            Self::Field(error) => format!("请求体不符合要求：{}", error.chinese()),
            Self::Unfit => "请求体不符合要求：各字段见 OpenAPI 文档".into(),
            Self::Amount { field, error } => format!("请求体不符合要求：{field} 不正确：{}", error.chinese()),
        }
    }
}

/// Reads a whole body of at most `bytes_max` bytes, which comes within `wait` behind `headers`.
pub(crate) async fn read(
    body: Incoming,
    headers: &HeaderMap,
    bytes_max: usize,
    wait: Duration,
) -> Result<Bytes, BodyError> {
    let is_encoding = |name: &&HeaderValue| !name.is_empty() && !name.as_bytes().eq_ignore_ascii_case(b"identity");
    if let Some(name) = headers.get_all(CONTENT_ENCODING).iter().find(is_encoding) {
        let name = name.to_str().ok().filter(|name| may_be_repeated(name));
        return Err(BodyError::Encoded(name.map(str::to_owned)));
    }
    match timeout(wait, Limited::new(body, bytes_max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLong { bytes_max }),
        Ok(Err(_)) => Err(BodyError::BrokeOff),
        Err(_) => Err(BodyError::Slow),
    }
}

/// Reads the body posted to an endpoint; empty where there is none, or the endpoint takes none.
pub(crate) async fn of_endpoint(
    endpoint: &Endpoint,
    posted: Option<Incoming>,
    headers: &HeaderMap,
    wait: Duration,
) -> Result<Bytes, BodyError> {
    match (posted, endpoint.body) {
        (Some(posted), Some(taken)) => read(posted, headers, taken.bytes_max, wait).await,
        _ => Ok(Bytes::new()),
    }
}

/// What a body says that an operation of the admin API takes, once its fields are those of the operation.
pub(crate) fn of_operation<T: DeserializeOwned>(operation: &AdminOperation, body: &[u8]) -> Result<T, BodyError> {
    checked(body, |object| operation.check(object))
}

/// What the body posted to an endpoint says, once its fields are those that the endpoint takes.
pub(crate) fn posted<T: DeserializeOwned>(endpoint: &Endpoint, body: &[u8]) -> Result<T, BodyError> {
    checked(body, |object| endpoint.body.map_or(Ok(()), |taken| taken.check(object)))
}

fn checked<T: DeserializeOwned>(
    body: &[u8],
    check: impl FnOnce(&mut Map<String, Value>) -> Result<(), FieldError>,
) -> Result<T, BodyError> {
    let mut object = strict_json::read(body).map_err(BodyError::Json)?;
    check(&mut object).map_err(BodyError::Field)?;
    serde_json::from_value(Value::Object(object)).map_err(|_| BodyError::Unfit)
}

/// An amount of yuan as it was sent. It is read once the whole body is, so that what is wrong with it is told in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Yuan(String);

impl Yuan {
    /// The amount, which was sent as `field`.
    pub(crate) fn amount(&self, field: &'static str) -> Result<MicroYuan, BodyError> {
        MicroYuan::from_yuan_text(&self.0).map_err(|error| BodyError::Amount { field, error })
    }
}
