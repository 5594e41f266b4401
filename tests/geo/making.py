"""Files made at run time: small collections, packages and archives, sound and hostile."""

import csv
import json
import sqlite3
import struct
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from hypothesis import settings
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo.features import FeatureFile, ReadError, SourceRow
from qingshan.geo.readers import read_features
from qingshan.geo.synthetic import village_cells

PATCHES = Path(__file__).parents[1] / "data" / "patches"
PLAN = Path(__file__).parents[2] / "plans" / "130132-2024"
STEADY = settings(deadline=None)
"""Property tests measure no time: other work may share the machine."""
SQUARE = shapely.box(114.30, 37.80, 114.303, 37.802)


def county() -> BaseGeometry:
    """The county's outline."""
    document = json.loads((PLAN / "county.geojson").read_text(encoding="utf-8"))
    return shapely.from_geojson(json.dumps(document["features"][0]["geometry"]))


def villages() -> dict[str, list[str]]:
    """The county's village codes by township."""
    found: dict[str, list[str]] = defaultdict(list)
    with (PLAN / "divisions.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if len(row["code"]) == 12:
                found[row["code"][:9]].append(row["code"])
    return dict(found)


def hints() -> dict[str, tuple[float, float]]:
    """About where each township lies."""
    with (PLAN / "area_hints.csv").open(encoding="utf-8") as stream:
        return {row["code"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(stream)}


@cache
def county_cells() -> dict[str, Polygon]:
    """The generated villages of the county, made once."""
    where = hints()
    return village_cells(county(), [(code, len(codes), where[code]) for code, codes in villages().items()], 7)


def read_all(path: Path, **options: Any) -> tuple[FeatureFile, list[SourceRow]]:
    """Open a file and walk all its rows."""
    source = read_features(path, **options)
    return source, list(source.rows)


def attempt(path: Path) -> tuple[FeatureFile, list[SourceRow]] | ReadError:
    """Rows or refusal; anything else is a fault and is raised."""
    try:
        return read_all(path)
    except ReadError as error:
        return error


def refusal(path: Path, **options: Any) -> ReadError:
    """The refusal of a file that must not be read."""
    try:
        read_all(path, **options)
    except ReadError as error:
        return error
    raise AssertionError(f"{path.name} was read")


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature; a shapely geometry or whatever stands for one."""
    content = json.loads(shapely.to_geojson(geometry)) if isinstance(geometry, BaseGeometry) else geometry
    return {"type": "Feature", "properties": properties, "geometry": content}


def write_collection(path: Path, features: Sequence[Any], **members: Any) -> Path:
    """A GeoJSON collection."""
    document = {"type": "FeatureCollection", **members, "features": list(features)}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    """An archive with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def polygon_record(rings: Sequence[Sequence[tuple[float, float]]]) -> bytes:
    """Content of a polygon record of a .shp."""
    points = [point for ring in rings for point in ring]
    starts, at = [], 0
    for ring in rings:
        starts.append(at)
        at += len(ring)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    head = struct.pack("<i4d2i", 5, min(xs), min(ys), max(xs), max(ys), len(rings), len(points))
    return head + struct.pack(f"<{len(starts)}i", *starts) + b"".join(struct.pack("<2d", *point) for point in points)


def shp_bytes(records: Sequence[bytes], kind: int = 5) -> bytes:
    """A .shp with these records."""
    body = b"".join(
        struct.pack(">2i", number, len(record) // 2) + record for number, record in enumerate(records, start=1)
    )
    head = struct.pack(">i20xi", 9994, (100 + len(body)) // 2) + struct.pack("<2i8d", 1000, kind, *([0.0] * 8))
    return head + body


def dbf_bytes(columns: Sequence[tuple[bytes, str, int]], rows: Sequence[Sequence[bytes]], language: int = 0) -> bytes:
    """A .dbf: columns as (name, type, width), values as bytes; a row whose first value is ``*`` alone is deleted."""
    size = 1 + sum(width for _, _, width in columns)
    head = struct.pack("<4BIHH17xB2x", 3, 124, 7, 25, len(rows), 33 + 32 * len(columns), size, language)
    fields = b"".join(
        name[:10].ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width, 0]) + bytes(14)
        for name, kind, width in columns
    )
    body = b""
    for row in rows:
        deleted = row[0] == b"*"
        body += b"*" if deleted else b" "
        for (_, kind, width), value in zip(columns, row, strict=True):
            body += value.rjust(width) if kind == "N" else value[:width].ljust(width)
    return head + fields + b"\r" + body + b"\x1a"


def square_at(x: float, y: float, size: float) -> bytes:
    """Record of a square, clockwise as the format wants it."""
    return polygon_record([[(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)]])


def write_package(
    path: Path,
    rows: Sequence[tuple[Any, ...]],
    *,
    columns: str = "JCBH TEXT",
    srs: int = 4490,
    kind: str = "POLYGON",
    extra: Sequence[str] = (),
) -> Path:
    """A small GeoPackage: rows as (geometry blob, values …)."""
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,"
            " organization_coordsys_id INTEGER, definition TEXT, description TEXT);"
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,"
            " srs_id INTEGER, z TINYINT, m TINYINT);"
            "INSERT INTO gpkg_contents VALUES ('tb', 'features', 'tb', 4490);"
        )
        database.execute(f"CREATE TABLE tb (fid INTEGER PRIMARY KEY, geom BLOB, {columns})")
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('tb', 'geom', ?, ?, 0, 0)", (kind, srs))
        database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('srs', ?, 'EPSG', ?, 'undefined', '')", (srs, srs))
        marks = ", ".join("?" for _ in rows[0]) if rows else "?, ?"
        database.executemany(f"INSERT INTO tb VALUES (NULL, {marks})", rows)  # noqa: S608 - a test's own names
        for statement in extra:
            database.execute(statement)
    database.close()
    return path


def blob(geometry: BaseGeometry) -> bytes:
    """A GeoPackage geometry value."""
    return b"GP\x00\x01" + struct.pack("<i", 4490) + shapely.to_wkb(geometry, byte_order=1)
