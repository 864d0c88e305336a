//! The sample in bash.

use super::{Asked, choose};
use crate::Text;

const FROM_ENVIRONMENT: Text = Text::new(". The token comes from the environment: ", "。令牌取自环境变量：");
const BY_CODE: Text =
    Text::new("The code decides, not the HTTP status: 0 is success.", "以返回码判断，而非 HTTP 状态码：0 为成功。");
const BY_STATUS: Text =
    Text::new("The last line is the HTTP status: 200 is success.", "最后一行为 HTTP 状态码：200 为成功。");

pub(super) fn render(asked: &Asked<'_>) -> String {
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
