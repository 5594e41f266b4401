"""How an operation is described: who may call it, what it takes, what it refuses; and how it is registered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, TypeVar

from ninja import Router
from ninja.decorators import decorate_view

from qingshan.interfaces.api.problems import MEDIA_TYPE, TITLES

View = TypeVar("View", bound=Callable[..., Any])
BodyKind = Literal["", "json", "optional", "form", "raw"]
READ_REFUSALS = (400, 401, 403, 404, 409, 422, 429)
ACT_REFUSALS = (400, 401, 403, 404, 409, 412, 413, 415, 422, 429)
PROBLEM = {"$ref": "#/components/schemas/Problem"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One operation. ``scope`` "" and ``roles`` None: any token, any post. ``matter``: path parameter with a tag.

    ``statuses``: status of refusals of the act by code, where it differs from the general one.
    """

    scope: str = ""
    roles: frozenset[str] | None = None
    acts: bool = False
    matter: str = ""
    body: BodyKind = ""
    limit: int = 0
    statuses: Mapping[str, int] = field(default_factory=dict)


def operation(
    router: Router,
    method: str,
    path: str,
    spec: Spec,
    *,
    summary: str,
    answer: Any = None,
    status: int = 200,
    media: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """Register a view as an operation behind the guard; ``media``: media types of an answer that is no JSON."""

    def register(view: View) -> View:
        from qingshan.interfaces.api.guard import guarded

        options: dict[str, Any] = {} if media else {"response": {status: answer}}
        return router.api_operation(
            [method],
            path,
            summary=summary,
            operation_id=view.__name__,
            openapi_extra=_extra(spec, method, status, media),
            **options,
        )(decorate_view(guarded(spec))(view))

    SPECS.append((method, path, spec))
    return register


SPECS: list[tuple[str, str, Spec]] = []
"""All operations, as registered."""


def _extra(spec: Spec, method: str, status: int, media: tuple[str, ...]) -> dict[str, Any]:
    responses: dict[int, Any] = {
        code: {"description": TITLES[code], "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
        for code in (ACT_REFUSALS if spec.acts else READ_REFUSALS)
    }
    if media:
        content = {kind: {"schema": _schema_of(kind)} for kind in media}
        responses[status] = {"description": HTTPStatus(status).phrase, "content": content}
    parameters = []
    if spec.acts:
        parameters.append(_header("Idempotency-Key", "同一个键只办理一次，重发得到同一个回答", r"^[!-~]{1,200}$"))
    if spec.matter and spec.acts:
        parameters.append(_header("If-Match", "读取时得到的 ETag；事项已变化时拒绝（412）", ""))
    if spec.matter and method == "GET":
        parameters.append(_header("If-None-Match", "已有的 ETag；没有变化时回答 304", ""))
        responses[304] = {"description": "没有变化"}
    extra: dict[str, Any] = {"responses": responses, "x-scope": spec.scope}
    if spec.roles is not None:
        extra["x-roles"] = sorted(spec.roles)
    if parameters:
        extra["parameters"] = parameters
    if spec.body == "raw":
        binary = {"schema": {"type": "string", "format": "binary"}}
        extra["requestBody"] = {"required": True, "content": {"application/octet-stream": binary}}
    return extra


def _schema_of(media: str) -> dict[str, str]:
    """A JSON format of its own (GeoJSON) is an object, everything else bytes."""
    return {"type": "object"} if media.endswith("json") else {"type": "string", "format": "binary"}


def _header(name: str, description: str, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 200} | ({"pattern": pattern} if pattern else {})
    return {"in": "header", "name": name, "required": False, "description": description, "schema": schema}
