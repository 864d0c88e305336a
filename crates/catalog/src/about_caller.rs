//! What callers ask about themselves: their account, their usage, a call of theirs. Free, and open to every token.

use crate::{Endpoint, Parameter, Text};

pub(crate) const FROM: Parameter = Parameter {
    name: "from",
    required: false,
    default: None,
    values: &[],
    description: Text {
        en: "The first day, a calendar day in Asia/Shanghai such as 2026-11-24; 29 days ago when absent.",
        zh: "起始日期（上海时区），如 2026-11-24；缺省为 29 天前。",
    },
};

pub(crate) const TO: Parameter = Parameter {
    name: "to",
    required: false,
    default: None,
    values: &[],
    description: Text { en: "The last day; today when absent.", zh: "结束日期；缺省为今天。" },
};

/// The caller's balance, quotas and limits.
pub const ACCOUNT: Endpoint = Endpoint {
    number: 3,
    path: "/v1/account",
    operation_id: "account",
    name: "account",
    summary: Text {
        en: "The caller's balance, what is left of its quotas and when they are whole again, and its limits.",
        zh: "调用方的余额、剩余配额及其重置时间、各项限制。",
    },
    parameters: &[],
};

/// What the caller's account used.
pub const USAGE: Endpoint = Endpoint {
    number: 4,
    path: "/v1/usage",
    operation_id: "usage",
    name: "usage",
    summary: Text {
        en: "What the caller's account used, by day, token and endpoint.",
        zh: "调用方账户的用量：按日、令牌与接口。",
    },
    parameters: &[FROM, TO],
};

/// A call of the caller's account.
pub const CALL: Endpoint = Endpoint {
    number: 5,
    path: "/v1/calls/{requestId}",
    operation_id: "call",
    name: "call",
    summary: Text {
        en: "A call of the caller's account: what was asked, how it ended, what it cost.",
        zh: "调用方账户的一次调用：问了什么、结果如何、花费多少。",
    },
    parameters: &[],
};
