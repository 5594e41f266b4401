"""Fingerprint of a geometry (图形指纹): the same shape gives the same digest, however it was written."""

import hashlib

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

    def rounded(coordinates: FloatArray) -> FloatArray:
        return np.round(coordinates, DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0

    grid = shapely.transform(geom, rounded, include_z=False)
    canonical = shapely.to_wkb(shapely.normalize(grid), output_dimension=2, byte_order=1)
    return hashlib.sha256(canonical).hexdigest()
