"""Nearness (距离): how far a point is from a geometry."""

import math

import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import distance_m


def distance_to_m(lon: float, lat: float, geom: BaseGeometry) -> float:
    """Metres along the ellipsoid from a point to the nearest place of ``geom`` (EPSG:4490); 0 inside it.

    The nearest place is found in degrees, stretched at the point's latitude, which is exact enough for distances that
    matter on site (a centimetre at 1 km).
    """
    point = shapely.Point(lon, lat)
    if geom.intersects(point):
        return 0.0
    stretch = max(math.cos(math.radians(lat)), 1e-6)

    def flat(shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda corners: corners * [stretch, 1.0])

    near = shapely.shortest_line(flat(geom), flat(point))
    at = shapely.get_coordinates(near)[0]
    return distance_m(lon, lat, float(at[0] / stretch), float(at[1]))
