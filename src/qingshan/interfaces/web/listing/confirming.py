"""Asking before an act on many (批量办理前核对): what was shown to be confirmed is what is done, or it is asked again.

The form carries how many there were and a digest of their ids; a view that changed while somebody was reading is shown
anew instead of being acted on.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

SHOWN = 8
"""Numbers that are named on the page."""
CHANGED = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a confirming page shows: how many, their digest, and how many there were before the view changed."""

    count: int
    digest: str
    before: int | None = None

    @property
    def changed(self) -> bool:
        """Whether the person confirmed something else than what is there now."""
        return self.before is not None


def digest_of(ids: Sequence[UUID]) -> str:
    """SHA-256 over the ids in their order of value, whatever the order of the list."""
    return hashlib.sha256(b"".join(sorted(i.bytes for i in ids))).hexdigest()


def again(chosen: Sequence[tuple[UUID, str]]) -> Asked:
    """What is asked once more because something else in the form was refused."""
    return Asked(count=len(chosen), digest=digest_of([i for i, _number in chosen]))


def asked(request: HttpRequest, chosen: Sequence[tuple[UUID, str]]) -> Asked | None:
    """None when just these were confirmed; else what is to be asked, for the first time or again."""
    now, before = again(chosen), request.POST.get("count", "")
    if "confirmed" not in request.POST:
        return now
    if request.POST.get("digest") == now.digest and before == str(now.count):
        return None
    return Asked(
        count=now.count, digest=now.digest, before=int(before) if before.isdecimal() and len(before) < 10 else 0
    )


def shown(request: HttpRequest, chosen: Sequence[tuple[UUID, str]], question: Asked, most: int) -> Mapping[str, object]:
    """What every confirming page needs: the numbers to name, the fields to carry."""
    whole = request.POST.get("all", "")
    return {
        "asked": question,
        "count": question.count,
        "numbers": [number for _id, number in chosen[:SHOWN]],
        "ids": [] if whole else [matter_id for matter_id, _number in chosen],
        "all": whole,
        "view": request.POST.get("view", "")[:4000],
        "too_many": most if question.count > most else 0,
    }
