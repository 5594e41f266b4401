"""Foreign column names put on our fields (字段对照) by the plan's aliases; what is not understood is kept as it is."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from qingshan.geo.dates import ReadDate, read_date, read_moment
from qingshan.geo.features import Scalar
from qingshan.geo.quantities import read_area_m2

SOURCE_NO, PATCH_TYPE, AREA = "source_no", "patch_type", "declared_area"
EARLIER, LATER, REMARK = "earlier_image", "later_image", "remark"
TOWNSHIP, VILLAGE, PLACE, DESCRIPTION, DISCOVERED = "township", "village", "place", "description", "discovered"
FIELDS = (
    *(SOURCE_NO, PATCH_TYPE, AREA, EARLIER, LATER, REMARK),
    *(TOWNSHIP, VILLAGE, PLACE, DESCRIPTION, DISCOVERED),
)
"""Our fields that an alias may name; columns of other aliases stay in ``extra``."""
_LABELS = {EARLIER: "前时相", LATER: "后时相"}
_PRECISION = {"month": "月", "quarter": "季度", "year": "年"}


class AliasLike(Protocol):
    """What is needed of an alias of the plan: our field, the foreign names, the unit of an area."""

    @property
    def field(self) -> str:
        """One of `FIELDS`."""

    @property
    def names(self) -> Sequence[str]:
        """Foreign column names, best first; case and width do not matter."""

    @property
    def unit(self) -> str:
        """Unit of an area: m2, mu, ha, km2, or empty."""


@dataclass(slots=True, kw_only=True)
class MappedAttributes:
    """The attributes of a patch (图斑属性) in our fields.

    ``discovered`` is a local moment without zone. ``extra`` holds every column that was not taken, and the original of
    every value that could not be read or was read to less than the day; ``notes`` says so in Chinese.
    """

    source_no: str | None = None
    patch_type: str | None = None
    declared_area_m2: float | None = None
    earlier_image: date | None = None
    later_image: date | None = None
    remark: str | None = None
    township: str | None = None
    village: str | None = None
    place: str | None = None
    description: str | None = None
    discovered: datetime | None = None
    extra: Mapping[str, Scalar] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


_Candidate = tuple[tuple[str, ...], str]
"""Columns that one foreign name of an alias may stand for (the last of the row first), and the alias's unit."""


@dataclass(slots=True)
class _Reading:
    """Work on one row: columns not yet taken, and notes."""

    left: dict[str, Scalar]
    notes: list[str]
    wanted: Mapping[str, Sequence[_Candidate]]
    dates: dict[Scalar, ReadDate | None]

    def date_of(self, value: Scalar) -> ReadDate | None:
        """`read_date`, remembered: a column of dates repeats few of them."""
        if value not in self.dates:
            if len(self.dates) >= MOST_DATES:
                self.dates.clear()
            self.dates[value] = read_date(value)
        return self.dates[value]

    def take(self, field: str) -> Iterable[tuple[str, Scalar, str]]:
        """Column, value and unit of every filled column that stands for the field, best alias first."""
        candidates = self.wanted[field]
        return self._filled(candidates) if candidates else ()

    def _filled(self, candidates: Sequence[_Candidate]) -> Iterator[tuple[str, Scalar, str]]:
        left = self.left
        for columns, unit in candidates:
            for name in columns:
                if name in left:
                    if not _is_blank(left[name]):
                        yield name, left[name], unit
                    break


