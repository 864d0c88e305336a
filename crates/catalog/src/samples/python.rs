//! The sample in Python.

use super::{Asked, about_key, choose};
use crate::Lang;

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let query = asked.each(|name, value| format!("\"{name}\": \"{value}\", "));
    let query = query.trim_end_matches(", ");
    let params = if query.is_empty() { String::new() } else { format!("    params={{{query}}},\n") };
    let (post, kind) = match asked.body(|body| format!("    data='{body}'{},\n", encoded(body))) {
        post if post.is_empty() => (post, ""),
        post => (post, ", \"Content-Type\": \"application/json\""),
    };
    let decide = choose(
        asked,
        "\
answer = response.json()
if answer[\"code\"] != 0:  # The code decides, not the HTTP status.
    sys.exit(response.text)
print(json.dumps(answer[\"data\"], indent=2))
",
        "\
if response.status_code != 200:
    sys.exit(response.text)
print(json.dumps(response.json(), indent=2))
",
    );
    format!(
        "\
# {title}. pip install requests; the token comes from the environment variable ASTROLABE_TOKEN.
import json
import os
import sys

import requests

response = requests.{method}(
    \"{url}\",
{params}    headers={{\"Authorization\": \"Bearer \" + os.environ[\"ASTROLABE_TOKEN\"]{kind}}},
{post}    timeout=60,
)
{decide}",
        title = asked.title(),
        method = asked.endpoint.method().to_ascii_lowercase(),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
# {title}. pip install requests; the token comes from the environment variable ASTROLABE_TOKEN.
import os
import sys
import uuid

import requests

{about_key}key = os.environ.get(\"ASTROLABE_BATCH_KEY\") or str(uuid.uuid4())
print(\"ASTROLABE_BATCH_KEY=\" + key, file=sys.stderr)

# Each line is printed as it comes; the time is that in which nothing comes.
with requests.post(
    \"{url}\",
    headers={{
        \"Authorization\": \"Bearer \" + os.environ[\"ASTROLABE_TOKEN\"],
        \"Content-Type\": \"application/json\",
        \"Idempotency-Key\": key,
    }},
{post}    timeout=120,
    stream=True,
) as response:
    if response.status_code != 200:
        sys.exit(response.text)
    for line in response.iter_lines():
        print(line.decode(), flush=True)
",
        title = asked.title(),
        about_key = about_key("#", Lang::En),
        url = asked.url,
        post = asked.body(|body| format!("    data='{body}'{},\n", encoded(body))),
    )
}

/// Text that Latin-1 has no letters for is encoded: requests leaves it to urllib3, some versions of which know nothing else.
fn encoded(body: &str) -> &'static str {
    if body.is_ascii() { "" } else { ".encode()" }
}
