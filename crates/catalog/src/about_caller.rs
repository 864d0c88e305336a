//! What callers ask about themselves: their account, their usage, a call of theirs. Free, and open to every token.

use domain::BusinessCode::{self, Internal, InvalidParameter, InvalidToken, NotFound, RateLimited, Success};

use crate::answers::{ACCOUNT_ANSWER, CALL_ANSWER, USAGE_ANSWER};
use crate::{Billing, Endpoint, Form, Parameter, Style, Text};

/// The note of endpoints that cost nothing.
pub(crate) const FREE: Text = Text::new(
    "It costs nothing and counts against no quota; rates apply. The token is sent as Authorization: Bearer, never in the URL.",
    "免费，且不占用配额；速率限制仍适用。令牌以 Authorization: Bearer 发送，不得置于网址中。",
);

/// The note of our own endpoints that have a price.
pub(crate) const PAID: Text = Text::new(
    "A success costs what the operator has set (GET /v1/account tells) and counts against the daily quotas; with the header Idempotency-Key a repeated request is charged once. The token is sent as Authorization: Bearer, never in the URL.",
    "成功一次按运营方设定的价格计费（可通过 GET /v1/account 查询），并占用每日配额；携带 Idempotency-Key 请求头时，重复请求只计费一次。令牌以 Authorization: Bearer 发送，不得置于网址中。",
);

/// The note of our own endpoints that say themselves what they cost.
pub(crate) const HEADER_ONLY: Text = Text::new(
    "The token is sent as Authorization: Bearer, never in the URL.",
    "令牌以 Authorization: Bearer 发送，不得置于网址中。",
);

pub(crate) const FROM: Parameter = Parameter {
    form: Form::Day,
    ..Parameter::optional(
        "from",
        Text::new(
            "The first day, a calendar day in Asia/Shanghai such as 2026-11-24; the 29th before the last one when absent. At most 366 days.",
            "起始日期（上海时区），如 2026-11-24；缺省为结束日期前的第 29 天。至多 366 天。",
        ),
    )
};

pub(crate) const TO: Parameter = Parameter {
    form: Form::Day,
    ..Parameter::optional("to", Text::new("The last day; today when absent.", "结束日期；缺省为今天。"))
};

/// The codes of endpoints about the caller.
const CODES: &[BusinessCode] = &[Success, InvalidToken, RateLimited, InvalidParameter, Internal];

/// The caller's balance, quotas and limits.
pub const ACCOUNT: Endpoint = Endpoint {
    number: 3,
    path: "/v1/account",
    operation_id: "account",
    name: "account",
    slug: "astrolabe-apis/account",
    title: Text::new("Account", "账户"),
    summary: Text::new(
        "The caller's balance, what is left of its quotas and when they are whole again, and its limits.",
        "调用方的余额、剩余配额及其重置时间、各项限制。",
    ),
    notes: &[FREE],
    style: Style::Plain,
    billing: Billing::Free,
    segment: None,
    parameters: &[],
    body: None,
    lines: false,
    translated: false,
    answer: ACCOUNT_ANSWER,
    codes: &[Success, InvalidToken, RateLimited, Internal],
};

/// What the caller's account used.
pub const USAGE: Endpoint = Endpoint {
    number: 4,
    path: "/v1/usage",
    operation_id: "usage",
    name: "usage",
    slug: "astrolabe-apis/usage",
    title: Text::new("Usage", "用量"),
    summary: Text::new(
        "What the caller's account used, by day, token and endpoint.",
        "调用方账户的用量：按日、令牌与接口。",
    ),
    notes: &[FREE],
    style: Style::Plain,
    billing: Billing::Free,
    segment: None,
    parameters: &[FROM, TO],
    body: None,
    lines: false,
    translated: false,
    answer: USAGE_ANSWER,
    codes: CODES,
};

/// A call of the caller's account.
pub const CALL: Endpoint = Endpoint {
    number: 5,
    path: "/v1/calls/{requestId}",
    operation_id: "call",
    name: "call",
    slug: "astrolabe-apis/call",
    title: Text::new("Call", "调用记录"),
    summary: Text::new(
        "A call of the caller's account: what was asked, how it ended, what it cost.",
        "调用方账户的一次调用：问了什么、结果如何、花费多少。",
    ),
    notes: &[
        FREE,
        Text::new(
            "Only calls that cost something or count against a quota are kept, each for a time that the operator sets.",
            "仅保留计费或占用配额的调用；保留时长由运营方设定。",
        ),
    ],
    style: Style::Plain,
    billing: Billing::Free,
    segment: Some(Parameter {
        required: true,
        form: Form::CallId,
        example: Some("019abcde-0000-7000-8000-000000000001"),
        ..Parameter::optional(
            "requestId",
            Text::new("The requestId of the reply to the call.", "该次调用响应中的 requestId。"),
        )
    }),
    parameters: &[],
    body: None,
    lines: false,
    translated: false,
    answer: CALL_ANSWER,
    codes: &[Success, InvalidToken, RateLimited, InvalidParameter, NotFound, Internal],
};
