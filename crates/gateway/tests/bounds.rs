//! The bounds that the catalog states of what is sent are the server's: a value at a bound is read, one just beyond it is refused.

mod support;

use catalog::{AnswerField, AnswerKind, BATCH, Body, CALL, ENDPOINTS, Endpoint, Form, PARAM_TOKEN, PLAN, field_rows};
use serde_json::{Value, json};
use support::{Reply, TestServer};

const DAY_OF_START: &str = "2026-11-22";
const CALL_ID: &str = "019abcde-0000-7000-8000-000000000001";

/// Texts at the bounds of a form, and just beyond them.
fn texts(form: Form) -> (Vec<String>, Vec<String>) {
    let ids = |count: usize| (0..count).map(|number| format!("id-{number}")).collect::<Vec<_>>().join(",");
    let amounts = |max: u64, finest: &str| {
        (
            vec!["0".to_owned(), max.to_string(), finest.to_owned()],
            vec![(max + 1).to_string(), format!("{finest}1"), "-1".into(), String::from("1e3")],
        )
    };
    match form {
        Form::Any => (vec!["某类".into()], Vec::new()),
        Form::NotEmpty => (vec!["x".into()], vec![String::new()]),
        Form::AuthorId => {
            (vec!["x".into(), "_-9".into(), "x".repeat(32)], vec!["x".repeat(33), "a.b".into(), "星".into()])
        }
        Form::AuthorIds(max) => (vec![ids(1), ids(max)], vec![ids(max + 1), "a,,b".into(), "x".repeat(33)]),
        Form::CallId => (
            vec![CALL_ID.into(), CALL_ID.to_ascii_uppercase()],
            vec![format!("{CALL_ID}0"), CALL_ID[1..].into(), CALL_ID.replace('-', "0"), CALL_ID.replace('a', "g")],
        ),
        Form::Day => (vec![DAY_OF_START.into()], vec!["2026-1-22".into(), "2026-11-222".into(), "2026-02-30".into()]),
        Form::Whole(min, max) => {
            let below = min.checked_sub(1).map_or_else(|| "-1".to_owned(), |below| below.to_string());
            (vec![min.to_string(), max.to_string()], vec![below, (max + 1).to_string(), "1.5".into(), "x".into()])
        }
        Form::Fen => amounts(10_000_000_000, "9999999999.99"),
        Form::MicroYuan => amounts(1_000_000_000, "999999999.999999"),
    }
}

