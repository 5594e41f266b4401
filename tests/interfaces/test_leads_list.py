"""The list of leads: what the address says, what each person sees of it, pages by key."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.support.making import World
from tests.support.samples import patches, square

SignIn = Callable[[cast.Member], Client]
MakeLead = Callable[..., Lead]
LIST = "/leads/"
QUERIES = 14
"""Two of them open and close the transaction, five find out who is looking."""


def text_of(client: Client, address: str, **headers: Any) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.clause("一-1")
def test_leads_of_both_directions_stand_in_one_list(sign_in: SignIn, make_lead: MakeLead) -> None:
    pushed = make_lead(channel="province-patch")
    reported = make_lead(channel="public-report")
    client = sign_in(cast.BUREAU_OFFICER)
    both = text_of(client, LIST)
    assert pushed.number in both
    assert reported.number in both
    for direction, lead, other in (("from_above", pushed, reported), ("from_below", reported, pushed)):
        response = client.get(f"{LIST}?direction={direction}")
        assert response.context["total"] == 1
        assert lead.number in response.content.decode()
        assert other.number not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=dispatched", "sucun"),
        ("state=under_verification", "heishuihe"),
        ("channel=petition", "heishuihe"),
        ("q=HEISHUI-9", "heishuihe"),
    ],
)
def test_each_filter_narrows_the_list(sign_in: SignIn, make_lead: MakeLead, query: str, found: str) -> None:
    made = {
        "sucun": make_lead(),
        "heishuihe": make_lead(
            state="under_verification", township=cast.HEISHUIHE, channel="petition", source_no="HEISHUI-9"
        ),
    }
    shown = text_of(sign_in(cast.BUREAU_OFFICER), f"{LIST}?{query}")
    assert [name for name, lead in made.items() if lead.number in shown] == [found]


def test_filters_by_unit_batch_and_overdue(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    old = make_lead(township=cast.HEISHUIHE)
    world.clock.tick(days=9)
    fresh = make_lead()
    client = sign_in(cast.BUREAU_OFFICER)
    for query, wanted in (
        (f"unit={fresh.unit_id}", fresh),
        (f"batch={old.batch_id}", old),
        ("overdue=1", old),
    ):
        shown = text_of(client, f"{LIST}?{query}")
        other = old if wanted is fresh else fresh
        assert wanted.number in shown, query
        assert other.number not in shown, query


def test_tabs_count_states_under_the_other_filters(sign_in: SignIn, make_lead: MakeLead) -> None:
    make_lead()
    make_lead(channel="petition")
    make_lead(state="under_verification")
    response = sign_in(cast.BUREAU_OFFICER).get(f"{LIST}?channel=province-patch")
    counts = {str(tab["label"]): tab["count"] for tab in response.context["tabs"]}
    assert counts == {"全部": 2, "待签收": 1, "核查中": 1}
    assert all("channel=province-patch" in str(tab["url"]) for tab in response.context["tabs"])


def test_a_chip_takes_its_own_filter_off_only(sign_in: SignIn, make_lead: MakeLead) -> None:
    make_lead()
    response = sign_in(cast.BUREAU_OFFICER).get(f"{LIST}?state=dispatched&channel=petition&q=abc")
    chips = {str(chip["label"]): str(chip["remove_url"]) for chip in response.context["chips"]}
    assert chips == {"查找": "?state=dispatched&channel=petition", "渠道": "?state=dispatched&q=abc"}


def test_nonsense_in_the_address_is_left_out(sign_in: SignIn, make_lead: MakeLead) -> None:
    lead = make_lead()
    shown = text_of(sign_in(cast.BUREAU_OFFICER), f"{LIST}?state=x&unit=1&batch=%00&direction=up&before=no")
    assert lead.number in shown


def test_pages_follow_by_key_and_lose_nothing(sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qingshan.contexts.leads.listing.PAGE", 3)
    x, y = world.place_of(cast.SUCUN)
    shapes = [square(x + n * 0.002, y) for n in range(-3, 4)]
    world.take_in(patches(shapes, JCBH=[f"KEY-{n}" for n in range(7)]))
    client, seen, address = sign_in(cast.BUREAU_OFFICER), [], LIST
    while address:
        response = client.get(address)
        seen += [row["lead"].source_no for row in response.context["rows"]]
        address = LIST + response.context["next_url"] if response.context["next_url"] else ""
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == {f"KEY-{n}" for n in range(7)}


@pytest.mark.parametrize(
    ("member", "sees"),
    [
        (cast.BUREAU_OFFICER, True),
        (cast.TASKFORCE_OFFICE, True),
        (cast.TOWNSHIP_OFFICER, True),
        (cast.CITY_REVIEWER, True),
        (cast.PROVINCE_READER, True),
        (cast.OTHER_TOWNSHIP_OFFICER, False),
        (cast.DEPARTMENT_OFFICER, False),
        (cast.STRANGER, False),
    ],
)
def test_who_sees_a_lead_of_sucun(sign_in: SignIn, make_lead: MakeLead, member: cast.Member, sees: bool) -> None:
    lead = make_lead()
    assert (lead.number in text_of(sign_in(member), LIST)) is sees


def test_a_village_patroller_sees_his_village_only(sign_in: SignIn, make_lead: MakeLead, world: World) -> None:
    his = make_lead(at=world.point_in("130132204201"))
    neighbour = make_lead(at=world.point_in("130132204202"))
    shown = text_of(sign_in(cast.VILLAGE_PATROLLER), LIST)
    assert his.number in shown
    assert neighbour.number not in shown


@pytest.mark.clause("三-1-3①a")
def test_county_township_and_village_see_one_and_the_same_lead_at_once(
    sign_in: SignIn, make_lead: MakeLead, world: World
) -> None:
    lead = make_lead(at=world.point_in("130132204201"))
    for state in ("待签收", "核查中"):
        for member in (cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER, cast.VILLAGE_PATROLLER):
            shown = text_of(sign_in(member), LIST)
            assert lead.number in shown, member.username
            assert state in shown, member.username
        for member in (cast.OTHER_TOWNSHIP_OFFICER, cast.OTHER_VILLAGE_PATROLLER):
            assert lead.number not in text_of(sign_in(member), LIST), member.username
        if state == "待签收":
            sign_in(cast.TOWNSHIP_OFFICER).post(reverse("web:lead_receive", args=[lead.id]))


@pytest.mark.parametrize("member", [cast.SYSTEM_ADMIN, cast.RIGHTS_ADMIN, cast.AUDIT_ADMIN])
def test_administrators_of_the_system_have_no_list(sign_in: SignIn, member: cast.Member) -> None:
    assert sign_in(member).get(LIST).status_code == 403


def test_an_empty_list_says_what_to_do_next(sign_in: SignIn, make_lead: MakeLead) -> None:
    assert reverse("web:batch_upload") in text_of(sign_in(cast.BUREAU_OFFICER), LIST)
    township = text_of(sign_in(cast.TOWNSHIP_OFFICER), LIST)
    assert "您的辖区还没有线索" in township
    assert reverse("web:batch_upload") not in township
    make_lead()
    assert "看全部线索" in text_of(sign_in(cast.BUREAU_OFFICER), f"{LIST}?q=nothing-like-this")


def test_a_swap_gets_the_rows_alone_and_history_the_whole_page(sign_in: SignIn, make_lead: MakeLead) -> None:
    make_lead()
    client = sign_in(cast.BUREAU_OFFICER)
    swap = {"HX-Request": "true", "HX-Target": "leads-rows"}
    rows = client.get(LIST, headers=swap)
    assert "<html" not in rows.content.decode()
    assert "HX-Request" in rows["Vary"]
    filtered = client.get(f"{LIST}?q=&channel=petition&unit=&overdue=", headers=swap)
    assert filtered["HX-Push-Url"] == f"{LIST}?channel=petition"
    assert "<html" in text_of(client, LIST, **swap, **{"HX-History-Restore-Request": "true"})


def test_the_list_asks_the_database_as_often_for_fifty_rows_as_for_one(
    sign_in: SignIn, world: World, make_lead: MakeLead, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    make_lead(state="substantiated")
    with django_assert_max_num_queries(QUERIES) as first:
        assert client.get(LIST).status_code == 200
    x, y = world.place_of(cast.HEISHUIHE)
    shapes = [square(x + n * 0.002, y) for n in range(10)]
    world.take_in(patches(shapes, JCBH=[f"MANY-{n}" for n in range(10)]))
    with django_assert_max_num_queries(len(first.captured_queries)):
        assert client.get(LIST).status_code == 200


def test_a_word_in_very_many_leads_is_counted_up_to_a_bound_and_says_so(
    sign_in: SignIn, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_lead(source_no=f"COMMON-{number}", state="dispatched" if number else "under_verification")
    client = sign_in(cast.BUREAU_OFFICER)
    for bound, whole in ((4, True), (3, False)):
        monkeypatch.setattr("qingshan.interfaces.web.views.leads.MOST_COUNTED", bound)
        monkeypatch.setattr("qingshan.interfaces.web.listing.page.MOST_COUNTED", bound)
        shown = client.get(f"{LIST}?q=COMMON")
        tabs = {str(tab["label"]): tab["count"] for tab in shown.context["tabs"]}
        assert len(shown.context["rows"]) == 4
        assert shown.context["over"] is not whole
        assert ("条以上" in shown.content.decode()) is not whole
        assert tabs["全部"] == (4 if whole else None)
        assert tabs["待签收"] == (3 if whole else None)
        some = client.get(f"{LIST}?q=COMMON&state=under_verification")
        assert some.context["total"] == (1 if whole else None)
        assert not some.context["bulk_all"]
    assert client.get(LIST).context["total"] == 4, "without a word every lead is counted"


def test_leads_of_an_old_ledger_are_marked_and_can_be_had_alone(
    world: World, sign_in: SignIn, make_lead: MakeLead
) -> None:
    """Marked in the row, alone behind the filter; the box that ticks all stands only where a row can be ticked."""
    ours, old = make_lead(), make_lead(township=cast.HEISHUIHE)
    with world.seeing_all():
        Lead.objects.filter(id=old.id).update(taken_over={"file": "旧台账.xlsx", "row": 3})
    client = sign_in(cast.BUREAU_OFFICER)
    both = text_of(client, LIST)
    assert both.count(" · 接管<") == 1
    alone = client.get(f"{LIST}?taken_over=1")
    assert alone.context["total"] == 1
    assert old.number in alone.content.decode()
    assert ours.number not in alone.content.decode()


def test_all_rows_are_not_offered_where_none_can_be_ticked(sign_in: SignIn, make_lead: MakeLead) -> None:
    make_lead(state="archived")
    client = sign_in(cast.TOWNSHIP_OFFICER)
    assert "data-pick-all" not in text_of(client, LIST)
    make_lead()
    assert "data-pick-all" in text_of(client, LIST)
