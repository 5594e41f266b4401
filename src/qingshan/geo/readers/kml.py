"""KML, KMZ and their 奥维 variants OVKML, OVKMZ: longitude and latitude, GCJ-02 by default for those of 奥维."""

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.archives import Meter, extract_member, list_members, open_zip
from qingshan.geo.cleaning import clean_attributes, clean_text
from qingshan.geo.features import FeatureFile, FloatArray, RawRow, ReadError, SourceRow, Undecided
from qingshan.geo.finishing import finish_rows
from qingshan.geo.offsets import GCJ02
from qingshan.geo.placing import Placing, decide_placing
from qingshan.geo.readers.kml_events import KmlWalk, Placemark, Shape
from qingshan.geo.readers.leftovers import leftovers
from qingshan.geo.readers.protocol import SourceFile
from qingshan.geo.readers.scratch import in_scratch, rows_with_scratch
from qingshan.geo.text import ADVICE, NAMES

BLOCK = 1024 * 1024
SAMPLE_ROWS = 2_000
SUFFIXES = (".kml", ".ovkml")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.\-]{2,20})["']""")
_OFFSET_ADVICE = "奥维导出的坐标默认按 GCJ-02 还原；如果导出时已纠偏，请把坐标系改为 WGS 84 经纬度（EPSG:4326）"


@dataclass(frozen=True, slots=True, kw_only=True)
class KmlPart:
    """One KML text of a file (一个 KML): where it lies, its name, codec, number of placemarks, placing."""

    path: Path
    name: str
    codec: str
    count: int
    sample: FloatArray
    placing: Placing
    notes: tuple[str, ...]


def read_kml(source: SourceFile) -> FeatureFile:
    """Open a bare KML or OVKML; raises `ReadError` when it is not wholly readable."""
    part = _part(source.path, Path(source.name or source.path.name).name, source)
    return _file("kml", [part], _rows([part]), ())


def read_kmz(source: SourceFile) -> FeatureFile:
    """Open every KML of an archive; raises `ReadError` when one is not wholly readable."""
    folder, (parts, notes) = in_scratch(lambda folder: _unpack(source, folder))
    return _file("kmz", parts, rows_with_scratch(_rows(parts), folder), notes)


def _unpack(source: SourceFile, folder: Path) -> tuple[list[KmlPart], tuple[str, ...]]:
    parts = []
    with open_zip(source.path) as archive:
        members = list_members(archive, source.limits)
        meter = Meter(packed_bytes=source.path.stat().st_size, limits=source.limits)
        for number, member in enumerate(one for one in members if one.suffix in SUFFIXES):
            target = folder / f"part{number}.kml"
            extract_member(archive, member, target, meter)
            parts.append(_part(target, str(member.name), source))
    return parts, leftovers([member.name for member in members], "kmz")


def _file(kind: str, parts: list[KmlPart], rows: Iterator[SourceRow], notes: tuple[str, ...]) -> FeatureFile:
    return FeatureFile(
        rows=rows,
        count=sum(part.count for part in parts),
        format=kind,
        crs_text="；".join(dict.fromkeys(part.placing.text for part in parts)),
        encoding="；".join(dict.fromkeys(NAMES.get(part.codec, part.codec) for part in parts)),
        layers=tuple(clean_text(part.name) for part in parts) if len(parts) > 1 else (),
        notes=tuple(dict.fromkeys([*notes, *(note for part in parts for note in (*part.placing.notes, *part.notes))])),
        sample=np.concatenate([part.sample for part in parts]),
    )


def _part(path: Path, name: str, source: SourceFile) -> KmlPart:
    """Read a text through once: codec, number of placemarks, some corners, what is left out."""
    for codec in _codecs(path, source.reading.encoding):
        with suppress(UnicodeDecodeError):
            return _survey(path, name, codec, source)
    raise Undecided("KML 的文字编码与其声明不符", ADVICE, asks=("encoding",))


def _survey(path: Path, name: str, codec: str, source: SourceFile) -> KmlPart:
    walk, corners, count = KmlWalk(), [np.empty((0, 2))], 0
    for marks in _walk(path, codec, walk):
        if count < SAMPLE_ROWS:
            corners += [first for mark in marks if len(first := _first_corner(mark))]
        count += len(marks)
    of_ovital = Path(name).suffix.lower() == ".ovkml" or source.suffix in (".ovkml", ".ovkmz")
    sample = np.concatenate(corners)
    declared = GCJ02 if of_ovital else "EPSG:4326"
    notes = [f"{what} {number} 个，不是图斑，未读入" for what, number in walk.left_out.items()]
    if of_ovital and not source.reading.crs:
        notes.append(_OFFSET_ADVICE)
    return KmlPart(
        path=path,
        name=name,
        codec=codec,
        count=count,
        sample=sample,
        placing=decide_placing(declared=declared, reading=source.reading, sample=sample),
        notes=tuple(notes),
    )


