//! Why the operator's request is not done, as RFC 9457 has it. The only place where the store's errors become HTTP statuses.

use std::error::Error;

use catalog::{ParameterError, repeated, status_title};
use domain::{Lang, Sentence, Spoken, Text, sentence};
use hyper::StatusCode;
use serde_json::{Value, json};
use store::StoreError;

use crate::body::BodyError;

/// A request that is not done.
#[derive(Debug)]
pub(super) struct AdminProblem {
    pub(super) status: StatusCode,
    /// A sentence the operator can act on; no secret.
    pub(super) detail: Box<Sentence>,
    /// What happened behind it, for the log.
    pub(super) cause: Option<Box<dyn Error + Send + Sync>>,
    /// After how many seconds another try is worth it.
    pub(super) retry_after_s: Option<u32>,
    /// The methods that the path has.
    pub(super) allow: Option<Box<str>>,
    /// A member of the problem's own, for programs.
    pub(super) member: Option<(&'static str, Value)>,
}

impl AdminProblem {
    pub(super) fn new(status: StatusCode, detail: impl Into<Sentence>) -> Self {
        Self { status, detail: Box::new(detail.into()), cause: None, retry_after_s: None, allow: None, member: None }
    }

    /// The request itself is wrong.
    pub(super) fn bad_request(detail: impl Into<Sentence>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// What it names is not there.
    pub(super) fn not_found(detail: impl Into<Sentence>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// It does not fit how things stand.
    pub(super) fn conflict(detail: impl Into<Sentence>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// A fault of ours.
    pub(super) fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = Text::new(
            "a fault of this server: its log tells more under the requestId",
            "服务器内部故障：请按 requestId 在服务器日志中查看详情",
        );
        Self { cause: Some(cause.into()), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail) }
    }

    /// The body of the answer, in a language.
    pub(super) fn body(&self, request_id: &str, lang: Lang) -> Value {
        let title = status_title(self.status.as_u16()).of(lang);
        let mut body = json!({
            "type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail.of(lang),
            "requestId": request_id,
        });
        if let Some((name, value)) = &self.member {
            body[*name] = value.clone();
        }
        body
    }
}

impl From<ParameterError> for AdminProblem {
    fn from(error: ParameterError) -> Self {
        Self::bad_request(error.sentence())
    }
}

impl From<BodyError> for AdminProblem {
    fn from(error: BodyError) -> Self {
        Self::new(error.status(), error.sentence())
    }
}

impl From<StoreError> for AdminProblem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AccountExists(name) => Self::conflict(sentence!(
                "an account named {:?} exists already: take another name, or that account as it is",
                "名为 {:?} 的账户已存在：请改用其他名称，或直接使用该账户",
                repeated(&name)
            )),
            StoreError::NoSuchAccount(name) => Self::not_found(sentence!(
                "no account is named {:?}: GET /v1/admin/accounts lists them",
                "没有名为 {:?} 的账户：GET /v1/admin/accounts 可列出账户",
                repeated(&name)
            )),
            StoreError::Limits(_) => Self::bad_request(Text::new(
                "rateBurst belongs to a rate: name ratePerSecond too",
                "rateBurst 须与速率同用：请一并指定 ratePerSecond",
            )),
            StoreError::NoSuchToken(number) => no_such_token(number),
            // Nothing of it was kept, so that another try is safe.
            StoreError::Busy | StoreError::OutOfReach(_) => Self {
                retry_after_s: Some(1),
                cause: Some(error.into()),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    Text::new(
                        "the database is busy and nothing was done: try again",
                        "数据库正忙，未作任何更改：请重试",
                    ),
                )
            },
            _ => Self::internal(error),
        }
    }
}

/// No token has the number.
pub(super) fn no_such_token(number: i64) -> AdminProblem {
    AdminProblem::not_found(sentence!(
        "no token has the number {number}: GET /v1/admin/tokens lists them",
        "没有编号为 {number} 的令牌：GET /v1/admin/tokens 可列出令牌"
    ))
}
