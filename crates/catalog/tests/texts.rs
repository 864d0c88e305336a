//! Every parameter, value, field, code and endpoint says what it is in both languages; examples are of the defined form.

use catalog::{
    AUTHOR_CP_INFO, AnswerField, AnswerKind, CODES, ENDPOINTS, ENVELOPE, Endpoint, Lang, PROBLEM, Style, Text,
    answer_rows, code_text, failure_example, field_rows, success_examples,
};
use domain::BusinessCode;
use serde_json::Value;

/// A sentence in each language.
fn assert_sentences(text: Text, what: &str) {
    assert!(text.en.ends_with('.') && text.en.len() > 3, "{what}: {}", text.en);
    assert!(text.zh.ends_with('。') && text.zh.chars().any(|letter| letter > '\u{4e00}'), "{what}: {}", text.zh);
}

#[test]
fn every_endpoint_and_what_it_takes_has_its_texts() {
    for endpoint in ENDPOINTS {
        assert_sentences(endpoint.summary, endpoint.name);
        assert!(!endpoint.title.en.is_empty() && !endpoint.title.zh.is_empty());
        assert!(!endpoint.notes.is_empty() && !endpoint.answer.is_empty() && !endpoint.slug.is_empty());
        endpoint.notes.iter().for_each(|note| assert_sentences(*note, endpoint.name));
        for parameter in endpoint.parameters.iter().chain(&endpoint.segment) {
            assert_sentences(parameter.description, parameter.name);
            assert_eq!(parameter.values.len(), parameter.value_texts.len(), "{}", parameter.name);
            assert!(parameter.value_texts.iter().all(|text| !text.en.is_empty() && !text.zh.is_empty()));
        }
        assert_eq!(ENDPOINTS.iter().filter(|other| other.slug == endpoint.slug).count(), 1);
    }
}

#[test]
fn the_operators_manual_names_the_path_of_every_endpoint() {
    let manual = include_str!("../../../docs/operations.md");
    for endpoint in ENDPOINTS {
        assert!(manual.contains(endpoint.path), "docs/operations.md does not name {}", endpoint.path);
    }
}

#[test]
fn every_field_of_every_answer_has_its_text_and_costs_and_views_their_unit() {
    let sent = ENDPOINTS.iter().filter_map(|endpoint| endpoint.body).flat_map(|body| field_rows(body.fields, ""));
    let rows = ENDPOINTS.iter().flat_map(|endpoint| answer_rows(endpoint)).chain(sent).chain(field_rows(PROBLEM, ""));
    for row in rows {
        assert_sentences(row.field.description, &row.path);
        let needs_unit =
            row.path.ends_with("Yuan") || matches!(row.field.kind, AnswerKind::WholeText | AnswerKind::DecimalText);
        assert!(!needs_unit || row.field.unit.is_some(), "{}", row.path);
        assert!(row.field.unit.is_none_or(|unit| !unit.en.is_empty() && !unit.zh.is_empty()), "{}", row.path);
    }
}

#[test]
fn every_code_has_its_texts_and_success_alone_is_billed() {
    for code in BusinessCode::ALL {
        let about = code_text(code);
        assert_eq!(about.code, code);
        assert_sentences(about.meaning, "meaning");
        assert_sentences(about.what_to_do, "what to do");
        for style in [Style::Envelope, Style::Plain] {
            assert_eq!(about.message(style).is_none(), code == BusinessCode::Success);
        }
        assert_eq!(about.is_billed(), code == BusinessCode::Success);
    }
    assert_eq!(CODES.len(), BusinessCode::ALL.len());
}

#[test]
fn examples_have_defined_fields_alone_and_all_that_are_required() {
    for endpoint in ENDPOINTS {
        if let Some(body) = endpoint.body {
            assert_form(&serde_json::from_str(body.example).expect("JSON"), body.fields);
        }
        for (_, reply) in Lang::ALL.into_iter().flat_map(|lang| success_examples(endpoint, lang)) {
            let reply: Value = serde_json::from_str(&reply).expect("JSON");
            match endpoint.style {
                Style::Plain => assert_form(&reply, endpoint.answer),
                Style::Envelope => {
                    assert_form(&reply, ENVELOPE);
                    assert_form(&reply["data"], endpoint.answer);
                }
            }
        }
        for code in endpoint.codes.iter().filter(|code| code.number() != 0) {
            let reply: Value = serde_json::from_str(&failure_example(endpoint, *code, Lang::En)).expect("JSON");
            assert_form(&reply, if endpoint.style == Style::Plain { PROBLEM } else { ENVELOPE });
            assert_eq!(reply["code"], code.number());
        }
    }
}

fn assert_form(value: &Value, fields: &[AnswerField]) {
    let object = value.as_object().expect("an object");
    for name in object.keys() {
        assert!(fields.is_empty() || fields.iter().any(|field| field.name == name), "{name} is not defined");
    }
    for field in fields {
        match (object.get(field.name), field.kind) {
            (None, _) => assert!(!field.required, "{} is missing", field.name),
            (Some(Value::Null), _) => assert!(field.nullable, "{} is null", field.name),
            (Some(within), AnswerKind::Object(fields)) => assert_form(within, fields),
            (Some(within), AnswerKind::Objects(fields)) => {
                within.as_array().expect("a list").iter().for_each(|each| assert_form(each, fields));
            }
            (Some(_), _) => {}
        }
    }
}

#[test]
fn the_example_on_short_video_is_the_page_s() {
    let (name, reply) = &success_examples(&AUTHOR_CP_INFO, Lang::En)[0];
    let reply: Value = serde_json::from_str(reply).expect("JSON");
    assert_eq!(name, &"SHORT_VIDEO");
    assert_eq!(reply["data"]["expect_cpm"]["cpm_21_60"], "14043");
    assert_eq!(reply["data"]["expect_vv"]["value"], 4_693_149);
}

#[test]
fn what_costs_something_can_say_every_code_about_money() {
    let money = [BusinessCode::InsufficientBalance, BusinessCode::SpendingCapReached, BusinessCode::DailyQuotaExceeded];
    let says = |endpoint: &Endpoint| money.iter().all(|code| endpoint.codes.contains(code));
    assert!(ENDPOINTS.iter().filter(|endpoint| endpoint.is_paid()).all(|endpoint| says(endpoint)));
}

#[test]
fn every_header_has_its_text_and_numbers_their_unit() {
    for endpoint in ENDPOINTS {
        let read = endpoint.request_headers().map(|header| &header.field);
        let sent = endpoint.reply_headers().map(|header| &header.field);
        for field in read.chain(sent) {
            assert_sentences(field.description, field.name);
            let is_amount = matches!(field.kind, AnswerKind::Whole | AnswerKind::DecimalText);
            assert_eq!(is_amount, field.unit.is_some(), "{}", field.name);
        }
        let keys = endpoint.request_headers().filter(|header| header.field.name == catalog::HEADER_IDEMPOTENCY_KEY);
        for key in keys {
            let longest = domain::IdempotencyKey::CHARS_MAX.to_string();
            assert!(Lang::ALL.iter().all(|lang| key.field.description.of(*lang).contains(&longest)));
        }
    }
}
