"""Reading what a program sends, strictly: JSON of finite numbers and storable text, known parameters, limited size."""

import hashlib
import json
import math
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.problems import Problem

MOST_JSON = 1024 * 1024
CHUNK = 1 << 20
LONGEST_DIGITS = 40
DEEPEST = 30
"""Levels of nesting: more than any form here has."""


def read_json(request: HttpRequest) -> Any:
    """The body as JSON; raises `Problem` 413, 415, 400 or 422. None for an empty body."""
    length = content_length(request)
    if length > MOST_JSON:
        raise Problem(413, "too_large", f"内容超过 {MOST_JSON // 1024} KB")
    body = request.body
    if not body:
        return None
    if request.content_type != "application/json":
        raise Problem(415, "media_type", "内容须为 application/json")
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise Problem(415, "media_type", "内容须为 UTF-8")
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
            object_pairs_hook=_once,
        )
    except UnicodeDecodeError:
        raise Problem(400, "encoding", "内容不是 UTF-8 文字") from None
    except RecursionError:
        raise Problem(400, "json", "JSON 嵌套太深") from None
    except json.JSONDecodeError as error:
        raise Problem(400, "json", f"JSON 有误：第 {error.lineno} 行第 {error.colno} 个字符") from None
    _storable(value, "")
    return value


def content_length(request: HttpRequest) -> int:
    """Bytes announced; 0 when nothing was said; 400 for nonsense."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise Problem(400, "content_length", "Content-Length 有误")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise Problem(422, "number", f"{text} 不是有限的数字")


def _whole(text: str) -> int:
    if len(text) > LONGEST_DIGITS:
        raise Problem(422, "number", f"整数太长，最多 {LONGEST_DIGITS} 位")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Problem(422, "number", "数字超出范围")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "json", "JSON 中同一个字段出现两次")
    return found


def _storable(value: Any, path: str, depth: int = 0) -> None:
    """Refuse text that cannot be stored: NUL characters, halves of characters."""
    if depth > DEEPEST:
        raise Problem(400, "json", "JSON 嵌套太深")
    if isinstance(value, str):
        if "\x00" in value or (not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)):
            raise one_fault("body", path, "含有不能保存的字符", code="string_unicode")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _storable(item, f"{path}.{number}".lstrip("."), depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _storable(key, path, depth + 1)
            _storable(item, f"{path}.{key}".lstrip("."), depth + 1)


def check_query(request: HttpRequest, known: frozenset[str]) -> None:
    """Refuse parameters that this operation does not know, repeated ones, and text that cannot be stored."""
    try:
        query = request.GET
    except SuspiciousOperation:
        raise Problem(400, "query", "查询参数太多") from None
    for name in query:
        if name not in known:
            raise one_fault("query", name, "没有这个参数", code="extra_forbidden")
        values = query.getlist(name)
        if len(values) != 1:
            raise one_fault("query", name, "同一个参数只能出现一次", code="repeated")
        if "\x00" in values[0]:
            raise one_fault("query", name, "含有不能保存的字符", code="string_unicode")


def read_raw(request: HttpRequest, *, limit: int) -> tuple[BinaryIO, str]:
    """The body as a file of its own and its SHA-256; nothing of it is held in memory. `Problem` 413, 415, 422.

    Read before the transaction: a slow line must not hold one open.
    """
    if content_length(request) > limit:
        raise _too_large(limit)
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise Problem(415, "media_type", "内容须为文件本身：application/octet-stream")
    handle = tempfile.TemporaryFile()  # noqa: SIM115 - the guard closes it after the answer
    try:
        digest = _copy(request, handle, limit)
    except BaseException:
        handle.close()
        raise
    return handle, digest


def _copy(request: HttpRequest, handle: BinaryIO, limit: int) -> str:
    """Copy the body; returns its SHA-256."""
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(request):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        digest.update(chunk)
        handle.write(chunk)
    if not size:
        raise Problem(422, "invalid", "没有内容：请在请求体里放文件")
    handle.seek(0)
    return digest.hexdigest()


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"文件超过 {limit // 1024 // 1024} MB")


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    """The body in pieces; one of unknown length (chunked) only where the server ends it."""
    source: Any = request
    if "CONTENT_LENGTH" not in request.META and request.META.get("wsgi.input_terminated"):
        source = request.META["wsgi.input"]
    while chunk := source.read(CHUNK):
        yield chunk


def check_form(request: HttpRequest, known: frozenset[str], *, limit: int) -> None:
    """Refuse a form that is no multipart form, is too large, has unknown or repeated fields; `Problem` says why."""
    if content_length(request) > limit:
        raise _too_large(limit)
    if request.content_type != "multipart/form-data":
        raise Problem(415, "media_type", "内容须为 multipart/form-data")
    _check_names(request, known)
    for name, text in request.POST.items():
        if "\x00" in str(text):
            raise one_fault("body", name, "含有不能保存的字符", code="string_unicode")


def _check_names(request: HttpRequest, known: frozenset[str]) -> None:
    for posted in (request.POST, request.FILES):
        for name in posted:
            if name not in known:
                raise one_fault("body", name, "没有这个字段", code="extra_forbidden")
            if len(posted.getlist(name)) != 1:
                raise one_fault("body", name, "同一个字段只能出现一次", code="repeated")
