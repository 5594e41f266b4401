"""Second factor (第二道验证): one-time codes of a phone, and spare codes for the day the phone is lost.

The secret is encrypted with the installation's key; spare codes are kept as digests and are good once.
"""

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from qingshan.commons.accounts.models import SecondFactor
from qingshan.commons.accounts.recording import leave_administrators, record_on_persons, require
from qingshan.commons.accounts.sign_ins import Client, write_sign_in
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from qingshan.domain.onetime import DIGITS, PERIOD, matching_counter

SPARE_CODES = 10
MOST_FAILURES = 5
PAUSE = timedelta(minutes=30)
_SECRET_BYTES, _NONCE = 20, 12


def seal(plain: bytes, bound_to: UUID) -> bytes:
    """Encrypt with the installation's key, bound to one row."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(settings.QINGSHAN_MASTER_KEY).encrypt(nonce, plain, bound_to.bytes)


def unseal(blob: bytes, bound_to: UUID) -> bytes:
    """Decrypt what `seal` made; raises `InvalidTag` when it was altered or belongs to another row."""
    return AESGCM(settings.QINGSHAN_MASTER_KEY).decrypt(blob[:_NONCE], blob[_NONCE:], bound_to.bytes)


def new_secret() -> str:
    """A fresh secret as text (base32), for the phone to scan or to be typed in."""
    return base64.b32encode(os.urandom(_SECRET_BYTES)).decode("ascii")


def phone_address(*, secret: str, username: str, issuer: str) -> str:
    """What the phone scans (``otpauth://``)."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": PERIOD}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{username}')}?{query}"


def has_second_factor(account_id: UUID) -> bool:
    """Whether the account asks for a code after the password."""
    return SecondFactor.objects.filter(account_id=account_id).exists()


def switch_on(*, account: Account, secret: str, code: str, client: Client, at: float, now: datetime) -> list[str]:
    """Switch the second factor on, proven by a first code (``at``: real seconds); returns spare codes, shown once."""
    counter = matching_counter(base64.b32decode(secret), code, at=at, after=0)
    if counter is None:
        raise ActRefused("code", "动态口令不对。请核对手机时间是否准确，再输入当前显示的 6 位数字")
    row = SecondFactor(account=account, last_counter=counter, since=now)
    row.secret = seal(base64.b32decode(secret), row.id)
    spare = [f"{n[:4]}-{n[4:]}" for n in (secrets.token_hex(4) for _ in range(SPARE_CODES))]
    row.spare = [_digest(row, text) for text in spare]
    SecondFactor.objects.bulk_create([row], ignore_conflicts=True)
    if not SecondFactor.objects.filter(id=row.id).exists():
        raise ActRefused("done", "第二道验证已经开启")
    write_sign_in(event="second_on", account=account, client=client, now=now)
    return spare


def _digest(row: SecondFactor, text: str) -> str:
    plain = text.strip().lower().replace("-", "").replace(" ", "")
    key = hashlib.sha256(settings.QINGSHAN_MASTER_KEY + row.id.bytes).digest()
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()


def check_code(*, account: Account, code: str, client: Client, at: float, now: datetime) -> None:
    """Let somebody in by a code of the phone or a spare one, each good once; refused and counted otherwise.

    Inside a transaction that is kept when the code is wrong. ``at``: real seconds since 1970.
    """
    row = SecondFactor.objects.select_for_update().filter(account=account).first()
    if row is None:
        return
    if row.locked_until is not None and now < row.locked_until:
        raise ActRefused("locked", "动态口令连续输错，已锁定半小时")
    counter = matching_counter(unseal(bytes(row.secret), row.id), code, at=at, after=row.last_counter)
    spare = _digest(row, code)
    if counter is not None:
        row.last_counter = counter
    elif spare in row.spare:
        row.spare = [digest for digest in row.spare if digest != spare]
    else:
        _count_failure(row, account, client, now)
        raise ActRefused("code", "动态口令不对或已经用过，请等下一个再输入")
    row.failures, row.locked_until = 0, None
    row.save()


def _count_failure(row: SecondFactor, account: Account, client: Client, now: datetime) -> None:
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.failures, row.locked_until = 0, now + PAUSE
    row.save()
    write_sign_in(event="second_failure", account=account, client=client, now=now)


def switch_off(*, account: Account, client: Client, now: datetime) -> None:
    """Switch one's own second factor off."""
    if not SecondFactor.objects.filter(account=account).delete()[0]:
        raise ActRefused("done", "第二道验证没有开启")
    write_sign_in(event="second_off", account=account, client=client, now=now)


def drop_second_factor(*, account_id: UUID, acting: Acting) -> None:
    """The system administrator takes the second factor of somebody who lost his phone (取消第二道验证)."""
    require(acting, "system_admin")
    account = Account.objects.filter(id=account_id).first()
    if account is None or account_id == acting.viewer.account_id:
        raise ActRefused("account", "没有这个账号，或这是您自己的账号")
    leave_administrators(account, acting, command="drop-second-factor")
    with act_transaction():
        switch_off(account=account, client=Client(), now=acting.now())
        if account.person_id is not None:
            record_on_persons(act="person.drop_second_factor", acting=acting, details={account.person_id: {}})
