"""The small map of a paper sheet (现场核查表): drawn from our own data as SVG, no tiles, true to scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import gk_transformer, project, zone_of

WIDE, HIGH = 640.0, 430.0
"""Size of the drawing in its own units."""
LEAST_M, MARGIN = 700.0, 1.35
"""Shortest side shown on the ground in metres, and how much wider than the patch."""
SCALES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A path of the drawing, what it is, and a name with its place."""

    kind: str
    path: str
    name: str = ""
    x: float = 0.0
    y: float = 0.0


class SheetMap:
    """A frame around one patch, north up, metres of its 3-degree zone."""

    def __init__(self, patch: BaseGeometry) -> None:
        """Fit the frame to the patch; ``patch`` in EPSG:4490."""
        self._way = gk_transformer(zone_of(patch.centroid.x))
        flat = self._flat(patch)
        west, south, east, north = flat.bounds
        per_unit = max((east - west) * MARGIN / WIDE, (north - south) * MARGIN / HIGH, LEAST_M / HIGH)
        self.per_unit = per_unit
        self._west = (west + east) / 2 - WIDE / 2 * per_unit
        self._north = (south + north) / 2 + HIGH / 2 * per_unit
        self._frame = shapely.box(self._west, self._north - HIGH * per_unit, self._west + WIDE * per_unit, self._north)

    def _flat(self, shape: BaseGeometry) -> BaseGeometry:
        flat: BaseGeometry = project(np.asarray([shape], dtype=object), self._way)[0]
        return flat

    def box(self) -> tuple[float, float, float, float]:
        """The frame in degrees, a little wide."""
        xs, ys = self._frame.exterior.coords.xy
        lon, lat = self._way.transform(list(xs), list(ys), direction="INVERSE")
        return min(lon), min(lat), max(lon), max(lat)

    def draw(self, shape: BaseGeometry, kind: str, name: str = "") -> Drawn | None:
        """A shape as a path, cut to the frame; None when it lies outside."""
        flat = self._flat(shape)
        lines = flat.boundary if kind in ("village", "township") else flat
        cut = shapely.intersection(shapely.make_valid(lines), self._frame)
        if cut.is_empty:
            return None
        inner = shapely.intersection(shapely.make_valid(flat), self._frame).representative_point()
        x, y = self._place(inner.x, inner.y)
        return Drawn(kind=kind, path=" ".join(self._paths(cut)), name=name, x=x, y=y)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return round((x - self._west) / self.per_unit, 1), round((self._north - y) / self.per_unit, 1)

    def _paths(self, shape: BaseGeometry) -> Iterable[str]:
        for part in shapely.get_parts(shape):
            if isinstance(part, shapely.Point):
                x, y = self._place(part.x, part.y)
                yield f"M{x - 4} {y}h8M{x} {y - 4}v8"
            elif isinstance(part, shapely.Polygon):
                for ring in (part.exterior, *part.interiors):
                    yield self._line(list(ring.coords)) + "Z"
            elif isinstance(part, shapely.LineString):
                yield self._line(list(part.coords))
            else:
                yield from self._paths(part)

    def _line(self, corners: Sequence[tuple[float, ...]]) -> str:
        return "M" + "L".join("{} {}".format(*self._place(corner[0], corner[1])) for corner in corners)

    def scale(self) -> dict[str, object]:
        """The longest round distance that fits a quarter of the drawing."""
        metres = max((s for s in SCALES if s / self.per_unit <= WIDE / 4), default=SCALES[0])
        words = f"{metres} 米" if metres < 1000 else f"{metres // 1000} 公里"
        return {"units": round(metres / self.per_unit, 1), "words": words}


def corners_of(shape: BaseGeometry, most: int = 12) -> tuple[list[dict[str, object]], int]:
    """Corners of the outer ring in degrees and zone metres (X north, Y east with the zone), and how many there are."""
    outer = max(shapely.get_parts(shape), key=lambda part: part.area)
    ring = outer.exterior.coords[:-1] if isinstance(outer, shapely.Polygon) else shape.centroid.coords
    zone = zone_of(shape.centroid.x)
    way = gk_transformer(zone)
    rows = []
    for number, (lon, lat) in enumerate(ring[:most], 1):
        east, north = way.transform(lon, lat)
        rows.append({"n": number, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "x": f"{north:.2f}", "y": f"{east:.2f}"})
    return rows, len(ring)
