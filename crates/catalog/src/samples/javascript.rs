//! The sample in JavaScript.

use super::{Asked, choose_of_lines};

pub(super) fn render(asked: &Asked<'_>) -> String {
    let query = asked.each(|name, value| format!("url.searchParams.set(\"{name}\", \"{value}\");\n"));
    let (post, kind) = match asked.body(|body| format!("  method: \"POST\",\n  body: '{body}',\n")) {
        post if post.is_empty() => (post, ""),
        post => (post, ", \"Content-Type\": \"application/json\""),
    };
    let decide = choose_of_lines(
        asked,
        "\
const answer = await response.json();
if (answer.code === 0) { // The code decides, not the HTTP status.
  console.log(JSON.stringify(answer.data, null, 2));
} else {
  console.error(JSON.stringify(answer));
  process.exitCode = 1;
}
",
        "\
const answer = await response.json();
if (response.ok) {
  console.log(JSON.stringify(answer, null, 2));
} else {
  console.error(JSON.stringify(answer));
  process.exitCode = 1;
}
",
        "\
const text = await response.text();
if (response.ok) {
  for (const line of text.trim().split(\"\\n\")) console.log(JSON.stringify(JSON.parse(line)));
} else {
  console.error(text);
  process.exitCode = 1;
}
",
    );
    format!(
        "\
// {title}. Node.js 18 or newer, as an ES module (.mjs); the token comes from the environment variable ASTROLABE_TOKEN.
const url = new URL(\"{url}\");
{query}
const response = await fetch(url, {{
{post}  headers: {{ Authorization: `Bearer ${{process.env.ASTROLABE_TOKEN}}`{kind} }},
  signal: AbortSignal.timeout(60_000),
}});
{decide}",
        title = asked.title(),
        url = asked.url,
    )
}
