//! OpenAPI 3.1 documents: of the whole API, of one endpoint, of the admin API.

mod admin;
mod endpoint;
mod public;
mod schema;

use domain::Sentence;
use serde_json::{Map, Value, json};

pub(crate) use endpoint::parameter;
pub use public::{DETAIL, PING};
pub(crate) use schema::{idempotency_key, posted};

use crate::header::TOKEN_IN_HEADER;
use crate::{AUTHOR_CP_INFO, BaseUrl, ENDPOINTS, Endpoint, Lang, PARAM_TOKEN, Style, Text};

/// A server to name in documents.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its base URL; none for the server that the document comes from.
    pub url: Option<BaseUrl>,
    /// What it is called.
    pub name: Sentence,
}

/// The document of the whole API.
pub fn whole(lang: Lang, servers: &[Server]) -> Value {
    let mut document = document(ENDPOINTS, Text::new("Astrolabe", "Astrolabe"), lang, servers);
    if let Some(paths) = document["paths"].as_object_mut() {
        paths.extend(public::paths(lang));
    }
    document
}

/// The document of one endpoint.
pub fn single(endpoint: &'static Endpoint, lang: Lang, servers: &[Server]) -> Value {
    document(&[endpoint], endpoint.title, lang, servers)
}

/// The document of the admin API, which is served on an address of its own.
pub fn admin(lang: Lang) -> Value {
    admin::document(lang)
}

/// Indented, with a line end, as it is served and kept.
pub fn text(document: &Value) -> String {
    // A value of JSON can be written as such.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

fn document(endpoints: &[&'static Endpoint], title: Text, lang: Lang, servers: &[Server]) -> Value {
    let paths: Map<String, Value> = endpoints
        .iter()
        .map(|endpoint| {
            (
                endpoint.path.to_owned(),
                json!({(endpoint.method().to_ascii_lowercase()): endpoint::operation(endpoint, lang)}),
            )
        })
        .collect();
    let uses = |style| endpoints.iter().any(|endpoint| endpoint.style == style);
    let mut tags = Vec::new();
    if uses(Style::Envelope) {
        tags.push(json!({"name": TAG_XINGTU.of(lang), "description": XINGTU_IS.of(lang)}));
    }
    if uses(Style::Plain) {
        tags.push(json!({"name": TAG_OURS.of(lang), "description": OURS_IS.of(lang)}));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info(title.of(lang), ABOUT, lang),
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(uses(Style::Envelope), lang),
            "headers": schema::headers(endpoints, lang),
            "schemas": schema::components(endpoints, lang),
        },
    });
    if !servers.is_empty() {
        document["servers"] = servers
            .iter()
            .map(|server| {
                let url = server.url.as_ref().map_or("/", BaseUrl::as_str);
                json!({"url": url, "description": server.name.of(lang)})
            })
            .collect();
    }
    document
}

/// How the token is sent.
fn security_schemes(may_be_in_query: bool, lang: Lang) -> Value {
    let mut schemes = json!({"bearer": {"type": "http", "scheme": "bearer", "description": TOKEN_IN_HEADER.of(lang)}});
    if may_be_in_query {
        schemes[TOKEN_IN_QUERY] = json!({"type": "apiKey", "in": "query", "name": PARAM_TOKEN});
    }
    schemes
}

fn info(title: &str, about: Text, lang: Lang) -> Value {
    json!({
        "title": title,
        "version": env!("CARGO_PKG_VERSION"),
        "description": about.of(lang),
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

/// The scheme of the token as a parameter.
const TOKEN_IN_QUERY: &str = "token";

/// The tag of an endpoint.
fn tag(endpoint: &Endpoint) -> Text {
    if endpoint.path == AUTHOR_CP_INFO.path { TAG_XINGTU } else { TAG_OURS }
}

const TAG_XINGTU: Text = Text::new("Douyin Creator Marketplace (Xingtu)", "抖音星图");
const XINGTU_IS: Text = Text::new(
    "The public contract of the Douyin Xingtu family: an envelope whose code decides.",
    "公开的抖音星图接口规范：以信封中的 code 判断结果。",
);
const TAG_OURS: Text = Text::new("Astrolabe", "Astrolabe");
const OURS_IS: Text = Text::new(
    "What goes beyond the contract: plain JSON, and problems of RFC 9457.",
    "接口规范之外的扩展：普通 JSON，失败时遵循 RFC 9457。",
);
const ABOUT: Text = Text::new(
    "What a placement with a Douyin creator costs for what it brings.",
    "投放一位抖音达人，花多少钱、换来什么。",
);
