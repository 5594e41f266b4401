"""Forms that make something are taken once (防重复提交): the form brings the id of what it makes.

A double click, a reload or a lost answer sends the same id again: with the same content it is the same act, already
done; with other content it is refused, because the second would silently be lost.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.models import OnceKey
from qingshan.commons.base.prepared import Prepared
from qingshan.domain.acts import ActRefused
from qingshan.domain.journal import canonical

ONCE_CODE = "once"
_CLAIM = Prepared(
    "base_claim_once",
    ["uuid", "uuid", "text", "text", "uuid", "timestamptz"],
    "INSERT INTO base_oncekey (key, token, purpose, digest, account_id, made_at) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (key) DO NOTHING RETURNING key",
)


def claim_once(*, key: UUID, purpose: str, content: Mapping[str, Any], account_id: UUID | None, now: datetime) -> bool:
    """Whether this is the first time; False: the same was handed in before and stands under ``key``.

    Must run in the transaction that makes the thing: of two at once the second waits for the first. Raises
    `ActRefused` for other content, another purpose or another account under the same id.
    """
    digest = hashlib.sha256(canonical({"purpose": purpose, "content": content}).encode()).hexdigest()
    if _CLAIM.rows(key, new_id(), purpose, digest, account_id, now):
        return True
    stands = OnceKey.objects.get(key=key)
    if stands.digest != digest or stands.account_id != account_id:
        raise ActRefused(ONCE_CODE, "这张表已经提交过，内容与这次不同：请先看已提交的那一件，另办一件请重新打开表格")
    return False


def forget_keys(*, before: datetime) -> int:
    """Delete ids that were handed in before a moment; returns how many."""
    return OnceKey.objects.filter(made_at__lt=before).delete()[0]
