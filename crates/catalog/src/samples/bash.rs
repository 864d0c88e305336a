//! The sample in bash.

use super::{Asked, about_key, choose};

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let query = asked.each(|name, value| format!(" \\\n  --data-urlencode \"{name}={value}\""));
    let body = asked.body(|body| format!(" \\\n  --header \"Content-Type: application/json\" --data '{body}'"));
    let get = if body.is_empty() { " --get" } else { "" };
    let decide = choose(
        asked,
        "\
# The code decides, not the HTTP status: 0 is success.
if grep -Eq '^\\{\"code\": ?0,' <<<\"$reply\"; then
  echo \"$reply\"
else
  echo \"$reply\" >&2
  exit 1
fi
",
        "\
# The last line is the HTTP status: 200 is success.
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
# {title}. The token comes from the environment: export ASTROLABE_TOKEN=…
set -euo pipefail

reply=$(curl --silent --show-error --max-time 60{get} \"{url}\" \\
  --header \"Authorization: Bearer $ASTROLABE_TOKEN\"{query}{body}{status})

{decide}",
        title = asked.title(),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
#!/usr/bin/env bash
# {title}. The token comes from the environment: export ASTROLABE_TOKEN=…
set -euo pipefail

{about_key}key=${{ASTROLABE_BATCH_KEY:-$(date +%s)-$RANDOM-$RANDOM}}
echo \"ASTROLABE_BATCH_KEY=$key\" >&2

# Each line is printed as it comes; curl gives up only when nothing has come for 120 seconds.
curl --silent --show-error --no-buffer --speed-limit 1 --speed-time 120 \"{url}\" \\
  --header \"Authorization: Bearer $ASTROLABE_TOKEN\" --header \"Idempotency-Key: $key\"{body} |
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line == *'\"about:blank\"'* ]]; then # A refusal of the whole, by RFC 9457.
      echo \"$line\" >&2
      exit 1
    fi
    echo \"$line\"
  done
",
        title = asked.title(),
        about_key = about_key("#"),
        url = asked.url,
        body = asked.body(|body| format!(" \\\n  --header \"Content-Type: application/json\" --data '{body}'")),
    )
}
