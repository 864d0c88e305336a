//! Why a request is not answered: a public sentence for the caller, a private cause for the log. The only place where
//! the errors of other crates become business codes.

use std::borrow::Cow;
use std::error::Error;

use catalog::ParameterError;
use domain::BusinessCode;
use hyper::StatusCode;
use store::StoreError;

/// A request that is not answered.
#[derive(Debug)]
pub struct Problem {
    /// The business code.
    pub code: BusinessCode,
    /// A sentence a caller can act on; no secret, no internals.
    pub message: Cow<'static, str>,
    /// What happened behind it, for the log.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
    /// After how many seconds another try is worth it.
    pub retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem the caller can mend.
    pub fn new(code: BusinessCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), cause: None, retry_after_s: None }
    }

    /// The token is missing, unknown, disabled or expired: one answer for all, so that nobody can probe.
    pub(crate) fn invalid_token() -> Self {
        Self::new(
            BusinessCode::InvalidToken,
            "the token is missing, unknown, disabled or expired: send a valid one as Authorization: Bearer … or as the parameter token",
        )
    }
}

impl Problem {
    /// The problem as RFC 9457 has it, with the business code as an extension.
    pub(crate) fn rfc9457(&self, request_id: &str) -> (StatusCode, serde_json::Value) {
        let status = StatusCode::from_u16(self.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let title = status.canonical_reason().unwrap_or("Error");
        let body = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": self.message,
            "code": self.code.number(), "requestId": request_id,
        });
        (status, body)
    }
}

impl From<ParameterError> for Problem {
    fn from(error: ParameterError) -> Self {
        Self::new(BusinessCode::InvalidParameter, error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (code, message, retry_after_s) = match error {
            // The data is there and cannot be read just now: the one case where another try by itself helps.
            StoreError::Busy => {
                (BusinessCode::CollectionFailed, "the data cannot be read at the moment: try again", Some(1))
            }
            _ => (
                BusinessCode::Internal,
                "a fault of this server: try again later, and tell its operator the requestId if it stays",
                None,
            ),
        };
        Self { code, message: message.into(), cause: Some(error.into()), retry_after_s }
    }
}
