//! The sample in bash.

use super::{Asked, choose};

pub(super) fn render(asked: &Asked<'_>) -> String {
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
