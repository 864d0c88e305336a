//! The sample in bash.

use super::{Asked, about_key, choose};
use crate::Text;

const FROM_ENVIRONMENT: Text = Text::new(". The token comes from the environment: ", "。令牌取自环境变量：");
const BY_CODE: Text =
    Text::new("The code decides, not the HTTP status: 0 is success.", "以返回码判断，而非 HTTP 状态码：0 为成功。");
const BY_STATUS: Text =
    Text::new("The last line is the HTTP status: 200 is success.", "最后一行为 HTTP 状态码：200 为成功。");

const AS_IT_COMES: Text = Text::new(
    "Each line is printed as it comes; curl gives up only when nothing has come for 120 seconds.",
    "收到一行即打印一行；仅在 120 秒内未收到任何内容时，curl 才会放弃。",
);
const REFUSAL: Text = Text::new("A refusal of the whole, by RFC 9457.", "整个请求被拒绝（RFC 9457）。");

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let query = asked.each(|name, value| format!(" \\\n  --data-urlencode \"{name}={value}\""));
    let body = asked.body(|body| format!(" \\\n  --header \"Content-Type: application/json\" --data '{body}'"));
    let get = if body.is_empty() { " --get" } else { "" };
    let comment = choose(asked, BY_CODE, BY_STATUS).of(asked.lang);
    let decide = choose(
        asked,
        "\
if grep -Eq '^\\{\"code\": ?0,' <<<\"$reply\"; then
  echo \"$reply\"
else
  echo \"$reply\" >&2
  exit 1
fi
",
        "\
if [[ ${reply##*$'\\n'} == 200 ]]; then
  echo \"${reply%$'\\n'*}\"
else
  echo \"${reply%$'\\n'*}\" >&2
  exit 1
fi
",
    );
    let status = choose(asked, "", " \\\n  --write-out '\\n%{http_code}'");
    format!(
        "\
#!/usr/bin/env bash
# {title}{from_environment}export ASTROLABE_TOKEN=…
set -euo pipefail

reply=$(curl --silent --show-error --max-time 60{get} \"{url}\" \\
  --header \"Authorization: Bearer $ASTROLABE_TOKEN\"{query}{body}{status})

# {comment}
{decide}",
        title = asked.endpoint.title.of(asked.lang),
        from_environment = FROM_ENVIRONMENT.of(asked.lang),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
#!/usr/bin/env bash
# {title}{from_environment}export ASTROLABE_TOKEN=…
set -euo pipefail

{about_key}key=${{ASTROLABE_BATCH_KEY:-$(date +%s)-$RANDOM-$RANDOM}}
echo \"ASTROLABE_BATCH_KEY=$key\" >&2

# {as_it_comes}
curl --silent --show-error --no-buffer --speed-limit 1 --speed-time 120 \"{url}\" \\
  --header \"Authorization: Bearer $ASTROLABE_TOKEN\" --header \"Idempotency-Key: $key\"{body} |
  while IFS= read -r line || [[ -n $line ]]; do
    # {refusal}
    if [[ $line == *'\"about:blank\"'* ]]; then
      echo \"$line\" >&2
      exit 1
    fi
    echo \"$line\"
  done
",
        title = asked.endpoint.title.of(asked.lang),
        from_environment = FROM_ENVIRONMENT.of(asked.lang),
        as_it_comes = AS_IT_COMES.of(asked.lang),
        refusal = REFUSAL.of(asked.lang),
        about_key = about_key("#", asked.lang),
        url = asked.url,
        body = asked.body(|body| format!(" \\\n  --header \"Content-Type: application/json\" --data '{body}'")),
    )
}
