"""Leads near a place: by distance from the patch, within the viewer's scope, with the box before the distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qingshan.contexts.leads.public import Lead, leads_near
from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
DEGREE = 111_000.0


def test_the_nearest_come_first_and_far_ones_are_left_out(world: World, make_lead: Any) -> None:
    x, y = world.place_of(cast.SUCUN)
    here, near, far = (make_lead(at=(x, y + metres / DEGREE)) for metres in (0, 200, 900))
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        found = leads_near(viewer, lon=x, lat=y, metres=500)
        assert [one.lead.id for one in found] == [here.id, near.id]
        assert found[0].metres == 0
        assert 100 < found[1].metres < 200
        assert [one.lead.id for one in leads_near(viewer, lon=x, lat=y, metres=500, but=here.id)] == [near.id]
        assert {one.lead.id for one in leads_near(viewer, lon=x, lat=y, metres=1500)} == {here.id, near.id, far.id}
        assert len(leads_near(viewer, lon=x, lat=y, metres=1500, limit=2)) == 2


@pytest.mark.parametrize("member", [cast.STRANGER, cast.OTHER_TOWNSHIP_OFFICER])
def test_nobody_sees_near_leads_outside_his_scope(world: World, make_lead: Any, member: cast.Member) -> None:
    x, y = world.place_of(cast.SUCUN)
    make_lead(at=(x, y))
    with world.seeing(member) as viewer:
        assert not leads_near(viewer, lon=x, lat=y, metres=500)


def test_the_box_reaches_the_index_before_row_security(world: World, make_lead: Any) -> None:
    x, y = world.place_of(cast.SUCUN)
    make_lead(at=(x, y))
    with world.seeing(cast.BUREAU_OFFICER) as viewer, connection.cursor() as cursor:
        with CaptureQueriesContext(connection) as asked:
            leads_near(viewer, lon=x, lat=y, metres=500)
        [query] = [q["sql"] for q in asked.captured_queries]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "leads_lead_geom" in plan or "geom &&" in plan


def test_the_page_of_a_lead_shows_what_lies_near(world: World, make_lead: Any, sign_in: SignIn) -> None:
    x, y = world.place_of(cast.SUCUN)
    one: Lead = make_lead(at=(x, y))
    other: Lead = make_lead(at=(x, y + 300 / DEGREE))
    page = sign_in(cast.BUREAU_OFFICER).get(reverse("web:lead_detail", args=[one.id])).content.decode()
    assert "附近 500 米内" in page
    assert other.number in page
    alone = make_lead(at=world.place_of(cast.HEISHUIHE), township=cast.HEISHUIHE)
    page = sign_in(cast.BUREAU_OFFICER).get(reverse("web:lead_detail", args=[alone.id])).content.decode()
    assert "没有别的线索" in page
