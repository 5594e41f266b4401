"""Personal values (个人信息): encrypted per subject outside the journal, erasable by destroying the key."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.models import PersonalValue, SubjectKey

ALGORITHM = "aes-256-gcm"
_NONCE = 12


def _master() -> AESGCM:
    return AESGCM(settings.QINGSHAN_MASTER_KEY)


def _wrap(subject_id: UUID, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _master().encrypt(nonce, key, subject_id.bytes)


def _unwrap(subject_id: UUID, wrapped: bytes | memoryview | None) -> bytes | None:
    if wrapped is None:
        return None
    blob = bytes(wrapped)
    return _master().decrypt(blob[:_NONCE], blob[_NONCE:], subject_id.bytes)


def store_personal(*, matter_id: UUID, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Encrypt ``values`` of one subject; returns per field ``{"id", "digest"}`` for the journal entry.

    The matter must exist. The digest is taken over the ciphertext: a digest of a phone number is guessed in a second.
    """
    subject, rows = encrypt_personal(matter_id=matter_id, values=values)
    if subject is None:
        return {}
    SubjectKey.objects.bulk_create([subject])
    PersonalValue.objects.bulk_create(rows)
    return references(rows)


def encrypt_personal(*, matter_id: UUID, values: Mapping[str, str]) -> tuple[SubjectKey | None, list[PersonalValue]]:
    """The rows, not yet stored, that keep the filled ones of ``values``: a key of their own and a value each."""
    filled = {field: value for field, value in values.items() if value}
    if not filled:
        return None, []
    key = AESGCM.generate_key(bit_length=256)
    subject_id = new_id()
    subject = SubjectKey(id=subject_id, wrapped=_wrap(subject_id, key), algorithm=ALGORITHM)
    return subject, [_encrypt(matter_id, subject_id, key, field, value) for field, value in filled.items()]


def references(rows: Iterable[PersonalValue]) -> dict[str, dict[str, str]]:
    """What the journal entry says of personal values: per field ``{"id", "digest"}``."""
    return {row.field: {"id": str(row.id), "digest": row.digest} for row in rows}


def _encrypt(matter_id: UUID, subject_id: UUID, key: bytes, field: str, value: str) -> PersonalValue:
    nonce = os.urandom(_NONCE)
    row_id = new_id()
    ciphertext = AESGCM(key).encrypt(nonce, value.encode(), row_id.bytes)
    digest = personal_digest(nonce, ciphertext)
    return PersonalValue(
        id=row_id,
        matter_id=matter_id,
        subject_id=subject_id,
        field=field,
        nonce=nonce,
        ciphertext=ciphertext,
        digest=digest,
    )


def personal_digest(nonce: bytes, ciphertext: bytes) -> str:
    """What the journal holds of a personal value."""
    return hashlib.sha256(nonce + ciphertext).hexdigest()


ERASED, ALTERED = "已按规定删除", "密文已被改动，无法读取"


def read_personal(ids: set[UUID]) -> dict[UUID, str]:
    """Values by id; an erased or altered one says so; one outside the viewer's scope is absent."""
    texts: dict[UUID, str] = {}
    rows = PersonalValue.objects.filter(id__in=ids).select_related("subject")
    told = rows.values_list("id", "nonce", "ciphertext", "subject_id", "subject__wrapped")
    for value_id, nonce, ciphertext, subject_id, wrapped in told:
        try:
            key = _unwrap(subject_id, wrapped)
            plain = AESGCM(key).decrypt(bytes(nonce), bytes(ciphertext), value_id.bytes) if key else None
        except InvalidTag:
            texts[value_id] = ALTERED
        else:
            texts[value_id] = ERASED if plain is None else plain.decode()
    return texts


def erase_subject(*, subject_id: UUID, rule: str, now: datetime) -> None:
    """Destroy a subject's key: the values cannot be read again, the chain still verifies."""
    SubjectKey.objects.filter(id=subject_id, erased_at__isnull=True).update(
        wrapped=None, erased_at=now, erased_rule=rule
    )
