"""Values kept apart from every matter (保密信息): sealed under a key of their own, opened where a service says so."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

ALGORITHM = "aes-256-gcm"
_NONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Ciphertext of some values, and their key wrapped by the master key; both begin with their nonce."""

    wrapped: bytes
    content: bytes
    algorithm: str = ALGORITHM


class CannotOpen(Exception):
    """The ciphertext was altered, moved to another owner, or its key is gone."""


def seal_values(owner_id: UUID, values: Mapping[str, str]) -> Sealed:
    """Encrypt ``values`` for one owner; moved to another owner they cannot be opened."""
    key = AESGCM.generate_key(bit_length=256)
    text = json.dumps(dict(values), ensure_ascii=False).encode()
    return Sealed(wrapped=_encrypt(settings.QINGSHAN_MASTER_KEY, key, owner_id), content=_encrypt(key, text, owner_id))


def open_values(owner_id: UUID, *, wrapped: bytes, content: bytes) -> dict[str, str]:
    """The values as they were sealed; raises `CannotOpen`."""
    try:
        key = _decrypt(settings.QINGSHAN_MASTER_KEY, wrapped, owner_id)
        found: dict[str, str] = json.loads(_decrypt(key, content, owner_id))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("密文已被改动，无法读取") from error
    return found


def _encrypt(key: bytes, text: bytes, owner_id: UUID) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, owner_id.bytes)


def _decrypt(key: bytes, blob: bytes, owner_id: UUID) -> bytes:
    return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], owner_id.bytes)
