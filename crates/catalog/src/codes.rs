//! What each business code means, and what to do about it.

use domain::BusinessCode;

use crate::Text;

/// What there is to know of a code.
#[derive(Debug)]
pub struct CodeText {
    /// The code.
    pub code: BusinessCode,
    /// What it means.
    pub meaning: Text,
    /// What a caller does about it.
    pub what_to_do: Text,
    /// A message as the server sends it with the code; none on success.
    pub message: Option<&'static str>,
}

impl CodeText {
    /// Whether a reply with the code is charged.
    pub fn is_billed(&self) -> bool {
        self.code == BusinessCode::Success
    }
}

/// What there is to know of a code.
pub fn code_text(code: BusinessCode) -> &'static CodeText {
    // A test sees to it that each code has its text.
    CODES.iter().find(|text| text.code == code).unwrap_or(&CODES[0])
}

/// Every code, by number.
pub const CODES: &[CodeText] = &[
    CodeText {
        code: BusinessCode::Success,
        meaning: Text::new("Success.", "成功。"),
        what_to_do: Text::new("Read data.", "读取 data。"),
        message: None,
    },
    CodeText {
        code: BusinessCode::InvalidToken,
        meaning: Text::new("The token is missing, unknown, disabled or expired.", "令牌缺失、不存在、已停用或已过期。"),
        what_to_do: Text::new(
            "Check the token and how it is sent; ask the operator for a new one.",
            "检查令牌及其发送方式；向运营方申请新令牌。",
        ),
        message: Some(
            "the token is missing, unknown, disabled or expired: send a valid one as Authorization: Bearer … or as the parameter token",
        ),
    },
    CodeText {
        code: BusinessCode::CollectionFailed,
        meaning: Text::new("The data cannot be read at the moment.", "数据采集失败，暂时无法读取。"),
        what_to_do: Text::new(
            "Try again after Retry-After, with growing pauses.",
            "按 Retry-After 等待后重试，间隔逐次加长。",
        ),
        message: Some("the data cannot be read at the moment: try again"),
    },
    CodeText {
        code: BusinessCode::RateLimited,
        meaning: Text::new("Too many requests in a short time.", "请求过于频繁。"),
        what_to_do: Text::new(
            "Wait as long as Retry-After says, then ask less often or less at once.",
            "按 Retry-After 等待，并降低请求频率或并发数。",
        ),
        message: Some("too many requests: the limit token-rate allows 10 a second and 20 at once; try again in 1 s"),
    },
    CodeText {
        code: BusinessCode::DailyQuotaExceeded,
        meaning: Text::new("The quota of successes of this day is used up.", "当日成功次数配额已用尽。"),
        what_to_do: Text::new(
            "Wait for midnight in Asia/Shanghai, as Retry-After says, or have the quota raised.",
            "等待上海时区零点重置（见 Retry-After），或申请提高配额。",
        ),
        message: Some(
            "the account's quota of 1000 answers a day is used up: it is whole again at midnight in Asia/Shanghai, in 3600 s",
        ),
    },
    CodeText {
        code: BusinessCode::InvalidParameter,
        meaning: Text::new(
            "A parameter is missing, repeated or wrong, or the creator is unknown.",
            "参数缺失、重复或有误，或达人不存在。",
        ),
        what_to_do: Text::new(
            "Change what the message names; the same request fails again.",
            "按 message 修改请求；原样重试仍会失败。",
        ),
        message: Some("parameter oAuthorId is missing: add oAuthorId=… to the query string"),
    },
    CodeText {
        code: BusinessCode::NotFound,
        meaning: Text::new("There is nothing at this path.", "路径或对象不存在。"),
        what_to_do: Text::new("Check the path.", "检查请求路径。"),
        message: Some("this account has no call of that requestId, or not any more"),
    },
    CodeText {
        code: BusinessCode::Internal,
        meaning: Text::new("A fault of the server.", "服务器内部错误。"),
        what_to_do: Text::new(
            "Try again later; tell the operator the requestId if it stays.",
            "稍后重试；若持续出现，请向运营方提供 requestId。",
        ),
        message: Some("a fault of this server: try again later, and tell its operator the requestId if it stays"),
    },
    CodeText {
        code: BusinessCode::PermissionDenied,
        meaning: Text::new("The token may not ask this endpoint or platform.", "令牌无权访问该接口或内容类型。"),
        what_to_do: Text::new("Ask the operator for that scope.", "向运营方申请相应权限。"),
        message: Some("this token may not ask author_cp_info on LIVE_STREAMING: ask the operator for that scope"),
    },
    CodeText {
        code: BusinessCode::InsufficientBalance,
        meaning: Text::new("The account's balance does not cover the price.", "账户余额不足。"),
        what_to_do: Text::new("Have the account topped up.", "请为账户充值。"),
        message: Some(
            "the balance of 0.005 yuan does not cover the price of 0.01 yuan: ask the operator to top up the account",
        ),
    },
    CodeText {
        code: BusinessCode::SpendingCapReached,
        meaning: Text::new("The token has spent what it may in all.", "令牌已达到累计消费上限。"),
        what_to_do: Text::new("Have the cap raised, or use another token.", "申请提高上限，或更换令牌。"),
        message: Some(
            "this token may spend 5 yuan in all, and an answer of 0.01 yuan would exceed that: ask the operator to raise it",
        ),
    },
];
