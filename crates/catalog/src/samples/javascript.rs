//! The sample in JavaScript.

use super::{Asked, BY_CODE, about_key, choose};
use crate::Text;

const EACH_LINE: Text = Text::new(
    "Each line is printed as it comes; fetch gives up only when nothing has come for some minutes.",
    "收到一行即打印一行；仅在数分钟内未收到任何内容时，fetch 才会放弃。",
);
const RUN: Text =
    Text::new("Node.js 18 or newer, as an ES module (.mjs)", "Node.js 18 或更新版本，存为 ES 模块（.mjs）");

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let query = asked.each(|name, value| format!("url.searchParams.set(\"{name}\", \"{value}\");\n"));
    let (post, kind) = match asked.body(|body| format!("  method: \"POST\",\n  body: '{body}',\n")) {
        post if post.is_empty() => (post, ""),
        post => (post, ", \"Content-Type\": \"application/json\""),
    };
    let by_code = format!(
        "\
const answer = await response.json();
if (answer.code === 0) {{ // {}
  console.log(JSON.stringify(answer.data, null, 2));
}} else {{
  console.error(JSON.stringify(answer));
  process.exitCode = 1;
}}
",
        BY_CODE.of(asked.lang)
    );
    let decide = choose(
        asked,
        by_code.as_str(),
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
// {intro}
const url = new URL(\"{url}\");
{query}
const response = await fetch(url, {{
{post}  headers: {{ Authorization: `Bearer ${{process.env.ASTROLABE_TOKEN}}`{kind} }},
  signal: AbortSignal.timeout(60_000),
}});
{decide}",
        intro = asked.intro(RUN),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
// {intro}
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
  // {each_line}
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
        intro = asked.intro(RUN),
        about_key = about_key("//", asked.lang),
        each_line = EACH_LINE.of(asked.lang),
        url = asked.url,
        post = asked.body(|body| format!("  method: \"POST\",\n  body: '{body}',\n")),
    )
}
