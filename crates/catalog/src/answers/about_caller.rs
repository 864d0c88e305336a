//! What callers are told about themselves.

use crate::AnswerField;
use crate::answer::AnswerKind::{AmountsByName, Day, DecimalText, Moment, Object, Objects, OneOf, Text, Texts, Whole};
use crate::answer::field;

pub(crate) const ACCOUNT_ANSWER: &[AnswerField] = &[
    field("account", Object(ACCOUNT), "The account that the token belongs to.", "令牌所属账户。"),
    field("token", Object(TOKEN), "The token that asks.", "当前令牌。"),
    field("priceYuan", AmountsByName, "What a success costs, by endpoint.", "各接口单次成功的价格。")
        .in_unit("yuan", "元"),
    field("day", Day, "Today in Asia/Shanghai.", "当天日期（上海时区）。"),
    field("quotasResetAt", Moment, "When the daily quotas are whole again.", "每日配额的重置时间。"),
];

const ACCOUNT: &[AnswerField] = &[
    yuan("balanceYuan", "What can still be spent.", "可用余额。"),
    yuan("heldYuan", "What is set aside for calls whose end is not known yet.", "为未决调用预留的金额。"),
    yuan("chargedYuan", "What was charged for good.", "已扣费总额。"),
    LIMITS,
    QUOTA_LEFT,
];

const TOKEN: &[AnswerField] = &[
    field("number", Whole, "The token's number.", "令牌编号。"),
    field("hint", Text, "The first and the last characters of the token.", "令牌的首尾字符。"),
    yuan("spentYuan", "What it spent, with what is set aside.", "累计消费（含预留）。"),
    yuan("spendingCapYuan", "The most it may ever spend; null without a cap.", "累计消费上限；null 为不限。").or_null(),
    LIMITS,
    QUOTA_LEFT,
    field("scopes", Texts, "Where it may ask; everywhere, when empty.", "可访问的范围；为空则不限。"),
    field("expiresAt", Moment, "From when on it is refused; null when never.", "失效时间；null 为永不失效。").or_null(),
];

const LIMITS: AnswerField = field("limits", Object(LIMIT_FIELDS), "Its limits.", "各项限制。");

const QUOTA_LEFT: AnswerField =
    field("dailyQuotaLeft", Whole, "Successes left today; null without a quota.", "当天剩余次数；null 为不限。")
        .in_unit("answers", "次")
        .or_null();

const LIMIT_FIELDS: &[AnswerField] = &[
    field("ratePerSecond", Whole, "Requests a second in the long run; null without.", "长期每秒请求数；null 为不限。")
        .in_unit("requests/s", "次/秒")
        .or_null(),
    field("rateBurst", Whole, "Requests at once after a pause; null without.", "突发请求数；null 为不限。")
        .in_unit("requests", "次")
        .or_null(),
    field("concurrent", Whole, "Requests being answered at once; null without.", "并发请求数；null 为不限。")
        .in_unit("requests", "次")
        .or_null(),
    field("dailyQuota", Whole, "Successes a day in Asia/Shanghai; null without.", "每日成功次数；null 为不限。")
        .in_unit("answers", "次")
        .or_null(),
];

pub(crate) const USAGE_ANSWER: &[AnswerField] = &[
    field("from", Day, "The first day.", "起始日期。"),
    field("to", Day, "The last day.", "结束日期。"),
    field("timeZone", Text, "The zone of the days: Asia/Shanghai.", "日期所用时区：Asia/Shanghai。"),
    field("calls", Whole, "Successes in all.", "成功次数合计。").in_unit("answers", "次"),
    yuan("chargedYuan", "What they cost in all.", "费用合计。"),
    field("rows", Objects(USAGE), "By day, token and endpoint.", "按日、令牌与接口的明细。"),
];

const USAGE: &[AnswerField] = &[
    field("day", Day, "The day.", "日期。"),
    field("token", Whole, "The token's number.", "令牌编号。"),
    field("endpoint", Text, "The endpoint's short name.", "接口简称。").or_null(),
    field("calls", Whole, "Successes.", "成功次数。").in_unit("answers", "次"),
    yuan("chargedYuan", "What they cost.", "费用。"),
];

pub(crate) const CALL_ANSWER: &[AnswerField] = &[
    field("requestId", Text, "The requestId of the reply.", "响应中的 requestId。"),
    field("at", Moment, "When it was asked.", "请求时间。"),
    field(
        "state",
        OneOf(&["held", "succeeded", "rejected", "unknown", "unusable"]),
        "How it ended: held and unknown are settled later.",
        "调用状态：held 与 unknown 将在之后结算。",
    ),
    field("endpoint", Text, "The endpoint's short name.", "接口简称。").or_null(),
    field(
        "oAuthorId",
        Text,
        "The creator asked about; null where it was none in particular.",
        "所查达人 ID；未指定单个达人时为 null。",
    )
    .or_null(),
    field("platform", Text, "The platform asked about; null likewise.", "所查内容类型；同上可为 null。").or_null(),
    field("token", Whole, "The number of the token that asked.", "所用令牌编号。"),
    yuan("priceYuan", "What it costs if it succeeds.", "成功时的价格。"),
    yuan("chargedYuan", "What was charged.", "实际扣费。"),
];

const fn yuan(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, DecimalText, en, zh).in_unit("yuan", "元")
}
