//! The operation of an endpoint.

use serde_json::{Map, Value, json};

use super::schema::{self, success_name};
use super::{TOKEN_IN_QUERY, tag};
use crate::header::{HEADER_ACCEPT_LANGUAGE, HEADER_AUTHORIZATION, HEADER_IDEMPOTENCY_KEY};
use crate::{
    Body, Endpoint, Form, Lang, Parameter, RequestHeader, Style, Text, code_text, failure_example, success_examples,
};
use domain::BusinessCode;

pub(super) fn operation(endpoint: &Endpoint, lang: Lang) -> Value {
    let notes = endpoint.notes.iter().map(|note| format!("\n\n{}", note.of(lang))).collect::<String>();
    let in_path = endpoint.segment.iter().map(|segment| parameter(segment, "path", lang));
    let in_query = endpoint.parameters.iter().map(|defined| parameter(defined, "query", lang));
    // OpenAPI tells of Authorization by the security scheme, and wants it nowhere else.
    let in_header = endpoint.request_headers().filter(|header| header.field.name != HEADER_AUTHORIZATION);
    let in_header = in_header.map(|header| request_header(header, lang));
    let parameters: Vec<Value> = in_path.chain(in_query).chain(in_header).collect();
    let security = match endpoint.style {
        // The token may be a parameter, as in the public definition; in the header it stays out of URLs.
        Style::Envelope => json!([{"bearer": []}, {TOKEN_IN_QUERY: []}]),
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
        let media = json!({"schema": schema::posted(body.fields, lang), "example": example});
        operation["requestBody"] = json!({"required": true, "content": {"application/json": media}});
    }
    operation
}

fn request_header(header: &RequestHeader, lang: Lang) -> Value {
    let field = &header.field;
    let schema = match field.name {
        HEADER_IDEMPOTENCY_KEY => schema::idempotency_key(),
        _ => schema::of_kind(field.kind, lang),
    };
    let mut parameter = json!({
        "name": field.name, "in": "header", "required": field.required, "description": schema::about(field, lang),
        "schema": schema,
    });
    if field.name == HEADER_ACCEPT_LANGUAGE {
        parameter["example"] = lang.tag().into();
    }
    parameter
}

/// A parameter as OpenAPI has it: its name, place, description and schema.
pub(crate) fn parameter(defined: &Parameter, place: &str, lang: Lang) -> Value {
    let mut schema = json!({"type": "string"});
    if !defined.values.is_empty() {
        schema["enum"] = defined.values.into();
    }
    if let Some(default) = defined.default {
        schema["default"] = match (defined.form, default.parse::<u64>()) {
            (Form::Whole(..), Ok(number)) => number.into(),
            _ => default.into(),
        };
    }
    defined.form.state(&mut schema);
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
    let one = |status: u16| (status.to_string(), response(endpoint, status, lang));
    endpoint.statuses().into_iter().map(one).collect()
}

fn response(endpoint: &Endpoint, status: u16, lang: Lang) -> Value {
    let (schema, media) = match (status, endpoint.style) {
        (200, _) if endpoint.lines => (success_name(endpoint), "application/x-ndjson"),
        (200, _) => (success_name(endpoint), "application/json"),
        (_, Style::Envelope) => ("Failure".to_owned(), "application/json"),
        (_, Style::Plain) => ("Problem".to_owned(), "application/problem+json"),
    };
    let mut content = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
    let examples = examples(endpoint, status, lang);
    if !examples.is_empty() {
        content["examples"] = examples.into();
    }
    let headers = endpoint.reply_headers().filter(|header| header.is_sent(endpoint, status));
    let headers: Map<String, Value> = headers
        .map(|header| header.field.name)
        .map(|name| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")})))
        .collect();
    json!({"description": meaning(endpoint, status, lang), "headers": headers, "content": {media: content}})
}

/// The codes that come with a status.
fn codes(endpoint: &Endpoint, status: u16) -> impl Iterator<Item = BusinessCode> {
    endpoint.codes.iter().copied().filter(move |code| code.http_status() == status)
}

/// What a status says.
fn meaning(endpoint: &Endpoint, status: u16, lang: Lang) -> String {
    let of_status = match status {
        408 => Some(SLOW_BODY),
        415 => Some(ENCODED_BODY),
        422 => Some(REUSED_KEY),
        504 => Some(ONLY_IF_CACHED),
        _ => None,
    };
    let meanings = codes(endpoint, status).map(|code| {
        let about = code_text(code);
        let space = if lang == Lang::Zh { "" } else { " " };
        format!("code {}{}{}{space}{}", code.number(), lang.colon(), about.meaning.of(lang), about.what_to_do.of(lang))
    });
    let long_body = endpoint.body.filter(|_| status == 413).map(|body| long_body(body, lang));
    meanings.chain(of_status.map(|text| text.of(lang).to_owned())).chain(long_body).collect::<Vec<_>>().join("\n\n")
}

/// Replies of a status, by what they are of.
fn examples(endpoint: &Endpoint, status: u16, lang: Lang) -> Map<String, Value> {
    let of_json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    if status == 200 {
        let examples = success_examples(endpoint, lang).into_iter();
        return examples.map(|(name, reply)| (name.to_owned(), json!({"value": of_json(&reply)}))).collect();
    }
    let example = |code: BusinessCode| {
        let (about, reply) = (code_text(code).meaning.of(lang), failure_example(endpoint, code, lang));
        (format!("code{}", code.number()), json!({"summary": about, "value": of_json(&reply)}))
    };
    codes(endpoint, status).map(example).collect()
}

const VALUES: Text = Text::new("\n\nAvailable Values:", "\n\n可选值：");
const ONLY_IF_CACHED: Text = Text::new(
    "code 301: nothing stored answers the question, and only-if-cached forbids asking for it.",
    "code 301：没有已存的答案，且 only-if-cached 禁止向上游查询。",
);
const SLOW_BODY: Text =
    Text::new("code 400: the body did not come within ten seconds.", "code 400：请求体未在 10 秒内到齐。");
const ENCODED_BODY: Text =
    Text::new("code 400: the body has a Content-Encoding.", "code 400：请求体使用了 Content-Encoding。");
const REUSED_KEY: Text = Text::new(
    "code 400: the Idempotency-Key stands for another request of the last 24 hours.",
    "code 400：该 Idempotency-Key 在过去 24 小时内已用于另一请求。",
);

fn long_body(body: Body, lang: Lang) -> String {
    let most = body.size_max();
    match lang {
        Lang::En => format!("code 400: the body has more than {most}."),
        Lang::Zh => format!("code 400：请求体超过 {most}。"),
    }
}
