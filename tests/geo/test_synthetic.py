"""Generated areas (合成区域): they cover the county exactly, each in one piece, the same every time."""

from collections.abc import Mapping

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from qingshan.geo import synthetic
from qingshan.geo.crs import area_m2
from qingshan.geo.synthetic import name_cells, special_area, village_cells
from tests.geo.making import STEADY, county, county_cells, hints, villages


@pytest.fixture(scope="module")
def outline() -> BaseGeometry:
    return county()


@pytest.fixture(scope="module")
def cells() -> Mapping[str, Polygon]:
    return county_cells()


def test_real_codes_are_put_on_the_cells(cells: Mapping[str, Polygon]) -> None:
    named = name_cells(cells, villages())
    assert len(named) == 216
    assert {code[:9] for code in named} == set(villages())
    with pytest.raises(KeyError):
        name_cells(cells, {"130132100": ["x"] * 99})


def test_no_gap_and_no_overlap(cells: Mapping[str, Polygon], outline: BaseGeometry) -> None:
    shapes = np.array(list(cells.values()), dtype=object)
    assert shapely.is_valid(shapes).all()
    assert shapely.symmetric_difference(shapely.union_all(shapes), outline).area < 1e-9
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = left < right
    overlaps = shapely.area(shapely.intersection(shapes[left[apart]], shapes[right[apart]]))
    assert overlaps.sum() < 1e-9


def test_every_place_lies_in_exactly_one_village(cells: Mapping[str, Polygon], outline: BaseGeometry) -> None:
    random = np.random.default_rng(11)
    west, south, east, north = outline.bounds
    corners = np.column_stack((random.uniform(west, east, 20_000), random.uniform(south, north, 20_000)))
    points = np.asarray(shapely.points(corners), dtype=object)
    shapes = np.array(list(cells.values()), dtype=object)
    found, _ = shapely.STRtree(shapes).query(points, predicate="within")
    counts = np.bincount(found, minlength=len(points))
    assert np.array_equal(counts == 1, shapely.contains(outline, points))
    assert counts.max() == 1


def test_townships_are_one_piece_and_lie_about_their_hints(cells: Mapping[str, Polygon]) -> None:
    for code, where in hints().items():
        whole = shapely.union_all([cell for key, cell in cells.items() if key.startswith(code)])
        assert isinstance(whole, Polygon)
        assert whole.intersects(Point(where))


def test_villages_of_a_township_are_of_like_size(cells: Mapping[str, Polygon]) -> None:
    for code in villages():
        areas = [area_m2(cell) for key, cell in cells.items() if key.startswith(code)]
        assert max(areas) < 12 * min(areas)


def test_the_same_seed_gives_the_same_cells(outline: BaseGeometry) -> None:
    townships = [("a", 5, None), ("b", 7, (114.3, 37.8)), ("c", 3, None)]
    first, second = village_cells(outline, townships, 1), village_cells(outline, townships, 1)
    assert {key: cell.wkb for key, cell in first.items()} == {key: cell.wkb for key, cell in second.items()}
    assert village_cells(outline, townships, 2) != first
    assert sorted(first) == [f"a/{n:03d}" for n in range(1, 6)] + [f"b/{n:03d}" for n in range(1, 8)] + [
        f"c/{n:03d}" for n in range(1, 4)
    ]


@settings(STEADY, max_examples=10)
@given(
    counts=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    seed=st.integers(0, 10_000),
    radii=st.lists(st.floats(0.02, 0.2), min_size=5, max_size=14),
)
def test_any_county_is_covered_exactly(counts: list[int], seed: int, radii: list[float]) -> None:
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    shape = Polygon(np.column_stack((100 + np.cos(angles) * radii, 30 + np.sin(angles) * radii)))
    cells = village_cells(shape, [(f"t{at}", count, None) for at, count in enumerate(counts)], seed)
    assert len(cells) == sum(counts)
    assert shapely.symmetric_difference(shapely.union_all(list(cells.values())), shape).area < 1e-9
    assert sum(cell.area for cell in cells.values()) == pytest.approx(shape.area, abs=1e-9)


def test_no_room_is_said(outline: BaseGeometry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "CELLS_PER_VILLAGE", 1)
    with pytest.raises(ValueError, match=r"乡镇 tip .*放不下 20 个村"):
        village_cells(outline, [("tip", 20, (114.642, 37.717)), ("next", 20, (114.63, 37.717))], 1)


@pytest.mark.parametrize(("centre", "km2"), [((114.525, 37.755), 12.0), ((114.18, 37.84), 5.0), ((114.4, 37.8), 0.5)])
def test_special_area_has_its_size_inside_the_county(
    outline: BaseGeometry, centre: tuple[float, float], km2: float
) -> None:
    shape = special_area(outline, centre, km2)
    assert area_m2(shape) == pytest.approx(km2 * 1e6, rel=1e-4)
    assert shape.difference(outline.buffer(1e-12)).is_empty
    assert shape.intersects(Point(centre))


@pytest.mark.parametrize(("centre", "km2"), [((114.9, 37.7), 1.0), ((114.5, 37.75), 5000.0)])
def test_special_area_without_room(outline: BaseGeometry, centre: tuple[float, float], km2: float) -> None:
    with pytest.raises(ValueError, match="放不下"):
        special_area(outline, centre, km2)
