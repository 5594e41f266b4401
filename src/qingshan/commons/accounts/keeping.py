"""Keeping accounts (账号管理): registering a person with a sign-in, stopping it and opening it again."""

import re
from uuid import UUID

from qingshan.commons.accounts.recording import leave_administrators, record_on_persons, require
from qingshan.commons.accounts.sessions import end_access_of
from qingshan.commons.accounts.sign_ins import Client, write_sign_in
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Account, Person
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")


def username_problem(username: str) -> str:
    """Why a text is no user name ("" when it is one)."""
    if _USERNAME.fullmatch(username):
        return ""
    return f"用户名“{username[:60]}”不能用：用 3 至 60 个小写字母、数字、点、横线，以字母或数字开头"


def phone_problem(phone: str) -> str:
    """Why a text is no phone number ("" when it is one, or empty)."""
    return "" if not phone or _PHONE.fullmatch(phone) else "手机号码只能有数字、空格和横线，7 至 20 位"


def name_problem(name: str) -> str:
    """Why a text is no person's name ("" when it is one)."""
    if len(name) < 2:
        return "姓名至少两个字"
    if len(name) > 60 or any(not c.isprintable() for c in name) or name[0] in "=+-@":
        return f"姓名“{name[:20]}”不能用：60 字以内，不含控制字符，不以 = + - @ 开头"
    return ""


def open_account(*, name: str, username: str, phone: str, acting: Acting) -> Account:
    """Register a person with a sign-in and no password yet (开设账号); the first one is given with its slip."""
    require(acting, "system_admin")
    name, username, phone = name.strip(), username.strip().lower(), phone.strip()
    problems = [p for p in (name_problem(name), username_problem(username), phone_problem(phone)) if p]
    if problems:
        raise ActRefused("fields", "账号没有开设", tuple(problems))
    with act_transaction():
        person = Person.objects.create(name=name)
        account = new_account(person=person, username=username, acting=acting)
        receipt = record_on_persons(
            act="person.open_account",
            acting=acting,
            details={person.id: {"username": username}},
            personal={person.id: {"phone": phone}},
        )
        keep_phone_refs(receipt.personal)
    return account


def new_account(*, person: Person, username: str, acting: Acting) -> Account:
    """A sign-in without a usable password; a name that is taken refuses."""
    account = Account(username=username, person=person, must_change=True, created_at=acting.now())
    account.set_unusable_password()
    made = Account.objects.bulk_create([account], ignore_conflicts=True)
    if not Account.objects.filter(id=made[0].id).exists():
        raise ActRefused("race", f"用户名“{username}”已被使用，请换一个")
    return account


def keep_phone_refs(stored: object) -> None:
    """Write to persons where their encrypted phone numbers lie (``ActReceipt.personal``)."""
    if not isinstance(stored, dict):
        return
    for person_id, refs in stored.items():
        if "phone" in refs:
            Person.objects.filter(id=person_id).update(phone_ref=UUID(refs["phone"]))


def set_account_active(*, account_id: UUID, active: bool, reason: str, acting: Acting) -> None:
    """Stop an account, which ends its sessions and tokens at once, or open it again; with a reason (停用、启用)."""
    require(acting, "system_admin")
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise ActRefused("reason", "请写明原因，200 字以内")
    if account_id == acting.viewer.account_id:
        raise ActRefused("self", "不能停用或启用自己的账号")
    with act_transaction():
        account = Account.objects.select_for_update(of=("self",)).filter(id=account_id).first()
        if account is None:
            raise ActRefused("account", "没有这个账号")
        leave_administrators(account, acting, command="resume" if active else "stop")
        won = Account.objects.filter(id=account_id, is_active=not active).update(
            is_active=active, stopped_reason="" if active else reason
        )
        if not won:
            raise ActRefused("done", "账号已经是启用状态" if active else "账号已经是停用状态")
        event = "resumed" if active else "stopped"
        if not active:
            end_access_of(account=account, how="stopped", by=acting.viewer.name, now=acting.now())
        write_sign_in(event=event, account=account, client=Client(), now=acting.now(), note=reason)
        if account.person_id is not None:
            act = "person.resume_account" if active else "person.stop_account"
            record_on_persons(act=act, acting=acting, details={account.person_id: {"reason": reason}})
