//! The document of the admin API.

use serde_json::{Map, Value, json};

use super::endpoint::parameter;
use super::info;
use crate::admin::{ADMIN_STATUSES, AdminOperation, AdminPath, Status};
use crate::{ADMIN_PATHS, HEADER_IDEMPOTENCY_KEY, Lang, Parameter, Text};

pub(super) fn document(lang: Lang) -> Value {
    let paths: Map<String, Value> = ADMIN_PATHS
        .iter()
        .map(|path| {
            let operations = path.operations.iter();
            let operations = operations.map(|of| (of.method.name().to_ascii_lowercase(), operation(path, of, lang)));
            (path.path.to_owned(), Value::Object(operations.collect()))
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": info(TITLE.of(lang), ABOUT, lang),
        "servers": [{"url": "http://127.0.0.1:8601", "description": SERVER.of(lang)}],
        "security": [{"adminKey": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"adminKey": {"type": "http", "scheme": "bearer", "description": KEY.of(lang)}},
        },
    })
}

fn operation(path: &AdminPath, operation: &AdminOperation, lang: Lang) -> Value {
    let mut parameters = Vec::new();
    if let (Some(text), Some(name)) = (path.segment, segment(path.path)) {
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "description": text.of(lang), "schema": {"type": "string"},
        }));
    }
    parameters.extend(operation.parameters.iter().map(|defined: &Parameter| parameter(defined, "query", lang)));
    if operation.once {
        parameters.push(json!({
            "name": HEADER_IDEMPOTENCY_KEY, "in": "header", "required": true, "description": ONCE.of(lang),
            "schema": super::schema::idempotency_key(),
        }));
    }
    let statuses = operation.statuses.iter().chain(ADMIN_STATUSES);
    let responses: Map<String, Value> = statuses.map(|status| response(*status, lang)).collect();
    let mut value = json!({
        "operationId": operation.operation_id, "summary": operation.summary.of(lang), "responses": responses,
    });
    if !parameters.is_empty() {
        value["parameters"] = parameters.into();
    }
    if !operation.body.is_empty() {
        value["requestBody"] = json!({
            "required": operation.body.iter().any(|field| field.required),
            "content": {"application/json": {"schema": super::schema::posted(operation.body, lang)}},
        });
    }
    value
}

fn segment(path: &str) -> Option<&str> {
    Some(path.split_once('{')?.1.split_once('}')?.0)
}

fn response(status: Status, lang: Lang) -> (String, Value) {
    let media = if status.number < 300 { "application/json" } else { "application/problem+json" };
    let body = json!({"description": status.when.of(lang), "content": {media: {"schema": {"type": "object"}}}});
    (status.number.to_string(), body)
}

const TITLE: Text = Text::new("Astrolabe admin API", "Astrolabe 管理接口");
const ABOUT: Text = Text::new(
    "For operators: accounts, tokens, prices, calls, upstreams, usage. Served on an address of its own.",
    "供运营方使用：账户、令牌、价格、调用、上游与用量。在独立地址上提供。",
);
const SERVER: Text = Text::new("Where the admin API listens by default", "管理接口的默认地址");
const KEY: Text = Text::new("The key that `astrolabe admin key` prints.", "`astrolabe admin key` 打印的密钥。");
const ONCE: Text = Text::new("Makes the request happen once.", "使请求只发生一次。");
