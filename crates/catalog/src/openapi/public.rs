//! The operations that need no token and are no endpoints of the catalog: whether the server answers, and how an endpoint did
//! lately.

use serde_json::{Value, json};

use super::{TAG_XINGTU, schema};
use crate::answer::field;
use crate::{AnswerField, AnswerKind, ENDPOINTS, Lang, Text};

/// Answers `"pong"`.
pub const PING: &str = "/ping";

/// Tells how an endpoint did in the last 24 hours, with an example of each of its answers.
pub const DETAIL: &str = "/status/api-example/detail";

/// `data` of an answer about an endpoint; `examples`, whose names differ, is added to it.
const DETAIL_DATA: &[AnswerField] = &[
    field("api", AnswerKind::Text, "The short name of the endpoint.", "接口的短名称。"),
    field("path", AnswerKind::Text, "Its path.", "接口路径。"),
    field("method", AnswerKind::OneOf(&["GET", "POST"]), "Its method.", "请求方法。"),
    field("summary", AnswerKind::Text, "What it is for.", "接口用途。"),
    field(
        "last24h",
        AnswerKind::Objects(HOUR),
        "Hour by hour, the oldest first; of Author CP Info only.",
        "按小时列出，最早的在前；仅限达人性价比接口。",
    )
    .or_absent(),
];

const HOUR: &[AnswerField] = &[
    field("from", AnswerKind::Moment, "When the hour began.", "该小时的开始时间。"),
    field("succeeded", AnswerKind::Whole, "Answers.", "成功次数。"),
    field("refused", AnswerKind::Whole, "Refusals that lie with the caller.", "因调用方原因被拒绝的次数。"),
    field("failed", AnswerKind::Whole, "Failures of the server or its sources.", "服务或数据源失败的次数。"),
];

const PING_IS: Text = Text::new("Whether the server answers.", "检查服务是否可用。");
const PONG: Text = Text::new("It does.", "服务可用。");
const DETAIL_IS: Text = Text::new(
    "How an endpoint did in the last 24 hours, and an example of each of its answers.",
    "接口最近 24 小时的运行情况，以及各种响应的示例。",
);
const API: Text = Text::new("The endpoint, by its short name or its path.", "接口的短名称或路径。");
const FOUND: Text = Text::new("What is known of it.", "该接口的情况。");
const NOT_FOUND: Text = Text::new(
    "code 400: there is no such endpoint; the message names those there are.",
    "code 400：没有此接口；message 会列出全部接口。",
);
const EXAMPLES: Text = Text::new("Replies, by name.", "示例响应，以名称区分。");

/// The operations, by path.
pub(super) fn paths(lang: Lang) -> impl Iterator<Item = (String, Value)> {
    [(PING, ping(lang)), (DETAIL, detail(lang))]
        .map(|(path, operation)| (path.to_owned(), json!({"get": operation})))
        .into_iter()
}

fn ping(lang: Lang) -> Value {
    let pong = json!({"type": "string", "const": "pong"});
    json!({
        "operationId": "ping", "summary": PING_IS.of(lang), "tags": [TAG_XINGTU.of(lang)], "security": [],
        "responses": {"200": reply(PONG, schema::success_envelope(pong, lang), lang)},
    })
}

fn detail(lang: Lang) -> Value {
    let mut data = schema::object(DETAIL_DATA, lang);
    data["properties"]["examples"] = json!({"type": "object", "description": EXAMPLES.of(lang)});
    let names: Vec<&str> = ENDPOINTS.iter().flat_map(|endpoint| [endpoint.name, endpoint.path]).collect();
    let api = json!({
        "name": "api", "in": "query", "required": true, "description": API.of(lang),
        "schema": {"type": "string", "enum": names},
    });
    json!({
        "operationId": "detail", "summary": DETAIL_IS.of(lang), "tags": [TAG_XINGTU.of(lang)], "security": [],
        "parameters": [api],
        "responses": {
            "200": reply(FOUND, schema::success_envelope(data, lang), lang),
            "400": reply(NOT_FOUND, json!({"$ref": "#/components/schemas/Failure"}), lang),
        },
    })
}

fn reply(about: Text, schema: Value, lang: Lang) -> Value {
    json!({"description": about.of(lang), "content": {"application/json": {"schema": schema}}})
}
