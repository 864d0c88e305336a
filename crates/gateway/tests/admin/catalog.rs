//! The catalog's definition of the admin API is what the server does: every operation is answered, its body has the fields that
//! are defined and no others.

use catalog::{ADMIN_PATHS, AdminMethod, AnswerField, AnswerKind, Form};
use serde_json::{Map, Value, json};

use crate::server::AdminServer;

/// The path of a definition, below `/v1/admin`, with something that is there in its segment.
fn path(template: &str, call: &str) -> String {
    let path = template.strip_prefix("/v1/admin").expect("a path of the admin API");
    let name = if path.starts_with("/upstreams") { "main" } else { "team" };
    let filled = path.replace("{name}", name).replace("{number}", "1").replace("{endpoint}", "author_cp_info");
    filled.replace("{requestId}", call)
}

async fn server_with_call() -> (AdminServer, String) {
    let server = AdminServer::with_team().await;
    server.post("/accounts/team/tokens", json!({})).await.is(201);
    let call = server.take(1, 1).await.id.to_string();
    (server, call)
}

#[tokio::test]
async fn every_operation_is_answered() {
    let (server, call) = server_with_call().await;
    for defined in ADMIN_PATHS {
        for operation in defined.operations {
            let reply = server.send(operation.method.name(), &path(defined.path, &call), &[], "{}").await;
            assert!(matches!(reply.status, 200 | 201 | 400 | 404), "{}: {reply:?}", operation.operation_id);
            let query = operation.parameters.iter().map(|parameter| format!("{}=&", parameter.name));
            if operation.method == AdminMethod::Get {
                let path = format!("{}?{}", path(defined.path, &call), query.collect::<String>());
                assert_eq!(server.get(&path).await.status, reply.status, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn every_body_has_the_fields_that_are_defined() {
    let (server, call) = server_with_call().await;
    for defined in ADMIN_PATHS {
        for operation in defined.operations.iter().filter(|operation| !operation.body.is_empty()) {
            let (method, path) = (operation.method.name(), path(defined.path, &call));
            let headers: &[&str] = if operation.once { &["Idempotency-Key: k"] } else { &[] };
            for (fields, body) in with_unknown_field(operation.body) {
                let reply = server.send(method, &path, headers, &body.to_string()).await;
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                reply.refuses(400, &["there is no field", &names.join(", ")]);
            }
            if operation.body.iter().any(|field| field.required) {
                server.send(method, &path, headers, "{}").await.refuses(400, &["is missing"]);
            }
        }
    }
}

#[tokio::test]
async fn every_field_that_is_defined_is_taken_and_null_only_where_it_is_said() {
    let (server, call) = server_with_call().await;
    for defined in ADMIN_PATHS {
        for operation in defined.operations.iter().filter(|operation| !operation.body.is_empty()) {
            let (method, path) = (operation.method.name(), path(defined.path, &call));
            let headers: &[&str] = if operation.once { &["Idempotency-Key: k"] } else { &[] };
            let whole = whole(operation.body);
            let reply = server.send(method, &path, headers, &whole.to_string()).await;
            assert!(matches!(reply.status, 200 | 201 | 404), "{}: {reply:?}", operation.operation_id);
            for field in operation.body.iter().filter(|field| !field.nullable && !field.required) {
                let mut body = whole.clone();
                body[field.name] = Value::Null;
                let told = format!("{} must not be null", field.name);
                server.send(method, &path, headers, &body.to_string()).await.refuses(400, &[&told]);
            }
        }
    }
}

/// A body with each field that there is, and its least value.
fn whole(fields: &'static [AnswerField]) -> Value {
    let value = |field: &AnswerField| match (field.kind, field.form) {
        (AnswerKind::Flag, _) => json!(true),
        (AnswerKind::DecimalText, _) => json!("1"),
        (AnswerKind::Whole, Form::Whole(min, _)) => json!(min),
        (AnswerKind::Texts, _) => json!([]),
        (AnswerKind::Object(inner), _) => whole(inner),
        (AnswerKind::Text, _) => json!("x"),
        (kind, form) => panic!("{} is {kind:?} {form:?}", field.name),
    };
    fields.iter().map(|field| (field.name.to_owned(), value(field))).collect::<Map<_, _>>().into()
}

/// Bodies with a field that nobody knows, at each depth, with the fields that are known there.
fn with_unknown_field(fields: &'static [AnswerField]) -> Vec<(&'static [AnswerField], Value)> {
    let mut bodies = vec![(fields, json!({ "nobodyKnows": 1 }))];
    for field in fields {
        if let AnswerKind::Object(inner) = field.kind {
            let wrap = |body| Value::Object(Map::from_iter([(field.name.to_owned(), body)]));
            bodies.extend(with_unknown_field(inner).into_iter().map(|(fields, body)| (fields, wrap(body))));
        }
    }
    bodies
}
