"""Pages of sources: entering what a unit hands over, answering each source, the list of what is still owed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qingshan.contexts.leads.models import Source
from qingshan.contexts.leads.public import Lead, receive_lead
from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
NEW = "/leads/new/"


def typed(world: World, channel: str, **changes: Any) -> dict[str, str]:
    """The form as a clerk fills it."""
    lon, lat = world.place_of(cast.SUCUN)
    return {
        "channel": channel, "source_no": "", "discovered_at": "2024-08-01T08:00", "lon": f"{lon:.6f}",
        "lat": f"{lat:.6f}", "place_text": "河滩（演示）", "description": "有车（演示）", "origin": "", "dated": "",
    } | changes  # fmt: skip


def entered(client: Client, world: World, channel: str, **changes: Any) -> Lead:
    """Enter a lead on the page; the lead."""
    response = client.post(NEW, typed(world, channel, **changes))
    assert response.status_code == 302, response.content.decode()
    with world.seeing_all():
        return Lead.objects.get(id=response["Location"].split("/")[2])


def source_of(world: World, lead: Lead) -> Source:
    """The lead's only source."""
    with world.seeing_all():
        return Source.objects.get(lead=lead)


@pytest.mark.clause("三-1-3①a", "三-1-2②a")
def test_a_department_hands_over_and_township_and_bureau_have_it_at_once(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.DEPARTMENT_OFFICER)
    form = client.get(NEW).content.decode()
    assert "行业部门移交" in form
    assert "群众举报" not in form
    lead = entered(client, world, "department-handover", source_no="交移〔2024〕1号")
    for member in (cast.DEPARTMENT_OFFICER, cast.TOWNSHIP_OFFICER, cast.BUREAU_OFFICER):
        page = sign_in(member).get(f"/leads/{lead.id}/").content.decode()
        assert "交移〔2024〕1号" in page
        assert lead.number in sign_in(member).get("/leads/").content.decode()
    assert sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(f"/leads/{lead.id}/").status_code == 404
    sheet = client.get(f"/leads/{lead.id}/hand-over/").content.decode()
    assert sheet.count("未签收") == 2
    world.clock.tick(hours=1)
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    world.clock.tick(hours=1)
    assert sign_in(cast.BUREAU_OFFICER).post(f"/sources/{source_of(world, lead).id}/sign/").status_code == 302
    sheet = client.get(f"/leads/{lead.id}/hand-over/").content.decode()
    assert "未签收" not in sheet
    assert "2024-08-01 10:00" in sheet
    assert "2024-08-01 11:00" in sheet


@pytest.mark.clause("三-4-3③")
def test_the_desk_sees_what_is_owed_and_answers_it(sign_in: SignIn, world: World) -> None:
    desk = sign_in(cast.HOTLINE_DESK)
    lead = entered(desk, world, "public-report", source_no="举2024-1")
    assert "举2024-1" in desk.get("/sources/").content.decode()
    world._work_lead(world.lead(lead.id), "substantiated", "substantiated")
    source = source_of(world, lead)
    address = f"/sources/{source.id}/reply/"
    assert desk.get(address).status_code == 200
    refused = desk.post(address, {"kind": "final", "text": "", "to_whom": "举报人", "replied_at": "2024-08-01T08:30"})
    assert refused.status_code == 422
    assert "答复内容未填" in refused.content.decode()
    body = {
        "kind": "final",
        "text": "经核查属实，已列入台账（演示）",
        "to_whom": "举报人",
        "replied_at": "2024-08-01T08:30",
    }
    assert desk.post(address, body).status_code == 302
    assert desk.post(address, body).status_code == 409
    assert "举2024-1" not in desk.get("/sources/").content.decode()
    assert "举2024-1" in desk.get("/sources/?tab=done").content.decode()
    assert "经核查属实，已列入台账（演示）" in desk.get(f"/leads/{lead.id}/").content.decode()


def test_a_further_source_is_noted_and_shown(sign_in: SignIn, world: World) -> None:
    client, lead = sign_in(cast.BUREAU_OFFICER), world.make_lead()
    address = f"/leads/{lead.id}/sources/new/"
    assert client.get(address).status_code == 200
    refused = client.post(address, {"channel": "petition"})
    assert refused.status_code == 422
    assert client.post(
        address, {"channel": "petition", "source_no": "信7", "dated": "2024-08-01", "note": "同一处"}
    ).status_code == 302  # fmt: skip
    page = client.get(f"/leads/{lead.id}/").content.decode()
    assert "信7" in page
    assert "须答复信访人" in page


@pytest.mark.clause("一-1")
def test_the_list_counts_and_narrows_by_direction(sign_in: SignIn, world: World) -> None:
    above = world.make_lead(channel="province-patch")
    below = world.make_lead(channel="patrol")
    client = sign_in(cast.BUREAU_OFFICER)
    for direction, shown, hidden in (("from_above", above, below), ("from_below", below, above)):
        page = client.get(f"/leads/?direction={direction}").content.decode()
        assert shown.number in page
        assert hidden.number not in page
    counted = client.get("/sources/").content.decode()
    assert "自上而下 <b>1</b>" in counted
    assert "自下而上 <b>1</b>" in counted


def test_the_list_takes_any_address(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    for query in (
        "tab=x&unit=y&after=z",
        "direction=from_above&channel=patrol",
        "overdue=1&tab=platform",
        "before=1~2",
    ):
        assert client.get(f"/sources/?{query}").status_code == 200, query
