"""Map tiles: counts add up at every zoom, what is crowded gets leaner and says so, scope and days hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import asinh, atan, degrees, floor, pi, radians, sinh, tan
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.db import connection

from qingshan.commons.base.ids import new_id
from qingshan.commons.places.tiles import cell_range
from qingshan.contexts.cases.public import Case, CaseMapFilter, case_map_counts, case_tile, cases_in_view
from qingshan.contexts.leads.public import Lead, LeadMapFilter, lead_map_counts, lead_tile, leads_in_view
from tests import cast
from tests.support.making import World
from tests.support.mvt import read_points, read_tile

ROOM = 200_000
"""Most bytes of a tile."""
WEST, NORTH, EAST, SOUTH = 114.0, 37.95, 114.7, 37.4


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    n = 2**z
    return floor((lon + 180) / 360 * n), floor((1 - asinh(tan(radians(lat))) / pi) / 2 * n)


def border_point(z: int, lon: float, lat: float) -> tuple[float, float]:
    """The corner of the tile around a position: on the border of four tiles of its zoom and all nearer ones."""
    x, y = tile_at(lon, lat, z)
    return x / 2**z * 360 - 180, degrees(atan(sinh(pi * (1 - 2 * y / 2**z))))


@pytest.fixture
def many(world: World, make_lead: Callable[..., Lead], make_case: Callable[..., Case]) -> Callable[..., None]:
    """Adds leads (and cases) at positions, as copies of a real one with other keys."""
    case = make_case()
    with world.seeing_all():
        lead = Lead.objects.get(id=case.lead_id)
    counter = iter(range(1, 100_000))

    def add(positions: list[tuple[float, float]], *, cases: bool = False, side: float = 0.0003, **changes: Any) -> None:
        with world.seeing_all():
            rows = [_copy(lead, next(counter), lon, lat, side, changes) for lon, lat in positions]
            Lead.objects.bulk_create(rows)
            if cases:
                Case.objects.bulk_create([_case_of(case, row) for row in rows])

    return add


def _copy(lead: Lead, n: int, lon: float, lat: float, side: float, changes: dict[str, Any]) -> Lead:
    values = {f.attname: getattr(lead, f.attname) for f in lead._meta.concrete_fields if f.name != "searchable"}
    values |= {
        "id": new_id(), "number": f"测〔2024〕{n:05d}", "centre": Point(lon, lat, srid=4490),
        "geom": Polygon.from_bbox((lon, lat, lon + side, lat + side)), **changes,
    }  # fmt: skip
    values["geom"].srid = 4490
    return Lead(**values)


def _case_of(case: Case, lead: Lead) -> Case:
    values = {f.attname: getattr(case, f.attname) for f in case._meta.concrete_fields}
    values |= {
        "id": new_id(),
        "number": f"案{lead.number}",
        "lead_id": lead.id,
        "centre": lead.centre,
        "geom": lead.geom,
    }
    return Case(**values)


def total(make: Callable[..., bytes], viewer: Any, z: int, layer: str, spots: list[tuple[float, float]]) -> int:
    """Sum of ``n`` over all tiles of a zoom around these positions and one more on each side."""
    lons, lats = [lon for lon, _ in spots], [lat for _, lat in spots]
    (x0, y0), (x1, y1) = tile_at(min(lons), max(lats), z), tile_at(max(lons), min(lats), z)
    found = 0
    for x in range(x0 - 1, x1 + 2):
        for y in range(y0 - 1, y1 + 2):
            if 0 <= x < 2**z and 0 <= y < 2**z:
                body = make(viewer, z, x, y)
                assert len(body) <= ROOM
                found += sum(f["n"] for f in read_tile(body).get(layer, []))
    return found


def test_counts_add_up_at_every_zoom_also_on_the_borders_of_tiles(world: World, many: Callable[..., None]) -> None:
    chance = Random(20_240_801)  # noqa: S311 - invented places
    positions = [(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(150)]
    positions += [border_point(z, *positions[z]) for z in range(9, 15) for _ in range(3)]
    many(positions, cases=True)
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with world.seeing(cast.BUREAU_OFFICER):
        leads, cases = Lead.objects.count(), Case.objects.count()
        assert (leads, cases) == (169, 169)
        for z in range(12):
            assert total(lead_tile, viewer, z, "lead_cells", positions) == leads, z
            assert total(case_tile, viewer, z, "case_cells", positions) == cases, z
        assert total(lead_tile, viewer, 12, "leads", positions) == leads
        assert total(case_tile, viewer, 12, "cases", positions) == cases


def test_a_count_stands_where_its_rows_lie(world: World, many: Callable[..., None]) -> None:
    z, lon, lat = 9, 114.31, 37.71
    many([(lon, lat), (lon + 0.002, lat + 0.002)], cases=True, side=0.0001)
    x, y = tile_at(lon, lat, z)
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with world.seeing(cast.BUREAU_OFFICER):
        bodies = {"lead_cells": lead_tile(viewer, z, x, y), "case_cells": case_tile(viewer, z, x, y)}
    for layer, body in bodies.items():
        places = [((x + px / 4096) * 360 / 2**z - 180, py) for px, py in read_points(body, layer)]
        assert any(abs(place - lon - 0.001) < 0.0008 for place, _ in places), (layer, places)


def test_every_matter_lies_in_one_tile_of_each_zoom(world: World, many: Callable[..., None]) -> None:
    corner = border_point(10, 114.3, 37.65)
    many([corner])
    with world.seeing_all(), connection.cursor() as cursor:
        cursor.execute("SELECT map_cell FROM leads_lead WHERE number LIKE '测%'")
        cell = cursor.fetchone()[0]
    for z in (0, 5, 10, 11, 12, 16):
        x, y = tile_at(*corner, z)
        around = [
            (x + dx, y + dy)
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if min(x + dx, y + dy) >= 0 and max(x + dx, y + dy) < 2**z
        ]
        assert sum(low <= cell < high for low, high in (cell_range(z, *t) for t in around)) == 1


@pytest.mark.parametrize(("count", "how"), [(20, "full"), (900, "point"), (2400, "group")])
def test_a_crowded_tile_gets_leaner_and_says_so(world: World, many: Callable[..., None], count: int, how: str) -> None:
    chance = Random(count)  # noqa: S311 - invented places
    x, y = tile_at(114.3, 37.65, 12)
    west, north = border_point(12, 114.3, 37.65)
    many([(west + chance.uniform(0.002, 0.08), north - chance.uniform(0.002, 0.06)) for _ in range(count)])
    with world.seeing(cast.BUREAU_OFFICER):
        body = lead_tile(world.viewer(cast.BUREAU_OFFICER), 12, x, y)
    tile = read_tile(body)
    assert len(body) <= ROOM
    assert {f["how"] for f in tile["leads"]} == {how}
    assert sum(f["n"] for f in tile["leads"]) >= count
    assert ("lead_areas" in tile) is (how == "full")
    assert all("id" in f for f in tile["leads"] if f["n"] == 1)


def test_areas_with_very_many_corners_do_not_burst_a_tile(world: World, many: Callable[..., None]) -> None:
    chance = Random(7)  # noqa: S311 - invented places
    ring = [(0.01 * chance.random(), i / 40_000) for i in range(600)]
    x, y = tile_at(114.3, 37.65, 13)
    west, north = border_point(13, 114.3, 37.65)
    for _ in range(40):
        lon, lat = west + chance.uniform(0, 0.03), north - chance.uniform(0.015, 0.03)
        corners = [(lon + dx, lat + dy) for dx, dy in ring] + [(lon + 0.02, lat), (lon + ring[0][0], lat + ring[0][1])]
        many([(lon, lat)], geom=Polygon(corners, srid=4490))
    with world.seeing(cast.BUREAU_OFFICER):
        body = lead_tile(world.viewer(cast.BUREAU_OFFICER), 13, x, y)
    assert len(body) <= ROOM
    assert sum(f["n"] for f in read_tile(body)["leads"]) >= 40


@pytest.mark.parametrize("member", [cast.STRANGER, cast.OTHER_TOWNSHIP_OFFICER, cast.SYSTEM_ADMIN])
@pytest.mark.parametrize("z", [0, 9, 12, 16])
def test_who_has_no_scope_gets_an_empty_tile(world: World, make_case: Callable[..., Case], member: Any, z: int) -> None:
    case = make_case()
    x, y = tile_at(case.centre.x, case.centre.y, z)
    viewer = world.viewer(member)
    with world.seeing(member):
        assert read_tile(lead_tile(viewer, z, x, y)) == {} or not any(read_tile(lead_tile(viewer, z, x, y)).values())
        assert not any(read_tile(case_tile(viewer, z, x, y)).values())
        assert lead_map_counts(viewer, LeadMapFilter()) == {}
        assert case_map_counts(viewer, CaseMapFilter()) == {}
        assert leads_in_view(viewer, LeadMapFilter(), (WEST, SOUTH, EAST, NORTH)) == []
        assert cases_in_view(viewer, CaseMapFilter(), (WEST, SOUTH, EAST, NORTH)) == []


def test_row_security_holds_even_when_a_query_forgets_the_scope(world: World, make_lead: Callable[..., Lead]) -> None:
    lead = make_lead()
    everything = world.viewer(cast.BUREAU_OFFICER)
    x, y = tile_at(lead.centre.x, lead.centre.y, 9)
    with world.seeing(cast.STRANGER):
        assert not any(read_tile(lead_tile(everything, 9, x, y)).values())
    with world.seeing(cast.BUREAU_OFFICER):
        assert read_tile(lead_tile(everything, 9, x, y))["lead_cells"] == [{"n": 1, "kind": "lead"}]


def test_a_day_shows_what_stood_then(world: World, clock: cast.Clock, make_lead: Callable[..., Lead]) -> None:
    lead = make_lead(state="dispatched")
    received = lead.received_at
    clock.tick(days=3)
    with world.seeing_all():
        Lead.objects.filter(id=lead.id).update(state="archived", state_since=received + timedelta(days=3))
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with world.seeing(cast.BUREAU_OFFICER):

        def at(days: float, **more: Any) -> dict[str, int]:
            return lead_map_counts(viewer, LeadMapFilter(at=received + timedelta(days=days), **more))

        assert at(-1) == {}
        assert at(1) == {"earlier": 1}
        assert at(4) == {"archived": 1}
        assert at(4, unfinished=True) == {}
        assert at(1, states=["archived"]) == {}


def test_a_case_is_open_until_the_day_it_was_closed(world: World, make_case: Callable[..., Case]) -> None:
    case = make_case()
    closed = case.opened_at + timedelta(days=10)
    with world.seeing_all():
        Case.objects.filter(id=case.id).update(
            state="closed", close_out_number="销1", closed_at=closed, state_since=closed
        )
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with world.seeing(cast.BUREAU_OFFICER):
        for days, expected in ((-1, {}), (5, {(case.category, "open"): 1}), (11, {(case.category, "closed"): 1})):
            asked = CaseMapFilter(at=case.opened_at + timedelta(days=days))
            assert case_map_counts(viewer, asked) == expected, days


def test_filters_of_tiles_counts_and_list_agree(world: World, many: Callable[..., None]) -> None:
    chance = Random(3)  # noqa: S311 - invented places
    spots = [(chance.uniform(114.2, 114.4), chance.uniform(37.6, 37.7)) for _ in range(60)]
    many(spots[:40], state="archived")
    many(spots[40:], state="received", received_at=datetime(2024, 9, 1, tzinfo=UTC))
    viewer = world.viewer(cast.BUREAU_OFFICER)
    box = (WEST, SOUTH, EAST, NORTH)
    with world.seeing(cast.BUREAU_OFFICER):
        for wanted, expected in (
            (LeadMapFilter(states=["archived"]), 40),
            (LeadMapFilter(states=["received"]), 20),
            (LeadMapFilter(states=["none"]), 0),
            (LeadMapFilter(since=datetime(2024, 8, 30, tzinfo=UTC)), 20),
            (LeadMapFilter(until=datetime(2024, 8, 30, tzinfo=UTC), states=["archived"]), 40),
            (LeadMapFilter(channel="no-such-channel"), 0),
            (LeadMapFilter(unit_id=new_id()), 0),
        ):
            assert sum(lead_map_counts(viewer, wanted).values()) == expected
            assert len(leads_in_view(viewer, wanted, box, limit=100)) == expected
            cells = read_tile(lead_tile(viewer, 0, 0, 0, wanted)).get("lead_cells", [])
            assert sum(f["n"] for f in cells) == expected


def test_the_list_of_a_view_goes_by_key(world: World, many: Callable[..., None]) -> None:
    many([(114.3 + i / 10_000, 37.65) for i in range(25)] + [(114.6, 37.5)])
    viewer, box = world.viewer(cast.BUREAU_OFFICER), (114.29, 37.64, 114.31, 37.66)
    seen: list[UUID] = []
    with world.seeing(cast.BUREAU_OFFICER):
        before = None
        while rows := leads_in_view(viewer, LeadMapFilter(channel=""), box, before=before, limit=10):
            seen += [r.id for r in rows if r.number.startswith("测")]
            before = rows[-1].id
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen, reverse=True)


def test_tiles_are_read_from_indexes_under_the_programs_role(world: World, many: Callable[..., None]) -> None:
    chance = Random(5)  # noqa: S311 - invented places
    many([(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(3000)])
    low, high = cell_range(12, *tile_at(114.3, 37.65, 12))
    with world.seeing(cast.BUREAU_OFFICER), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "qingshan_app"
        cursor.execute("SET LOCAL enable_seqscan = off")
        for condition, index in (
            (f"map_cell >= {low} AND map_cell < {high}", "lead_map_cell"),
            ("geom_3857 && ST_TileEnvelope(14, 13392, 6340)", "lead_geom_3857"),
        ):
            cursor.execute(f"EXPLAIN SELECT count(*) FROM leads_lead WHERE {condition}")  # noqa: S608 - our own words
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert index in plan
            assert "Index Cond" in plan
