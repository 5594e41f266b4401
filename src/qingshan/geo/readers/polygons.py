"""Many polygons from lists of coordinates at once (批量构面): what thousands of single calls would do, in one."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Polygons = tuple[bool, Sequence[Sequence[Sequence[object]]]]
"""Whether it is a multipolygon, and its polygons as lists of closed rings."""
IntArray = npt.NDArray[np.int64]


def polygons_of(items: Sequence[Polygons]) -> list[BaseGeometry] | None:
    """The polygons and multipolygons with these rings, in order.

    None when a corner is not a pair of numbers or a ring is none: then each has to be looked at by itself.
    """
    if not items:
        return []
    corners: list[object] = []
    lengths: list[int] = []
    ring_owners: list[int] = []
    polygon_owners: list[int] = []
    for item, (_, polygons) in enumerate(items):
        for rings in polygons:
            for ring in rings:
                corners += ring
                lengths.append(len(ring))
                ring_owners.append(len(polygon_owners))
            polygon_owners.append(item)
    pairs = _pairs(corners)
    if pairs is None:
        return None
    try:
        rings_made = np.asarray(shapely.linearrings(pairs, indices=np.repeat(np.arange(len(lengths)), lengths)))
        parts = shapely.polygons(rings_made, indices=np.array(ring_owners))
    except (shapely.GEOSException, ValueError, TypeError):
        return None
    return _together(items, np.asarray(parts, dtype=object), np.array(polygon_owners))


def _pairs(corners: list[object]) -> npt.NDArray[np.float64] | None:
    """Corners as an array of pairs; None for heights, texts, empty values and other lengths."""
    try:
        array = np.array(corners)
    except ValueError:
        return None
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "if":
        return None
    return array.astype(np.float64)


def _together(items: Sequence[Polygons], parts: npt.NDArray[np.object_], owners: IntArray) -> list[BaseGeometry]:
    """Parts put together to what they belong to."""
    many = np.array([multiple for multiple, _ in items])
    result = np.empty(len(items), dtype=object)
    single = ~many[owners]
    result[owners[single]] = parts[single]
    if many.any():
        chosen = owners[~single]
        numbers = np.cumsum(many) - 1
        result[many] = shapely.multipolygons(parts[~single], indices=numbers[chosen])
    return list(result)
