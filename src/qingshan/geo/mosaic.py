"""A fine mosaic of a county (细分网格): small cells that share their edges exactly, and who is whose neighbour."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from qingshan.geo.crs import FloatArray

RELAXATIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mosaic:
    """Cells of a county: polygons, their centres (lon, lat times ``scale``), and the neighbours with a common edge.

    ``scale`` shortens longitudes so that distances are alike in both directions.
    """

    faces: npt.NDArray[np.object_]
    centres: FloatArray
    neighbours: tuple[tuple[int, ...], ...]
    scale: FloatArray


def build_mosaic(county: BaseGeometry, count: int, seed: int) -> Mosaic:
    """Cut ``county`` into about ``count`` cells of similar size; the same seed gives the same cells."""
    scale = np.array([np.cos(np.radians(county.centroid.y)), 1.0])
    points = _scattered(county, count, np.random.default_rng(seed))
    for _ in range(RELAXATIONS):
        cells = shapely.get_parts(
            shapely.voronoi_polygons(MultiPoint(points * scale), extend_to=_stretch(county, scale))
        )
        points = shapely.get_coordinates(shapely.centroid(cells)) / scale
    edges = shapely.voronoi_polygons(MultiPoint(points * scale), extend_to=_stretch(county, scale), only_edges=True)
    edges = shapely.transform(edges, lambda corners: np.asarray(corners / scale))
    lines = shapely.union_all([county.boundary, edges])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    shapely.prepare(county)
    faces = faces[shapely.contains(county, inner)]
    centres = shapely.get_coordinates(shapely.centroid(faces))
    return Mosaic(faces=faces, centres=centres * scale, neighbours=_neighbours(faces), scale=scale)


def _scattered(county: BaseGeometry, count: int, random: np.random.Generator) -> FloatArray:
    """Random points in the county's box, so many that about ``count`` fall inside, a little beyond its border too."""
    west, south, east, north = county.bounds
    box = (east - west) * (north - south)
    wanted = int(count * box / county.area)
    return np.column_stack((random.uniform(west, east, wanted), random.uniform(south, north, wanted)))


def _stretch(county: BaseGeometry, scale: FloatArray) -> BaseGeometry:
    return shapely.transform(county, lambda corners: np.asarray(corners * scale))


def _neighbours(faces: npt.NDArray[np.object_]) -> tuple[tuple[int, ...], ...]:
    """Cells that share at least an edge; corners alone do not count."""
    tree = shapely.STRtree(faces)
    left, right = tree.query(faces, predicate="touches")
    common = shapely.get_dimensions(shapely.intersection(faces[left], faces[right])) >= 1
    found: list[list[int]] = [[] for _ in faces]
    for one, other in zip(left[common].tolist(), right[common].tolist(), strict=True):
        found[one].append(other)
    return tuple(tuple(sorted(others)) for others in found)
