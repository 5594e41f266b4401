"""What stands before every operation: token, scope, post, content, one transaction, repeats, tags, refusals."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.db import DataError, IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.files.services import FileRefused
from qingshan.commons.journal.busy import is_busy
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.api.authentication import ApiRequest, Caller, caller_of
from qingshan.interfaces.api.faults import invalid
from qingshan.interfaces.api.problems import Problem, problem_of, problem_response
from qingshan.interfaces.api.reading import check_form, check_query, read_json, read_raw
from qingshan.interfaces.api.repeats import once
from qingshan.interfaces.api.specs import Spec
from qingshan.interfaces.api.tags import check_match, check_nobody_between, not_modified, tag_of

logger = logging.getLogger(__name__)
Run = Callable[..., HttpResponseBase]


def guarded(spec: Spec) -> Callable[[Run], Run]:
    """Put the guard before an operation's run."""

    def wrap(run: Run) -> Run:
        @wraps(run)
        def guarded_run(request: ApiRequest, **path: Any) -> HttpResponseBase:
            operation: Operation = run.__self__  # type: ignore[attr-defined]
            caller: Caller | None = None
            try:
                caller = caller_of(request)
                response = _answer(request, caller, spec, operation, lambda: run(request, **path), path)
            except Exception as error:
                response = problem_response(problem_from(error, spec))
            finally:
                if hasattr(request, "raw"):
                    request.raw.close()
            for name, value in (caller.headers() if caller else {}).items():
                response.headers.setdefault(name, value)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.headers["Vary"] = "Authorization"
            return response

        return guarded_run

    return wrap


def _answer(
    request: ApiRequest,
    caller: Caller,
    spec: Spec,
    operation: Operation,
    run: Callable[[], HttpResponseBase],
    path: dict[str, Any],
) -> HttpResponseBase:
    _check_rights(caller, spec)
    request.token, request.viewer = caller.token, caller.viewer
    _check_content(request, spec, operation)
    with transaction.atomic():
        caller.viewer.apply_scope()
        matter_id: UUID | None = path[spec.matter] if spec.matter else None
        if spec.acts:
            return once(request, lambda: _act(request, run, matter_id))
        return _read(request, run, matter_id)


def _check_rights(caller: Caller, spec: Spec) -> None:
    if spec.scope and spec.scope not in caller.token.scopes:
        raise Problem(403, "scope", f"令牌没有“{spec.scope}”权限")
    if spec.roles is not None and not caller.viewer.roles & spec.roles:
        raise Problem(403, "role", "您的职务不能办理此事")


def _check_content(request: ApiRequest, spec: Spec, operation: Operation) -> None:
    check_query(request, names_of(operation, "query"))
    if spec.body == "form":
        check_form(request, names_of(operation, "form") | names_of(operation, "file"), limit=spec.limit)
    elif spec.body == "raw":
        request.raw, request.raw_digest = read_raw(request, limit=spec.limit)
    elif request.method != "GET":
        request.json = read_json(request)
        if request.json is None and spec.body == "json":
            raise Problem(422, "invalid", "没有内容：请在请求体里写 JSON")
        if request.json not in (None, {}) and not spec.body:
            raise Problem(422, "invalid", "这个操作不要内容")


def names_of(operation: Operation, source: str) -> frozenset[str]:
    """Names of an operation's parameters in the query string or the form."""
    return frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == source
        for name in getattr(model, "__ninja_flatten_map__", model.model_fields)
    )


def _read(request: ApiRequest, run: Callable[[], HttpResponseBase], matter_id: UUID | None) -> HttpResponseBase:
    tag = tag_of(matter_id) if matter_id else None
    if tag is not None and not_modified(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    response = run()
    if tag is not None:
        response.headers["ETag"] = tag
    return response


def _act(request: ApiRequest, run: Callable[[], HttpResponseBase], matter_id: UUID | None) -> HttpResponseBase:
    before = tag_of(matter_id) if matter_id else None
    check_match(request, before)
    response = run()
    after = tag_of(matter_id) if matter_id else None
    check_nobody_between(request, before, after)
    if after is not None:
        response.headers["ETag"] = after
    return response


def problem_from(error: Exception, spec: Spec | None = None) -> Problem:
    """What to tell of an exception; one that nobody foresaw is logged and told as our own error."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ActRefused):
        return problem_of(error, dict(spec.statuses) if spec else {})
    if isinstance(error, ValidationError):
        return invalid(error.errors)
    return _of_library(error) or _of_database(error) or _unknown(error)


def _of_library(error: Exception) -> Problem | None:
    """What Django and ninja say."""
    if isinstance(error, Http404):
        return Problem(404, "not_found", str(error) or "没有找到，或它不在您的辖区内")
    if isinstance(error, PermissionDenied):
        return Problem(403, "role", "您的职务不能办理此事")
    if isinstance(error, FileRefused):
        return Problem(422, "file", str(error))
    if isinstance(error, RequestDataTooBig | TooManyFilesSent):
        return Problem(413, "too_large", "内容过大")
    broken = BadRequest | SuspiciousOperation | MultiPartParserError | UnreadablePostError | UnicodeError
    if isinstance(error, HttpError | broken):
        return Problem(400, "unreadable", "请求内容读不懂或没有传完")
    return None


def _of_database(error: Exception) -> Problem | None:
    """What the database says of values and of others at work."""
    if is_busy(error):
        return Problem(409, "busy", "系统正在处理别的办理，请稍后再试", headers={"Retry-After": "2"})
    if isinstance(error, DataError) or (isinstance(error, ValueError) and "NUL" in str(error)):
        return Problem(422, "data", "有一项内容太长或含有不能保存的字符")
    if isinstance(error, AlreadyEnqueued):
        return Problem(409, "done", "同样的任务已在排队，请等它开始后再提交")
    if isinstance(error, IntegrityError):
        return Problem(409, "race", "刚被他人办理，请重新读取后再试")
    return None


def _unknown(error: Exception) -> Problem:
    logger.error("api", exc_info=error)
    return Problem(500, "error", "程序出错，没有办理；请联系系统管理人员查看日志")


def reraise(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Ninja's handler of exceptions: the guard outside the transaction tells them."""
    raise error
