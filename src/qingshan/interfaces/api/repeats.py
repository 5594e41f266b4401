"""Calls that may be sent twice (Idempotency-Key): the answer is stored with the act and given again.

Two calls with one key at the same time: the second waits for the first, for some seconds, and gets its answer. A
refused call leaves nothing, so it may be sent again under its key.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from qingshan.commons.tokens.models import StoredAnswer, Token
from qingshan.commons.tokens.selectors import stored_answer
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.problems import Problem

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")
CHUNK = 1 << 20


def once(request: ApiRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Run the call, or give the answer that it got before; runs inside the transaction of the act."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return run()
    if _KEY.fullmatch(key) is None:
        raise Problem(400, "idempotency_key", "Idempotency-Key 须为 1 至 200 个可见的 ASCII 字符")
    found = _find(request.token, key)
    if found is not None:
        return _again(request, found)
    row = _reserve(request, key)
    if row is None:
        found = _find(request.token, key)
        if found is None:
            raise Problem(409, "busy", "同一个键的请求正在办理，请稍后再试", headers={"Retry-After": "2"})
        return _again(request, found)
    response = run()
    _keep(request, row, response)
    return response


def _find(token: Token, key: str) -> StoredAnswer | None:
    return stored_answer(account_id=token.account_id, post_id=token.post_id, key=key)


def _reserve(request: ApiRequest, key: str) -> StoredAnswer | None:
    """Take the key; None when a call that ran at the same time has it."""
    try:
        with transaction.atomic():
            return StoredAnswer.objects.create(
                account_id=request.token.account_id,
                post_id=request.token.post_id,
                key=key,
                request_digest="",
                status=0,
                body=b"",
                created_at=request.now,
            )
    except IntegrityError:
        return None


def _keep(request: ApiRequest, row: StoredAnswer, response: HttpResponseBase) -> None:
    content = cast("HttpResponse", response).content
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    StoredAnswer.objects.filter(id=row.id).update(
        request_digest=request_digest(request), status=response.status_code, headers=headers, body=content
    )


def _again(request: ApiRequest, row: StoredAnswer) -> HttpResponse:
    if row.request_digest != request_digest(request):
        raise Problem(422, "idempotency_reused", "这个 Idempotency-Key 已用于另一个请求，请换一个")
    response = HttpResponse(bytes(row.body), status=row.status, headers=row.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def request_digest(request: ApiRequest) -> str:
    """SHA-256 over method, address and content; a form counts by its fields and files, not by its boundary.

    Each part is preceded by its length, so that no two requests fall together by where one part ends.
    """
    digest = hashlib.sha256()
    for part in (str(request.method).encode(), request.get_full_path().encode(), *_content(request)):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _content(request: ApiRequest) -> Iterator[bytes]:
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            yield from (b"field", name.encode(), *(value.encode() for value in request.POST.getlist(name)))
        for name in sorted(request.FILES):
            yield from (b"file", name.encode(), *map(_file_digest, request.FILES.getlist(name)))
    elif hasattr(request, "raw"):
        yield request.raw_digest.encode()
    else:
        yield request.body


def _file_digest(file: UploadedFile) -> bytes:
    file.seek(0)
    return digest_of(file.chunks()).encode()


def digest_of(chunks: Iterable[bytes]) -> str:
    """SHA-256 of a stream."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
