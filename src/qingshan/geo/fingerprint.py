"""Fingerprint of a geometry (图形指纹): the same shape gives the same digest, however it was written."""

import hashlib
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import FloatArray

DECIMALS = 7
"""1e-7 degree is about a centimetre."""


def geometry_digest(geom: BaseGeometry) -> str:
    """SHA-256 in hex over the normalised WKB (little-endian, 2D) with coordinates rounded to 1e-7 degree.

    Start corner, ring direction and order of parts do not matter; heights are ignored.
    """
    return geometry_digests([geom])[0]


def geometry_digests(geoms: Sequence[BaseGeometry]) -> list[str]:
    """`geometry_digest` of many geometries, in order."""

    def rounded(coordinates: FloatArray) -> FloatArray:
        return np.round(coordinates, DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0

    array = np.empty(len(geoms), dtype=object)
    array[:] = list(geoms)
    grid = shapely.transform(array, rounded, include_z=False)
    forms = shapely.to_wkb(shapely.normalize(grid), output_dimension=2, byte_order=1)
    return [hashlib.sha256(form).hexdigest() for form in forms]