/// What a reply says is wrong with the request itself; not that nobody is known or nothing possible.
fn fault(reply: &Reply) -> Option<String> {
    let line: Value = serde_json::from_str(reply.body.lines().next()?).ok()?;
    let told = line["detail"].as_str().or_else(|| line["message"].as_str())?.to_owned();
    let of_request = ["parameter ", "the body ", "field ", "not a requestId", "the header "];
    (line["code"] == 400 && of_request.iter().any(|start| told.starts_with(start))).then_some(told)
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The path of an endpoint that is asked rightly but for `name`, which has this value.
fn path(endpoint: &Endpoint, name: &str, value: &str) -> String {
    if let Some(segment) = &endpoint.segment {
        return endpoint.path.replace(&format!("{{{}}}", segment.name), value);
    }
    let others =
        endpoint.parameters.iter().filter(|other| other.required && other.name != name && other.name != PARAM_TOKEN);
    let others: String =
        others.map(|other| format!("&{}={}", other.name, other.example.expect("an example"))).collect();
    format!("{}?{name}={}{others}", endpoint.path, encoded(value))
}

#[tokio::test]
async fn parameters_are_read_up_to_their_bounds_and_no_further() {
    let server = TestServer::start().await;
    for endpoint in ENDPOINTS {
        for parameter in endpoint.segment.iter().chain(endpoint.parameters).filter(|it| it.name != PARAM_TOKEN) {
            let (right, wrong) = match parameter.values {
                [] => texts(parameter.form),
                // The others may need another platform.
                [first, ..] => (vec![(*first).to_owned()], vec!["none_of_them".to_owned(), first.to_lowercase() + "_"]),
            };
            // What is opaque has no bounds.
            let right = right.into_iter().filter(|_| parameter.name != "cursor");
            for value in right {
                let reply = server.get(&path(endpoint, parameter.name, &value)).await;
                assert_eq!(fault(&reply), None, "{} {}={value}", endpoint.name, parameter.name);
            }
            for value in wrong {
                let reply = server.get(&path(endpoint, parameter.name, &value)).await;
                assert_eq!(reply.status, 400, "{} {}={value}: {reply:?}", endpoint.name, parameter.name);
                assert!(fault(&reply).is_some(), "{} {}={value}: {reply:?}", endpoint.name, parameter.name);
            }
        }
    }
}

/// A body that is right, with all that others stand in.
fn right_body(endpoint: &Endpoint) -> Value {
    match endpoint.number {
        number if number == BATCH.number => json!({"creators": [{"oAuthorId": "42"}], "dryRun": true}),
        number if number == PLAN.number => {
            json!({"goal": "cpe", "budgetYuan": "1", "viewsMin": 1, "caps": [{"category": "x", "picks": 1}]})
        }
        _ => panic!("{} has no body here", endpoint.name),
    }
}

/// The same with a field at a path such as `caps[].picks` set.
fn with(body: &Value, path: &str, value: &Value) -> Value {
    let (mut body, pointer) = (body.clone(), format!("/{}", path.replace("[].", "/0/").replace('.', "/")));
    let (object, name) = pointer.rsplit_once('/').expect("a name");
    body.pointer_mut(object).expect("an object")[name] = value.clone();
    body
}

/// Values at the bounds of a field, and just beyond them.
fn values(field: &AnswerField) -> (Vec<Value>, Vec<Value>) {
    let (right, wrong) = texts(field.form);
    let json = |texts: Vec<String>| texts.into_iter().map(Value::from).collect::<Vec<_>>();
    let lists = |texts: Vec<Value>| texts.into_iter().map(|text| json!([text])).collect::<Vec<_>>();
    let list = |count: usize| match field.kind {
        AnswerKind::Objects(_) if field.name == "caps" => {
            (0..count).map(|n| json!({"category": format!("c{n}"), "picks": 1})).collect::<Value>()
        }
        AnswerKind::Objects(_) => (0..count).map(|n| json!({"oAuthorId": format!("id-{n}")})).collect::<Value>(),
        _ => (0..count).map(|n| format!("id-{n}")).collect::<Value>(),
    };
    let (mut right, mut wrong) = match field.kind {
        AnswerKind::OneOf(_) => (Vec::new(), vec![json!("none_of_them")]),
        AnswerKind::SomeOf(values) => {
            (lists(json(vec![values[0].to_owned()])), lists(json(vec!["none_of_them".to_owned()])))
        }
        AnswerKind::Texts => (lists(json(right)), lists(json(wrong))),
        AnswerKind::Whole => {
            let number = |text: String| serde_json::from_str(&text).unwrap_or(Value::from(text));
            (right.into_iter().map(number).collect(), wrong.into_iter().map(number).collect())
        }
        AnswerKind::Objects(_) => (Vec::new(), Vec::new()),
        AnswerKind::Flag => (vec![json!(true)], vec![json!("true"), json!(1)]),
        _ => (json(right), json(wrong)),
    };
    if let Some([min, max]) = field.items {
        right.extend([list(min), list(max)]);
        wrong.push(list(max + 1));
        wrong.extend(min.checked_sub(1).map(list));
    }
    (right, wrong)
}

#[tokio::test]
async fn fields_of_bodies_are_read_up_to_their_bounds_and_no_further() {
    let server = TestServer::start().await;
    for (endpoint, body) in ENDPOINTS.iter().filter_map(|endpoint| Some((endpoint, endpoint.body?))) {
        let whole = right_body(endpoint);
        let post = async |value: &Value| server.post(endpoint.path, &value.to_string(), &[]).await;
        assert_eq!(fault(&post(&whole).await), None);
        for row in field_rows(body.fields, "") {
            assert!(
                !matches!(row.field.kind, AnswerKind::Whole | AnswerKind::DecimalText) || row.field.form != Form::Any,
                "{} has no bounds",
                row.path
            );
            let (right, wrong) = values(row.field);
            for value in right {
                let reply = post(&with(&whole, &row.path, &value)).await;
                assert_eq!(fault(&reply), None, "{}: {value}", row.path);
            }
            for value in wrong {
                let reply = post(&with(&whole, &row.path, &value)).await;
                assert!(fault(&reply).is_some(), "{}: {value}: {reply:?}", row.path);
                // What a row of a batch asks wrongly is told in its line.
                let is_row = body.by_row && row.depth > 0;
                assert_eq!(reply.status, if is_row { 200 } else { 400 }, "{}: {value}: {reply:?}", row.path);
            }
        }
        for place in objects(&body) {
            let reply = post(&with(&whole, &format!("{place}colour"), &json!("red"))).await;
            assert_eq!(reply.status, 400, "{place}: {reply:?}");
        }
    }
}

/// The ways to the objects of a body: to itself, and to those within it.
fn objects(body: &Body) -> Vec<String> {
    let within = field_rows(body.fields, "").into_iter().filter(|row| !row.field.kind.fields().is_empty());
    std::iter::once(String::new()).chain(within.map(|row| format!("{}[].", row.path))).collect()
}

#[tokio::test]
async fn idempotency_keys_are_read_up_to_their_bounds_and_no_further() {
    let server = TestServer::start().await;
    let longest = domain::IdempotencyKey::CHARS_MAX;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.is_paid() && endpoint.number != CALL.number) {
        for (key, is_right) in [("k".repeat(longest), true), ("k".repeat(longest + 1), false), ("发票".into(), false)]
        {
            let header = format!("Idempotency-Key: {key}");
            let reply = match endpoint.body {
                Some(_) => server.post(endpoint.path, &right_body(endpoint).to_string(), &[&header]).await,
                None => {
                    let authorization = format!("Authorization: Bearer {}", server.token.expose());
                    let path = path(endpoint, "platform", "SHORT_VIDEO");
                    server.send("GET", &path, &[&authorization, &header]).await
                }
            };
            assert_eq!(fault(&reply).is_none(), is_right, "{} {key}: {reply:?}", endpoint.name);
        }
    }
}
