"""GeoJSON files (also gzip): two passes, the first checks the whole file, the second gives the rows."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from qingshan.geo.archives import ArchiveLimits, Meter, MeteredReader
from qingshan.geo.cleaning import clean_attributes, clean_text
from qingshan.geo.crs import FloatArray
from qingshan.geo.features import FeatureFile, RawRow, ReadError
from qingshan.geo.finishing import finish_rows
from qingshan.geo.placing import decide_placing
from qingshan.geo.readers.json_stream import Walk, open_window
from qingshan.geo.readers.polygons import Polygons, polygons_of
from qingshan.geo.readers.protocol import SourceFile

PIECE_ROWS, PIECE_CHARS = 500, 4_000_000
"""Features that are held at a time, by number and by length of their text."""
SAMPLE_ROWS = 2_000
"""Rows looked at to tell the datum of a file that does not name it."""
ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}
"""Codecs in the order they are tried, with the name to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the first pass found: codec, number of rows, members beside the features, some coordinates."""

    codec: str
    count: int
    members: dict[str, object]
    sample: FloatArray


def read_geojson(source: SourceFile) -> FeatureFile:
    """Open a GeoJSON file; raises `ReadError` when it is not wholly readable."""
    return _open(source, packed=False)


def read_packed_geojson(source: SourceFile) -> FeatureFile:
    """Open a gzipped GeoJSON file; raises `ReadError` when it is not wholly readable."""
    return _open(source, packed=True)


def _open(source: SourceFile, *, packed: bool) -> FeatureFile:
    path, limits = source.path, source.limits
    survey = _survey(path, limits, packed=packed)
    placing = decide_placing(declared=_declared(survey.members), reading=source.reading, sample=survey.sample)
    encoding = ENCODINGS.get(survey.codec, "UTF-16")
    name = survey.members.get("name")
    return FeatureFile(
        rows=finish_rows(_raw_rows(path, limits, survey.codec, packed=packed), placing),
        count=survey.count,
        format="geojson",
        crs_text=placing.text,
        encoding=encoding,
        layers=(clean_text(name),) if isinstance(name, str) else (),
        sample=survey.sample,
        notes=placing.notes if encoding == "UTF-8" else (f"文件不是 UTF-8 编码，已按 {encoding} 读取", *placing.notes),
    )


def _codecs(path: Path) -> tuple[str, ...]:
    with path.open("rb") as stream:
        return ("utf-16",) if stream.read(2) in {b"\xff\xfe", b"\xfe\xff"} else tuple(ENCODINGS)


def _walk(path: Path, limits: ArchiveLimits, codec: str, stack: ExitStack, *, packed: bool) -> Walk:
    stream: IO[bytes] = stack.enter_context(path.open("rb"))
    unpacked: IO[bytes] = gzip.GzipFile(fileobj=stream) if packed else stream  # type: ignore[assignment]
    meter = Meter(packed_bytes=path.stat().st_size, limits=limits)
    return Walk(open_window(MeteredReader(unpacked, meter), codec))


def _survey(path: Path, limits: ArchiveLimits, *, packed: bool) -> Survey:
    """Read everything once; raises `ReadError` for broken text."""
    for codec in _codecs(path):
        with ExitStack() as stack:
            walk = _walk(path, limits, codec, stack, packed=packed)
            count, corners = 0, [np.empty((0, 2))]
            try:
                for features in _pieces(walk):
                    if count < SAMPLE_ROWS:
                        corners.append(_first_corners(features[: SAMPLE_ROWS - count]))
                    count += len(features)
            except UnicodeDecodeError:
                continue
            return Survey(codec=codec, count=count, members=walk.members, sample=np.concatenate(corners))
    raise ReadError("文件既不是 UTF-8 也不是 GB18030 编码的文本", "请另存为 UTF-8 编码的 GeoJSON 后再导入")


def _declared(members: dict[str, object]) -> str | None:
    """The datum that the collection names; a link cannot be followed and counts as none."""
    crs = members.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else None


def _pieces(walk: Walk) -> Iterator[list[object]]:
    """The features in lists, ended by number or by length of the text."""
    piece: list[object] = []
    start = walk.window.position
    for feature in walk.features():
        piece.append(feature)
        if len(piece) >= PIECE_ROWS or walk.window.position - start > PIECE_CHARS:
            yield piece
            piece, start = [], walk.window.position
    if piece:
        yield piece


def _first_corners(features: Sequence[object]) -> FloatArray:
    shapes = [geometry for geometry, _, _ in _geometries_of(features)]
    corners, owners = shapely.get_coordinates(np.array(shapes, dtype=object), return_index=True)
    return corners[np.unique(owners, return_index=True)[1]]


def _raw_rows(path: Path, limits: ArchiveLimits, codec: str, *, packed: bool) -> Iterator[RawRow]:
    index = 0
    with ExitStack() as stack:
        walk = _walk(path, limits, codec, stack, packed=packed)
        for features in _pieces(walk):
            for feature, (geometry, problem, notes) in zip(features, _geometries_of(features), strict=True):
                index += 1
                properties = feature.get("properties") if isinstance(feature, dict) else None
                attributes, changed = clean_attributes(properties if isinstance(properties, dict) else {})
                if isinstance(feature, dict) and feature.get("id") is not None:
                    attributes.setdefault("id", str(feature["id"]))
                yield RawRow(
                    index=index, attributes=attributes, geometry=geometry, problem=problem, notes=(*changed, *notes)
                )


_Read = tuple[BaseGeometry | None, str | None, tuple[str, ...]]


def _geometries_of(features: Sequence[object]) -> list[_Read]:
    """`_geometry_of` of many features: sound polygons all at once, every other by itself."""
    result: list[_Read | None] = [None] * len(features)
    plain = [(at, polygons) for at, feature in enumerate(features) if (polygons := _plain_polygons(feature))]
    made = polygons_of([polygons for _, polygons in plain])
    for (at, _), made_one in zip(plain, made or (), strict=False):
        result[at] = (made_one, None, ())
    return [one or _geometry_of(feature) for one, feature in zip(result, features, strict=True)]


def _plain_polygons(feature: object) -> Polygons | None:
    """Kind and rings of a polygon or multipolygon whose rings are closed and long enough; None for anything else."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None
    content = feature.get("geometry")
    if not isinstance(content, dict):
        return None
    kind, parts = content.get("type"), content.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(parts, list):
        return None
    polygons = [parts] if kind == "Polygon" else parts
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            return None
        for ring in polygon:
            if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
                return None
    return (kind == "MultiPolygon", polygons) if polygons else None


def _geometry_of(feature: object) -> tuple[BaseGeometry | None, str | None, tuple[str, ...]]:
    """Geometry, problem and notes of one feature."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None, "不是要素（缺少 type: Feature），请检查该行", ()
    content = feature.get("geometry")
    if content is None:
        return None, None, ()
    try:
        with np.errstate(invalid="ignore"):  # NaN is told as the row's problem later
            geometry = shape(content)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, ShapelyError) as error:
        return None, f"图形无法解析（{type(error).__name__}），请检查该行 geometry 的类型和坐标", ()
    notes = ("环未闭合，已按首点闭合",) if _has_open_ring(content) else ()
    return geometry, None, notes


def _has_open_ring(content: dict[str, object]) -> bool:
    coordinates = content.get("coordinates")
    if not isinstance(coordinates, list):
        return False
    kind = content.get("type")
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    return any(ring and ring[0] != ring[-1] for polygon in polygons for ring in polygon)
