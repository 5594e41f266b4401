"""The demonstration batch (演示批次): says that it is one, and holds one row for every outcome."""

import json
from collections import Counter

import pytest
import shapely

from qingshan.domain.plan import load_plan
from qingshan.geo.attributes import map_attributes
from qingshan.geo.crs import area_m2
from qingshan.geo.features import SourceRow
from qingshan.geo.routing import AreaRow, Router
from tests.geo.making import PLAN, county, county_cells, read_all

BATCH = PLAN / "demo" / "patches-2024-batch3.geojson"


@pytest.fixture(scope="module")
def rows() -> list[SourceRow]:
    return read_all(BATCH)[1]


def test_it_says_what_it_is(rows: list[SourceRow]) -> None:
    assert "演示数据" in json.loads(BATCH.read_text(encoding="utf-8"))["description"]
    assert len(rows) == 61
    assert all("演示数据" in str(row.attributes["BZ"]) and "位置已平移" in str(row.attributes["BZ"]) for row in rows)


def test_one_bow_tie_one_repair_one_repeated_number(rows: list[SourceRow]) -> None:
    assert [(row.index, "自相交" in str(row.problem)) for row in rows if row.problem] == [(58, True)]
    assert [row.index for row in rows if row.notes] == [60]
    numbers = Counter(row.attributes["JCBH"] for row in rows)
    assert [number for number, count in numbers.items() if count > 1] == [rows[4].attributes["JCBH"]]
    assert rows[60].geometry == rows[4].geometry


def test_two_outside_and_one_on_a_border_of_townships(rows: list[SourceRow]) -> None:
    cells = county_cells()
    areas = [AreaRow(key=k, name=k, kind="village", township_key=k[:9], geometry=c) for k, c in cells.items()]
    router = Router(areas, county(), border_share=load_plan(PLAN).routing.border_share)
    placed = [(row.index, router.place(row.geometry)) for row in rows if row.geometry is not None]
    assert [index for index, place in placed if place.inside_share == 0] == [56, 57]
    assert [index for index, place in placed if place.border and index == 59] == [59]


def test_areas_are_those_of_the_shapes(rows: list[SourceRow]) -> None:
    aliases = load_plan(PLAN).intake.aliases
    for row in rows:
        mapped = map_attributes(row.attributes, aliases)
        assert mapped.declared_area_m2 is not None
        assert mapped.earlier_image is not None
        assert mapped.later_image is not None
        if row.geometry is not None:
            assert shapely.is_valid(row.geometry)
            assert mapped.declared_area_m2 == pytest.approx(area_m2(row.geometry), rel=0.01)
    assert str(rows[9].attributes["MJ"]).endswith("亩")
