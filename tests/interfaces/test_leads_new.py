"""One lead registered by hand: placed by its position, refused with all that is missing, the same number once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.interfaces.forms_of_leads import local_text
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
NEW = "/leads/new/"


def typed(world: World, **changes: Any) -> dict[str, str]:
    lon, lat = world.place_of(cast.SUCUN)
    return {
        "channel": "public-report",
        "source_no": "来电-1",
        "discovered_at": local_text(world, hours_ago=2),
        "lon": f"{lon:.6f}",
        "lat": f"{lat:.6f}",
        "place_text": "村北河滩（演示）",
        "description": "夜间有机械声（演示）",
    } | changes


@pytest.mark.clause("三-1-2②b")
def test_a_report_goes_to_the_township_of_its_place(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.TASKFORCE_OFFICE)
    assert client.get(NEW).status_code == 200
    response = client.post(NEW, typed(world))
    with world.seeing_all():
        lead = Lead.objects.select_related("unit").get()
    assert response.status_code == 302
    assert response["Location"] == f"/leads/{lead.id}/"
    assert (lead.unit.slug, lead.state, lead.direction) == (cast.SUCUN, "dispatched", "from_below")
    shown = client.get(response["Location"]).content.decode()
    assert "夜间有机械声（演示）" in shown


@pytest.mark.clause("三-1-2②a")
def test_every_channel_has_the_same_way_and_the_same_clock(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    channels = [channel.slug for channel in world.in_force().plan.channels]
    for slug in channels:
        assert client.post(NEW, typed(world, channel=slug)).status_code == 302, slug
    with world.seeing_all():
        rows = list(Lead.objects.values_list("channel", "state", "due_at", "unit_id"))
    assert sorted(channel for channel, *_rest in rows) == sorted(channels)
    assert len({tuple(rest) for _channel, *rest in rows}) == 1
    assert rows[0][2] is not None


def test_everything_missing_is_listed_and_the_rest_kept(sign_in: SignIn, world: World) -> None:
    body = typed(world, lon="", lat="", channel="", description="", discovered_at="")
    refused = sign_in(cast.BUREAU_OFFICER).post(NEW, body)
    text = refused.content.decode()
    assert refused.status_code == 422
    for missing in ("未选线索渠道", "位置未填", "线索内容未填", "发现时间未填"):
        assert missing in text, missing
    assert "村北河滩（演示）" in text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lon": "abc", "lat": "37.6"}, "不是有效的度数"),
        ({"lon": "116.4", "lat": "39.9"}, "不在本县"),
        ({"discovered_at": "2030-01-01T10:00"}, "发现时间晚于现在"),
    ],
)
def test_what_cannot_be_is_refused(sign_in: SignIn, world: World, changes: dict[str, str], reason: str) -> None:
    refused = sign_in(cast.BUREAU_OFFICER).post(NEW, typed(world, **changes))
    assert refused.status_code == 422
    assert reason in refused.content.decode()
    with world.seeing_all():
        assert not Lead.objects.exists()


def test_the_same_number_of_a_channel_is_registered_once(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert client.post(NEW, typed(world)).status_code == 302
    refused = client.post(NEW, typed(world))
    assert refused.status_code == 422
    assert "已登记为线索" in refused.content.decode()
    assert client.post(NEW, typed(world, channel="petition")).status_code == 302


@pytest.mark.parametrize("member", [cast.TOWNSHIP_OFFICER, cast.VILLAGE_PATROLLER, cast.COUNTY_LEADER])
def test_others_do_not_register(sign_in: SignIn, world: World, member: cast.Member) -> None:
    assert sign_in(member).post(NEW, typed(world)).status_code == 403
