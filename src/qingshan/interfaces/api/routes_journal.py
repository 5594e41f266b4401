"""Reading the journal (办理留痕) and its seals (封签)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Query, Router, Schema

from qingshan.commons.journal.selectors import recent_entries, seals
from qingshan.domain.acts import CATALOGUE
from qingshan.domain.roles import JOURNAL_READERS
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Answer, Key
from qingshan.interfaces.api.shown_common import EntriesOut, entry_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["留痕"])
READ = Spec(scope="journal:read", roles=JOURNAL_READERS)
PAGE = 50


class JournalQuery(Schema):
    """An act (``lead.verify``) and where the page begins."""

    act: Annotated[str, Field(max_length=40)] = ""
    before: Key | None = None


@operation(router, "GET", "/journal", READ, summary="办理留痕", answer=EntriesOut)
def list_entries(request: ApiRequest, filters: Query[JournalQuery]) -> EntriesOut:
    """Newest entries in scope, 50 a page, by key."""
    if filters.act and filters.act not in CATALOGUE:
        raise one_fault("query", "act", "没有这种办理", code="literal_error")
    found = recent_entries(before=filters.before, act=filters.act, limit=PAGE + 1)
    more = len(found) > PAGE
    return EntriesOut(
        entries=[entry_out(line) for line in found[:PAGE]], next=found[PAGE - 1].entry_id if more else None
    )


class SealOut(Answer):
    """A seal: the root over all entries of a span."""

    id: UUID
    number: int
    day: date
    after: datetime | None
    until: datetime
    entries: int
    previous_root: str
    root: str
    algorithm: str


class SealsOut(Answer):
    """Newest seals first."""

    seals: list[SealOut]


@operation(router, "GET", "/journal/seals", READ, summary="封签", answer=SealsOut)
def list_seals(request: ApiRequest) -> SealsOut:
    """The newest hundred seals with their roots."""
    return SealsOut(
        seals=[
            SealOut(
                id=s.id,
                number=s.number,
                day=s.day,
                after=s.after,
                until=s.until,
                entries=s.entries,
                previous_root=s.previous_root,
                root=s.root,
                algorithm=s.algorithm,
            )
            for s in seals()
        ]
    )
