"""Sessions (登录设备): listed, seen, ended one by one or all at once. Ending one deletes the session itself."""

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from qingshan.commons.accounts.models import SessionRecord
from qingshan.commons.accounts.recording import leave_administrators, record_on_persons, require
from qingshan.commons.accounts.sign_ins import Client, write_sign_in
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.commons.tokens.services import revoke_tokens_of
from qingshan.domain.acts import ActRefused

_WHY = {"password": "修改口令", "first_password": "发放初始口令", "stopped": "停用账号", "ended": "全部退出"}
"""Why sessions and tokens of an account end together, by ``SessionRecord.ended_by``."""


def open_session(*, account: Account, key: str, client: Client, now: datetime) -> None:
    """Note a new session of an account."""
    SessionRecord.objects.create(
        account=account, key=key, address=client.address[:45], device=client.device[:120], since=now, last_seen=now
    )


def see_session(*, key: str, client: Client, now: datetime) -> None:
    """Note that a session was used now, and from where."""
    SessionRecord.objects.filter(key=key, ended_at=None).update(last_seen=now, address=client.address[:45])


def rename_session(*, key: str, new_key: str) -> None:
    """The same device goes on under a new key, after its password changed."""
    SessionRecord.objects.filter(key=key, ended_at=None).update(key=new_key)


def close_session(*, key: str, how: str, now: datetime) -> None:
    """Note that a session ended by itself: signed out, idle."""
    SessionRecord.objects.filter(key=key, ended_at=None).update(ended_at=now, ended_by=how)


def close_expired_sessions(*, at: datetime, now: datetime) -> int:
    """Forget sessions whose time is over and note that their devices are signed out; returns how many were.

    ``at``: real time, by which sessions run out. Somebody who closes the browser never signs out.
    """
    Session.objects.filter(expire_date__lt=at).delete()
    rows = SessionRecord.objects.filter(ended_at=None)
    gone = rows.exclude(Exists(Session.objects.filter(session_key=OuterRef("key"))))
    return gone.update(ended_at=now, ended_by="expired")


def end_access_of(*, account: Account, how: str, by: str, now: datetime, keep: str = "") -> int:
    """End every session of an account at once, but for ``keep``, and every token of its programs; returns how many.

    ``by``: who does it. Each token that ends has its own line in the sign-in log.
    """
    tokens = revoke_tokens_of(account_id=account.id, now=now, by=f"{by}（{_WHY[how]}）")
    for token in tokens:
        note = f"{token.name}（qs_{token.public_id}），{by}（{_WHY[how]}）"
        write_sign_in(event="token_ended", account=account, client=Client(), now=now, note=note)
    return len(tokens) + _end_sessions(account=account, how=how, now=now, keep=keep)


def _end_sessions(*, account: Account, how: str, now: datetime, keep: str) -> int:
    rows = SessionRecord.objects.filter(account=account, ended_at=None).exclude(key=keep)
    keys = list(rows.values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return SessionRecord.objects.filter(key__in=keys, ended_at=None).update(ended_at=now, ended_by=how)


def end_session(*, session_id: UUID, acting: Acting) -> SessionRecord:
    """End one session: one's own, or by the system administrator anybody's but another administrator's, on record."""
    row = SessionRecord.objects.select_related("account").filter(id=session_id).first()
    if row is None or row.account_id != acting.viewer.account_id:
        require(acting, "system_admin")
    if row is None:
        raise ActRefused("session", "没有这个登录设备")
    leave_administrators(row.account, acting, command="sign-out")
    with act_transaction():
        won = SessionRecord.objects.filter(id=row.id, ended_at=None).update(ended_at=acting.now(), ended_by="ended")
        if not won:
            raise ActRefused("done", "这个设备已经退出")
        Session.objects.filter(session_key=row.key).delete()
        client = Client(address=row.address, device=row.device)
        write_sign_in(event="ended", account=row.account, client=client, now=acting.now(), note=acting.viewer.name)
        if row.account_id != acting.viewer.account_id and row.account.person_id is not None:
            said = {row.account.person_id: {"device": row.device}}
            record_on_persons(act="person.end_session", acting=acting, details=said)
    return row


def end_all_sessions(*, account_id: UUID, acting: Acting) -> int:
    """The system administrator ends all sessions and tokens of somebody who is no other administrator."""
    require(acting, "system_admin")
    account = Account.objects.filter(id=account_id).first()
    if account is None:
        raise ActRefused("account", "没有这个账号")
    leave_administrators(account, acting, command="sign-out")
    with act_transaction():
        ended = end_access_of(account=account, how="ended", by=acting.viewer.name, now=acting.now())
        if not ended:
            raise ActRefused("done", "这个账号没有登录中的设备，也没有有效的令牌")
        write_sign_in(event="ended", account=account, client=Client(), now=acting.now(), note=acting.viewer.name)
        if account.person_id is not None:
            said = {account.person_id: {"count": ended}}
            record_on_persons(act="person.end_sessions", acting=acting, details=said)
    return ended


def open_sessions(
    *, account_id: UUID | None = None, before: UUID | None = None, limit: int = 50
) -> list[SessionRecord]:
    """Sessions that have not ended, newest first, by key; of one account or of all in scope."""
    rows = SessionRecord.objects.filter(ended_at=None).select_related("account__person").order_by("-id")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[:limit])