class AttributeMapper:
    """Puts rows on our fields by the plan's aliases; which column stands for what is worked out once per set."""

    def __init__(self, aliases: Sequence[AliasLike]) -> None:
        """``aliases`` of the plan, best first."""
        self._aliases = tuple(aliases)
        self._known: dict[tuple[str, ...], Mapping[str, Sequence[_Candidate]]] = {}
        self._dates: dict[Scalar, ReadDate | None] = {}

    def map(self, attributes: Mapping[str, Scalar]) -> MappedAttributes:
        """Put one row's columns on our fields; the first filled alias wins, all other columns stay in ``extra``."""
        reading = _Reading(dict(attributes), [], self._wanted(tuple(attributes)), self._dates)
        source_no = _text(reading, SOURCE_NO)
        patch_type = _text(reading, PATCH_TYPE)
        area = _area(reading)
        earlier = _date(reading, EARLIER)
        later = _date(reading, LATER)
        remark = _text(reading, REMARK, plain=False)
        if earlier and later and earlier > later:
            reading.notes.append(f"前时相 {earlier} 晚于后时相 {later}，请核实")
        return MappedAttributes(
            source_no=source_no,
            patch_type=patch_type,
            declared_area_m2=area,
            earlier_image=earlier,
            later_image=later,
            remark=remark,
            township=_said(reading, TOWNSHIP),
            village=_said(reading, VILLAGE),
            place=_text(reading, PLACE, plain=False),
            description=_text(reading, DESCRIPTION, plain=False),
            discovered=_moment(reading),
            extra=reading.left,
            notes=tuple(reading.notes),
        )

    def _wanted(self, columns: tuple[str, ...]) -> Mapping[str, Sequence[_Candidate]]:
        found = self._known.get(columns)
        if found is None:
            if len(self._known) >= MOST_COLUMN_SETS:
                self._known.clear()
            found = self._known[columns] = self._work_out(columns)
        return found

    def _work_out(self, columns: tuple[str, ...]) -> Mapping[str, Sequence[_Candidate]]:
        by_key: dict[str, tuple[str, ...]] = {}
        for column in columns:
            by_key[_key(column)] = (column, *by_key.get(_key(column), ()))
        wanted: dict[str, list[_Candidate]] = {name: [] for name in FIELDS}
        for alias in self._aliases:
            for foreign in alias.names if alias.field in wanted else ():
                if _key(foreign) in by_key:
                    wanted[alias.field].append((by_key[_key(foreign)], alias.unit))
        return wanted


MOST_DATES = 5_000
MOST_COLUMN_SETS = 256
"""Sets of columns that are remembered; a file in which every row has others must not fill the memory."""


def map_attributes(attributes: Mapping[str, Scalar], aliases: Sequence[AliasLike]) -> MappedAttributes:
    """Put one row alone on our fields; see `AttributeMapper`."""
    return AttributeMapper(aliases).map(attributes)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _is_blank(value: Scalar) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(reading: _Reading, wanted: str, *, plain: bool = True) -> str | None:
    for name, value, _ in reading.take(wanted):
        del reading.left[name]
        return as_text(value) if plain else str(value).strip()
    return None


def _said(reading: _Reading, wanted: str) -> str | None:
    """A text that stays among the other columns: the lead shows where it lies, not where it was said to lie."""
    return next((as_text(value) for _, value, _ in reading.take(wanted)), None)


def as_text(value: Scalar) -> str:
    """A value as text: whole numbers stored as fractions lose the ``.0``, full-width digits become plain."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return unicodedata.normalize("NFKC", str(value)).strip()


def _area(reading: _Reading) -> float | None:
    for name, value, unit in reading.take(AREA):
        area = read_area_m2(value, unit)
        if area is not None:
            del reading.left[name]
            return area
        reading.notes.append(f"字段 {name} 的值“{value}”不能读作面积，已原样保留")
    return None


def _date(reading: _Reading, wanted: str) -> date | None:
    for name, value, _ in reading.take(wanted):
        found = reading.date_of(value)
        if found is not None:
            _keep_precision(reading, name, value, found, _LABELS[wanted])
            return found.value
        reading.notes.append(f"字段 {name} 的值“{value}”不能读作日期，已原样保留")
    return None


def _moment(reading: _Reading) -> datetime | None:
    for name, value, _ in reading.take(DISCOVERED):
        found = read_moment(value)
        if found is not None:
            del reading.left[name]
            return found
        reading.notes.append(f"字段 {name} 的值“{value}”不能读作时间，已原样保留")
    return None


def _keep_precision(reading: _Reading, name: str, value: Scalar, found: ReadDate, label: str) -> None:
    """Drop a column read to the day; keep a coarser one and say which day stands for it."""
    if found.precision == "day":
        del reading.left[name]
        return
    reading.notes.append(f"{label}“{value}”只到{_PRECISION[found.precision]}，按最早一日 {found.value} 记，原值保留")
