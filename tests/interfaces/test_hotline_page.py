"""The desk during a call: places as one types, what is alike, a draft that survives, a number to read out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from qingshan.commons.people.models import Post
from qingshan.commons.people.services import appoint, create_account, create_person
from qingshan.commons.places.models import Division
from qingshan.contexts.leads.public import Lead, Source
from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
DESK = "/hotline/"


def call(world: World, **changes: Any) -> dict[str, str]:
    """A call as it is typed after a village was chosen."""
    lon, lat = world.place_of(cast.SUCUN)
    return {
        "channel": "public-report", "discovered_at": "2024-08-01T08:30", "place": "苏村", "lon": f"{lon:.6f}",
        "lat": f"{lat:.6f}", "precision": "village", "place_text": "村北（演示）",
        "description": "夜里有车拉石头（演示）", "source_no": "", "origin": "", "dated": "",
    } | changes  # fmt: skip


def source_of(world: World, lead: Lead) -> Source:
    with world.seeing_all():
        return Source.objects.get(lead=lead)


def only(world: World) -> Lead:
    with world.seeing_all():
        return Lead.objects.select_related("unit").get()


@pytest.mark.clause("三-4-3③")
def test_a_call_becomes_a_lead_with_a_number_to_read_out(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.HOTLINE_DESK)
    assert client.get(DESK).status_code == 200
    response = client.post(DESK, call(world))
    lead = only(world)
    assert response.status_code == 302
    source = source_of(world, lead)
    assert response["Location"] == f"/hotline/?done={source.id}"
    shown = client.get(response["Location"]).content.decode()
    assert f'qs-receipt__number">{lead.number}' in shown
    assert source.reply_state == "open"
    assert "须答复举报人" in shown
    assert (lead.unit.slug, lead.state, lead.precision) == (cast.SUCUN, "dispatched", "village")


def test_an_act_in_progress_starts_its_clock_with_the_call(sign_in: SignIn, world: World) -> None:
    assert sign_in(cast.HOTLINE_DESK).post(DESK, call(world, active="on")).status_code == 302
    assert only(world).active_since == world.clock.now


def test_a_village_typed_in_full_needs_no_choosing(sign_in: SignIn, world: World) -> None:
    village = Division.objects.filter(level="village", code__startswith=cast.SUCUN_CODE).order_by("code").first()
    assert village is not None
    places = sign_in(cast.HOTLINE_DESK).get("/hotline/places/", {"q": village.code}).json()["places"]
    assert places[0]["name"] == village.name
    body = call(world, place=village.code, lon="", lat="", precision="")
    assert sign_in(cast.HOTLINE_DESK).post(DESK, body).status_code == 302
    assert only(world).division == village.code


def test_what_is_missing_is_told_and_the_rest_kept(sign_in: SignIn, world: World) -> None:
    refused = sign_in(cast.HOTLINE_DESK).post(DESK, call(world, lon="", lat="", place="没有这个地方"))
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "位置未填" in text
    assert "夜里有车拉石头（演示）" in text


def test_the_same_call_sent_twice_is_one_lead(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.HOTLINE_DESK)
    once = client.get(DESK).context["once"].value
    for _ in range(2):
        assert client.post(DESK, call(world, once=str(once), active="on")).status_code == 302
    only(world)


def test_a_draft_comes_back_after_the_browser_was_closed_and_is_nobody_elses(sign_in: SignIn, world: World) -> None:
    first = sign_in(cast.HOTLINE_DESK)
    assert first.post("/hotline/draft/", call(world)).json()["saved"] == "09:00:00"
    again = sign_in(cast.HOTLINE_DESK).get(DESK).content.decode()
    assert "夜里有车拉石头（演示）" in again
    assert "夜里有车拉石头（演示）" not in sign_in(cast.BUREAU_OFFICER).get(DESK).content.decode()
    with world.seeing(cast.BUREAU_LEADER), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_calldraft")
        assert cursor.fetchone() == (0,)
    first.post("/hotline/draft/", {"clear": "1"})
    assert "夜里有车拉石头（演示）" not in first.get(DESK).content.decode()
    first.post("/hotline/draft/", call(world))
    first.post(DESK, call(world))
    assert "夜里有车拉石头（演示）" not in first.get(DESK).content.decode()


@pytest.mark.parametrize("member", [cast.BUREAU_LEADER, cast.TOWNSHIP_OFFICER, cast.STRANGER])
def test_row_security_keeps_drafts_and_callers_from_others(sign_in: SignIn, world: World, member: cast.Member) -> None:
    desk = sign_in(cast.HOTLINE_DESK)
    desk.post(DESK, call(world, caller_name="演示·举报人甲"))
    desk.post("/hotline/draft/", call(world))
    with world.seeing_all(), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM leads_calldraft), (SELECT count(*) FROM leads_informant)")
        assert cursor.fetchone() == (1, 1)
    with world.seeing(member), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM leads_calldraft), (SELECT count(*) FROM leads_informant)")
        assert cursor.fetchone() == (0, 0)
        cursor.execute("UPDATE leads_calldraft SET content = '{}'")
        assert cursor.rowcount == 0


def test_what_was_said_before_is_shown_while_typing(sign_in: SignIn, world: World) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert client.get("/hotline/alike/").status_code == 200
    lead = world.make_lead()
    found = client.get("/hotline/alike/", {"lon": f"{lead.centre.x:.6f}", "lat": f"{lead.centre.y:.6f}", "text": ""})
    assert lead.number in found.content.decode()
    assert client.get("/hotline/alike/", {"lon": "x", "lat": "9" * 50, "text": "车" * 999}).status_code == 200


CALLER = {"caller_name": "演示·举报人甲", "caller_phone": "0311-00000000"}


def everything(world: World) -> str:
    """All rows of all tables as text, the way a thief of the database reads them."""
    with world.seeing_all(), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608 - names of our own tables
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.clause("三-4-3③")
def test_who_called_stands_nowhere_but_under_seal(
    sign_in: SignIn, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in(cast.HOTLINE_DESK)
    client.post("/hotline/draft/", call(world, **CALLER))
    assert client.post(DESK, call(world, **CALLER)).status_code == 302
    kept = everything(world)
    for secret in CALLER.values():
        assert secret not in kept
        assert secret not in caplog.text
    lead = only(world)
    for member in (cast.BUREAU_LEADER, cast.TOWNSHIP_OFFICER, cast.HOTLINE_DESK):
        page = sign_in(member).get(f"/leads/{lead.id}/").content.decode()
        assert not any(secret in page for secret in CALLER.values())


@pytest.mark.clause("三-4-3③")
def test_the_seal_is_opened_with_a_reason_that_stays(sign_in: SignIn, world: World) -> None:
    desk = sign_in(cast.HOTLINE_DESK)
    desk.post(DESK, call(world, **CALLER))
    lead = only(world)
    address = f"/sources/{source_of(world, lead).id}/informant/"
    assert desk.post(address, {"reason": " "}).status_code == 422
    shown = desk.post(address, {"reason": "电话答复举报人"})
    assert all(secret in shown.content.decode() for secret in CALLER.values())
    assert "no-store" in shown["Cache-Control"]
    entry = world.entries(lead.id)[-1]
    assert (entry.act, "电话答复举报人" in entry.payload) == ("lead.open_informant", True)
    assert not any(secret in entry.payload for secret in CALLER.values())
    others = sign_in(cast.BUREAU_OFFICER).post(address, {"reason": "想知道是谁"})
    assert others.status_code == 422
    assert not any(secret in others.content.decode() for secret in CALLER.values())


def test_a_custodian_opens_the_seal_and_sees_no_lead(sign_in: SignIn, world: World) -> None:
    sign_in(cast.HOTLINE_DESK).post(DESK, call(world, **CALLER))
    lead, custodian = only(world), cast.Member("custodian", "演示·管甲", "natural-resources.custodian-1", "custodian")
    with world.seeing_all():
        person = create_person(name=custodian.name, demo=True)
        post = Post.objects.get(slug=custodian.post)
        appoint(person_id=person.id, post_id=post.id, since=cast.SEATED_SINCE)
        create_account(username="custodian", password=cast.PASSWORD, person=person, chosen_at=cast.NEVER_OLD)
    client = sign_in(custodian)
    listed = client.get("/informants/").content.decode()
    assert lead.number in listed
    assert not any(secret in listed for secret in CALLER.values())
    shown = client.post(f"/sources/{source_of(world, lead).id}/informant/", {"reason": "核实奖励"}).content.decode()
    assert all(secret in shown for secret in CALLER.values())
    assert client.get(f"/leads/{lead.id}/").status_code == 403


def test_who_called_may_not_stand_in_what_others_read(sign_in: SignIn, world: World) -> None:
    body = call(world, **CALLER, description="演示·举报人甲说夜里有车")
    refused = sign_in(cast.HOTLINE_DESK).post(DESK, body)
    assert refused.status_code == 422
    assert "请从那里删去" in refused.content.decode()


@pytest.mark.clause("三-4-3③")
def test_the_desk_sees_what_it_entered_and_nothing_else_of_the_bureau(sign_in: SignIn, world: World) -> None:
    desk = sign_in(cast.HOTLINE_DESK)
    desk.post(DESK, call(world))
    own = only(world)
    other, case = world.make_lead(state="in_review"), world.make_case(upto="open")
    assert desk.get(f"/leads/{own.id}/").status_code == 200
    for address in (f"/leads/{other.id}/", f"/cases/{case.id}/"):
        assert desk.get(address).status_code == 404
    with world.seeing(cast.HOTLINE_DESK), connection.cursor() as cursor:
        cursor.execute("SELECT number FROM leads_lead")
        assert cursor.fetchall() == [(own.number,)]


def test_a_known_matter_is_found_as_a_place_without_opening_it(sign_in: SignIn, world: World) -> None:
    lead = world.make_lead()
    desk = sign_in(cast.HOTLINE_DESK)
    found = desk.get("/hotline/places/", {"q": lead.number}).json()["places"]
    assert [lead.number in place["within"] for place in found] == [True]
    assert (found[0]["level"], found[0]["division"]) == ("", lead.division)
    alike = desk.get("/hotline/alike/", {"lon": found[0]["lon"], "lat": found[0]["lat"]}).content.decode()
    assert lead.number in alike
    assert f"/leads/{lead.id}/" not in alike
    assert desk.get(f"/leads/{lead.id}/").status_code == 404


@pytest.mark.clause("三-4-3③")
def test_a_call_about_a_known_matter_is_a_further_source_with_its_own_answer(sign_in: SignIn, world: World) -> None:
    lead = world.make_lead()
    desk = sign_in(cast.HOTLINE_DESK)
    once = str(desk.get(DESK).context["once"].value)
    for _ in range(2):
        answer = desk.post(DESK, call(world, once=once, joins=str(lead.id), **CALLER))
        assert answer.status_code == 302
    shown = desk.get(answer["Location"]).content.decode()
    assert lead.number in shown
    with world.seeing_all():
        assert Lead.objects.count() == 1
        second = Source.objects.filter(lead=lead).order_by("came_at", "id").last()
        assert Source.objects.filter(lead=lead).count() == 2
    assert second is not None
    assert (second.channel, second.reply_state) == ("public-report", "open")
    assert desk.get(f"/leads/{lead.id}/").status_code == 200
