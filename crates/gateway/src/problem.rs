//! Why a request is not answered: a public sentence for the caller, a private cause for the log. The only place where
//! the errors of other crates become business codes.

use std::error::Error;
use std::num::NonZeroU32;

use catalog::{ParameterError, Style, status_title};
use domain::{BusinessCode, Lang, MicroYuan, Platform, Rate, Sentence, Spoken, Text, sentence};
use hyper::StatusCode;
use ledger::Refusal;
use store::{RatesError, StoreError};

use crate::body::BodyError;

/// A request that is not answered.
#[derive(Debug)]
pub struct Problem {
    /// The business code.
    pub code: BusinessCode,
    /// A sentence a caller can act on; no secret, no internals.
    pub message: Box<Sentence>,
    /// What happened behind it, for the log.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
    /// After how many seconds another try is worth it.
    pub retry_after_s: Option<u32>,
    /// The HTTP status, where it is not the one of the code.
    pub status: Option<StatusCode>,
}

impl Problem {
    /// A problem the caller can mend.
    pub fn new(code: BusinessCode, message: impl Into<Sentence>) -> Self {
        Self { code, message: Box::new(message.into()), cause: None, retry_after_s: None, status: None }
    }

    /// The token is missing, unknown, disabled or expired: one answer for all, so that nobody can probe.
    pub(crate) fn invalid_token(style: Style) -> Self {
        let message = catalog::code_text(BusinessCode::InvalidToken).message(style).unwrap_or(Text::new("", ""));
        Self::new(BusinessCode::InvalidToken, message)
    }

    /// Too many wrong tokens came from the caller's address.
    pub(crate) fn too_many_failures(retry_in_us: u64) -> Self {
        let message = Text::new(
            "too many wrong tokens came from your address: send a valid one",
            "来自该地址的错误令牌过多：请发送有效的令牌",
        );
        Self { retry_after_s: Some(seconds(retry_in_us)), ..Self::new(BusinessCode::RateLimited, message) }
    }

    /// A rate is used up.
    pub(crate) fn rate_limited(name: &str, rate: Rate, retry_in_us: u64) -> Self {
        let Rate { per_second, burst } = rate;
        let retry_after_s = seconds(retry_in_us);
        let message = sentence!(
            "too many requests: the limit {name} allows {per_second} a second and {burst} at once; try again in {retry_after_s} s",
            "请求过多：限制 {name} 允许每秒 {per_second} 次、突发 {burst} 次；请在 {retry_after_s} 秒后重试"
        );
        Self { retry_after_s: Some(retry_after_s), ..Self::new(BusinessCode::RateLimited, message) }
    }

    /// The shared rates cannot be reached, and the operator chose to refuse then.
    pub(crate) fn rates_lost(cause: RatesError) -> Self {
        let message = Text::new(
            "this server cannot check your rate at the moment: try again",
            "服务器暂时无法核对请求频率：请重试",
        );
        Self { retry_after_s: Some(1), cause: Some(cause.into()), ..Self::new(BusinessCode::Internal, message) }
    }

    /// Too many requests are being answered at the same time.
    pub(crate) fn too_many_at_once(whose: Text, max: NonZeroU32) -> Self {
        let Text { en, zh } = whose;
        let message = Sentence::new(
            format!("too many requests at once: {en} may have {max} being answered; wait for one to end"),
            format!("并发请求过多：{zh}最多可同时有 {max} 个请求在处理；请等待其中一个结束"),
        );
        Self { retry_after_s: Some(1), ..Self::new(BusinessCode::RateLimited, message) }
    }

    /// The token's scopes do not cover the question.
    pub(crate) fn not_permitted(endpoint: &str, platform: Option<Platform>) -> Self {
        let message = match platform {
            Some(platform) => sentence!(
                "this token may not ask {endpoint} on {platform}: ask the operator for that scope",
                "该令牌无权通过 {endpoint} 查询 {platform}：请向运营方申请该访问范围"
            ),
            None => sentence!(
                "this token may not ask {endpoint}: ask the operator for that scope",
                "该令牌无权访问 {endpoint}：请向运营方申请该访问范围"
            ),
        };
        Self::new(BusinessCode::PermissionDenied, message)
    }

