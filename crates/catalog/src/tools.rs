//! Every endpoint as a tool of the Model Context Protocol, by which assistants call programs: what `tools/list` tells of
//! it, and the request that a call of it means.

use form_urlencoded::{Serializer, byte_serialize};
use serde_json::{Map, Value, json};

use crate::openapi::{idempotency_key, parameter, posted};
use crate::{Billing, ENDPOINTS, Endpoint, Lang, PARAM_TOKEN, Parameter, Text, endpoint};

/// The argument that becomes the header Idempotency-Key.
const ONCE_KEY: &str = "idempotencyKey";

/// All tools, as `tools/list` has them.
pub fn tools(lang: Lang) -> Vec<Value> {
    ENDPOINTS.iter().map(|endpoint| tool(endpoint, lang)).collect()
}

fn tool(endpoint: &Endpoint, lang: Lang) -> Value {
    let notes = endpoint.notes.iter().map(|note| note.of(lang));
    let cost = (endpoint.billing != Billing::Free).then(|| COSTS.of(lang));
    let description: Vec<&str> = std::iter::once(endpoint.summary.of(lang)).chain(cost).chain(notes).collect();
    json!({
        "name": endpoint.name,
        "title": endpoint.title.of(lang),
        "description": description.join("\n\n"),
        "inputSchema": input_schema(endpoint, lang),
        // What costs something changes a balance, and the same once more.
        "annotations": {
            "readOnlyHint": endpoint.billing == Billing::Free,
            "destructiveHint": false,
            "idempotentHint": endpoint.billing == Billing::Free,
            "openWorldHint": false,
        },
    })
}

fn input_schema(endpoint: &Endpoint, lang: Lang) -> Value {
    let mut schema =
        endpoint.body.map_or_else(|| json!({"type": "object", "properties": {}}), |body| posted(body.fields, lang));
    schema["additionalProperties"] = false.into();
    for defined in parameters(endpoint) {
        let mut told = parameter(defined, "query", lang);
        let mut property = told["schema"].take();
        property["description"] = told["description"].take();
        schema["properties"][defined.name] = property;
    }
    let required: Vec<&str> =
        parameters(endpoint).filter(|parameter| parameter.required).map(|known| known.name).collect();
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if endpoint.billing != Billing::Free {
        schema["properties"][ONCE_KEY] = idempotency_key();
        schema["properties"][ONCE_KEY]["description"] = ONCE_KEY_TEXT.of(lang).into();
    }
    schema
}

/// What is put into the address. The token never is: the program that asks has it, not the assistant.
fn parameters(endpoint: &Endpoint) -> impl Iterator<Item = &Parameter> {
    endpoint.segment.iter().chain(endpoint.parameters).filter(|parameter| parameter.name != PARAM_TOKEN)
}

const COSTS: Text = Text::new(
    "A success may cost money: the tool account tells the prices and the balance.",
    "成功的调用可能计费：价格与余额可用 account 查询。",
);

const ONCE_KEY_TEXT: Text = Text::new(
    "Any text of your own, 1 to 255 characters: the same call with the same text within 24 hours is answered again and not charged again.",
    "自定的任意文本，1 至 255 个字符：24 小时内以相同文本重复同一调用，将再次返回结果且不再计费。",
);

/// The request that a call of a tool means.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// The endpoint.
    pub endpoint: &'static Endpoint,
    /// The path and, where something is asked in it, the query string.
    pub target: String,
    /// What is posted: JSON, where the endpoint takes a body.
    pub body: Option<String>,
    /// The header Idempotency-Key.
    pub once_key: Option<String>,
}

/// Why a call of a tool means no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolCallError {
    /// There is no tool of that name.
    UnknownTool,
    /// The tool has no such argument, or it cannot be sent; the sentence names those there are.
    Arguments(String),
}

impl ToolCall {
    /// The request that a call means. What the values should be the server says.
    ///
    /// # Errors
    /// [`ToolCallError`], told in the language. Neither names nor values of what was sent are repeated.
    pub fn of(tool: &str, mut arguments: Map<String, Value>, lang: Lang) -> Result<Self, ToolCallError> {
        let endpoint = endpoint(tool).ok_or(ToolCallError::UnknownTool)?;
        let refused = || ToolCallError::Arguments(wrong_arguments(endpoint, lang));
        let missing = |name: &str| ToolCallError::Arguments(missing_argument(endpoint, name, lang));
        let mut taken = |name: &str| arguments.remove(name).filter(|value| !value.is_null());
        let text = |value: Value| plain_text(value).ok_or_else(refused);
        let once_key = match endpoint.billing {
            Billing::Free => None,
            Billing::Success | Billing::Rows => taken(ONCE_KEY).map(text).transpose()?,
        };
        let mut target = endpoint.path.to_owned();
        if let Some(segment) = &endpoint.segment {
            let value = taken(segment.name).map(text).transpose()?.ok_or_else(|| missing(segment.name))?;
            let escaped: String = byte_serialize(value.as_bytes()).collect();
            target = target.replace(&format!("{{{}}}", segment.name), &escaped);
        }
        let mut query = Serializer::new(String::new());
        for parameter in endpoint.parameters.iter().filter(|parameter| parameter.name != PARAM_TOKEN) {
            match taken(parameter.name) {
                Some(value) => _ = query.append_pair(parameter.name, &text(value)?),
                None if parameter.required => return Err(missing(parameter.name)),
                None => {}
            }
        }
        let query = query.finish();
        if !query.is_empty() {
            target = format!("{target}?{query}");
        }
        let fields = endpoint.body.map_or(&[][..], |body| body.fields);
        if arguments.keys().any(|name| fields.iter().all(|field| field.name != name)) {
            return Err(refused());
        }
        let body = endpoint.body.map(|_| Value::Object(arguments).to_string());
        Ok(Self { endpoint, target, body, once_key })
    }
}

