//! Statuses and parameters that several operations have.

use super::Status;
use crate::{Form, Parameter, Text};

/// The statuses of every operation.
pub const ADMIN_STATUSES: &[Status] = &[
    status(
        400,
        "A parameter, the path or the body is not as it should be; nothing was done.",
        "参数、路径或请求体有误；未作任何更改。",
    ),
    status(
        401,
        "The admin key is missing or wrong, or two different ones are sent.",
        "管理密钥缺失或错误，或同时发送了两个不同的密钥。",
    ),
    status(404, "What the path or a parameter names is not there.", "路径或参数所指的对象不存在。"),
    status(408, "The body did not come in time.", "请求体未及时送达。"),
    status(413, "The body is longer than 65,536 bytes.", "请求体超过 65,536 字节。"),
    status(
        415,
        "The body is not sent as application/json, or has a Content-Encoding.",
        "请求体未以 application/json 发送，或使用了 Content-Encoding。",
    ),
    status(
        429,
        "The key is wrong, and too many wrong ones came from this address; Retry-After tells when to try another.",
        "密钥错误，且该地址已多次使用错误密钥；Retry-After 说明何时可再试其他密钥。",
    ),
    status(
        500,
        "A fault of the server; its log tells more under the requestId.",
        "服务器故障；日志中可按 requestId 查到原因。",
    ),
    status(503, "The database is busy; nothing was done.", "数据库繁忙；未作任何更改。"),
    status(504, "It takes too long and may still be done.", "耗时过长，可能仍会完成。"),
];

pub(super) const fn status(number: u16, en: &'static str, zh: &'static str) -> Status {
    Status { number, when: Text { en, zh } }
}

/// The largest number of seconds, and of requests.
pub(super) const U32_MAX: u64 = u32::MAX as u64;

/// The most scopes, and the most ranges of addresses.
pub(super) const LIST_MAX: usize = 100;

/// It was done, or here it is.
pub(super) const DONE: Status = status(200, "How it is now.", "当前状态。");

pub(super) const fn parameter(name: &'static str, en: &'static str, zh: &'static str) -> Parameter {
    Parameter::optional(name, Text::new(en, zh))
}

/// Only one account.
pub(super) const OF_ACCOUNT: Parameter =
    parameter("account", "Only this account's, by its name.", "仅限该账户（名称）。");

/// Where a list of what happened begins and ends, where it is to.
pub(super) const SINCE_DAY: Parameter = Parameter {
    form: Form::Day,
    ..parameter(
        "from",
        "Only from this day on, a calendar day in Asia/Shanghai such as 2026-11-24.",
        "仅限该日期（上海时区）及以后，如 2026-11-24。",
    )
};

pub(super) const UNTIL_DAY: Parameter = Parameter {
    form: Form::Day,
    ..parameter("to", "Only up to this day, which is included.", "仅限该日期及以前，含当日。")
};

/// How many items a page has.
pub(super) const LIMIT: Parameter = Parameter {
    default: Some("50"),
    form: Form::Whole(1, 500),
    ..parameter("limit", "At most so many, from 1 to 500.", "条数上限，1 至 500。")
};
