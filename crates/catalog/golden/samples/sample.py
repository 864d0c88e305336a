# Author CP Info (V1). pip install requests; the token comes from the environment variable ASTROLABE_TOKEN.
import json
import os
import sys

import requests

response = requests.get(
    "http://127.0.0.1:8600/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1",
    params={"oAuthorId": "6826128263245070349", "platform": "SHORT_VIDEO"},
    headers={"Authorization": "Bearer " + os.environ["ASTROLABE_TOKEN"]},
    timeout=60,
)
answer = response.json()
if answer["code"] != 0:  # The code decides, not the HTTP status.
    sys.exit(response.text)
print(json.dumps(answer["data"], ensure_ascii=False, indent=2))
