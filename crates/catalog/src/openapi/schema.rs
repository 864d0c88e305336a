//! Schemas of answers, made of their fields.

use domain::IdempotencyKey;
use serde_json::{Map, Value, json};

use crate::{AnswerField, AnswerKind, ENVELOPE, Endpoint, Lang, PROBLEM, Style};

/// The name of the schema of an endpoint's success.
pub(super) fn success_name(endpoint: &Endpoint) -> String {
    let words = endpoint.name.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    format!("{}Reply", words.collect::<String>())
}

/// The schema of an idempotency key.
pub(crate) fn idempotency_key() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": IdempotencyKey::CHARS_MAX, "pattern": "^[!-~]([ -~]*[!-~])?$"})
}

/// The schemas of these endpoints.
pub(super) fn components(endpoints: &[&'static Endpoint], lang: Lang) -> Map<String, Value> {
    let mut schemas = Map::new();
    for endpoint in endpoints {
        let schema = match endpoint.style {
            Style::Plain => object(endpoint.answer, lang),
            Style::Envelope => success_envelope(object(endpoint.answer, lang), lang),
        };
        schemas.insert(success_name(endpoint), schema);
    }
    if endpoints.iter().any(|endpoint| endpoint.style == Style::Envelope) {
        let failure = envelope(json!({"type": "null"}), None, lang);
        schemas.insert("Failure".to_owned(), failure);
    }
    if endpoints.iter().any(|endpoint| endpoint.style == Style::Plain) {
        schemas.insert("Problem".to_owned(), object(PROBLEM, lang));
    }
    schemas
}

/// The headers of these endpoints' replies.
pub(super) fn headers(endpoints: &[&'static Endpoint], lang: Lang) -> Map<String, Value> {
    let headers = endpoints.iter().flat_map(|endpoint| endpoint.reply_headers()).map(|header| &header.field);
    let header = |field: &AnswerField| {
        let value = json!({"description": about(field, lang), "schema": of_kind(field.kind, lang)});
        (field.name.to_owned(), value)
    };
    headers.map(header).collect()
}

/// The envelope of a success around `data`.
pub(super) fn success_envelope(data: Value, lang: Lang) -> Value {
    envelope(data, Some(json!({"type": "integer", "const": 0})), lang)
}

/// The envelope around `data`; `code` is the schema of a success's code, none where the reply is a failure.
fn envelope(mut data: Value, code: Option<Value>, lang: Lang) -> Value {
    let mut schema = object(ENVELOPE, lang);
    let text = |name: &str| schema["properties"][name]["description"].clone();
    data["description"] = text("data");
    let (message_type, of_code) = match code {
        Some(code) => ("null", code),
        None => ("string", json!({"type": "integer", "minimum": 1})),
    };
    let (code_text, message_text) = (text("code"), text("message"));
    schema["properties"]["code"] = of_code;
    schema["properties"]["code"]["description"] = code_text;
    schema["properties"]["message"] = json!({"type": message_type, "description": message_text});
    schema["properties"]["data"] = data;
    schema
}

/// The schema of an object that is sent to the server: it may have no other field, nor may those within it.
pub(crate) fn posted(fields: &'static [AnswerField], lang: Lang) -> Value {
    let mut schema = object(fields, lang);
    schema["additionalProperties"] = false.into();
    for field in fields {
        let within = match field.kind {
            AnswerKind::Object(_) => &mut schema["properties"][field.name],
            AnswerKind::Objects(_) => &mut schema["properties"][field.name]["items"],
            _ => continue,
        };
        *within = posted(field.kind.fields(), lang);
        if matches!(field.kind, AnswerKind::Object(_)) {
            within["description"] = about(field, lang).into();
        }
    }
    schema
}

/// The schema of an object.
pub(super) fn object(fields: &'static [AnswerField], lang: Lang) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), of_field(field, lang))).collect();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn of_field(field: &AnswerField, lang: Lang) -> Value {
    let mut schema = of_kind(field.kind, lang);
    field.form.state(match field.kind {
        AnswerKind::Texts => &mut schema["items"],
        _ => &mut schema,
    });
    if let Some([min, max]) = field.items {
        schema["minItems"] = min.into();
        schema["maxItems"] = max.into();
    }
    if field.nullable {
        schema["type"] = json!([schema["type"], "null"]);
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
    }
    schema["description"] = about(field, lang).into();
    schema
}

/// What a field means, and its unit.
pub(super) fn about(field: &AnswerField, lang: Lang) -> String {
    let unit = field.unit.map_or_else(String::new, |unit| match lang {
        Lang::En => format!(" In {}.", unit.en),
        Lang::Zh => format!("单位：{}。", unit.zh),
    });
    format!("{}{unit}", field.description.of(lang))
}

/// The schema of what a field holds.
pub(super) fn of_kind(kind: AnswerKind, lang: Lang) -> Value {
    match kind {
        AnswerKind::Text => json!({"type": "string"}),
        AnswerKind::OneOf(values) => json!({"type": "string", "enum": values}),
        AnswerKind::WholeText => json!({"type": "string", "pattern": "^[0-9]+$"}),
        AnswerKind::DecimalText => json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}),
        AnswerKind::Moment => json!({"type": "string", "format": "date-time"}),
        AnswerKind::Day => json!({"type": "string", "format": "date"}),
        AnswerKind::Whole => json!({"type": "integer", "minimum": 0}),
        AnswerKind::Number => json!({"type": "number"}),
        AnswerKind::Flag => json!({"type": "boolean"}),
        AnswerKind::Object(fields) => object(fields, lang),
        AnswerKind::Objects(fields) => json!({"type": "array", "items": object(fields, lang)}),
        AnswerKind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        AnswerKind::SomeOf(values) => json!({"type": "array", "items": {"type": "string", "enum": values}}),
        AnswerKind::AmountsByName => {
            json!({"type": "object", "additionalProperties": of_kind(AnswerKind::DecimalText, lang)})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENDPOINTS;
    use crate::answer::field;

    /// Every schema within one.
    fn within(schema: &Value, take: &mut impl FnMut(&Value)) {
        take(schema);
        let parts = schema.as_object().map(|object| object.values().collect::<Vec<_>>()).unwrap_or_default();
        let parts = parts.into_iter().chain(schema.as_array().into_iter().flatten());
        parts.for_each(|part| within(part, take));
    }

    #[test]
    fn what_may_be_null_and_is_one_of_some_may_be_null_all_the_same() {
        const SIZE: AnswerField = field("size", AnswerKind::OneOf(&["small", "large"]), "", "").or_null();
        assert_eq!(of_field(&SIZE, Lang::En)["enum"], json!(["small", "large", null]));
        let mut found = 0;
        within(&Value::Object(components(ENDPOINTS, Lang::En)), &mut |schema| {
            let is_nullable = schema["type"].as_array().is_some_and(|types| types.contains(&json!("null")));
            if let Some(values) = schema["enum"].as_array().filter(|_| is_nullable) {
                found += 1;
                assert!(values.contains(&Value::Null), "{schema}");
            }
        });
        assert!(found > 0);
    }
}
