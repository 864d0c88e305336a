//! The sample in Python.

use super::{Asked, choose_of_lines};

pub(super) fn render(asked: &Asked<'_>) -> String {
    let query = asked.each(|name, value| format!("\"{name}\": \"{value}\", "));
    let query = query.trim_end_matches(", ");
    let params = if query.is_empty() { String::new() } else { format!("    params={{{query}}},\n") };
    let (post, kind) = match asked.body(|body| format!("    data='{body}'{},\n", encoded(body))) {
        post if post.is_empty() => (post, ""),
        post => (post, ", \"Content-Type\": \"application/json\""),
    };
    let decide = choose_of_lines(
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
        "\
if response.status_code != 200:
    sys.exit(response.text)
for line in response.text.splitlines():
    print(json.dumps(json.loads(line)))
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

/// Text that Latin-1 has no letters for is encoded: requests leaves it to urllib3, some versions of which know nothing else.
fn encoded(body: &str) -> &'static str {
    if body.is_ascii() { "" } else { ".encode()" }
}
