"""Reading the rows of a received file as patches: mapped, measured, placed (批次逐行读取). Asks no database.

May run in a process of its own, ahead of the judging (`read_ahead`); what it hands on is therefore light to carry:
texts and numbers, shapes in the database's form.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.commons.base.ahead import made_ahead
from qingshan.contexts.leads.services.areas import area_note, area_tolerance
from qingshan.contexts.leads.services.naming import Named, PlaceNames
from qingshan.contexts.leads.services.placing import Gazetteer
from qingshan.contexts.leads.services.registering import Place
from qingshan.domain.plan import Plan
from qingshan.geo.attributes import AliasLike, AttributeMapper, MappedAttributes
from qingshan.geo.crs import areas_m2
from qingshan.geo.features import FeatureFile, SourceRow
from qingshan.geo.fingerprint import geometry_digests

PIECE = 2_000
"""Rows read and written at a time."""
WORTH_A_PROCESS = 3_000
"""Rows from which a file is read in a process of its own."""
LONGEST_NUMBER, LONGEST_TYPE, LONGEST_PLACE = 120, 20, 200
"""What the columns of a lead hold."""


class ForbiddenFileError(Exception):
    """A row carries a mark that must not enter this system; the whole file is refused and wiped."""


class Patch(NamedTuple):
    """A usable row (图斑). ``geom`` and ``centre`` (a point inside) as EWKB in hex; ``place``, or why it has none.

    ``digest`` tells its shape, or its words, from others; ``told``: notes that belong to it once it is accepted.
    """

    geom: str
    centre: str
    lon: float
    lat: float
    area_m2: float | None
    digest: str
    place: Place | str
    patch_type: str
    declared_area_m2: float | None
    earlier_image: date | None
    later_image: date | None
    description: str
    place_text: str
    discovered_at: datetime
    extra: Mapping[str, Any]
    told: tuple[str, ...]
    precision: str

    @property
    def geometry(self) -> BaseGeometry:
        """The shape, in EPSG:4490."""
        shape: BaseGeometry = shapely.from_wkb(self.geom)
        return shape


class ReadRow(NamedTuple):
    """One row of the file; ``reason`` says why it is unusable, else it has a ``patch`` and a ``key``."""

    row_no: int
    source_no: str
    notes: tuple[str, ...]
    attributes: Mapping[str, Any]
    reason: str
    key: str
    patch: Patch | None


class _Usable(NamedTuple):
    """A row with a position; ``named`` when it comes from its words."""

    at: int
    row: SourceRow
    mapped: MappedAttributes
    geometry: BaseGeometry
    named: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """Reads rows piece by piece.

    ``aliases``: what the columns of this file stand for; by default the plan says. ``names``: places by name, for
    rows without a position (未定位); without it such rows are refused. ``marks_known``: the whole file was looked
    through for forbidden marks already.
    """

    plan: Plan
    gazetteer: Gazetteer
    now: datetime
    zone: ZoneInfo
    aliases: Sequence[AliasLike] | None = None
    names: PlaceNames | None = None
    marks_known: bool = False

    def pieces(self, rows: Iterator[SourceRow]) -> Iterator[list[ReadRow]]:
        """Yield lists of read rows in file order; raises `ForbiddenFileError`."""
        mapper = AttributeMapper(self.plan.intake.aliases if self.aliases is None else self.aliases)
        while part := list(islice(rows, PIECE)):
            self._check_marks(part)
            yield self._piece(part, mapper)

    def _check_marks(self, rows: Sequence[SourceRow]) -> None:
        marks = self.plan.intake.forbidden_marks
        if not marks or self.marks_known:
            return
        told = "\0".join([str(value) for row in rows for value in row.attributes.values()])
        if any(mark in told for mark in marks):
            raise ForbiddenFileError

    def _piece(self, rows: Sequence[SourceRow], mapper: AttributeMapper) -> list[ReadRow]:
        found: list[ReadRow | None] = [None] * len(rows)
        usable: list[_Usable] = []
        for at, row in enumerate(rows):
            mapped = mapper.map(row.attributes)
            reason = row.problem or _too_long(mapped) or self._too_late(mapped)
            if not reason and row.geometry is not None:
                usable.append(_Usable(at, row, mapped, row.geometry, None))
                continue
            named = reason or self._named(mapped)
            if isinstance(named, str):
                found[at] = _unusable(row, mapped, named)
            else:
                usable.append(_Usable(at, row, mapped, named.point, named))
        for one, patch in zip(usable, self._patches(usable), strict=True):
            found[one.at] = _read(one, patch)
        return [row for row in found if row is not None]

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

    def _patches(self, usable: Sequence[_Usable]) -> Iterator[Patch]:
        if not usable:
            return
        shapes = np.empty(len(usable), dtype=object)
        shapes[:] = [one.geometry for one in usable]
        inner = shapely.point_on_surface(shapes)
        drawn = [one.geometry for one in usable if one.named is None]
        placed = iter(self.gazetteer.place_many(drawn) if drawn else [])
        digested = iter(geometry_digests(drawn) if drawn else [])
        tolerance = area_tolerance(self.plan)
        measured = zip(
            usable, _hex(shapes), _hex(inner), shapely.get_x(inner).tolist(), shapely.get_y(inner).tolist(),
            areas_m2(shapes).tolist(), strict=True,
        )  # fmt: skip
        for one, geom, centre, lon, lat, area in measured:
            mapped, named = one.mapped, one.named
            place = next(placed) if named is None else named.place
            digest = next(digested) if named is None else _words_digest(mapped)
            yield Patch(
                geom, centre, lon, lat, area if area > 0 else None,
                one.row.key or digest,
                place, mapped.patch_type or "", mapped.declared_area_m2, mapped.earlier_image, mapped.later_image,
                "\n".join(filter(None, (mapped.description, mapped.remark))),
                (mapped.place or (_said(mapped) if named else ""))[:LONGEST_PLACE],
                mapped.discovered.replace(tzinfo=self.zone) if mapped.discovered else self.now,
                mapped.extra, self._told(one, place, area, tolerance), named.precision if named else "",
            )  # fmt: skip

    def _told(self, one: _Usable, place: Place | str, area: float, tolerance: float | None) -> tuple[str, ...]:
        """What is told of a row once it is accepted: another area than it declares, another township than it writes."""
        if one.named is not None:
            return ()
        differs = area_note(one.mapped.declared_area_m2, area, tolerance)
        elsewhere = self._elsewhere(one.mapped, place)
        return tuple(filter(None, (differs, elsewhere))) if differs or elsewhere else ()

    def _elsewhere(self, mapped: MappedAttributes, place: Place | str) -> str:
        """A township that the row writes and the position contradicts."""
        if not mapped.township or self.names is None or isinstance(place, str):
            return ""
        unit = self.names.unit_of(mapped.township)
        if unit is None or unit.id == place.unit.id:
            return ""
        return f"坐标落在{place.unit.name}，表中写的是{mapped.township}：按坐标分派，请核实"


def read_ahead(reader: RowReader, source: FeatureFile) -> AbstractContextManager[Iterator[list[ReadRow]]]:
    """The pieces of a file; those of a long one are read by a process of their own, ahead of the caller."""
    if source.count is not None and source.count < WORTH_A_PROCESS:
        return nullcontext(reader.pieces(iter(source.rows)))
    return made_ahead(lambda: reader.pieces(iter(source.rows)))


def _too_long(mapped: MappedAttributes) -> str:
    number, kind = mapped.source_no or "", mapped.patch_type or ""
    if len(number) > LONGEST_NUMBER:
        return f"编号有 {len(number)} 个字，超过 {LONGEST_NUMBER} 个：请核对编号所在的列"
    if len(kind) > LONGEST_TYPE:
        return f"图斑类型“{kind[:20]}…”有 {len(kind)} 个字，超过 {LONGEST_TYPE} 个：请改用类型代码（如 CK）或改列名"
    return ""


def _unusable(row: SourceRow, mapped: MappedAttributes, reason: str) -> ReadRow:
    number = (mapped.source_no or "")[:LONGEST_NUMBER]
    return ReadRow(row.index, number, (*row.notes, *mapped.notes), row.attributes, reason, "", None)


_LEVELS = {"village": "村", "township": "乡镇"}


def _read(one: _Usable, patch: Patch) -> ReadRow:
    row, mapped, named = one.row, one.mapped, one.named
    notes = (*row.notes, *mapped.notes)
    if named is not None:
        where = named.place.village_name or named.place.township_name
        told = f"没有坐标，按{_LEVELS[named.precision]}名落到{where}，待现场定位"
        notes = (*notes, told, *((named.note,) if named.note else ()))
    number = mapped.source_no or ""
    kind = "file" if row.key else "geom" if named is None else "text"
    key = f"no:{number}" if number else f"{kind}:{patch.digest}"
    return ReadRow(row.index, number, notes, row.attributes, "", key, patch)


def _said(mapped: MappedAttributes) -> str:
    return (mapped.township or "") + (mapped.village or "")


def _words_digest(mapped: MappedAttributes) -> str:
    """A row placed by its words is told from others by all that it says."""
    words = (mapped.township, mapped.village, mapped.place, mapped.description, mapped.remark, mapped.discovered)
    return hashlib.sha256("\x1f".join(str(word or "") for word in words).encode()).hexdigest()


def _hex(shapes: npt.NDArray[np.object_]) -> list[str]:
    forms: list[str] = shapely.to_wkb(shapely.set_srid(shapes, 4490), hex=True, include_srid=True).tolist()
    return forms
