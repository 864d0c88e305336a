//! The lines of a batch.

use super::DATA;
use crate::AnswerField;
use crate::answer::AnswerKind::{DecimalText, Flag, Object, OneOf, Text, Whole};
use crate::answer::field;
use crate::answers::market::HOT_ITEM_POSTS;

/// A row, or, in the last line, the summary.
pub(crate) const BATCH_LINE: &[AnswerField] = &[
    field("row", Whole, "The number of the row in the request, from 1.", "该行在请求中的序号，从 1 开始。").or_absent(),
    field("oAuthorId", Text, "The creator; absent where the row names none that can be read.", "达人 ID；无法识别时没有此字段。").or_absent(),
    field("platform", Text, "The platform; absent likewise.", "内容类型；同上可没有此字段。").or_absent(),
    field(
        "status",
        OneOf(&["answered", "refused", "left", "known", "to_buy"]),
        "answered and charged; refused, with a code; left, since the cost cap is reached. In a dry run known and to_buy are those that would be answered.",
        "answered 为已返回并计费；refused 为未成功（见 code）；left 为因费用上限而未处理。试算时 known 与 to_buy 为可成功的行。",
    )
    .or_absent(),
    field("code", Whole, "The business code, as in Author CP Info; null where the row was not asked.", "业务码，同性价比接口；未查询的行为 null。").or_null().or_absent(),
    field("message", Text, "What is wrong; null on success.", "失败原因；成功时为 null。").or_null().or_absent(),
    field("data", Object(DATA), "The figures, as in Author CP Info; null without success.", "结果，同性价比接口的 data；未成功时为 null。").or_null().or_absent(),
    field("source", Text, "Where the answer comes from; null where it was given before.", "结果来源；重放的结果为 null。").or_null().or_absent(),
    field("ageSeconds", Whole, "The age of the data; null likewise.", "数据的时效；同上可为 null。").in_unit("seconds", "秒").or_null().or_absent(),
    field(
        "hotItemKnown",
        Flag,
        "Whether the hot share is known: where it is not, for no post is recent, the data has a 0; null without success and where the answer was given before.",
        "爆款率是否已知：无近期作品时未知，data 中为 0；未成功或重放的结果为 null。",
    )
    .or_null()
    .or_absent(),
    HOT_ITEM_POSTS.or_absent(),
    field("chargedYuan", DecimalText, "What was charged for the row; in a dry run what would be at most.", "该行扣费；试算时为应扣费用上限。").in_unit("yuan", "元").or_absent(),
    field("requestId", Text, "The id of the call that the row is; absent where the row was not asked.", "该行对应调用的编号；未查询的行没有此字段。").or_absent(),
    field("summary", Object(SUMMARY), "All rows together; in the last line alone.", "全部行的汇总；仅出现在最后一行。").or_absent(),
];

const SUMMARY: &[AnswerField] = &[
    field("rows", Whole, "Rows in all.", "总行数。"),
    field(
        "answered",
        Whole,
        "Rows that were answered; in a dry run that would be.",
        "成功的行数；试算时为可成功的行数。",
    ),
    field("refused", Whole, "Rows that were refused.", "未成功的行数。"),
    field("left", Whole, "Rows that the cost cap left.", "因费用上限而未处理的行数。"),
    field(
        "chargedYuan",
        DecimalText,
        "What was charged in all; in a dry run what would be at most.",
        "扣费合计；试算时为应扣费用上限。",
    )
    .in_unit("yuan", "元"),
    field(
        "chargedBeforeYuan",
        DecimalText,
        "What was charged before for these rows under the same Idempotency-Key, with what is still held for some of them.",
        "此前以相同 Idempotency-Key 为这些行扣除的费用，含其中尚在预留的部分。",
    )
    .in_unit("yuan", "元"),
    field(
        "quota",
        Whole,
        "By how much the daily quotas went down; in a dry run would at most.",
        "占用的每日配额；试算时为上限。",
    )
    .in_unit("answers", "次"),
    field("dryRun", Flag, "Whether nothing was charged or asked, as was wanted.", "是否为试算。"),
];
