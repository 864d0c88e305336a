//! The sample in JavaScript.

use super::{Asked, about_key, choose};
use crate::Lang;

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let query = asked.each(|name, value| format!("url.searchParams.set(\"{name}\", \"{value}\");\n"));
    let (post, kind) = match asked.body(|body| format!("  method: \"POST\",\n  body: '{body}',\n")) {
        post if post.is_empty() => (post, ""),
        post => (post, ", \"Content-Type\": \"application/json\""),
    };
    let decide = choose(
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

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
// {title}. Node.js 18 or newer, as an ES module (.mjs); the token comes from the environment variable ASTROLABE_TOKEN.
import {{ randomUUID }} from \"node:crypto\";

{about_key}const key = process.env.ASTROLABE_BATCH_KEY || randomUUID();
console.error(`ASTROLABE_BATCH_KEY=${{key}}`);

const response = await fetch(\"{url}\", {{
{post}  headers: {{
    Authorization: `Bearer ${{process.env.ASTROLABE_TOKEN}}`,
    \"Content-Type\": \"application/json\",
    \"Idempotency-Key\": key,
  }},
}});
if (response.ok) {{
  // Each line is printed as it comes; fetch gives up only when nothing has come for some minutes.
  let rest = \"\";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {{
    const lines = (rest + part).split(\"\\n\");
    rest = lines.pop();
    for (const line of lines) console.log(line);
  }}
}} else {{
  console.error(await response.text());
  process.exitCode = 1;
}}
",
        title = asked.title(),
        about_key = about_key("//", Lang::En),
        url = asked.url,
        post = asked.body(|body| format!("  method: \"POST\",\n  body: '{body}',\n")),
    )
}
