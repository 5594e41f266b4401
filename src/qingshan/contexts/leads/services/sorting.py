"""Sorting the rows of a received file: accepted, duplicate or rejected, each with its reason (批次逐行判定)."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db.backends.base.base import BaseDatabaseWrapper
from shapely.geometry.base import BaseGeometry

from qingshan.commons.base.bulk import Beside
from qingshan.contexts.leads.services.areas import area_note, area_tolerance
from qingshan.contexts.leads.services.naming import Named, PlaceNames
from qingshan.contexts.leads.services.placing import Gazetteer
from qingshan.contexts.leads.services.registering import Fresh, Place
from qingshan.domain.plan import Plan
from qingshan.geo.attributes import AliasLike, AttributeMapper, MappedAttributes
from qingshan.geo.crs import areas_m2
from qingshan.geo.features import SourceRow
from qingshan.geo.fingerprint import geometry_digests


class ForbiddenFileError(Exception):
    """A row carries a mark that must not enter this system; the whole file is refused and wiped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """One row with its outcome. ``fresh`` only when accepted; ``key`` and ``digest`` name the source.

    ``geometry`` is where the row lies, also when it is refused for lying there (``outside``); ``by_name``: only its
    words say where.
    """

    row_no: int
    outcome: str
    reason: str
    notes: tuple[str, ...]
    source_no: str
    attributes: Mapping[str, Any]
    key: str = ""
    digest: str = ""
    fresh: Fresh | None = None
    geometry: BaseGeometry | None = None
    outside: bool = False
    by_name: bool = False


@dataclass(slots=True, kw_only=True)
class _Read:
    row: SourceRow
    mapped: MappedAttributes
    geometry: BaseGeometry
    notes: tuple[str, ...]
    key: str
    digest: str
    named: Named | None = None


Known = dict[str, tuple[str, str]]
"""Sources that stand already: key → number of the lead, digest of its geometry."""


class Answer(Protocol):
    """Something that will be known."""

    def result(self) -> Known:
        """What is known, waiting for it if need be."""
        ...


Lookup = Callable[[str, Sequence[str]], Answer]
"""Asks which of the keys of a channel stand already."""


@dataclass(slots=True, kw_only=True)
class _Piece:
    """Rows read, and the sources asked for."""

    rows: Sequence[SourceRow]
    results: dict[int, Sorted]
    read: list[_Read]
    known: Answer


