//! Our operation of the shared Xingtu endpoint is compatible with the public definition: what clients generated from that
//! one rely on is the same in ours.

use std::path::Path;

use catalog::{AUTHOR_CP_INFO, Lang, openapi};
use serde_json::{Value, json};

/// What the public definition says of the operation (its release e0ede803fa64ee10).
fn facts_of_public() -> Value {
    json!({
        "operationId": "getApiDouyinXingtuGwApiDataSpAuthorCpInfoV1",
        "parameters": [
            {"name": "token", "in": "query", "required": true, "type": "string", "enum": null, "default": null},
            {"name": "oAuthorId", "in": "query", "required": true, "type": "string", "enum": null, "default": null},
            {"name": "platform", "in": "query", "required": false, "type": "string",
             "enum": ["SHORT_VIDEO", "LIVE_STREAMING", "PICTURE_TEXT", "SHORT_DRAMA"], "default": "SHORT_VIDEO"},
        ],
        "statuses": ["200", "400", "401", "403", "429", "500", "503"],
    })
}

/// The same of a document.
fn facts(document: &Value) -> Value {
    let operation = &document["paths"][AUTHOR_CP_INFO.path]["get"];
    let parameters = operation["parameters"].as_array().expect("parameters").iter();
    let parameters: Vec<Value> = parameters
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| {
            let schema = &parameter["schema"];
            json!({"name": parameter["name"], "in": parameter["in"], "required": parameter["required"],
                "type": schema["type"], "enum": schema["enum"], "default": schema["default"]})
        })
        .collect();
    let statuses: Vec<&String> = operation["responses"].as_object().expect("responses").keys().collect();
    json!({"operationId": operation["operationId"], "parameters": parameters, "statuses": statuses})
}

#[test]
fn the_operation_is_the_public_one() {
    let public = facts_of_public();
    for lang in Lang::ALL {
        for document in [openapi::single(&AUTHOR_CP_INFO, lang, &[]), openapi::whole(lang, &[])] {
            let mut ours = facts(&document);
            // The one difference: the header, which keeps the token out of URLs, would do nothing for a client that had to send both.
            let needs_token = ours["parameters"][0]["required"].take();
            assert_eq!(needs_token, false);
            ours["parameters"][0]["required"] = true.into();
            assert_eq!((&ours["operationId"], &ours["parameters"]), (&public["operationId"], &public["parameters"]));
            let statuses = ours["statuses"].as_array().expect("statuses");
            assert!(public["statuses"].as_array().expect("statuses").iter().all(|status| statuses.contains(status)));
        }
    }
}

#[test]
fn the_token_is_sent_in_one_of_two_ways() {
    let document = openapi::single(&AUTHOR_CP_INFO, Lang::En, &[]);
    let security = &document["paths"][AUTHOR_CP_INFO.path]["get"]["security"];
    assert_eq!(security, &json!([{"bearer": []}, {"token": []}]));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["token"], json!({"type": "apiKey", "in": "query", "name": "token"}));
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
}

#[test]
fn parameters_of_ours_alone_are_optional() {
    let document = openapi::single(&AUTHOR_CP_INFO, Lang::En, &[]);
    let parameters = document["paths"][AUTHOR_CP_INFO.path]["get"]["parameters"].as_array().expect("parameters");
    assert!(
        parameters
            .iter()
            .filter(|parameter| parameter["in"] != "query")
            .all(|parameter| parameter["required"] == false)
    );
}

#[test]
fn what_is_committed_here_is_what_the_public_definition_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contract/xingtu-public-openapi.json");
    // Only the developers' machines have it; what it says is committed above.
    let Ok(text) = std::fs::read_to_string(file) else { return };
    assert_eq!(facts(&serde_json::from_str(&text).expect("JSON")), facts_of_public());
}
