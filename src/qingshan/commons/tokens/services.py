"""Making, checking and revoking tokens."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from uuid import UUID

from django.db import connection

from qingshan.commons.base.scope import widened_to_system
from qingshan.commons.people.viewer import Acting
from qingshan.commons.tokens.models import LONGEST, StoredAnswer, Token, WrongWindow
from qingshan.commons.tokens.scopes import SCOPES
from qingshan.domain.acts import ActRefused

MOST_LIVE = 20
"""Tokens one account may have at a time."""
SECRET_BYTES = 32
KEPT_ANSWERS = timedelta(days=7)
USE_NOTED_EVERY = timedelta(minutes=1)
ADMIN = "system_admin"
_TEXT = re.compile(r"qs_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


def make_token(*, name: str, scopes: Sequence[str], days: int, acting: Acting) -> tuple[Token, str]:
    """Make a token for the acting person in the acting post; returns it with its text, which nobody can see again."""
    viewer, now = acting.viewer, acting.now()
    if viewer.account_id is None or viewer.post_id is None:
        raise ActRefused("post", "只有在任的账号才能生成令牌")
    missing = _missing(name, scopes, days)
    if missing:
        raise ActRefused("incomplete", "令牌还不能生成", missing)
    live = Token.objects.filter(account_id=viewer.account_id, revoked_at__isnull=True, expires_at__gt=now)
    if live.count() >= MOST_LIVE:
        raise ActRefused("many", f"有效令牌已有 {MOST_LIVE} 个，请先停用不用的")
    public_id, secret = secrets.token_hex(6), secrets.token_urlsafe(SECRET_BYTES)
    token = Token.objects.create(
        account_id=viewer.account_id,
        post_id=viewer.post_id,
        name=name.strip(),
        public_id=public_id,
        digest=_digest(secret),
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, f"qs_{public_id}_{secret}"


def _missing(name: str, scopes: Sequence[str], days: int) -> tuple[str, ...]:
    missing = []
    if not name.strip():
        missing.append("用途未填，例如“每日取台账的脚本”")
    elif len(name.strip()) > 80:
        missing.append("用途太长，请写在 80 个字以内")
    if not scopes:
        missing.append("至少选一项权限")
    elif set(scopes) - set(SCOPES):
        missing.append("权限不在可选范围内，请重新选择")
    if not 1 <= days <= LONGEST.days:
        missing.append(f"有效期须为 1 至 {LONGEST.days} 天")
    return tuple(missing)


def _digest(secret: str) -> str:
    """SHA-256 of 256 random bits needs no salt and no slow digest: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def revoke_token(*, token_id: UUID, acting: Acting) -> Token:
    """End a token now; its owner and the administrator of the system may. Must see the token in its scope."""
    token = Token.objects.select_for_update().filter(id=token_id).first()
    own = token is not None and token.account_id == acting.viewer.account_id
    if token is None or not (own or acting.viewer.has(ADMIN)):
        raise ActRefused("not_found", "没有这个令牌")
    if token.revoked_at is not None:
        raise ActRefused("done", "这个令牌已经停用")
    token.revoked_at = acting.now()
    token.revoked_by = f"{acting.viewer.name}（{acting.viewer.unit_name}·{acting.viewer.post_title}）"
    token.save(update_fields=["revoked_at", "revoked_by"])
    return token


def revoke_tokens_of(*, account_id: UUID, now: datetime, by: str) -> list[Token]:
    """End every live token of an account, whoever acts; returns them. ``by``: who and why, as the owner reads it.

    For services that stop an account or void its password and have checked the right to it: row security shows tokens
    to nobody but their owner, so the scope is widened here.
    """
    with widened_to_system():
        live = Token.objects.select_for_update().filter(account_id=account_id, revoked_at=None, expires_at__gt=now)
        tokens = list(live.order_by("id"))
        if tokens:
            Token.objects.filter(id__in=[t.id for t in tokens]).update(revoked_at=now, revoked_by=by[:200])
    return tokens


def find_token(*, text: str, now: datetime, address: str) -> Token | None:
    """The live token with this text, its use noted; None for a wrong, ended or revoked one. Asks for a system scope."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    token = Token.objects.select_related("account").filter(public_id=match[1]).first()
    if token is None or not hmac.compare_digest(token.digest, _digest(match[2])):
        return None
    if token.revoked_at is not None or token.expires_at <= now or not token.account.is_active:
        return None
    if _to_be_noted(token, now, address):
        Token.objects.filter(id=token.id).update(last_used_at=now, last_address=address)
    return token


def _to_be_noted(token: Token, now: datetime, address: str) -> bool:
    """Not every call writes: a busy token notes its use once a minute, or when the address changes."""
    used = token.last_used_at
    return used is None or token.last_address != address or not timedelta(0) <= now - used < USE_NOTED_EVERY


_COUNT = """
INSERT INTO tokens_callwindow AS w (token_id, "window", calls) VALUES (%s, %s, 1)
ON CONFLICT (token_id) DO UPDATE SET
  calls = CASE WHEN w."window" = EXCLUDED."window" THEN w.calls + 1 ELSE 1 END, "window" = EXCLUDED."window"
RETURNING calls
"""


def count_call(*, token_id: UUID, now: datetime) -> int:
    """Count a call; returns how many there were in this minute, this one included."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [token_id, int(now.timestamp()) // 60])
        return int(cursor.fetchone()[0])


_COUNT_WRONG = """
INSERT INTO tokens_wrongwindow AS w (address, "window", calls) VALUES (%s, %s, 1)
ON CONFLICT (address) DO UPDATE SET
  calls = CASE WHEN w."window" = EXCLUDED."window" THEN w.calls + 1 ELSE 1 END, "window" = EXCLUDED."window"
RETURNING calls
"""


def count_wrong(*, address: str, now: datetime, what: str = "") -> int:
    """Count a call with a wrong token; returns how many came from this address in this minute, this one included.

    ``what``: another kind of failure, counted apart; an empty ``address``: from anywhere. An IPv6 address counts by its
    /64: whoever has one has them all. Asks for a system scope.
    """
    with connection.cursor() as cursor:
        place = _network(address) if address else "*"
        cursor.execute(_COUNT_WRONG, [what + place, int(now.timestamp()) // 60])
        return int(cursor.fetchone()[0])


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return "?"
    if isinstance(found, IPv4Address):
        return str(found)
    inside = found.ipv4_mapped
    return str(inside) if inside else str(IPv6Network((found, 64), strict=False))


def forget_wrong(*, now: datetime) -> int:
    """Delete counts of addresses that are over; returns how many."""
    return WrongWindow.objects.filter(window__lt=int(now.timestamp()) // 60).delete()[0]


def forget_answers(*, now: datetime) -> int:
    """Delete answers that nobody will ask for again; returns how many."""
    return StoredAnswer.objects.filter(created_at__lt=now - KEPT_ANSWERS).delete()[0]