@dataclass(slots=True, kw_only=True)
class RowSorter:
    """Sorts rows piece by piece; remembers the sources seen in this file.

    Known sources are asked for one piece ahead, so that the database answers while the piece before is sorted.
    ``aliases``: what the columns of this file stand for; by default the plan says. ``names``: places by name, for
    rows without a position (未定位); without it such rows are refused. ``marks_known``: the whole file was looked
    through for forbidden marks already.
    """

    plan: Plan
    channel: str
    gazetteer: Gazetteer
    now: datetime
    lookup: Lookup
    zone: ZoneInfo
    aliases: Sequence[AliasLike] | None = None
    names: PlaceNames | None = None
    marks_known: bool = False
    chunk: int = 2000
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)

    def sort(self, rows: Iterator[SourceRow]) -> Iterator[list[Sorted]]:
        """Yield lists of sorted rows in file order."""
        mapper = AttributeMapper(self.plan.intake.aliases if self.aliases is None else self.aliases)
        ahead: _Piece | None = None
        while part := list(islice(rows, self.chunk)):
            piece = self._read_piece(part, mapper)
            if ahead is not None:
                yield self._sort_piece(ahead)
            ahead = piece
        if ahead is not None:
            yield self._sort_piece(ahead)

    def _read_piece(self, rows: Sequence[SourceRow], mapper: AttributeMapper) -> _Piece:
        self._check_marks(rows)
        results: dict[int, Sorted] = {}
        usable: list[tuple[SourceRow, BaseGeometry, MappedAttributes]] = []
        worded: list[_Read] = []
        for row in rows:
            mapped = mapper.map(row.attributes)
            reason = row.problem or _too_long(mapped) or self._too_late(mapped)
            if reason:
                results[row.index] = _refused(row, mapped, reason)
            elif row.geometry is not None:
                usable.append((row, row.geometry, mapped))
            else:
                named = self._named(mapped)
                if isinstance(named, str):
                    results[row.index] = _refused(row, mapped, named)
                else:
                    worded.append(_by_name(row, mapped, named))
        read = _with_digests(usable)
        if worded:
            read = sorted((*read, *worded), key=lambda one: one.row.index)
        known = self.lookup(self.channel, [one.key for one in read])
        return _Piece(rows=rows, results=results, read=read, known=known)

    def _too_late(self, mapped: MappedAttributes) -> str:
        """A lead cannot have been found in the future."""
        if mapped.discovered is None or mapped.discovered.replace(tzinfo=self.zone) <= self.now:
            return ""
        return f"发现时间 {mapped.discovered:%Y-%m-%d %H:%M} 晚于现在：请核对日期"

    def _named(self, mapped: MappedAttributes) -> Named | str:
        """The place of a row that says it in words only, or why there is none."""
        if self.names is None or not (mapped.township or mapped.village or mapped.place):
            return "没有图形：请在原文件中补绘该图斑后重新导入"
        if mapped.township or mapped.village:
            return self.names.find(mapped.township or "", mapped.village or "")
        return self.names.find_in(mapped.place or "")

    def _sort_piece(self, piece: _Piece) -> list[Sorted]:
        known, candidates = piece.known.result(), []
        for one in piece.read:
            clash = self._clash(one, known)
            if clash is None:
                self.seen[one.key] = (one.row.index, one.digest)
                candidates.append(one)
            else:
                piece.results[one.row.index] = _sorted(one, *clash)
        for one, result in zip(candidates, self._place(candidates), strict=True):
            piece.results[one.row.index] = result
        return [piece.results[row.index] for row in piece.rows]

    def _check_marks(self, rows: Sequence[SourceRow]) -> None:
        marks = self.plan.intake.forbidden_marks
        if not marks or self.marks_known:
            return
        told = "\0".join(str(value) for row in rows for value in row.attributes.values())
        if any(mark in told for mark in marks):
            raise ForbiddenFileError

    def _clash(self, one: _Read, known: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
        number = one.mapped.source_no or "无编号"
        if one.key in self.seen:
            line, digest = self.seen[one.key]
            if digest == one.digest:
                return "duplicate", f"与本文件第 {line} 行相同（编号 {number}）"
            what = "图形" if one.named is None else "内容"
            return "rejected", f"编号 {number} 与本文件第 {line} 行重复而{what}不同：请核对后改正编号再导入"
        if one.key in known:
            lead, digest = known[one.key]
            if digest == one.digest:
                return "duplicate", f"已登记为线索 {lead}"
            return "rejected", f"编号 {number} 已登记为线索 {lead}，而图形不同：请向下发单位核实；确为新图斑的请改编号"
        return None

    def _place(self, read: Sequence[_Read]) -> list[Sorted]:
        if not read:
            return []
        areas = areas_m2([one.geometry for one in read])
        drawn = [one for one in read if one.named is None]
        places = iter(self.gazetteer.place_many([one.geometry for one in drawn]) if drawn else [])
        results, tolerance = [], area_tolerance(self.plan)
        for one, area in zip(read, areas, strict=True):
            place = next(places) if one.named is None else one.named.place
            if isinstance(place, str):
                results.append(_sorted(one, "rejected", place, outside=True))
                continue
            if one.named is None and (differs := area_note(one.mapped.declared_area_m2, float(area), tolerance)):
                one.notes = (*one.notes, differs)
            results.append(_sorted(one, "accepted", "", self._fresh(one, place, float(area))))
        return results

    def _fresh(self, one: _Read, place: Place, area: float) -> Fresh:
        mapped, named = one.mapped, one.named
        at = mapped.discovered.replace(tzinfo=self.zone) if mapped.discovered else self.now
        said = (mapped.township or "") + (mapped.village or "")
        if named is None:
            one.notes = (*one.notes, *self._disagreement(mapped, place))
        return Fresh(
            channel=self.channel,
            geometry=one.geometry,
            place=place,
            discovered_at=at,
            source_no=mapped.source_no or "",
            patch_type=mapped.patch_type or "",
            area_m2=area if area > 0 else None,
            declared_area_m2=mapped.declared_area_m2,
            earlier_image=mapped.earlier_image,
            later_image=mapped.later_image,
            description="\n".join(filter(None, (mapped.description, mapped.remark))),
            place_text=(mapped.place or (said if named else ""))[:LONGEST_PLACE],
            attributes=mapped.extra,
            notes=one.notes,
            precision=named.precision if named else "",
        )

    def _disagreement(self, mapped: MappedAttributes, place: Place) -> tuple[str, ...]:
        """A township that the row writes and the position contradicts."""
        if not mapped.township or self.names is None:
            return ()
        unit = self.names.unit_of(mapped.township)
        if unit is None or unit.id == place.unit.id:
            return ()
        return (f"坐标落在{place.unit.name}，表中写的是{mapped.township}：按坐标分派，请核实",)


LONGEST_NUMBER, LONGEST_TYPE, LONGEST_PLACE = 120, 20, 200
"""What the columns of a lead hold."""


def _too_long(mapped: MappedAttributes) -> str:
    number, kind = mapped.source_no or "", mapped.patch_type or ""
    if len(number) > LONGEST_NUMBER:
        return f"编号有 {len(number)} 个字，超过 {LONGEST_NUMBER} 个：请核对编号所在的列"
    if len(kind) > LONGEST_TYPE:
        return f"图斑类型“{kind[:20]}…”有 {len(kind)} 个字，超过 {LONGEST_TYPE} 个：请改用类型代码（如 CK）或改列名"
    return ""


def _with_digests(usable: Sequence[tuple[SourceRow, BaseGeometry, MappedAttributes]]) -> list[_Read]:
    digests = geometry_digests([geometry for _, geometry, _ in usable])
    return [
        _Read(
            row=row,
            mapped=mapped,
            geometry=geometry,
            notes=(*row.notes, *mapped.notes),
            key=f"no:{mapped.source_no}" if mapped.source_no else f"geom:{digest}",
            digest=digest,
        )
        for (row, geometry, mapped), digest in zip(usable, digests, strict=True)
    ]


_LEVELS = {"village": "村", "township": "乡镇"}


def _by_name(row: SourceRow, mapped: MappedAttributes, named: Named) -> _Read:
    """A row placed by its words: told from others by its number, else by all that it says."""
    words = (mapped.township, mapped.village, mapped.place, mapped.description, mapped.remark, mapped.discovered)
    digest = hashlib.sha256("\x1f".join(str(word or "") for word in words).encode()).hexdigest()
    where = f"没有坐标，按{_LEVELS[named.precision]}名落到{named.place.village_name or named.place.township_name}"
    return _Read(
        row=row,
        mapped=mapped,
        geometry=named.point,
        notes=(*row.notes, *mapped.notes, f"{where}，待现场定位", *((named.note,) if named.note else ())),
        key=f"no:{mapped.source_no}" if mapped.source_no else f"text:{digest}",
        digest=digest,
        named=named,
    )


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


def _refused(row: SourceRow, mapped: MappedAttributes, reason: str) -> Sorted:
    return Sorted(
        row_no=row.index,
        outcome="rejected",
        reason=reason,
        notes=(*row.notes, *mapped.notes),
        source_no=(mapped.source_no or "")[:LONGEST_NUMBER],
        attributes=row.attributes,
    )


def _sorted(one: _Read, outcome: str, reason: str, fresh: Fresh | None = None, *, outside: bool = False) -> Sorted:
    return Sorted(
        row_no=one.row.index,
        outcome=outcome,
        reason=reason,
        notes=one.notes,
        source_no=one.mapped.source_no or "",
        attributes=one.row.attributes,
        key=one.key,
        digest=one.digest,
        fresh=fresh,
        geometry=one.geometry,
        outside=outside,
        by_name=one.named is not None,
    )