    /// The books do not cover one more success of `price`; daily quotas are whole again in `reset_ms`.
    pub(crate) fn refused(refusal: Refusal, price: MicroYuan, reset_ms: u64) -> Self {
        match refusal {
            Refusal::AccountQuota { daily_quota } | Refusal::TokenQuota { daily_quota } => {
                let (whose, zh) = match refusal {
                    Refusal::AccountQuota { .. } => ("account", "账户"),
                    _ => ("token", "令牌"),
                };
                if daily_quota == 0 {
                    // Of nothing a day there is nothing tomorrow either.
                    let message = Sentence::new(
                        format!("the {whose}'s quota is 0 answers a day: ask the operator to raise it"),
                        format!("{zh}的每日配额为 0 次：请联系运营方提高配额"),
                    );
                    return Self::new(BusinessCode::DailyQuotaExceeded, message);
                }
                let reset_s = reset_ms.div_ceil(1000);
                let message = Sentence::new(
                    format!(
                        "the {whose}'s quota of {daily_quota} answers a day is used up: \
                         it is whole again at midnight in Asia/Shanghai, in {reset_s} s"
                    ),
                    format!("{zh}每日 {daily_quota} 次的配额已用完：将于上海时间零点（{reset_s} 秒后）恢复"),
                );
                let retry_after_s = u32::try_from(reset_s).ok();
                Self { retry_after_s, ..Self::new(BusinessCode::DailyQuotaExceeded, message) }
            }
            Refusal::SpendingCap { spending_cap } => {
                let message = sentence!(
                    "this token may spend {spending_cap} yuan in all, and an answer of {price} yuan would exceed that: ask the operator to raise it",
                    "该令牌的累计花费上限为 {spending_cap} 元，再扣 {price} 元将超出：请联系运营方提高上限"
                );
                Self::new(BusinessCode::SpendingCapReached, message)
            }
            Refusal::Balance { balance } => {
                let message = sentence!(
                    "the balance of {balance} yuan does not cover the price of {price} yuan: ask the operator to top up the account",
                    "余额 {balance} 元，不足以支付本次的 {price} 元：请联系运营方为账户充值"
                );
                Self::new(BusinessCode::InsufficientBalance, message)
            }
        }
    }

    /// The idempotency key stands for another request. The contract has the status of its code; our own endpoints tell it from
    /// wrong parameters by 422, as the admin API does.
    pub(crate) fn idempotency_key_reused(style: Style) -> Self {
        let message = Text::new(
            "this Idempotency-Key stands for another request of the last 24 hours: send a new key with a new request",
            "该 Idempotency-Key 在过去 24 小时内已用于另一请求：新请求请使用新的键",
        );
        let status = match style {
            Style::Envelope => None,
            Style::Plain => Some(StatusCode::UNPROCESSABLE_ENTITY),
        };
        Self { status, ..Self::new(BusinessCode::InvalidParameter, message) }
    }

    /// The books could not be written: nothing was charged, so the caller may try again.
    pub(crate) fn unstored(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self { retry_after_s: Some(1), ..Self::internal(cause) }
    }

