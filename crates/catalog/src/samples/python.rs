//! The sample in Python.

use super::{Asked, BY_CODE, about_key, choose};
use crate::Text;

const EACH_LINE: Text = Text::new(
    "Each line is printed as it comes; the time is that in which nothing comes.",
    "收到一行即打印一行；超时指未收到任何内容的时长。",
);
const RUN: Text = Text::new("pip install requests", "需先 pip install requests");

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
    let by_code = format!(
        "\
answer = response.json()
if answer[\"code\"] != 0:  # {}
    sys.exit(response.text)
print(json.dumps(answer[\"data\"], ensure_ascii=False, indent=2))
",
        BY_CODE.of(asked.lang)
    );
    let decide = choose(
        asked,
        by_code.as_str(),
        "\
if response.status_code != 200:
    sys.exit(response.text)
print(json.dumps(response.json(), ensure_ascii=False, indent=2))
",
    );
    format!(
        "\
# {intro}
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
        intro = asked.intro(RUN),
        method = asked.endpoint.method().to_ascii_lowercase(),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
# {intro}
import os
import sys
import uuid

import requests

{about_key}key = os.environ.get(\"ASTROLABE_BATCH_KEY\") or str(uuid.uuid4())
print(\"ASTROLABE_BATCH_KEY=\" + key, file=sys.stderr)

# {each_line}
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
        intro = asked.intro(RUN),
        about_key = about_key("#", asked.lang),
        each_line = EACH_LINE.of(asked.lang),
        url = asked.url,
        post = asked.body(|body| format!("    data='{body}'{},\n", encoded(body))),
    )
}

/// Text that Latin-1 has no letters for is encoded: requests leaves it to urllib3, some versions of which know nothing else.
fn encoded(body: &str) -> &'static str {
    if body.is_ascii() { "" } else { ".encode()" }
}
