"""The sign-in log (登录日志) and the lock after wrong passwords (django-axes). Clients are told in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.db.models import Max, Sum

from qingshan.commons.accounts.models import SignInRecord
from qingshan.commons.accounts.recording import record_on_persons, require
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused

UNKNOWN = "（没有此账号）"
EVENTS = (
    "sign_in", "failure", "locked", "void", "second_failure", "sign_out", "idle", "ended", "password", "first_password",
    "unlocked", "second_on", "second_off", "stopped", "resumed", "token_made", "token_ended",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request came from: network address and device in words (``Chrome · Windows``)."""

    address: str = ""
    device: str = ""


def write_sign_in(*, event: str, account: Account | None, client: Client, now: datetime, note: str = "") -> None:
    """Add one line. A name that is no account's is not kept: it may be a password typed into the wrong field."""
    record = SignInRecord(
        at=now,
        account=account,
        username=account.username if account else UNKNOWN,
        event=event,
        address=client.address[:45],
        device=client.device[:120],
        note=note[:200],
    )
    SignInRecord.objects.bulk_create([record])


def sign_ins(
    *, account_id: UUID | None = None, event: str = "", before: UUID | None = None, limit: int = 50
) -> list[SignInRecord]:
    """Newest lines in the reader's scope, by key."""
    rows = SignInRecord.objects.order_by("-id")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if event:
        rows = rows.filter(event=event)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.select_related("account__person")[:limit])


_DEVICES = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("360SE", "360"),
    ("QQBrowser", "QQ 浏览器"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("python", "程序"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(agent: str) -> str:
    """Browser and system of a User-Agent in words, for people to recognise their own device."""
    browser = next((word for mark, word in _DEVICES if mark in agent), "其他浏览器")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    return f"{browser} · {system}" if system else browser


def locked_usernames(*, at: datetime) -> dict[str, datetime]:
    """User names whose sign-in is locked now, with the moment the lock ends; ``at``: real time."""
    pause = get_cool_off()
    if pause is None:
        return {}
    rows: Any = (
        AccessAttempt.objects.filter(attempt_time__gt=at - pause)
        .values("username")
        .annotate(failures=Sum("failures_since_start"), latest=Max("attempt_time"))
        .filter(failures__gte=get_failure_limit(None, None))
    )
    return {row["username"]: row["latest"] + pause for row in rows if row["username"]}


def is_locked(username: str, *, at: datetime) -> bool:
    """Whether the sign-in of this account is locked now; ``at``: real time."""
    pause = get_cool_off()
    if pause is None:
        return False
    rows: Any = AccessAttempt.objects.filter(username=username, attempt_time__gt=at - pause)
    failures = rows.aggregate(n=Sum("failures_since_start"))["n"] or 0
    return bool(failures >= get_failure_limit(None, None))


def unlock_account(*, account_id: UUID, at: datetime, acting: Acting) -> None:
    """Lift the lock after wrong passwords (解除锁定). ``at``: real time."""
    require(acting, "system_admin")
    account = Account.objects.filter(id=account_id).first()
    if account is None:
        raise ActRefused("account", "没有这个账号")
    with act_transaction():
        if account.username not in locked_usernames(at=at) or not reset(username=account.username):
            raise ActRefused("done", "这个账号没有被锁定")
        write_sign_in(event="unlocked", account=account, client=Client(), now=acting.now(), note=acting.viewer.name)
        if account.person_id is not None:
            record_on_persons(act="person.unlock", acting=acting, details={account.person_id: {}})
