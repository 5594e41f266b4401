"""The description of the interface (OpenAPI 3.1): generated, committed as docs/api/openapi.json, compared in a test."""

import json
from functools import lru_cache
from typing import Any

from qingshan.interfaces.api.problems import TITLES

PREFIX = "/api/v1/"
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "拒绝的原因（RFC 9457）。",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors", "missing"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "enum": sorted(TITLES)},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "供程序判断的原因代码"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "field", "message", "code"],
                "additionalProperties": False,
                "properties": {name: {"type": "string"} for name in ("where", "field", "message", "code")},
            },
        },
        "missing": {"type": "array", "items": {"type": "string"}},
    },
}


def document() -> dict[str, Any]:
    """The description as a mapping."""
    from qingshan.interfaces.api.api import api

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    found["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    for operations in found["paths"].values():
        for operation in operations.values():
            _plain_parameters(operation)
    return found


def _plain_parameters(operation: dict[str, Any]) -> None:
    """A parameter that may be left out is left out, not sent as null."""
    for parameter in operation.get("parameters", ()):
        kinds = [kind for kind in parameter["schema"].get("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            parameter["schema"] = kinds[0]


@lru_cache(maxsize=1)
def document_text() -> str:
    """The description as it is committed: sorted, one form."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