def _codecs(path: Path, wanted: str) -> tuple[str, ...]:
    """Codecs to try: by mark, as chosen, as declared, UTF-8, GB18030."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return (codec,)
    if wanted:
        return ("utf-8-sig" if wanted == "utf-8" else wanted,)
    declared = _DECLARED.search(head)
    told = "utf-8"
    if declared:
        with suppress(LookupError):
            told = codecs.lookup(declared[1].decode("ascii")).name
    if told in {"gbk", "gb2312", "gb18030"}:
        return ("gb18030", "utf-8-sig")
    if b"\0" in head:
        return ("utf-16-le" if head[1:2] == b"\0" else "utf-16-be",)
    return ("utf-8-sig", "gb18030") if told in {"utf-8", "ascii"} else ("utf-8-sig", told, "gb18030")


def _walk(path: Path, codec: str, walk: KmlWalk) -> Iterator[list[Placemark]]:
    """Placemarks in lists, as they become ready. Raises UnicodeDecodeError when the codec does not fit."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            walk.feed(decoder.decode(block).replace("\ufeff", ""))
            ready, walk.ready = walk.ready, []
            yield ready
    walk.feed(decoder.decode(b"", True), last=True)
    yield walk.ready


def _rows(parts: Sequence[KmlPart]) -> Iterator[SourceRow]:
    first = 1
    for part in parts:
        layer = clean_text(part.name) if len(parts) > 1 else ""
        yield from finish_rows(_raw_rows(part, first, layer), part.placing)
        first += part.count


def _raw_rows(part: KmlPart, first: int, layer: str) -> Iterator[RawRow]:
    index = first
    for marks in _walk(part.path, part.codec, KmlWalk()):
        for mark in marks:
            geometry, problem, notes = _geometry(mark)
            told: dict[str, object] = {**mark.attributes}
            if mark.folders:
                told.setdefault("文件夹", "/".join(mark.folders))
            attributes, changed = clean_attributes(told)
            yield RawRow(
                index=index,
                attributes=attributes,
                geometry=geometry,
                problem=problem,
                notes=(*changed, *notes),
                layer=layer,
            )
            index += 1


def _first_corner(mark: Placemark) -> FloatArray:
    with suppress(ReadError, IndexError):
        return corners_of(mark.shapes[0].outer[0][:400].rsplit(maxsplit=1)[0])[:1]
    return np.empty((0, 2))


def corners_of(text: str) -> FloatArray:
    """Longitudes and latitudes of a ``coordinates`` text; raises `ReadError` naming what is no pair of numbers."""
    corners = []
    for token in re.sub(r"\s*[,，]\s*", ",", text.strip()).split():
        parts = token.split(",")
        try:
            corners.append((float(parts[0]), float(parts[1])))
        except (ValueError, IndexError):
            raise ReadError(f"coordinates 中“{token[:40]}”不是“经度,纬度”", "请检查该图形的坐标") from None
    return np.array(corners, dtype=float).reshape(-1, 2)


def _geometry(mark: Placemark) -> tuple[BaseGeometry | None, str | None, tuple[str, ...]]:
    """Geometry, problem and notes of a placemark."""
    notes: list[str] = []
    try:
        with np.errstate(invalid="ignore"):  # NaN is told as the row's problem later
            made = [one for shape in mark.shapes if (one := _shape(shape, notes)) is not None]
    except ReadError as error:
        return None, str(error), ()
    except (ValueError, shapely.GEOSException):
        return None, "面的顶点不足 3 个，请检查该图形", ()
    if len(made) <= 1:
        return (made[0] if made else None), None, tuple(notes)
    polygons = [one for one in made if isinstance(one, Polygon)]
    if len(polygons) == len(made):
        return MultiPolygon(polygons), None, tuple(notes)
    return GeometryCollection(made), None, tuple(notes)


def _shape(shape: Shape, notes: list[str]) -> BaseGeometry | None:
    """One part; containers have none of their own, their parts come by themselves."""
    if shape.kind in ("MultiGeometry", "MultiTrack", "Model"):
        return None
    if shape.kind == "Polygon":
        if not shape.outer:
            raise ReadError("面没有外环（outerBoundaryIs）", "请检查该图形")
        rings = [_ring(text, notes) for text in (shape.outer[0], *shape.inner)]
        more = [Polygon(_ring(text, notes)) for text in shape.outer[1:]]
        whole = Polygon(rings[0], rings[1:])
        return MultiPolygon([whole, *more]) if more else whole
    corners = corners_of("\n".join(shape.outer))
    if shape.kind == "Point":
        return Point(corners[0]) if len(corners) else None
    if shape.kind == "LinearRing" and len(corners) >= 4:
        notes.append("图形为闭合环（LinearRing），按面读取")
        return Polygon(corners)
    return LineString(corners) if len(corners) > 1 else None


def _ring(text: str, notes: list[str]) -> FloatArray:
    corners = corners_of(text)
    if len(corners) > 2 and not np.array_equal(corners[0], corners[-1], equal_nan=True):
        notes.append("环未闭合，已按首点闭合")
    return corners
