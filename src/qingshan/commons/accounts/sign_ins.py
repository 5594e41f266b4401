"""The sign-in log (登录日志) and the lock after wrong passwords (django-axes). Clients are told in plain words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.db.models import Max, Sum

from qingshan.commons.accounts.models import SignInRecord
from qingshan.commons.accounts.recording import record_on_persons, require
from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.commons.tokens.services import count_wrong
from qingshan.domain.acts import ActRefused

UNKNOWN = "（没有此账号）"
MOST_PASSWORD_FAILURES, PASSWORD_PAUSE = 5, timedelta(minutes=30)
"""Whoever sits at an open session cannot try out its password without end."""
EVENTS = (
    "sign_in", "failure", "locked", "void", "second_failure", "sign_out", "idle", "ended", "password", "first_password",
    "unlocked", "second_on", "second_off", "stopped", "resumed", "token_made", "token_ended", "password_failure",
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


MOST_FAILURES_NOTED, MOST_NOTED_AT_ALL = 10, 200
"""Failed sign-ins written down per minute: of one address, and of all together. Anybody can knock, without an account;
the log is kept for good and must not be filled by him."""


def write_failure(*, event: str, account: Account | None, client: Client, now: datetime) -> bool:
    """Note a failed sign-in; of very many in one minute the first are noted, then one line says that there were more.

    Returns whether a line was written.
    """
    with system_scope():
        of_address = count_wrong(address=client.address or "0.0.0.0", now=now, what="sign-in ")  # noqa: S104 - unknown
        of_all = count_wrong(address="", now=now, what="sign-in ")
    most = of_address > MOST_FAILURES_NOTED or of_all > MOST_NOTED_AT_ALL
    if most and of_address != MOST_FAILURES_NOTED + 1:
        return False
    note = "此地址这一分钟内失败过多，其后不再逐条记录" if most else ""
    write_sign_in(event=event, account=None if most else account, client=client, now=now, note=note)
    return True


def recent_password_failures(account: Account, *, now: datetime) -> int:
    """How often the old password was typed wrongly of late when it was to be changed. Needs the account's scope."""
    rows = SignInRecord.objects.filter(account=account, event="password_failure", at__gt=now - PASSWORD_PAUSE)
    return rows.count()


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


FAILURES = ("failure", "locked", "void", "second_failure")


def failures_since(moment: datetime) -> int:
    """Failed sign-ins in the reader's scope since a moment."""
    return SignInRecord.objects.filter(event__in=FAILURES, at__gte=moment).count()


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
