"""Signing in by token: who calls, in which post, and whether he calls too often."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from qingshan.commons.accounts.sign_ins import is_locked
from qingshan.commons.base.scope import system_scope
from qingshan.commons.people.models import Account
from qingshan.commons.people.opening import viewer_at
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.tokens.models import Token
from qingshan.commons.tokens.services import count_call, count_wrong, find_token
from qingshan.interfaces.api.problems import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="qingshan"'}
WINDOW = 60
"""Seconds over which calls are counted."""


class ApiRequest(HttpRequest):
    """A call that carries who makes it."""

    viewer: Viewer
    token: Token
    now: datetime
    json: object
    raw: BinaryIO
    raw_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: the token, the person in its post, and how many calls of this minute are left."""

    token: Token
    viewer: Viewer
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        """What every answer says of the limit."""
        return {
            "RateLimit-Limit": str(settings.QINGSHAN_API_RATE),
            "RateLimit-Remaining": str(max(self.left, 0)),
            "RateLimit-Reset": str(self.reset),
        }


def caller_of(request: ApiRequest) -> Caller:
    """The caller, in a transaction of its own; raises `Problem` 401 or 429."""
    text, address = _bearer(request), address_of(request)
    reset = WINDOW - int(request.now.timestamp()) % WINDOW
    with system_scope():
        token = find_token(text=text, now=request.now, address=address)
        wrong = count_wrong(address=address, now=request.now) if token is None else 0
    if token is None:
        raise _wrong_token(wrong, reset)
    with system_scope():
        _check_account(token.account)
        viewer = viewer_at(token.account, now=request.now, post_id=token.post_id)
        if viewer is None or viewer.post_id != token.post_id:
            raise Problem(401, "no_post", "令牌所属的职务已不由您担任，请用现任职务重新生成令牌", headers=CHALLENGE)
        calls = count_call(token_id=token.id, now=request.now)
    caller = Caller(token=token, viewer=viewer, left=settings.QINGSHAN_API_RATE - calls, reset=reset)
    if caller.left < 0:
        headers = {**caller.headers(), "Retry-After": str(reset)}
        raise Problem(429, "rate", f"每分钟最多 {settings.QINGSHAN_API_RATE} 次，请 {reset} 秒后再试", headers=headers)
    return caller


def _check_account(account: Account) -> None:
    """A token rests while its account may not sign in; one that is closed opens nothing (`find_token`)."""
    if account.must_change or account.password_changed_at is None:
        raise Problem(401, "first_password", "账号的初始口令还没有改，请先登录系统改口令", headers=CHALLENGE)
    if is_locked(account.username, at=timezone.now()):
        raise Problem(401, "locked", "账号因连续输错口令已锁定，解除后令牌恢复", headers=CHALLENGE)


def _wrong_token(times: int, reset: int) -> Problem:
    """A wrong token, or too many of them from one address; right ones from there still open."""
    if times <= settings.QINGSHAN_API_WRONG_TOKENS:
        return Problem(401, "token", "令牌不对、已过期或已停用", headers=CHALLENGE)
    detail = f"这个地址用错令牌的次数太多，请更正令牌，{reset} 秒后再试"
    return Problem(429, "wrong_tokens", detail, headers={"Retry-After": str(reset)})


def _bearer(request: HttpRequest) -> str:
    kind, _, text = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Problem(401, "token_missing", "请在 Authorization 头里带上令牌：Bearer qs_…", headers=CHALLENGE)
    return text.strip()


def address_of(request: HttpRequest) -> str:
    """Address of the caller; behind a proxy that ends TLS the one the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        if told:
            return told[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]
