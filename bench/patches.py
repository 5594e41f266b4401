"""Patches for the import scenario: real detections moved into the county's hills, or drawn ones when none are given."""

from __future__ import annotations

import gzip
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

HILLS = (114.20, 37.76, 114.40, 37.87)
"""West, south, east, north of the hills inside the county that patches are moved to."""
DRAWN = 40_000


def write_patches(source: Path | None, out: Path, *, seed: int = 5, mark: str = "合成") -> int:
    """Write one GeoJSON of patches; ``source``: folder of (gzipped) GeoJSON files. Returns how many.

    ``mark`` begins their numbers.
    """
    chosen = random.Random(seed)  # noqa: S311 - places, no secrets
    shapes = _real(source) if source is not None else _drawn(chosen)
    count = 0
    with out.open("w", encoding="utf-8") as stream:
        stream.write('{"type":"FeatureCollection","features":[\n')
        for count, shape in enumerate(shapes, 1):
            moved = _move(shape, chosen.uniform(HILLS[0], HILLS[2]), chosen.uniform(HILLS[1], HILLS[3]))
            feature = {
                "type": "Feature",
                "properties": {"JCBH": f"{mark}{count:07d}", "TBLX": "CK", "BZ": "测速用，位置已移动"},
                "geometry": moved,
            }
            stream.write((",\n" if count > 1 else "") + json.dumps(feature, ensure_ascii=False))
        stream.write("\n]}\n")
    return count


def write_package(features: Path, out: Path) -> None:
    """The same patches as a GeoPackage, as survey programs hand them over."""
    rows = json.loads(features.read_text(encoding="utf-8"))["features"]
    columns = list(rows[0]["properties"])
    shapes = shapely.to_wkb(shapely.from_geojson([json.dumps(row["geometry"]) for row in rows]))
    out.unlink(missing_ok=True)
    pyogrio.raw.write(
        out, shapes, [np.array([row["properties"][name] for row in rows], dtype=object) for name in columns], columns,
        geometry_type="Unknown", crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip


def _real(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.gz")) or sorted(folder.glob("*.geojson")):
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        yield from (feature["geometry"] for feature in json.loads(content)["features"])


def _drawn(chosen: random.Random) -> Iterator[dict[str, Any]]:
    for _ in range(DRAWN):
        corners, across = chosen.randint(6, 40), chosen.lognormvariate(-7.2, 0.7)
        turns = sorted(chosen.uniform(0, 2 * math.pi) for _ in range(corners))
        ring = [[across * math.cos(t), across * math.sin(t)] for t in turns]
        yield {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _move(shape: dict[str, Any], lon: float, lat: float) -> dict[str, Any]:
    points = list(_points(shape["coordinates"]))
    x, y = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
    return {"type": shape["type"], "coordinates": _shift(shape["coordinates"], lon - x, lat - y)}


def _points(part: Any) -> Iterator[list[float]]:
    if isinstance(part[0], int | float):
        yield part
    else:
        for inner in part:
            yield from _points(inner)


def _shift(part: Any, dx: float, dy: float) -> Any:
    if isinstance(part[0], int | float):
        return [round(part[0] + dx, 8), round(part[1] + dy, 8)]
    return [_shift(inner, dx, dy) for inner in part]