/// A text as it is, a number or a flag as it is written, a list as query strings have it: with commas between.
fn plain_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Array(items) if !items.iter().any(Value::is_array) => {
            items.into_iter().map(plain_text).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn missing_argument(endpoint: &Endpoint, name: &str, lang: Lang) -> String {
    let takes = wrong_arguments(endpoint, lang);
    match lang {
        Lang::En => format!("the argument {name} is missing: {takes}"),
        Lang::Zh => format!("缺少参数 {name}：{takes}"),
    }
}

fn wrong_arguments(endpoint: &Endpoint, lang: Lang) -> String {
    let in_body = endpoint.body.iter().flat_map(|body| body.fields).map(|field| field.name);
    let once_key = (endpoint.billing != Billing::Free).then_some(ONCE_KEY);
    let names: Vec<&str> =
        parameters(endpoint).map(|parameter| parameter.name).chain(in_body).chain(once_key).collect();
    match (names.is_empty(), lang) {
        (true, Lang::En) => format!("{} takes no arguments", endpoint.name),
        (true, Lang::Zh) => format!("{} 不接受任何参数", endpoint.name),
        (false, Lang::En) => format!("{} takes these arguments: {}", endpoint.name, names.join(", ")),
        (false, Lang::Zh) => format!("{} 的参数为：{}", endpoint.name, names.join("、")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(tool: &str, arguments: Value) -> Result<ToolCall, ToolCallError> {
        let Value::Object(arguments) = arguments else { panic!("an object") };
        ToolCall::of(tool, arguments, Lang::En)
    }

    #[test]
    fn each_endpoint_is_a_tool_and_takes_no_token() {
        for lang in [Lang::En, Lang::Zh] {
            let tools = tools(lang);
            assert_eq!(tools.len(), ENDPOINTS.len());
            for tool in tools {
                let schema = &tool["inputSchema"];
                assert_eq!(schema["type"], "object", "{tool}");
                assert!(schema["properties"].get(PARAM_TOKEN).is_none(), "{tool}");
                let required = schema["required"].as_array().into_iter().flatten();
                for name in required {
                    assert!(schema["properties"].get(name.as_str().expect("a name")).is_some(), "{tool}");
                }
            }
        }
    }

    #[test]
    fn arguments_become_the_query_string_escaped() {
        let asked = call("author_cp_info", json!({"oAuthorId": 42, "platform": "a b&c", "idempotencyKey": "k"}));
        let asked = asked.expect("a request");
        assert_eq!(asked.target, "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1?oAuthorId=42&platform=a+b%26c");
        assert_eq!((asked.body, asked.once_key.as_deref()), (None, Some("k")));
        let asked = call("compare", json!({"oAuthorIds": ["7", 42]})).expect("a request");
        assert!(asked.target.ends_with("?oAuthorIds=7%2C42"), "{}", asked.target);
        for nested in [json!([["7"]]), json!([{"id": 7}]), json!([null])] {
            call("compare", json!({"oAuthorIds": nested})).expect_err("no list of ids");
        }
        assert_eq!(call("account", json!({})).expect("a request").target, "/v1/account");
    }

    #[test]
    fn arguments_become_the_path_and_the_body() {
        let asked = call("call", json!({"requestId": "../x"})).expect("a request");
        assert_eq!(asked.target, "/v1/calls/..%2Fx");
        let asked = call("batch", json!({"creators": [{"oAuthorId": "42"}], "dryRun": true})).expect("a request");
        assert_eq!(asked.target, "/v1/batch");
        let body: Value = serde_json::from_str(&asked.body.expect("a body")).expect("JSON");
        assert_eq!(body, json!({"creators": [{"oAuthorId": "42"}], "dryRun": true}));
    }

    #[test]
    fn what_a_tool_does_not_take_is_refused_and_not_repeated() {
        assert!(matches!(call("buy_everything", json!({})), Err(ToolCallError::UnknownTool)));
        let secret = "astro_secret";
        for arguments in [
            json!({"oAuthorId": "42", "token": secret}),
            json!({"oAuthorId": {"id": secret}}),
            json!({"oAuthorId": "42", secret: 1}),
        ] {
            let Err(ToolCallError::Arguments(sentence)) = call("author_cp_info", arguments) else { panic!("refused") };
            assert_eq!(sentence, "author_cp_info takes these arguments: oAuthorId, platform, idempotencyKey");
        }
        let Err(ToolCallError::Arguments(sentence)) = call("account", json!({"a": 1})) else { panic!("refused") };
        assert_eq!(sentence, "account takes no arguments");
        for (tool, name) in [("call", "requestId"), ("author_cp_info", "oAuthorId"), ("compare", "oAuthorIds")] {
            let Err(ToolCallError::Arguments(sentence)) = call(tool, json!({})) else { panic!("refused") };
            assert!(sentence.starts_with(&format!("the argument {name} is missing: {tool} takes")), "{sentence}");
        }
    }
}
