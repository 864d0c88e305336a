//! Bodies of requests: read within a size and a time, and taken for JSON.

use std::time::Duration;

use catalog::{AdminOperation, Endpoint, FieldError};
use domain::{MicroYuan, MoneyError, Spoken};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::StatusCode;
use hyper::body::{Bytes, Incoming};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

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
    /// It took too long.
    #[error("the body did not come in time: send it at once")]
    Slow,
    /// It is no JSON object.
    #[error("the body must be a JSON object: {{…}}")]
    NoObject,
    /// A field is not one that is taken, is not there, or is of another kind.
    #[error("the body is not as it should be: {0}")]
    Field(FieldError),
    /// It is not the JSON that is wanted.
    #[error("the body is not as it should be: {0}")]
    Unfit(String),
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
            Self::BrokeOff | Self::NoObject | Self::Field(_) | Self::Unfit(_) | Self::Amount { .. } => {
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
            Self::NoObject => "请求体应为 JSON 对象：{…}".into(),
            Self::Field(error) => format!("请求体不符合要求：{}", error.chinese()),
            Self::Unfit(why) => format!("请求体不符合要求：{why}"),
            Self::Amount { field, error } => format!("请求体不符合要求：{field} 不正确：{}", error.chinese()),
        }
    }
}

/// Reads a whole body of at most `bytes_max` bytes, which comes within `wait`.
pub(crate) async fn read(body: Incoming, bytes_max: usize, wait: Duration) -> Result<Bytes, BodyError> {
    match timeout(wait, Limited::new(body, bytes_max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLong { bytes_max }),
        Ok(Err(_)) => Err(BodyError::BrokeOff),
        Err(_) => Err(BodyError::Slow),
    }
}

/// What a body says that an operation of the admin API takes, once its fields are those of the operation.
pub(crate) fn of_operation<T: DeserializeOwned>(operation: &AdminOperation, body: &[u8]) -> Result<T, BodyError> {
    operation.check(&json(body)?).map_err(BodyError::Field)?;
    json(body)
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyError> {
    // A list would be read as the fields in their order, which nobody means.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(BodyError::NoObject);
    }
    serde_json::from_slice(body).map_err(|error| BodyError::Unfit(error.to_string()))
}

/// What the body posted to an endpoint says, once its fields are those that the endpoint takes.
pub(crate) fn posted<T: DeserializeOwned>(endpoint: &Endpoint, body: &[u8]) -> Result<T, BodyError> {
    if let Some(taken) = &endpoint.body {
        taken.check(&json(body)?).map_err(BodyError::Field)?;
    }
    json(body)
}

/// An amount of yuan as it was sent: right is a string, since numbers of JSON are often not kept exactly. It is read once the
/// whole body is, so that what is wrong with it is told in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Yuan(Value);

impl Yuan {
    /// The amount, which was sent as `field`.
    pub(crate) fn amount(&self, field: &'static str) -> Result<MicroYuan, BodyError> {
        let Value::String(text) = &self.0 else { return Err(BodyError::Field(FieldError::no_amount(field))) };
        MicroYuan::from_yuan_text(text).map_err(|error| BodyError::Amount { field, error })
    }
}
