//! The operation of an endpoint.

use serde_json::{Map, Value, json};

use super::schema::{self, success_name};
use super::tag;
use crate::{
    Endpoint, HEADER_AGE, HEADER_CHARGED, HEADER_IDEMPOTENCY_KEY, HEADER_IDEMPOTENCY_REPLAYED, HEADER_REQUEST_ID,
    HEADER_SOURCE, Lang, Parameter, Style, Text, code_text, failure_example, success_examples,
};
use domain::BusinessCode;

pub(super) fn operation(endpoint: &Endpoint, lang: Lang) -> Value {
    let notes = endpoint.notes.iter().map(|note| format!("\n\n{}", note.of(lang))).collect::<String>();
    let in_path = endpoint.segment.iter().map(|segment| parameter(segment, "path", lang));
    let in_query = endpoint.parameters.iter().map(|defined| parameter(defined, "query", lang));
    let mut parameters: Vec<Value> = in_path.chain(in_query).collect();
    if endpoint.is_paid() {
        parameters.push(json!({
            "name": HEADER_IDEMPOTENCY_KEY, "in": "header", "required": false,
            "description": IDEMPOTENCY.of(lang),
            "schema": schema::idempotency_key(),
        }));
    }
    parameters.push(json!({
        "name": "Accept-Language", "in": "header", "required": false, "description": ACCEPT_LANGUAGE.of(lang),
        "schema": {"type": "string"}, "example": lang.tag(),
    }));
    let security = match endpoint.style {
        Style::Envelope => {
            parameters.push(json!({
                "name": "Cache-Control", "in": "header", "required": false, "description": CACHE_CONTROL.of(lang),
                "schema": {"type": "string"},
            }));
            // The token is a parameter, as in the public definition; the header takes its place.
            json!([{}, {"bearer": []}])
        }
        Style::Plain => json!([{"bearer": []}]),
    };
    let mut operation = json!({
        "operationId": endpoint.operation_id,
        "summary": endpoint.title.of(lang),
        "description": format!("{}{notes}", endpoint.summary.of(lang)),
        "tags": [tag(endpoint).of(lang)],
        "security": security,
        "parameters": parameters,
        "responses": responses(endpoint, lang),
    });
    if let Some(body) = &endpoint.body {
        let example: Value = serde_json::from_str(body.example).unwrap_or_default();
        let media = json!({"schema": schema::object(body.fields, lang), "example": example});
        operation["requestBody"] = json!({"required": true, "content": {"application/json": media}});
    }
    operation
}

/// A parameter as OpenAPI has it: its name, place, description and schema.
pub(crate) fn parameter(defined: &Parameter, place: &str, lang: Lang) -> Value {
    let mut schema = json!({"type": "string"});
    if !defined.values.is_empty() {
        schema["enum"] = defined.values.into();
    }
    if let Some(default) = defined.default {
        schema["default"] = default.into();
    }
    if let Some(pattern) = defined.pattern {
        schema["pattern"] = pattern.into();
    }
    let mut description = defined.description.of(lang).to_owned();
    if !defined.value_texts.is_empty() {
        let values = defined.values.iter().zip(defined.value_texts);
        description.push_str(VALUES.of(lang));
        description.extend(values.map(|(value, text)| format!("\n- `{value}`{}{}", lang.colon(), text.of(lang))));
    }
    let mut parameter = json!({
        "name": defined.name, "in": place, "required": defined.required, "description": description, "schema": schema,
    });
    if let Some(example) = defined.example {
        parameter["example"] = example.into();
    }
    parameter
}

