"""Sorting the rows of a received file: accepted, duplicate or rejected, each with its reason (批次逐行判定)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from qingshan.commons.base.bulk import Beside
from qingshan.contexts.leads.services.reading import ForbiddenFileError, Patch, ReadRow
from qingshan.contexts.leads.services.registering import Place

__all__ = ["ForbiddenFileError", "RowSorter", "Sorted", "ask_beside"]


class Sorted(NamedTuple):
    """One row with its outcome. ``key`` names the source; ``place`` only when accepted.

    ``patch`` is what was read of it, also when it is refused for lying where it lies (``outside``).
    """

    row_no: int
    outcome: str
    reason: str
    notes: tuple[str, ...]
    source_no: str
    attributes: Mapping[str, Any]
    key: str = ""
    patch: Patch | None = None
    place: Place | None = None
    outside: bool = False

    @property
    def fresh(self) -> Patch | None:
        """The patch that becomes a lead; None unless accepted."""
        return None if self.place is None else self.patch

    @property
    def by_name(self) -> bool:
        """Whether only its words say where it lies."""
        return self.patch is not None and self.patch.precision != ""


Known = dict[str, tuple[str, str]]
"""Sources that stand already: key → number of the lead, digest of its geometry."""


class Answer(Protocol):
    """Something that will be known."""

    def result(self) -> Known:
        """What is known, waiting for it if need be."""
        ...


Lookup = Callable[[str, Sequence[str]], Answer]
"""Asks which of the keys of a channel stand already."""


@dataclass(slots=True)
class _Seen:
    """Sources of this file (本文件已有来源): of each only a digest of its key, its row, a mark of its shape.

    A million of them take some 150 MB.
    """

    rows: dict[int, int] = field(default_factory=dict)

    def row_of(self, key: str) -> tuple[int, int] | None:
        """Row in which the source came first, and the mark of its shape."""
        found = self.rows.get(_number(key))
        return None if found is None else (found >> 64, found & _MASK)

    def add(self, key: str, row_no: int, digest: str) -> None:
        """Remember a source."""
        self.rows[_number(key)] = row_no << 64 | _mark(digest)


_MASK = (1 << 64) - 1


def _number(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "big")


def _mark(digest: str) -> int:
    return int(digest[:16], 16)


@dataclass(slots=True, kw_only=True)
class RowSorter:
    """Sorts rows piece by piece; remembers the sources seen in this file.

    Known sources are asked for one piece ahead, so that the database answers while the piece before is sorted.
    """

    channel: str
    lookup: Lookup
    _seen: _Seen = field(default_factory=_Seen)

    def sort(self, pieces: Iterable[Sequence[ReadRow]]) -> Iterator[list[Sorted]]:
        """Yield lists of sorted rows in file order."""
        ahead: tuple[Sequence[ReadRow], Answer] | None = None
        for piece in pieces:
            asked = (piece, self.lookup(self.channel, [row.key for row in piece if row.patch is not None]))
            if ahead is not None:
                yield self._sort_piece(*ahead)
            ahead = asked
        if ahead is not None:
            yield self._sort_piece(*ahead)

    def _sort_piece(self, rows: Sequence[ReadRow], answer: Answer) -> list[Sorted]:
        known = answer.result()
        return [self._sort(row, known) for row in rows]

    def _sort(self, row: ReadRow, known: Known) -> Sorted:
        row_no, source_no, notes, attributes, reason, key, patch = row
        if patch is None:
            return Sorted(row_no, "rejected", reason, notes, source_no, attributes)
        outcome, reason = self._clash(row, patch, known)
        if outcome:
            return Sorted(row_no, outcome, reason, notes, source_no, attributes, key, patch)
        self._seen.add(key, row_no, patch.digest)
        place = patch.place
        if isinstance(place, str):
            return Sorted(row_no, "rejected", place, notes, source_no, attributes, key, patch, outside=True)
        told = notes + patch.told if patch.told else notes
        return Sorted(row_no, "accepted", "", told, source_no, attributes, key, patch, place)

    def _clash(self, row: ReadRow, patch: Patch, known: Known) -> tuple[str, str]:
        """Outcome and reason of a row whose source came before; nothing for a new one."""
        seen, number = self._seen.row_of(row.key), row.source_no or "无编号"
        if seen is not None:
            line, mark = seen
            if mark == _mark(patch.digest):
                return "duplicate", f"与本文件第 {line} 行相同（编号 {number}）"
            what = "内容" if patch.precision else "图形"
            return "rejected", f"编号 {number} 与本文件第 {line} 行重复而{what}不同：请核对后改正编号再导入"
        if row.key in known:
            lead, own = known[row.key]
            if own == patch.digest:
                return "duplicate", f"已登记为线索 {lead}"
            return "rejected", f"编号 {number} 已登记为线索 {lead}，而图形不同：请向下发单位核实；确为新图斑的请改编号"
        return "", ""


_KNOWN = """
SELECT s.key, l.number, s.geometry_digest FROM leads_source s JOIN leads_lead l ON l.id = s.lead_id
WHERE s.channel = %s AND s.key = ANY(%s)
"""


def known_sources(wrapper: BaseDatabaseWrapper, channel: str, keys: Sequence[str]) -> Known:
    """Which of the keys of a channel stand already, in the scope of the transaction."""
    with wrapper.cursor() as cursor:
        cursor.execute(_KNOWN, [channel, list(keys)])
        return {key: (number, digest) for key, number, digest in cursor.fetchall()}


def ask_beside(beside: Beside) -> Lookup:
    """A lookup that is answered beside the sorting."""
    return lambda channel, keys: beside.ask(lambda wrapper: known_sources(wrapper, channel, keys))
