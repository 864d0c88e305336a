//! Batch: the figures of many creators in one call.

use crate::about_caller::HEADER_ONLY;
use crate::answer::field;
use crate::answers::BATCH_LINE;
use crate::author_cp_info::{PAID_CODES, PLATFORMS};
use crate::{AnswerField, AnswerKind, Billing, Body, Endpoint, Form, Style, Text};

/// Many creators at once.
pub const BATCH: Endpoint = Endpoint {
    number: 6,
    path: "/v1/batch",
    operation_id: "batch",
    name: "batch",
    slug: "astrolabe-apis/batch",
    title: Text::new("Batch", "批量查询"),
    summary: Text::new(
        "The answers of Author CP Info on up to 1,000 creators in one call: a line of JSON for each, in the order asked, and a summary.",
        "一次调用查询至多 1,000 位达人的性价比：按请求顺序每人一行 JSON，最后一行为汇总。",
    ),
    notes: &[
        Text::new(
            "Each row that is answered costs what a success of author_cp_info costs and counts against the daily quotas as one; rows that are not answered cost nothing, and a creator that is named twice is answered twice and charged once. The token needs the scopes of batch and of author_cp_info.",
            "每一行成功的结果按 author_cp_info 的价格计费，并占用一次每日配额；未成功的行不计费；重复列出的达人只计费一次。令牌须同时具有 batch 与 author_cp_info 的权限。",
        ),
        Text::new(
            "For rates, and for requests at once, a batch is one request. HTTP 200 says that the batch has begun: each row has a code of its own.",
            "就速率与并发限制而言，一个批次只算一次请求。HTTP 200 仅表示批次已开始：每一行各有自己的 code。",
        ),
        Text::new(
            "With dryRun nothing is charged and nobody is asked: the rows tell what they would cost, and the summary the exact most that the batch would.",
            "dryRun 为 true 时不计费、也不查询上游：各行给出应计费用，汇总给出整个批次的最高费用。",
        ),
        Text::new(
            "With maxCostYuan rows that would take the batch above it are left, and cost nothing. What was charged before for the same creators under the same Idempotency-Key counts: to have more rows answered, send the batch again with a larger one.",
            "设定 maxCostYuan 后，会使总费用超出上限的行将被跳过，不查询、不计费。此前以相同 Idempotency-Key 为这些达人扣除的费用计入其中：如需查询其余各行，请提高上限后重新发送。",
        ),
        Text::new(
            "With the header Idempotency-Key a batch that broke off is sent again, with the same creators or more, for 24 hours: rows that were answered are given again and not charged again, the others are answered now.",
            "携带 Idempotency-Key 请求头时，中断的批次可在 24 小时内以相同（或更多）的达人重新发送：已成功的行原样返回且不再计费，其余的行继续处理。",
        ),
        HEADER_ONLY,
    ],
    style: Style::Plain,
    billing: Billing::Rows,
    segment: None,
    parameters: &[],
    body: Some(Body { fields: BODY, bytes_max: 256 << 10, by_row: true, example: EXAMPLE }),
    lines: true,
    translated: true,
    answer: BATCH_LINE,
    codes: PAID_CODES,
};

/// The most creators in one call.
pub const BATCH_MAX: usize = 1_000;

const EXAMPLE: &str = "{\"creators\":[{\"oAuthorId\":\"6826128263245070349\"},{\"oAuthorId\":\"6826128263245070350\",\"platform\":\"LIVE_STREAMING\"}],\"dryRun\":true,\"maxCostYuan\":\"1.2\"}";

const BODY: &[AnswerField] = &[
    field(
        "creators",
        AnswerKind::Objects(CREATOR),
        "Whose figures are asked for: 1 to 1,000 creators.",
        "要查询的达人，1 至 1,000 位。",
    )
    .of_items(1, BATCH_MAX),
    field("dryRun", AnswerKind::Flag, "Only tell what it would cost; false when absent.", "仅估算费用；缺省为 false。")
        .or_absent(),
    field(
        "maxCostYuan",
        AnswerKind::DecimalText,
        "The most that the batch may cost, with what was charged before for these creators under its Idempotency-Key; without, what the account has.",
        "批次费用上限，含此前以相同 Idempotency-Key 为这些达人扣除的费用；缺省仅受账户余额限制。",
    )
    .in_unit("yuan", "元")
    .of_form(Form::MicroYuan)
    .or_absent(),
];

const CREATOR: &[AnswerField] = &[
    field("oAuthorId", AnswerKind::Text, "The creator's id in the marketplace.", "达人的星图 ID。")
        .of_form(Form::AuthorId),
    field(
        "platform",
        AnswerKind::OneOf(PLATFORMS),
        "The content channel; SHORT_VIDEO when absent.",
        "内容类型；缺省为 SHORT_VIDEO。",
    )
    .or_absent(),
];
