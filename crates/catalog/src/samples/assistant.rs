//! The text for an assistant that writes the program.

use std::fmt::Write;

use super::{Asked, choose};
use crate::{Lang, PARAM_TOKEN, code_text, field_rows};

pub(super) fn render(asked: &Asked<'_>) -> String {
    let endpoint = asked.endpoint;
    let mut text = format!(
        "\
I want to use the \"{title}\" API of an Astrolabe server.
{summary}

API endpoint: {base}{path}
HTTP method: {method}
Authentication: the header \"Authorization: Bearer TOKEN\"; read TOKEN from the environment variable ASTROLABE_TOKEN, and never put it into the URL.
OpenAPI definition: {base}{openapi}
",
        title = asked.title(),
        summary = endpoint.summary.en,
        base = asked.base,
        path = endpoint.path,
        method = endpoint.method(),
        openapi = endpoint.openapi(Lang::En),
    );
    // Writing to a string cannot fail.
    let sent: Vec<_> = endpoint.segment.iter().chain(endpoint.parameters).filter(|p| p.name != PARAM_TOKEN).collect();
    if !sent.is_empty() {
        text.push_str("\nParameters (percent-encode their values):\n");
    }
    for parameter in sent {
        let place = if endpoint.parameter(parameter.name).is_some() { "query" } else { "path" };
        let required = if parameter.required { "Required" } else { "Optional" };
        let default = parameter.default.map_or_else(String::new, |value| format!(", {value} when absent"));
        let _ = writeln!(text, "- {} ({place}): {} ({required}{default})", parameter.name, parameter.description.en);
        for (value, meaning) in parameter.values.iter().zip(parameter.value_texts) {
            let _ = writeln!(text, "  - {value}: {}", meaning.en);
        }
    }
    if let Some(body) = &endpoint.body {
        let _ = writeln!(text, "\nBody: JSON, sent with Content-Type: application/json, such as {}", body.example);
        for row in field_rows(body.fields, "") {
            let required = if row.field.required { "Required" } else { "Optional" };
            let _ = writeln!(text, "- {}: {} ({required})", row.path, row.field.description.en);
            if !row.field.kind.values().is_empty() {
                let _ = writeln!(text, "  Values: {}", row.field.kind.values().join(", "));
            }
        }
    }
    let decide = choose(
        asked,
        "Decide by the field \"code\" of the JSON reply, not by the HTTP status: 0 is success and the answer is in \"data\"; otherwise \"message\" says what is wrong.",
        "HTTP 200 is success; otherwise \"detail\" of the JSON reply says what is wrong.",
    );
    let media = if endpoint.lines { "NDJSON, an object a line" } else { "JSON" };
    let time = if endpoint.lines { OF_LINES } else { "Let a request take up to 60 seconds." };
    let _ = write!(text, "\nReply: {media}.\n1. {decide}\n2. {time}\n3. Codes:\n");
    for code in endpoint.codes {
        let about = code_text(*code);
        let _ = writeln!(text, "   - {}: {} {}", code.number(), about.meaning.en, about.what_to_do.en);
    }
    text.push_str("\nPlease write a program in my preferred language that calls this API and handles its replies.\n");
    text
}

/// How long lines may take, and what to do when they break off.
const OF_LINES: &str = "\
Read the lines as they come, and keep each at once. All of them together may take many minutes where creators have to be asked of an \
upstream: set no limit on the whole, and give up only when nothing has come for 120 seconds.
   Send the header Idempotency-Key, a new random text for each new batch, and keep it until the line with \"summary\" has come. If the reply \
breaks off before, send the same body again under the same key within 24 hours: rows that were answered are given again and not charged again, \
the others are answered now. Under another key they would be paid twice.";
