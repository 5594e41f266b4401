"""Refusals as programs read them: application/problem+json (RFC 9457), with Chinese title and detail."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from qingshan.domain.acts import ActRefused

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求读不懂",
    401: "令牌无效",
    403: "无权办理",
    404: "没有找到",
    405: "不支持这种请求方法",
    409: "与现状冲突",
    412: "事项已变化",
    413: "内容过大",
    415: "内容类型不对",
    422: "内容不合要求",
    429: "请求过于频繁",
    500: "程序出错",
    503: "暂时繁忙",
}
STATUS_OF = {
    "race": 409,
    "state": 409,
    "done": 409,
    "duplicate": 409,
    "not_found": 404,
    "role": 403,
    "unit": 403,
}
"""Refusals of acts that are no fault of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of what was sent: where (body, query, path, header), which field, what to do."""

    where: str
    field: str
    message: str
    code: str


class Problem(Exception):
    """A refusal under way: status, closed slug, Chinese text, faults by field, what is missing, headers."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        missing: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the reason."""
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.faults, self.missing, self.headers = tuple(faults), tuple(missing), dict(headers or {})


def problem_of(refusal: ActRefused, statuses: Mapping[str, int]) -> Problem:
    """A refused act as a problem; ``statuses`` are those of this operation, before the general ones."""
    status = statuses.get(refusal.code) or STATUS_OF.get(refusal.code, 422)
    return Problem(status, refusal.code, refusal.message or "不予办理", missing=refusal.missing)


def problem_response(problem: Problem) -> HttpResponse:
    """The answer that says why."""
    content: dict[str, Any] = {
        "type": f"urn:qingshan:problem:{problem.code}",
        "title": TITLES.get(problem.status, "请求未成功"),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "errors": [{"where": f.where, "field": f.field, "message": f.message, "code": f.code} for f in problem.faults],
        "missing": list(problem.missing),
    }
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(body, status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers)
