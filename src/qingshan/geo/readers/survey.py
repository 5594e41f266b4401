"""Survey texts (勘测定界、报批坐标 TXT) with all their habits: our own reader; `survey_lines` has the layout."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.cleaning import clean_attributes
from qingshan.geo.datum import ADVICE_CRS, degrees_text, grid_text, spoken_datum
from qingshan.geo.features import FeatureFile, FloatArray, RawRow, ReadError, SourceRow, Undecided
from qingshan.geo.finishing import finish_rows
from qingshan.geo.placing import Placing, classify, decide_placing
from qingshan.geo.readers.protocol import SourceFile
from qingshan.geo.readers.survey_lines import POINT_KINDS, Block, Plot, SurveyPoint, read_blocks, rings_of
from qingshan.geo.reading import Reading
from qingshan.geo.text import decode

LARGEST = 256 * 1024 * 1024
SAMPLE_ROWS = 2_000
_BEFORE_KIND = ("界址点数", "地块面积(公顷)", "地块编号", "地块名称")
_AFTER_KIND = ("图幅号", "地块用途", "地类编码")
_SYSTEM, _WIDTH, _ZONE = ("坐标系", "坐标系统", "坐标系名称"), ("几度分带", "分带"), ("带号", "投影带号")
_MERIDIAN, _UNIT, _PARAMETERS = ("中央子午线", "中央经线"), ("计量单位",), ("转换参数",)
_ADVICE = "请按“点号,圈号,X坐标,Y坐标”核对该地块的坐标后重新导入"
_Read = tuple[BaseGeometry | None, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyBlock:
    """A block with its placing; ``north_first``: the first coordinate is the northing (or the latitude)."""

    block: Block
    placing: Placing
    north_first: bool
    notes: tuple[str, ...]


def read_survey(source: SourceFile) -> FeatureFile:
    """Open a survey text; raises `ReadError` when it holds no plot, `Undecided` when datum or zone stay open."""
    if source.path.stat().st_size > LARGEST:
        raise ReadError(f"坐标文本超过 {LARGEST // 1024 // 1024} MB", "请拆分为几个文件分批导入")
    decoded = decode(source.path.read_bytes(), source.reading.encoding)
    blocks = [block for block in read_blocks(decoded.text) if block.plots]
    if not blocks:
        raise ReadError("坐标文本中没有地块（[地块坐标] 之后没有内容）", "请确认文件完整后重新导入")
    sample = np.concatenate([_pairs(block) for block in blocks])
    placed = [_place(block, source.reading, sample) for block in blocks]
    return FeatureFile(
        rows=_rows(placed),
        count=sum(len(block.plots) for block in blocks),
        format="survey",
        crs_text="；".join(dict.fromkeys(one.placing.text for one in placed)),
        encoding=decoded.label,
        layers=(),
        notes=tuple(
            dict.fromkeys([*decoded.notes, *(note for one in placed for note in (*one.placing.notes, *one.notes))])
        ),
        sample=sample,
    )


def _pairs(block: Block) -> FloatArray:
    """First coordinates of the plots as they stand."""
    pairs = [(plot.points[0].first, plot.points[0].second) for plot in block.plots[:SAMPLE_ROWS] if plot.points]
    return np.array(pairs, dtype=float).reshape(-1, 2)


def _place(block: Block, reading: Reading, sample: FloatArray) -> SurveyBlock:
    pairs = _pairs(block)
    notes: list[str] = []
    north_first = _is_north_first(pairs, reading, notes)
    ordered = pairs[:, ::-1] if north_first else pairs
    try:
        declared = None if reading.crs else _declared(block, ordered, notes)
        placing = decide_placing(declared=declared, reading=replace(reading, axes=""), sample=ordered)
    except ReadError as error:
        asks = error.asks if isinstance(error, Undecided) else ("crs",)
        raise Undecided(error.message, _advice(block, error.advice), asks=asks, sample=sample) from error
    return SurveyBlock(block=block, placing=placing, north_first=north_first, notes=tuple(notes))


def _advice(block: Block, advice: str) -> str:
    """The advice, with the parameters that the file itself brings."""
    given = _property(block, _PARAMETERS).strip(" ,，")
    return f"{advice}。文件自带转换参数“{given[:80]}”，经核实后可填入" if given else advice


def _is_north_first(pairs: FloatArray, reading: Reading, notes: list[str]) -> bool:
    """X, the northing, stands first by the layout; numbers that leave no doubt and the user go before it."""
    if reading.axes:
        notes.append("按指定的坐标次序读取：" + ("先纵后横" if reading.axes == "yx" else "先横后纵"))
        return reading.axes == "yx"
    finite = pairs[np.isfinite(pairs).all(axis=1)]
    kinds, counts = np.unique(classify(finite[:, ::-1]), return_counts=True)
    main = str(kinds[np.argmax(counts)]) if len(kinds) else ""
    if main == "latlon":
        notes.append("坐标为经纬度，第一列为经度、第二列为纬度，已按此读取")
    elif main == "swapped":
        notes.append("X、Y 两列颠倒（带号或横坐标在 X 列），已按横坐标、纵坐标读取")
    return main not in ("latlon", "swapped")


def _property(block: Block, names: tuple[str, ...]) -> str:
    return next((block.properties[name] for name in names if block.properties.get(name)), "")


def _digits(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found and len(found[0]) < 6 else 0


def _declared(block: Block, ordered: FloatArray, notes: list[str]) -> str | None:
    """What the description says of the datum, put as an EPSG code; None when the numbers have to tell."""
    unit = _property(block, _UNIT)
    if (unit and not any(word in unit.upper() for word in ("米", "度", "M", "°"))) or "千米" in unit or "公里" in unit:
        raise ReadError(f"计量单位为“{unit[:20]}”，只支持米或度", "请以米为单位重新导出")
    system = _property(block, _SYSTEM)
    datum = spoken_datum(system) if system else "cgcs2000"
    if datum is None:
        raise ReadError(f"坐标系“{system[:40]}”不认识（可能是地方独立坐标系）", ADVICE_CRS)
    kinds, counts = np.unique(classify(ordered), return_counts=True)
    main = str(kinds[np.argmax(counts)]) if len(kinds) else ""
    if main in ("lonlat", "latlon"):
        return degrees_text(datum)
    zone, width = _digits(_property(block, _ZONE)), _digits(_property(block, _WIDTH)) or 3
    if main == "prefixed":
        return _by_prefix(datum, int(np.median(ordered[:, 0]) // 1_000_000), zone, notes)
    if zone:
        return grid_text(datum, zone=zone)
    meridian = _digits(_property(block, _MERIDIAN))
    return grid_text(datum, meridian=float(meridian), width=width) if meridian else None


def _by_prefix(datum: str, prefix: int, zone: int, notes: list[str]) -> str:
    """The grid by the prefix of the eastings; raises `ReadError` when the description names another zone."""
    if zone and zone != prefix:
        raise ReadError(f"文件注明带号 {zone}，横坐标的带号却是 {prefix}", ADVICE_CRS)
    if not zone:
        notes.append(f"文件未注明带号，横坐标带号为 {prefix}")
    return grid_text(datum, zone=prefix)


def _rows(blocks: Sequence[SurveyBlock]) -> Iterator[SourceRow]:
    first = 1
    for one in blocks:
        yield from finish_rows(_raw_rows(one, first), one.placing)
        first += len(one.block.plots)


def _raw_rows(one: SurveyBlock, first: int) -> Iterator[RawRow]:
    shared = {name: value for name, value in one.block.properties.items() if name in ("项目名称", "数据产生单位")}
    for index, plot in enumerate(one.block.plots, start=first):
        geometry, problem, notes = _geometry(plot, north_first=one.north_first)
        attributes, changed = clean_attributes({**head_fields(plot.head), **shared})
        yield RawRow(index=index, attributes=attributes, geometry=geometry, problem=problem, notes=(*changed, *notes))


def head_fields(head: list[str]) -> dict[str, str]:
    """The cells of a head line by name; what stands beyond the known ones keeps its number."""
    cells = list(head)
    while cells and cells[-1] in ("", "@"):
        ended = cells.pop() == "@"
        if ended:
            break
    at = next((number for number, cell in enumerate(cells) if cell in POINT_KINDS), len(_BEFORE_KIND))
    before = cells[:at]
    names = _BEFORE_KIND if len(before) >= len(_BEFORE_KIND) else (*_BEFORE_KIND[:2], "地块名称")
    fields = dict(zip(names, before, strict=False))
    fields |= dict(zip(("图形属性", *_AFTER_KIND), cells[at:], strict=False))
    extra = cells[at + 1 + len(_AFTER_KIND) :]
    fields |= {f"扩展字段{number}": value for number, value in enumerate(extra, start=1)}
    return {name: value for name, value in fields.items() if value}


def _geometry(plot: Plot, *, north_first: bool) -> _Read:
    """Geometry in easting, northing; problem; notes."""
    if plot.faults or not plot.points:
        missing = f"第 {plot.line} 行的地块没有界址点"
        return None, f"{'；'.join(plot.faults) or missing}。{_ADVICE}", ()
    kind = next((cell for cell in plot.head if cell in POINT_KINDS), "面")
    if kind != "面":
        corners = _corners(plot.points, north_first=north_first)
        if kind == "点":
            return Point(corners[0]) if len(corners) == 1 else MultiPoint(corners), None, ()
        return (LineString(corners) if len(corners) > 1 else Point(corners[0])), None, ()
    return _area(plot, north_first=north_first)


def _area(plot: Plot, *, north_first: bool) -> _Read:
    rings = list(rings_of(plot))
    if short := next((ring for _, ring in rings if len(ring) < 3), None):
        return None, f"第 {short[0].line} 行起的一圈只有 {len(short)} 个界址点，不能构成面。{_ADVICE}", ()
    counted = _check_count(plot, len(rings))
    if counted.startswith("!"):
        return None, counted[1:], ()
    return _assembled(rings, north_first=north_first), None, (counted,) if counted else ()


def _corners(points: Sequence[SurveyPoint], *, north_first: bool) -> FloatArray:
    pairs = [(point.second, point.first) if north_first else (point.first, point.second) for point in points]
    return np.array(pairs, dtype=float)


def _check_count(plot: Plot, rings: int) -> str:
    """What to tell when the declared number of points differs; with ``!`` in front when the plot must be refused."""
    declared = _digits(plot.head[0]) if plot.head and plot.head[0].isdigit() else 0
    found = len(plot.points)
    if not declared or found - rings <= declared <= found + rings:
        return ""
    if found < declared:
        return (
            f"!第 {plot.line} 行注明界址点 {declared} 个，实有 {found} 个：坐标可能被截断，"
            "请核对后改正界址点数或补全坐标再导入"
        )
    return f"注明界址点 {declared} 个，实有 {found} 个，已全部读入"


def _assembled(rings: Sequence[tuple[str, list[SurveyPoint]]], *, north_first: bool) -> BaseGeometry:
    """Rings put together: one inside another is its hole, unless it bears the first ring's number again."""
    parts: list[tuple[FloatArray, list[FloatArray]]] = []
    for number, points in rings:
        corners = _corners(points, north_first=north_first)
        host = None if number == rings[0][0] else _host(parts, corners)
        if host is None:
            parts.append((corners, []))
        else:
            parts[host][1].append(corners)
    with np.errstate(invalid="ignore"):  # NaN is told as the row's problem later
        made = [Polygon(outer, inner) for outer, inner in parts]
    return made[0] if len(made) == 1 else MultiPolygon(made)


def _host(parts: Sequence[tuple[FloatArray, list[FloatArray]]], corners: FloatArray) -> int | None:
    """Number of the part in which a ring lies, outside its holes; None when it stands by itself."""
    if not np.isfinite(corners).all():
        return 0
    inner = Polygon(corners)
    for number, (outer, holes) in enumerate(parts):
        if not np.isfinite(outer).all():
            continue
        whole = Polygon(outer)
        if not (whole.is_valid and inner.is_valid) or inner.area >= whole.area:
            continue
        if not whole.buffer(0.01 if abs(outer[0, 0]) > 360 else 1e-7).contains(inner):
            continue
        if not any(Polygon(hole).contains(inner) for hole in holes):
            return number
    return None
