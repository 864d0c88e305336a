//! Why a request is not answered: a public sentence for the caller, a private cause for the log. The only place where
//! the errors of other crates become business codes.

use std::borrow::Cow;
use std::error::Error;
use std::num::NonZeroU32;

use catalog::ParameterError;
use domain::{BusinessCode, MicroYuan, Platform, Rate};
use hyper::StatusCode;
use ledger::Refusal;
use store::StoreError;

use crate::body::BodyError;

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
    /// The HTTP status, where it is not the one of the code.
    pub status: Option<StatusCode>,
}

impl Problem {
    /// A problem the caller can mend.
    pub fn new(code: BusinessCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), cause: None, retry_after_s: None, status: None }
    }

    /// The token is missing, unknown, disabled or expired: one answer for all, so that nobody can probe.
    pub(crate) fn invalid_token() -> Self {
        Self::new(
            BusinessCode::InvalidToken,
            "the token is missing, unknown, disabled or expired: send a valid one as Authorization: Bearer … or as the parameter token",
        )
    }

    /// Too many wrong tokens came from the caller's address.
    pub(crate) fn too_many_failures(retry_in_us: u64) -> Self {
        let message = "too many wrong tokens came from your address: wait, then send a valid one";
        Self { retry_after_s: Some(seconds(retry_in_us)), ..Self::new(BusinessCode::RateLimited, message) }
    }

    /// A rate is used up.
    pub(crate) fn rate_limited(name: &str, rate: Rate, retry_in_us: u64) -> Self {
        let Rate { per_second, burst } = rate;
        let retry_after_s = seconds(retry_in_us);
        let message = format!(
            "too many requests: the limit {name} allows {per_second} a second and {burst} at once; try again in {retry_after_s} s"
        );
        Self { retry_after_s: Some(retry_after_s), ..Self::new(BusinessCode::RateLimited, message) }
    }

    /// The shared rates cannot be reached, and the operator chose to refuse then.
    pub(crate) fn rates_lost(cause: StoreError) -> Self {
        let message = "this server cannot check your rate at the moment: try again";
        Self { retry_after_s: Some(1), cause: Some(cause.into()), ..Self::new(BusinessCode::Internal, message) }
    }

    /// Too many requests are being answered at the same time.
    pub(crate) fn too_many_at_once(whose: &str, max: NonZeroU32) -> Self {
        let message = format!("too many requests at once: {whose} may have {max} being answered; wait for one to end");
        Self { retry_after_s: Some(1), ..Self::new(BusinessCode::RateLimited, message) }
    }

    /// The token's scopes do not cover the question.
    pub(crate) fn not_permitted(endpoint: &str, platform: Option<Platform>) -> Self {
        let platform = platform.map_or_else(String::new, |platform| format!(" on {platform}"));
        let message = format!("this token may not ask {endpoint}{platform}: ask the operator for that scope");
        Self::new(BusinessCode::PermissionDenied, message)
    }

    /// The books do not cover one more success of `price`; daily quotas are whole again in `reset_ms`.
    pub(crate) fn refused(refusal: Refusal, price: MicroYuan, reset_ms: u64) -> Self {
        let whole_again = || {
            let reset_s = reset_ms.div_ceil(1000);
            (format!("it is whole again at midnight in Asia/Shanghai, in {reset_s} s"), u32::try_from(reset_s).ok())
        };
        match refusal {
            Refusal::AccountQuota { daily_quota } | Refusal::TokenQuota { daily_quota } => {
                let whose = if matches!(refusal, Refusal::AccountQuota { .. }) { "account" } else { "token" };
                let (when, retry_after_s) = whole_again();
                let message = format!("the {whose}'s quota of {daily_quota} answers a day is used up: {when}");
                Self { retry_after_s, ..Self::new(BusinessCode::DailyQuotaExceeded, message) }
            }
            Refusal::SpendingCap { spending_cap } => {
                let message = format!(
                    "this token may spend {spending_cap} yuan in all, and an answer of {price} yuan would exceed that: ask the operator to raise it"
                );
                Self::new(BusinessCode::SpendingCapReached, message)
            }
            Refusal::Balance { balance } => {
                let message = format!(
                    "the balance of {balance} yuan does not cover the price of {price} yuan: ask the operator to top up the account"
                );
                Self::new(BusinessCode::InsufficientBalance, message)
            }
        }
    }

    /// The idempotency key stands for another request.
    pub(crate) fn idempotency_key_reused() -> Self {
        Self::new(
            BusinessCode::InvalidParameter,
            "this Idempotency-Key stands for another request of the last 24 hours: send a new key with a new request",
        )
    }

    /// The books could not be written: nothing was charged, so the caller may try again.
    pub(crate) fn unstored(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self { retry_after_s: Some(1), ..Self::internal(cause) }
    }

    /// The first request under an idempotency key came to nothing while this one waited for it.
    pub(crate) fn came_to_nothing() -> Self {
        let message = "the first request under this Idempotency-Key came to nothing: send it again";
        Self { retry_after_s: Some(1), ..Self::new(BusinessCode::CollectionFailed, message) }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        let of_code = || StatusCode::from_u16(self.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.status.unwrap_or_else(of_code)
    }

    /// A fault of ours.
    pub(crate) fn internal(cause: Box<dyn Error + Send + Sync>) -> Self {
        let message = "a fault of this server: try again later, and tell its operator the requestId if it stays";
        Self { cause: Some(cause), ..Self::new(BusinessCode::Internal, message) }
    }
}

fn seconds(us: u64) -> u32 {
    u32::try_from(us.div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

impl Problem {
    /// The problem as RFC 9457 has it, with the business code as an extension.
    pub(crate) fn rfc9457(&self, request_id: &str) -> (StatusCode, serde_json::Value) {
        let status = self.status();
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

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        Self { status: Some(error.status()), ..Self::new(BusinessCode::InvalidParameter, error.to_string()) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            // The data is there and cannot be read just now: the one case where another try by itself helps.
            StoreError::Busy => Self {
                retry_after_s: Some(1),
                cause: Some(error.into()),
                ..Self::new(BusinessCode::CollectionFailed, "the data cannot be read at the moment: try again")
            },
            _ => Self::internal(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn yuan(text: &str) -> MicroYuan {
        MicroYuan::from_yuan_text(text).expect("an amount")
    }

    #[test]
    fn the_catalogs_examples_are_what_the_server_says() {
        let some = |number| NonZeroU32::new(number).expect("not zero");
        let rate = Rate { per_second: some(10), burst: some(20) };
        let price = yuan("0.01");
        let refused = |refusal| Problem::refused(refusal, price, 3_600_000);
        let problems = [
            Problem::invalid_token(),
            StoreError::Busy.into(),
            Problem::rate_limited("token-rate", rate, 1_000_000),
            refused(Refusal::AccountQuota { daily_quota: 1000 }),
            ParameterError::Missing { name: "oAuthorId" }.into(),
            Problem::internal("it broke".into()),
            Problem::not_permitted(catalog::AUTHOR_CP_INFO.name, Some(Platform::LiveStreaming)),
            refused(Refusal::Balance { balance: yuan("0.005") }),
            refused(Refusal::SpendingCap { spending_cap: yuan("5") }),
        ];
        for problem in problems {
            assert_eq!(catalog::code_text(problem.code).message, Some(problem.message.as_ref()));
        }
    }
}
