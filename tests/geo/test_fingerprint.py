"""Fingerprint (图形指纹): the same shape, however written, has one; another shape has another."""

import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from qingshan.geo.fingerprint import geometry_digest
from tests.geo.making import STEADY

PIT = Polygon([(114.3, 37.8), (114.301, 37.8), (114.3012, 37.801), (114.3, 37.8011)])


def test_known_value() -> None:
    assert geometry_digest(box(114.3, 37.8, 114.301, 37.801)) == (
        "7230ddfc0c8259dd46e0b4a987a55dddf8b0e18d1aa82d33ae2f3026905fa836"
    )


@STEADY
@given(start=st.integers(0, 3), backwards=st.booleans(), tall=st.booleans(), noise=st.floats(-4e-9, 4e-9))
def test_writing_does_not_matter(start: int, backwards: bool, tall: bool, noise: float) -> None:
    corners = [(x + noise, y - noise) for x, y in PIT.exterior.coords[:-1]]
    corners = corners[start:] + corners[:start]
    written = Polygon(corners[::-1] if backwards else corners)
    assert geometry_digest(shapely.force_3d(written, 5) if tall else written) == geometry_digest(PIT)


def test_order_of_parts_and_holes_does_not_matter() -> None:
    one, two = box(1, 1, 2, 2), Polygon(box(3, 3, 9, 9).exterior, [box(4, 4, 5, 5).exterior, box(6, 6, 7, 7).exterior])
    other = Polygon(two.exterior, list(two.interiors)[::-1])
    assert geometry_digest(MultiPolygon([one, two])) == geometry_digest(MultiPolygon([other, one]))


def test_other_shapes_differ() -> None:
    shapes = [
        PIT,
        box(0, 0, 1, 1),
        Point(0, 0),
        Point(0, 1e-7),
        MultiPolygon([PIT]),
        shapely.transform(PIT, lambda c: c + 2e-7),
    ]
    assert len({geometry_digest(shape) for shape in shapes}) == len(shapes)
    assert geometry_digest(Point(-0.0, 0.0)) == geometry_digest(Point(0.0, 0.0))
