#!/usr/bin/env bash
# Author CP Info (V1). The token comes from the environment: export ASTROLABE_TOKEN=…
set -euo pipefail

reply=$(curl --silent --show-error --max-time 60 --get "http://127.0.0.1:8600/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1" \
  --header "Authorization: Bearer $ASTROLABE_TOKEN" \
  --data-urlencode "oAuthorId=6826128263245070349" \
  --data-urlencode "platform=SHORT_VIDEO")

# The code decides, not the HTTP status: 0 is success.
if grep -Eq '^\{"code": ?0,' <<<"$reply"; then
  echo "$reply"
else
  echo "$reply" >&2
  exit 1
fi