    /// The first request under an idempotency key came to nothing while this one waited for it.
    pub(crate) fn came_to_nothing(retry_after_s: u32) -> Self {
        let message = Text::new(
            "the first request under this Idempotency-Key came to nothing, and nothing was charged: send it again later",
            "使用该 Idempotency-Key 的首个请求未得到结果，未扣费：请稍后重新发送",
        );
        Self { retry_after_s: Some(retry_after_s), ..Self::new(BusinessCode::CollectionFailed, message) }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        let of_code = || StatusCode::from_u16(self.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.status.unwrap_or_else(of_code)
    }

    /// A fault of ours.
    pub(crate) fn internal(cause: Box<dyn Error + Send + Sync>) -> Self {
        let message = Text::new(
            "a fault of this server: try again later, and tell its operator the requestId if it stays",
            "服务器内部故障：请稍后重试；若持续出现，请将 requestId 告知运营方",
        );
        Self { cause: Some(cause), ..Self::new(BusinessCode::Internal, message) }
    }
}

fn seconds(us: u64) -> u32 {
    u32::try_from(us.div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

impl Problem {
    /// The problem as RFC 9457 has it, with the business code as an extension.
    pub(crate) fn rfc9457(&self, request_id: &str, lang: Lang) -> (StatusCode, serde_json::Value) {
        let status = self.status();
        let title = status_title(status.as_u16()).of(lang);
        let body = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": self.message.of(lang),
            "code": self.code.number(), "requestId": request_id,
        });
        (status, body)
    }
}

impl From<ParameterError> for Problem {
    fn from(error: ParameterError) -> Self {
        Self::new(BusinessCode::InvalidParameter, error.sentence())
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        Self { status: Some(error.status()), ..Self::new(BusinessCode::InvalidParameter, error.sentence()) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            // The data is there and cannot be read just now: the one case where another try by itself helps.
            StoreError::Busy | StoreError::OutOfReach(_) => Self {
                retry_after_s: Some(1),
                cause: Some(error.into()),
                ..Self::new(
                    BusinessCode::CollectionFailed,
                    Text::new("the data cannot be read at the moment: try again", "暂时无法读取数据：请重试"),
                )
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
    fn each_status_that_is_sent_has_its_title() {
        let of_codes = BusinessCode::ALL.map(BusinessCode::http_status).into_iter().filter(|status| *status != 200);
        for status in of_codes.chain([405, 408, 409, 413, 414, 415, 422, 431, 501, 504]) {
            let (title, name) = (status_title(status), StatusCode::from_u16(status).expect("a status"));
            assert_eq!(Some(title.en), name.canonical_reason(), "{status}");
            assert!(!title.zh.is_ascii(), "{status}");
        }
    }

    #[test]
    fn a_quota_of_nothing_is_not_said_to_be_whole_again() {
        for refusal in [Refusal::AccountQuota { daily_quota: 0 }, Refusal::TokenQuota { daily_quota: 0 }] {
            let problem = Problem::refused(refusal, yuan("0.01"), 3_600_000);
            assert_eq!((problem.code, problem.retry_after_s), (BusinessCode::DailyQuotaExceeded, None));
            assert!(problem.message.en.ends_with("ask the operator to raise it"), "{}", problem.message.en);
        }
    }

    #[test]
    fn the_catalogs_examples_are_what_the_server_says() {
        let some = |number| NonZeroU32::new(number).expect("not zero");
        let rate = Rate { per_second: some(10), burst: some(20) };
        let price = yuan("0.01");
        let refused = |refusal| Problem::refused(refusal, price, 3_600_000);
        let problems = [
            Problem::invalid_token(Style::Envelope),
            StoreError::Busy.into(),
            Problem::rate_limited("token-rate", rate, 1_000_000),
            refused(Refusal::AccountQuota { daily_quota: 1000 }),
            ParameterError::Missing { name: "oAuthorId", sent: None }.into(),
            Problem::internal("it broke".into()),
            Problem::not_permitted(catalog::AUTHOR_CP_INFO.name, Some(Platform::LiveStreaming)),
            refused(Refusal::Balance { balance: yuan("0.005") }),
            refused(Refusal::SpendingCap { spending_cap: yuan("5") }),
        ];
        for problem in problems {
            let example = catalog::code_text(problem.code).message(Style::Envelope).map(Sentence::from);
            assert_eq!(example.as_ref(), Some(&*problem.message));
        }
    }
}
