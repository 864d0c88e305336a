//! [`catalog::openapi::DETAIL`]: how an endpoint did lately, and an example of its answers.

use std::borrow::Cow;

use catalog::{AUTHOR_CP_INFO, ENDPOINTS, Endpoint, success_examples};
use domain::{BusinessCode, Lang, sentence};
use serde_json::{Value, json};

use crate::contract;
use crate::health::HealthHour;
use crate::moment::rfc3339;
use crate::problem::Problem;
use crate::router::HttpResponse;
use crate::state::Gateway;

/// Answers a request for it. `query` is the raw query string.
pub(crate) fn detail(gateway: &Gateway, query: &str, lang: Lang) -> HttpResponse {
    let api = form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| (name == "api").then_some(value));
    match endpoint(api) {
        Some(endpoint) => {
            let detail = of_endpoint(endpoint, &gateway.health_hours());
            contract::enveloped(gateway, Ok(detail.to_string().as_bytes()), lang)
        }
        None => {
            let names: Vec<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.name).collect();
            let message = sentence!(
                "parameter api names no endpoint: use a path or one of {}",
                "参数 api 未对应任何接口：请填写接口路径，或 {} 之一",
                names.join(", ")
            );
            contract::enveloped(gateway, Err(&Problem::new(BusinessCode::InvalidParameter, message)), lang)
        }
    }
}

/// The endpoint of a short name or a path.
fn endpoint(api: Option<Cow<'_, str>>) -> Option<&'static Endpoint> {
    let api = api?;
    ENDPOINTS.iter().copied().find(|endpoint| endpoint.name == api || endpoint.path == api)
}

fn of_endpoint(endpoint: &Endpoint, hours: &[HealthHour]) -> Value {
    // As the summary: a success has no language of its own.
    let examples = success_examples(endpoint, Lang::En).into_iter();
    let examples: serde_json::Map<String, Value> =
        examples.map(|(name, reply)| (name.to_owned(), serde_json::from_str(&reply).unwrap_or_default())).collect();
    let mut detail = json!({
        "api": endpoint.name, "path": endpoint.path, "method": endpoint.method(), "summary": endpoint.summary.en,
        "examples": examples,
    });
    // Only the contract's endpoint is counted.
    if endpoint.number == AUTHOR_CP_INFO.number {
        detail["last24h"] = hours.iter().map(of_hour).collect();
    }
    detail
}

fn of_hour(hour: &HealthHour) -> Value {
    json!({
        "from": rfc3339(hour.hour * 3_600_000), "succeeded": hour.succeeded, "refused": hour.refused,
        "failed": hour.failed,
    })
}