/// A reply for each HTTP status, with an example for each code that comes with it.
fn responses(endpoint: &Endpoint, lang: Lang) -> Map<String, Value> {
    let mut statuses: Vec<u16> = endpoint.codes.iter().map(|code| code.http_status()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let mut responses: Map<String, Value> =
        statuses.into_iter().map(|status| (status.to_string(), response(endpoint, status, lang))).collect();
    if endpoint.style == Style::Envelope {
        // As 503, with a status of its own by RFC 9111.
        let mut response = response(endpoint, BusinessCode::CollectionFailed.http_status(), lang);
        response["description"] = ONLY_IF_CACHED.of(lang).into();
        responses.insert("504".to_owned(), response);
    }
    if endpoint.body.is_some() {
        for (status, text) in [("408", SLOW_BODY), ("413", LONG_BODY)] {
            let mut response = response(endpoint, BusinessCode::InvalidParameter.http_status(), lang);
            response["description"] = text.of(lang).into();
            for media in response["content"].as_object_mut().into_iter().flat_map(Map::values_mut) {
                *media = json!({"schema": media["schema"]});
            }
            responses.insert(status.to_owned(), response);
        }
    }
    responses
}

fn response(endpoint: &Endpoint, status: u16, lang: Lang) -> Value {
    let codes: Vec<BusinessCode> = endpoint.codes.iter().copied().filter(|code| code.http_status() == status).collect();
    let meanings = codes.iter().map(|code| {
        let about = code_text(*code);
        let space = if lang == Lang::Zh { "" } else { " " };
        format!("code {}{}{}{space}{}", code.number(), lang.colon(), about.meaning.of(lang), about.what_to_do.of(lang))
    });
    let description = meanings.collect::<Vec<_>>().join("\n\n");
    let of_json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (schema, media, examples): (String, &str, Map<String, Value>) = match (status, endpoint.style) {
        (200, _) => {
            let examples = success_examples(endpoint).into_iter();
            let examples = examples.map(|(name, reply)| (name.to_owned(), json!({"value": of_json(&reply)})));
            let media = if endpoint.lines { "application/x-ndjson" } else { "application/json" };
            (success_name(endpoint), media, examples.collect())
        }
        (_, style) => {
            let example = |code: BusinessCode| {
                let about = code_text(code).meaning.of(lang);
                (
                    format!("code{}", code.number()),
                    json!({"summary": about, "value": of_json(&failure_example(endpoint, code, lang))}),
                )
            };
            let examples = codes.iter().map(|code| example(*code)).collect();
            match style {
                Style::Envelope => ("Failure".to_owned(), "application/json", examples),
                Style::Plain => ("Problem".to_owned(), "application/problem+json", examples),
            }
        }
    };
    let reference = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({
        "description": description,
        "headers": headers(endpoint, status, lang),
        "content": {media: {"schema": reference, "examples": examples}},
    })
}

/// The headers to read of a reply.
fn headers(endpoint: &Endpoint, status: u16, lang: Lang) -> Map<String, Value> {
    let mut headers = Map::new();
    let mut add = |name: &str, kind: &str, text: Text| {
        headers.insert(name.to_owned(), json!({"description": text.of(lang), "schema": {"type": kind}}));
    };
    add(HEADER_REQUEST_ID, "string", Text::new("The request's id.", "请求编号。"));
    add("RateLimit", "string", Text::new("What is left of each limit.", "各项限制的剩余量。"));
    add("RateLimit-Policy", "string", Text::new("Each limit and its window.", "各项限制及其时间窗口。"));
    if status == 200 && endpoint.style == Style::Envelope {
        add(
            HEADER_SOURCE,
            "string",
            Text::new(
                "Where the answer comes from: local, cache, stale or upstream.",
                "答案来源：local、cache、stale 或 upstream。",
            ),
        );
        add(HEADER_AGE, "integer", Text::new("The age of the data, in seconds.", "数据的时效（秒）。"));
        let age = Text::new(
            "The same, on an answer of the source cache or stale only: how long ago it was obtained.",
            "同上，仅当来源为 cache 或 stale 时返回：答案取得至今的秒数。",
        );
        add("Age", "integer", age);
    }
    if status == 200 && endpoint.is_priced() {
        add(HEADER_CHARGED, "string", Text::new("What was charged, in yuan.", "本次扣费（元）。"));
        add(HEADER_IDEMPOTENCY_REPLAYED, "boolean", Text::new("true on a reply given before.", "重放的响应为 true。"));
    }
    if status != 200 || endpoint.translated {
        let tags = Text::new("The language of its sentences: en or zh-CN.", "说明文字的语言：en 或 zh-CN。");
        add("Content-Language", "string", tags);
        add("Vary", "string", Text::new("Accept-Language, which decides that.", "Accept-Language：语言由其决定。"));
    }
    if status == 401 {
        add(
            "WWW-Authenticate",
            "string",
            Text::new("Bearer: the token belongs in a header.", "Bearer：令牌应置于请求头。"),
        );
    }
    if matches!(status, 429 | 500 | 503) {
        add("Retry-After", "integer", Text::new("When to try again, in seconds.", "多少秒后可重试。"));
    }
    headers
}

const VALUES: Text = Text::new("\n\nAvailable Values:", "\n\n可选值：");
const CACHE_CONTROL: Text = Text::new(
    "What stored answers will do, where the operator buys answers from upstreams: no-cache, only-if-cached, max-age, min-fresh, max-stale.",
    "运营方从上游购买答案时，对已存答案的要求：no-cache、only-if-cached、max-age、min-fresh、max-stale。",
);
const ONLY_IF_CACHED: Text = Text::new(
    "code 301: nothing stored answers the question, and only-if-cached forbids asking for it.",
    "code 301：没有已存的答案，且 only-if-cached 禁止向上游查询。",
);
const SLOW_BODY: Text =
    Text::new("code 400: the body did not come within ten seconds.", "code 400：请求体未在 10 秒内到齐。");
const LONG_BODY: Text = Text::new("code 400: the body has more than 256 KiB.", "code 400：请求体超过 256 KiB。");
const ACCEPT_LANGUAGE: Text = Text::new(
    "The language of sentences, such as why something is refused: English or Chinese (zh); English where neither is asked for.",
    "说明文字（如拒绝的原因）的语言：中文（zh）或英文；均未要求时为英文。",
);
const IDEMPOTENCY: Text = Text::new(
    "Makes a paid request happen once: the same request under the same key is answered again and not charged again, for 24 hours.",
    "使付费请求只发生一次：24 小时内相同请求携带相同的键，将返回原响应且不再扣费。",
);
