//! The envelope, and the problem of RFC 9457.

use crate::AnswerField;
use crate::answer::AnswerKind::{Moment, Object, Text, Whole};
use crate::answer::field;

/// The contract's envelope, on success and failure.
pub const ENVELOPE: &[AnswerField] = &[
    field("code", Whole, "The business code: 0 is success. Decide by it.", "业务码：0 表示成功。请以此判断结果。"),
    field(
        "message",
        Text,
        "What is wrong, in a sentence to act on; null on success.",
        "失败原因及处理建议；成功时为 null。",
    )
    .or_null(),
    field("recordTime", Moment, "When the reply was made.", "响应生成时间。"),
    field("requestId", Text, "The request's id, to name when asking about it.", "请求编号，用于查询或反馈问题。"),
    field("data", Object(&[]), "The answer; null on failure.", "答案；失败时为 null。").or_null(),
];

/// A failure as RFC 9457 has it.
pub const PROBLEM: &[AnswerField] = &[
    field("type", Text, "Always about:blank: the code tells more.", "固定为 about:blank；详情见 code。"),
    field(
        "title",
        Text,
        "The HTTP status in words, in the language of detail.",
        "HTTP 状态的文字说明，语言与 detail 相同。",
    ),
    field("status", Whole, "The HTTP status.", "HTTP 状态码。"),
    field("detail", Text, "What is wrong, in a sentence to act on.", "失败原因及处理建议。"),
    field("code", Whole, "The business code.", "业务码。"),
    field("requestId", Text, "The request's id.", "请求编号。"),
];
