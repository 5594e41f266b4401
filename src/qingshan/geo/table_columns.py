"""What the columns of a received table stand for (列对应): fields, guesses from headings and from values. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from qingshan.geo.attributes import AliasLike
from qingshan.geo.coordinate_text import CoordinateProblem, Ordinate, read_corners, read_ordinate, read_pair

LON, LAT, POSITION, CORNERS, CORNER, RING = "lon", "lat", "position", "corners", "corner", "ring"
PERSONAL, IGNORED, EXTRA = "personal", "ignored", "extra"
LABELS: Final[Mapping[str, str]] = {
    "source_no": "来源编号（图斑编号、信访编号、工单号）",
    LON: "经度（或东坐标）",
    LAT: "纬度（或北坐标）",
    POSITION: "坐标（两个值在一格）",
    CORNERS: "全部界址点（在一格）",
    CORNER: "界址点号（一行一点）",
    RING: "圈号",
    "township": "乡镇",
    "village": "村",
    "place": "地点描述",
    "description": "线索内容",
    "discovered": "发现时间",
    "patch_type": "图斑类型",
    "declared_area:m2": "面积（平方米）",
    "declared_area:mu": "面积（亩）",
    "declared_area:ha": "面积（公顷）",
    "declared_area:km2": "面积（平方公里）",
    "earlier_image": "前时相",
    "later_image": "后时相",
    "remark": "备注",
    PERSONAL: "涉及个人信息，只留在原件",
    IGNORED: "不取",
    EXTRA: "原样保留",
}
"""Field of a column → name to show, in the order of the choice."""
LAYOUTS: Final[Mapping[str, str]] = {"points": "一行一处", "corners": "一行一个界址点，同一编号连成一块"}
REPEATABLE: Final = frozenset({EXTRA, PERSONAL, IGNORED})
SAMPLE: Final = 60
"""Rows looked at for telling a column by its values."""
_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnAlias:
    """One heading that stands for one of our fields, as `AttributeMapper` takes it."""

    field: str
    names: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChoices:
    """How a table is read (列对应): sheets, heading → field, layout; ``origin`` says who decided.

    ``origin``: plan (guessed by the aliases of the plan), remembered (as the same sender's table was read before),
    person (chosen on the preview). ``sender`` names the memory.
    """

    sheets: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    layout: str = ""
    origin: str = ""
    sender: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the batch."""
        return {
            "sheets": list(self.sheets),
            "columns": dict(self.columns),
            "layout": self.layout,
            "origin": self.origin,
            "sender": self.sender,
        }

    def aliases(self) -> tuple[AliasLike, ...]:
        """The columns as aliases for the attributes of a row; positions and what is not taken are left out."""
        own = {slug.partition(":")[0] for slug in LABELS} - {LON, LAT, POSITION, CORNERS, CORNER, RING, *REPEATABLE}
        split = ((heading, *slug.partition(":")[::2]) for heading, slug in self.columns.items())
        return tuple(
            ColumnAlias(field=name, names=(heading,), unit=unit) for heading, name, unit in split if name in own
        )


def choices_from(kept: Mapping[str, Any]) -> TableChoices | None:
    """The choices as they were kept; None when there are none."""
    if not kept.get("columns"):
        return None
    columns = {str(heading): str(slug) for heading, slug in kept["columns"].items() if slug in LABELS}
    return TableChoices(
        sheets=tuple(map(str, kept.get("sheets", ()))),
        columns=columns,
        layout=str(kept.get("layout", "")),
        origin=str(kept.get("origin", "")),
        sender=str(kept.get("sender", "")),
    )


def problems_of(choices: TableChoices) -> list[str]:
    """What stands against the choices (Chinese); empty when they can be used."""
    problems = [] if choices.sheets else ["没有选工作表：至少选一张"]
    counted: dict[str, list[str]] = {}
    for heading, slug in choices.columns.items():
        counted.setdefault(slug, []).append(heading)
    problems += [
        f"“{LABELS[slug]}”对应了 {len(headings)} 列（{'、'.join(headings[:3])}）：只能对应一列"
        for slug, headings in counted.items()
        if len(headings) > 1 and slug not in REPEATABLE
    ]
    if (LON in counted) != (LAT in counted):
        problems.append("经度、纬度只对应了一列：两列都要指明，或都不指明")
    if not counted.keys() & {LON, POSITION, CORNERS, "township", "village", "place"}:
        problems.append("没有指明位置：至少指明坐标、乡镇、村、地点描述中的一项")
    return problems


def alias_names(aliases: Iterable[AliasLike]) -> dict[str, tuple[str, ...]]:
    """Names by the field of a column, from the plan's aliases; fields that columns cannot stand for are left out."""
    names: dict[str, tuple[str, ...]] = {}
    for alias in aliases:
        slug = f"{alias.field}:{alias.unit}" if alias.unit else alias.field
        slug = "declared_area:m2" if slug == "declared_area" else slug
        if slug in LABELS:
            names[slug] = (*names.get(slug, ()), *alias.names)
    return names


def guess_by_values(samples: Mapping[str, Sequence[object]], taken: Mapping[str, str]) -> dict[str, str]:
    """Heading → position field, for columns whose headings said nothing and whose values leave no doubt."""
    found: dict[str, str] = {}
    if set(taken.values()) & {LON, LAT, POSITION, CORNERS}:
        return found
    for heading, values in samples.items():
        if heading not in taken:
            kind = _kind_of(values)
            if kind and kind not in found.values():
                found[heading] = kind
    if (LON in found) != (LAT in found):
        found = {heading: kind for heading, kind in found.items() if kind not in {LON, LAT}}
    whole = next((k for k in (CORNERS, POSITION) if k in found.values()), "")
    return {heading: kind for heading, kind in found.items() if not whole or kind == whole}


def _kind_of(values: Sequence[object]) -> str:
    filled = [value for value in values if value not in (None, "")][:SAMPLE]
    if not filled:
        return ""
    kinds = [_kind_of_value(value) for value in filled]
    best = max(set(kinds), key=kinds.count)
    return best if kinds.count(best) >= _SHARE * len(kinds) else ""


def _kind_of_value(value: object) -> str:
    try:
        one = read_ordinate(value)
    except CoordinateProblem:
        return _kind_of_text(value)
    return "" if one is None or isinstance(value, int) else _kind_of_ordinate(one)


def _kind_of_text(value: object) -> str:
    for read, kind in ((read_pair, POSITION), (read_corners, CORNERS)):
        try:
            if read(value):
                return kind
        except CoordinateProblem:
            continue
    return ""


def _kind_of_ordinate(one: Ordinate) -> str:
    """Longitudes and latitudes of China, eastings with a zone, northings."""
    value, whole = one.value, one.value == int(one.value)
    if one.degrees:
        return "" if whole else LON if 73 <= value <= 136 else LAT if 17 <= value <= 54 else ""
    if 25_000_000 < value < 46_000_000 or 13_000_000 < value < 24_000_000:
        return LON
    return LAT if 1_800_000 <= value <= 6_300_000 else ""


def is_coordinate(text: str) -> bool:
    """Whether a heading is no heading but a position."""
    return _kind_of_value(text) != ""


_PERSONAL: Final = re.compile(
    r"姓名|电话|手机|身份证|证件号|联系人|联系方式|举报人|信访人|来电人|反映人|投诉人|当事人|住址|户籍|银行卡"
)


def is_personal(heading: str) -> bool:
    """Whether a heading names a person or how to reach one; such a column is not taken unless somebody says so."""
    return _PERSONAL.search(unicodedata.normalize("NFKC", heading)) is not None
