"""The OpenAPI documents are valid, and the server does nothing that they do not say.

Usage: openapi.py URL TOKEN AUTHOR
"""
import json
import sys

import requests
import schemathesis
from openapi_spec_validator import validate
from schemathesis.checks import CHECKS

url, token, author = sys.argv[1:]
WHOLE = ["/openapi.json", "/openapi-zh.json"]
ENDPOINTS = ["douyin-xingtu-apis/author-cp-info-v1"] + [f"astrolabe-apis/{name}" for name in ("explain", "batch", "history", "account", "usage", "call")]
SINGLE = [f"/openapi/{slug}-{lang}.json" for slug in ENDPOINTS for lang in ("en", "zh")]


def fetched(path):
    reply = requests.get(url + path, timeout=60)
    assert reply.status_code == 200 and reply.headers["content-type"] == "application/json", path
    return reply.json()


def close(schema):
    """Allows no field that is not in the document, so that one that the document lacks is found."""
    if isinstance(schema, dict):
        if schema.get("properties"):
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)


for path in WHOLE + SINGLE:
    validate(fetched(path))

document = fetched("/openapi.json")
close(document["components"]["schemas"])
schema = schemathesis.openapi.from_dict(document)
# What the document says of replies; whether it says enough of requests is not what is tested here.
names = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
]
checks = CHECKS.get_by_names(names)
seen = {}


def ask(case, *, with_token):
    if with_token:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        if case.query is not None:
            case.query.pop("token", None)
    reply = case.call(base_url=url, timeout=60)
    case.validate_response(reply, checks=checks)
    seen.setdefault(case.operation.path, set()).add(reply.status_code)


def run():
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from schemathesis.generation import GenerationMode

    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
            except Exception as error:  # Nothing to get wrong: it takes nothing.
                print("left out:", operation.path, mode, type(error).__name__)
                continue

            @seed(5)
            @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck),
                      phases=[Phase.explicit, Phase.generate])
            @given(case=strategy)
            def every(case):
                ask(case, with_token=False)
                ask(case, with_token=True)

            try:
                every()
            except Exception as error:
                if type(error).__name__ in ("Unsatisfiable",):
                    print("left out:", operation.path, mode, type(error).__name__)
                    continue
                raise


def known():
    """A creator that is there, and a call: what generated requests hardly ever hit."""
    for path in ("/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1", "/v1/explain"):
        case = schema[path]["GET"].Case(query={"oAuthorId": author, "platform": "SHORT_VIDEO"})
        ask(case, with_token=True)
        assert 200 in seen[path], path


known()
run()
print(json.dumps({path: sorted(statuses) for path, statuses in seen.items()}))
assert {200, 400, 401} <= seen["/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1"]
