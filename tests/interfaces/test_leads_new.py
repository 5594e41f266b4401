"""One lead registered by hand: placed by its position, refused with all that is missing, the same number once."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from qingshan.commons.base.ids import new_id
from qingshan.contexts.leads.public import Lead, LeadForm, register_lead
from tests import cast
from tests.contexts.test_two_at_once import at_once
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
    more = {"origin": "演示单位", "dated": "2024-08-01"}
    for slug in channels:
        assert client.post(NEW, typed(world, channel=slug, **more)).status_code == 302, slug
    with world.seeing_all():
        rows = list(Lead.objects.values_list("channel", "state", "due_at", "unit_id"))
    assert sorted(channel for channel, *_rest in rows) == sorted(channels)
    assert len({tuple(rest) for _channel, *rest in rows}) == 1
    assert rows[0][2] is not None


def test_a_second_click_makes_no_second_lead(sign_in: SignIn, world: World) -> None:
    client, key = sign_in(cast.TASKFORCE_OFFICE), str(new_id())
    body = typed(world, source_no="", once=key)
    shown = client.get(NEW).content.decode()
    assert 'name="once"' in shown
    first, second = client.post(NEW, body), client.post(NEW, body)
    assert first["Location"] == second["Location"] == f"/leads/{key}/"
    with world.seeing_all():
        assert Lead.objects.count() == 1
    assert len(world.entries(UUID(key))) == 1


def test_other_content_under_the_same_form_is_refused_and_can_be_handed_in_anew(sign_in: SignIn, world: World) -> None:
    client, key = sign_in(cast.TASKFORCE_OFFICE), str(new_id())
    client.post(NEW, typed(world, source_no="", once=key))
    changed = client.post(NEW, typed(world, source_no="", once=key, description="另一处（演示）"))
    shown = changed.content.decode()
    assert changed.status_code == 422
    assert "这张表已经提交过" in shown
    assert f"/leads/{key}/" in shown
    with world.seeing_all():
        assert Lead.objects.count() == 1
    fresh = re.search(r'name="once" value="([^"]+)"', shown)
    assert fresh is not None
    again = client.post(NEW, typed(world, source_no="", once=fresh[1], description="另一处（演示）"))
    assert again.status_code == 302
    with world.seeing_all():
        assert Lead.objects.count() == 2


def test_the_id_of_somebody_elses_form_is_refused(sign_in: SignIn, world: World) -> None:
    key = str(new_id())
    sign_in(cast.TASKFORCE_OFFICE).post(NEW, typed(world, source_no="", once=key))
    other = sign_in(cast.BUREAU_OFFICER).post(NEW, typed(world, source_no="", once=key))
    assert other.status_code == 422
    with world.seeing_all():
        assert Lead.objects.count() == 1


def test_a_refused_form_can_be_completed_under_its_id(sign_in: SignIn, world: World) -> None:
    client, key = sign_in(cast.TASKFORCE_OFFICE), str(new_id())
    refused = client.post(NEW, typed(world, source_no="", once=key, description=""))
    assert refused.status_code == 422
    assert f'value="{key}"' in refused.content.decode()
    assert client.post(NEW, typed(world, source_no="", once=key))["Location"] == f"/leads/{key}/"


@pytest.mark.parametrize("text", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_form_without_a_proper_id_gets_one(sign_in: SignIn, world: World, text: str) -> None:
    response = sign_in(cast.TASKFORCE_OFFICE).post(NEW, typed(world, once=text))
    assert response.status_code == 302
    with world.seeing_all():
        assert Lead.objects.get().id.version == 7


@pytest.mark.usefixtures("transactional_db")
def test_two_clicks_at_once_make_one_lead(world: World) -> None:
    lon, lat = world.place_of(cast.SUCUN)
    form = LeadForm(
        channel="public-report", lon=lon, lat=lat, place_text="", description="机械声（演示）", source_no="",
        discovered_at=cast.now() - timedelta(hours=1),
    )  # fmt: skip
    click = partial(world.perform, world.acting(cast.TASKFORCE_OFFICE), register_lead, form=form, lead_id=new_id())
    assert at_once(click, click) == ["", ""]
    with world.seeing_all():
        assert Lead.objects.count() == 1


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
    assert client.post(NEW, typed(world, channel="petition", dated="2024-08-01")).status_code == 302


@pytest.mark.parametrize("member", [cast.DISCIPLINE, cast.CITY_REVIEWER, cast.COUNTY_LEADER])
def test_others_do_not_register(sign_in: SignIn, world: World, member: cast.Member) -> None:
    assert sign_in(member).post(NEW, typed(world)).status_code == 403
