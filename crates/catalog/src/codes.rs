//! What each business code means, and what to do about it.

use domain::BusinessCode;

use crate::{Style, Text};

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
    message: Option<Text>,
}

impl CodeText {
    /// A message as an endpoint of this style sends it with the code; none on success.
    pub fn message(&self, style: Style) -> Option<Text> {
        match (self.code, style) {
            (BusinessCode::InvalidToken, Style::Plain) => Some(WRONG_TOKEN_IN_HEADER),
            _ => self.message,
        }
    }

    /// Whether a reply with the code is charged.
    pub fn is_billed(&self) -> bool {
        self.code == BusinessCode::Success
    }
}

const WRONG_TOKEN_IN_HEADER: Text = Text::new(
    "the token is missing, unknown, disabled or expired: send a valid one as Authorization: Bearer …",
    "令牌缺失、不存在、已停用或已过期：请以 Authorization: Bearer … 发送有效的令牌",
);

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
        meaning: Text::new(
            "The token is missing, unknown, disabled or expired, or two different ones are sent.",
            "令牌缺失、不存在、已停用或已过期，或同时发送了两个不同的令牌。",
        ),
        what_to_do: Text::new(
            "Check the token and how it is sent; ask the operator for a new one.",
            "检查令牌及其发送方式；向运营方申请新令牌。",
        ),
        message: Some(Text::new(
            "the token is missing, unknown, disabled or expired: send a valid one as Authorization: Bearer … or as the parameter token",
            "令牌缺失、不存在、已停用或已过期：请以 Authorization: Bearer … 或参数 token 发送有效的令牌",
        )),
    },
    CodeText {
        code: BusinessCode::CollectionFailed,
        meaning: Text::new("The data cannot be read at the moment.", "暂时无法读取数据。"),
        what_to_do: Text::new(
            "Try again after Retry-After, with growing pauses; if it had only-if-cached, send it without.",
            "按 Retry-After 等待后重试，间隔逐次加长；若请求带有 only-if-cached，请去掉后发送。",
        ),
        message: Some(Text::new("the data cannot be read at the moment: try again", "暂时无法读取数据：请重试")),
    },
    CodeText {
        code: BusinessCode::RateLimited,
        meaning: Text::new("Too many requests in a short time.", "请求过于频繁。"),
        what_to_do: Text::new(
            "Wait as long as Retry-After says, then ask less often or less at once.",
            "按 Retry-After 等待，并降低请求频率或并发数。",
        ),
        message: Some(Text::new(
            "too many requests: the limit token-rate allows 10 a second and 20 at once; try again in 1 s",
            "请求过多：限制 token-rate 允许每秒 10 次、突发 20 次；请在 1 秒后重试",
        )),
    },
    CodeText {
        code: BusinessCode::DailyQuotaExceeded,
        meaning: Text::new("The quota of successes of this day is used up.", "当日成功次数配额已用尽。"),
        what_to_do: Text::new(
            "Wait for midnight in Asia/Shanghai, as Retry-After says, or have the quota raised.",
            "等待上海时区零点重置（见 Retry-After），或申请提高配额。",
        ),
        message: Some(Text::new(
            "the account's quota of 1000 answers a day is used up: it is whole again at midnight in Asia/Shanghai, in 3600 s",
            "账户每日 1000 次的配额已用完：将于上海时间零点（3600 秒后）恢复",
        )),
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
        message: Some(Text::new(
            "parameter oAuthorId is missing: add oAuthorId=… to the query string",
            "缺少参数 oAuthorId：请在查询字符串中加上 oAuthorId=…",
        )),
    },
    CodeText {
        code: BusinessCode::NotFound,
        meaning: Text::new("There is nothing at this path.", "路径或对象不存在。"),
        what_to_do: Text::new("Check the path.", "检查请求路径。"),
        message: Some(Text::new(
            "this account has no call of that requestId, or not any more",
            "该账户没有此 requestId 的调用，或其记录已不再保留",
        )),
    },
    CodeText {
        code: BusinessCode::Internal,
        meaning: Text::new("A fault of the server.", "服务器内部错误。"),
        what_to_do: Text::new(
            "Try again later; tell the operator the requestId if it stays.",
            "稍后重试；若持续出现，请向运营方提供 requestId。",
        ),
        message: Some(Text::new(
            "a fault of this server: try again later, and tell its operator the requestId if it stays",
            "服务器内部故障：请稍后重试；若持续出现，请将 requestId 告知运营方",
        )),
    },
    CodeText {
        code: BusinessCode::PermissionDenied,
        meaning: Text::new("The token may not ask this endpoint or platform.", "令牌无权访问该接口或内容类型。"),
        what_to_do: Text::new("Ask the operator for that scope.", "向运营方申请相应权限。"),
        message: Some(Text::new(
            "this token may not ask author_cp_info on LIVE_STREAMING: ask the operator for that scope",
            "该令牌无权通过 author_cp_info 查询 LIVE_STREAMING：请向运营方申请该访问范围",
        )),
    },
    CodeText {
        code: BusinessCode::InsufficientBalance,
        meaning: Text::new("The account's balance does not cover the price.", "账户余额不足。"),
        what_to_do: Text::new("Have the account topped up.", "请为账户充值。"),
        message: Some(Text::new(
            "the balance of 0.005 yuan does not cover the price of 0.01 yuan: ask the operator to top up the account",
            "余额 0.005 元，不足以支付本次的 0.01 元：请联系运营方为账户充值",
        )),
    },
    CodeText {
        code: BusinessCode::SpendingCapReached,
        meaning: Text::new("The token has spent what it may in all.", "令牌已达到累计消费上限。"),
        what_to_do: Text::new("Have the cap raised, or use another token.", "申请提高上限，或更换令牌。"),
        message: Some(Text::new(
            "this token may spend 5 yuan in all, and an answer of 0.01 yuan would exceed that: ask the operator to raise it",
            "该令牌的累计花费上限为 5 元，再扣 0.01 元将超出：请联系运营方提高上限",
        )),
    },
];
