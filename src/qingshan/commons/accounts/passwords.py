"""Passwords (口令): changing one's own, when one must, and random first ones that are shown once and kept nowhere."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from qingshan.commons.accounts.models import UsedPassword
from qingshan.commons.accounts.recording import is_administrator, local_day, record_on_persons, require
from qingshan.commons.accounts.sessions import end_access_of
from qingshan.commons.accounts.sign_ins import (
    MOST_PASSWORD_FAILURES,
    Client,
    recent_password_failures,
    write_sign_in,
)
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Account
from qingshan.commons.people.selectors import holdings_of
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from qingshan.domain.passwords import REMEMBERED, first_password, password_problems

FIRST_DAYS = 7
MOST_AT_ONCE = 400
_ROUNDS = 20_000
"""A first password is random (67 bits) and lives a week: guessing it offline is hopeless with any digest, and hundreds
are made in one request. The first sign-in replaces the digest by one of the usual strength."""


class OfficePasswordValidator:
    """The rules of `domain.passwords`, with the account's own names."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raise `ValidationError` naming all that is wrong."""
        names = [user.username, user.person.name if user.person else ""] if user else []
        if problems := password_problems(password, names=names):
            raise ValidationError(list(problems))

    def get_help_text(self) -> str:
        """What a password must be like."""
        return "至少 10 个字符，大写字母、小写字母、数字、其他符号中至少三类，不含用户名和姓名"


def password_state(account: Account, *, now: datetime, days: int) -> str:
    """Why a password must be changed before anything else: ``first``, ``expired`` or "" (``days`` 0: never ages).

    A password of which nobody knows when its holder chose it counts as given by somebody else.
    """
    changed = account.password_changed_at
    if account.must_change or changed is None:
        return "first"
    return "expired" if days and now >= changed + timedelta(days=days) else ""


def is_void(account: Account, *, now: datetime) -> bool:
    """Whether a first password was not used in time."""
    return account.must_change and account.first_until is not None and now > account.first_until


def change_password(
    *, account: Account, old: str, new: str, again: str, keep_session: str, client: Client, now: datetime
) -> None:
    """Change one's own password; other devices and all tokens end. Refused with everything that is wrong.

    A wrong old one is refused as ``old``: whoever asks notes it, in a transaction that is kept.
    """
    if recent_password_failures(account, now=now) >= MOST_PASSWORD_FAILURES:
        raise ActRefused("locked", "原口令连续输错，半小时后再改；忘记原口令请找系统管理员发放初始口令")
    if not check_password(old, account.password):
        raise ActRefused("old", "口令没有改", ("原口令不对",))
    problems = _problems(account, old, new, again)
    if problems:
        raise ActRefused("password", "口令没有改", tuple(problems))
    before = account.password
    account.set_password(new)
    won = Account.objects.filter(id=account.id, password=before).update(
        password=account.password, must_change=False, first_until=None, password_changed_at=now
    )
    if not won:
        raise ActRefused("race", "口令刚刚在别处被改过，请用新口令重新登录")
    _remember(account, before)
    by = account.person.name if account.person else account.username
    end_access_of(account=account, how="password", by=by, now=now, keep=keep_session)
    write_sign_in(event="password", account=account, client=client, now=now)


def _problems(account: Account, old: str, new: str, again: str) -> list[str]:
    problems = [] if new == again else ["两次输入的新口令不一样"]
    if new == old or any(check_password(new, digest) for digest in _used(account)):
        problems.append(f"新口令不能与最近用过的 {REMEMBERED} 个相同")
    try:
        validate_password(new, account)
    except ValidationError as error:
        problems += error.messages
    return problems


def _used(account: Account) -> list[str]:
    rows = UsedPassword.objects.filter(account=account).order_by("-id")
    return list(rows.values_list("digest", flat=True)[: REMEMBERED - 1])


def _remember(account: Account, digest: str) -> None:
    """Keep the digest of the password that was in use, and no more than are asked for."""
    UsedPassword.objects.create(account=account, digest=digest)
    kept = UsedPassword.objects.filter(account=account).order_by("-id").values_list("id", flat=True)[: REMEMBERED - 1]
    UsedPassword.objects.filter(account=account).exclude(id__in=list(kept)).delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A slip to be cut out and handed over (口令条); the password stands here and nowhere else."""

    name: str
    unit: str
    post: str
    username: str
    password: str
    until: datetime


def issue_first_passwords(*, account_ids: Sequence[UUID], acting: Acting) -> list[Slip]:
    """New random first passwords for these accounts, in their order (发放初始口令); devices and tokens end."""
    require(acting, "system_admin")
    if not account_ids:
        raise ActRefused("none", "没有选择账号")
    if len(account_ids) > MOST_AT_ONCE:
        raise ActRefused("many", f"一次最多 {MOST_AT_ONCE} 个账号")
    with act_transaction():
        rows = Account.objects.select_for_update(of=("self",)).select_related("person").order_by("id")
        found = {row.id: row for row in rows.filter(id__in=account_ids)}
        accounts = [found[i] for i in dict.fromkeys(account_ids) if i in found]
        if problems := [p for p in (_may_not_issue(a, acting) for a in accounts) if p]:
            raise ActRefused("account", "有账号不能发初始口令，一个也没有发", tuple(problems))
        slips = [_issue(account, acting) for account in accounts]
        said = {a.person_id: {"username": a.username} for a in accounts if a.person_id is not None}
        if said:
            record_on_persons(act="person.first_password", acting=acting, details=said)
    return slips


def _may_not_issue(account: Account, acting: Acting) -> str:
    if not account.is_active:
        return f"{account.username}：账号已停用，请先启用"
    if acting.viewer.system:
        return ""
    if account.id == acting.viewer.account_id:
        return f"{account.username}：不能给自己发，请用“修改口令”"
    if is_administrator(account, acting):
        return f"{account.username}：管理人员的口令由服务器操作员发放（qingshan accounts first-password）"
    return ""


def _issue(account: Account, acting: Acting) -> Slip:
    password, now = first_password(secrets.choice), acting.now()
    until = now + timedelta(days=FIRST_DAYS)
    hasher = PBKDF2PasswordHasher()
    digest = hasher.encode(password, hasher.salt(), _ROUNDS)
    before = account.password
    Account.objects.filter(id=account.id).update(
        password=digest, must_change=True, first_until=until, password_changed_at=None
    )
    if account.has_usable_password():
        _remember(account, before)
    end_access_of(account=account, how="first_password", by=acting.viewer.name, now=now)
    write_sign_in(event="first_password", account=account, client=Client(), now=now, note=acting.viewer.name)
    held = holdings_of(account.person_id, after=local_day(now)) if account.person_id else []
    post = next((row.post for row in held if row.kind == "holder"), None)
    return Slip(
        name=account.person.name if account.person else "",
        unit=post.unit.name if post else "",
        post=post.title if post else "",
        username=account.username,
        password=password,
        until=until,
    )
