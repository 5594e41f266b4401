"""Datum, projection, area and distance (坐标系与量算): CGCS2000, 3-degree Gauss-Krüger zones.

Storage is EPSG:4490. WGS 84 (phones, foreign products) differs from CGCS2000 by centimetres and is taken as equal.
Axis order here is always longitude, latitude and easting, northing.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

STORAGE_EPSG = 4490
FIRST_ZONE, LAST_ZONE = 25, 45
"""The 3-degree zones of China (3 度带带号)."""
SQUARE_METRES_PER_MU = 10_000 / 15
SQUARE_METRES_PER_HECTARE = 10_000.0

FloatArray = npt.NDArray[np.float64]


_ELLIPSOID = Geod(ellps="GRS80")  # same figure as CGCS2000: a 6378137 m, 1/f 298.257222101


def zone_of(lon: float) -> int:
    """Return the 3-degree zone (3 度带带号) of a longitude in degrees; 114.5 → 38.

    Raises ValueError outside zones 25 to 45, where no such zone is defined.
    """
    zone = int(np.floor(lon / 3 + 0.5))
    if not FIRST_ZONE <= zone <= LAST_ZONE:
        raise ValueError(f"经度 {lon} 不在 3 度带 {FIRST_ZONE}–{LAST_ZONE} 带范围内")
    return zone


def zone_epsg(zone: int, *, prefixed: bool = True) -> int:
    """Return the EPSG code of a zone: with zone prefix in the easting (38 → 4526) or by central meridian (4547)."""
    if not FIRST_ZONE <= zone <= LAST_ZONE:
        raise ValueError(f"没有 3 度带第 {zone} 带，应为 {FIRST_ZONE}–{LAST_ZONE}")
    return (4513 if prefixed else 4534) + zone - FIRST_ZONE


@lru_cache(maxsize=64)
def gk_transformer(zone: int) -> Transformer:
    """Transformer from longitude, latitude (EPSG:4490) to easting with zone prefix and northing in metres."""
    return Transformer.from_crs(CRS.from_epsg(STORAGE_EPSG), CRS.from_epsg(zone_epsg(zone)), always_xy=True)


def area_m2(geom: BaseGeometry) -> float:
    """Planar area in m² (平面面积) in the 3-degree zone of the centroid; ``geom`` in EPSG:4490. Points have area 0.

    Raises ValueError when the centroid lies outside the zones of China.
    """
    return float(areas_m2([geom])[0])


def areas_m2(geoms: Sequence[BaseGeometry] | npt.NDArray[np.object_]) -> FloatArray:
    """Planar areas in m² of many geometries, each in the zone of its own centroid; empty ones have area 0."""
    array = np.asarray(geoms, dtype=object)
    areas = np.zeros(len(array))
    filled = ~(shapely.is_empty(array) | shapely.is_missing(array))
    centres = shapely.get_x(shapely.centroid(array[filled]))
    zones = np.array([zone_of(lon) for lon in centres], dtype=np.int64)
    indexes = np.flatnonzero(filled)
    for zone in np.unique(zones):
        chosen = indexes[zones == zone]
        areas[chosen] = shapely.area(project(array[chosen], gk_transformer(int(zone))))
    return areas


def project(geoms: npt.NDArray[np.object_], transformer: Transformer) -> npt.NDArray[np.object_]:
    """Return the geometries with every vertex put through ``transformer``; heights are dropped."""

    def moved(coordinates: FloatArray) -> FloatArray:
        x, y = transformer.transform(coordinates[:, 0], coordinates[:, 1])
        return np.column_stack((x, y))

    return np.asarray(shapely.transform(geoms, moved, include_z=False), dtype=object)


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance in metres between two points along the ellipsoid (椭球面距离)."""
    _, _, distance = _ELLIPSOID.inv(lon1, lat1, lon2, lat2)
    return float(distance)


def azimuth_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Azimuth in degrees (方位角, north 0, clockwise, below 360) from the first point towards the second."""
    azimuth, _, _ = _ELLIPSOID.inv(lon1, lat1, lon2, lat2)
    return float(azimuth) % 360.0


def mu(square_metres: float) -> float:
    """Convert m² to 亩 (1 公顷 = 15 亩, so 1 亩 = 666.67 m²)."""
    return square_metres / SQUARE_METRES_PER_MU
