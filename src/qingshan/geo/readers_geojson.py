"""GeoJSON files (also gzip): two passes, the first checks the whole file, the second gives the rows."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from qingshan.geo.archives import ArchiveLimits, Meter, MeteredReader
from qingshan.geo.cleaning import clean_attributes
from qingshan.geo.crs import FloatArray
from qingshan.geo.features import FeatureFile, RawRow, ReadError
from qingshan.geo.finishing import finish_rows
from qingshan.geo.json_stream import Walk, open_window
from qingshan.geo.placing import decide_placing

SAMPLE_ROWS = 2_000
"""Rows looked at to tell the datum of a file that does not name it."""
ENCODINGS = ("utf-8-sig", "gb18030")


def read_geojson(path: Path, *, crs: str | None, limits: ArchiveLimits, packed: bool) -> FeatureFile:
    """Open a GeoJSON file; raises `ReadError` when it is not wholly readable."""
    encoding, count, members, sample, layers = _survey(path, limits, packed=packed)
    placing = decide_placing(declared=_declared(members), forced=crs, sample=sample)
    notes = placing.notes
    if encoding != ENCODINGS[0]:
        notes = ("文件不是 UTF-8 编码，已按 GB18030 读取", *notes)
    return FeatureFile(
        rows=finish_rows(_raw_rows(path, limits, encoding, packed=packed), placing),
        count=count,
        format="geojson",
        crs_text=placing.text,
        encoding="UTF-8" if encoding == ENCODINGS[0] else "GB18030",
        layers=layers,
        notes=notes,
    )


def _walk(path: Path, limits: ArchiveLimits, encoding: str, stack: ExitStack, *, packed: bool) -> Walk:
    stream: IO[bytes] = stack.enter_context(path.open("rb"))
    if stream.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    stream.seek(0)
    size = path.stat().st_size
    unpacked: IO[bytes] = gzip.GzipFile(fileobj=stream) if packed else stream  # type: ignore[assignment]
    meter = Meter(packed_bytes=size, limits=limits)
    return Walk(open_window(MeteredReader(unpacked, meter), encoding))


def _survey(
    path: Path, limits: ArchiveLimits, *, packed: bool
) -> tuple[str, int, dict[str, object], FloatArray, tuple[str, ...]]:
    """Read everything once: encoding, number of rows, members beside the features, some coordinates, layer name."""
    for encoding in ENCODINGS:
        with ExitStack() as stack:
            walk = _walk(path, limits, encoding, stack, packed=packed)
            count, corners = 0, [np.empty((0, 2))]
            try:
                for feature in walk.features():
                    count += 1
                    if count <= SAMPLE_ROWS:
                        geometry, _, _ = _geometry_of(feature)
                        corners.append(shapely.get_coordinates(geometry)[:1])
            except UnicodeDecodeError:
                continue
            name = walk.members.get("name")
            layers = (name,) if isinstance(name, str) else ()
            return encoding, count, walk.members, np.concatenate(corners), layers
    raise ReadError("文件既不是 UTF-8 也不是 GB18030 编码的文本", "请另存为 UTF-8 编码的 GeoJSON 后再导入")


def _declared(members: dict[str, object]) -> str | None:
    """The datum that the collection names; a link cannot be followed and counts as none."""
    crs = members.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else None


def _raw_rows(path: Path, limits: ArchiveLimits, encoding: str, *, packed: bool) -> Iterator[RawRow]:
    with ExitStack() as stack:
        walk = _walk(path, limits, encoding, stack, packed=packed)
        for index, feature in enumerate(walk.features(), start=1):
            geometry, problem, notes = _geometry_of(feature)
            properties = feature.get("properties") if isinstance(feature, dict) else None
            attributes, changed = clean_attributes(properties if isinstance(properties, dict) else {})
            if isinstance(feature, dict) and feature.get("id") is not None:
                attributes.setdefault("id", str(feature["id"]))
            yield RawRow(
                index=index, attributes=attributes, geometry=geometry, problem=problem, notes=(*changed, *notes)
            )


def _geometry_of(feature: object) -> tuple[BaseGeometry | None, str | None, tuple[str, ...]]:
    """Geometry, problem and notes of one feature."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None, "不是要素（缺少 type: Feature），请检查该行", ()
    content = feature.get("geometry")
    if content is None:
        return None, None, ()
    try:
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
