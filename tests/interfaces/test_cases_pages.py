"""The list of cases and the page of one case: what is shown to whom, and at what cost."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from qingshan.contexts.cases.public import PAGE, Case
from tests import cast
from tests.interfaces.forms_of_cases import address, station, text_of
from tests.support.making import PARTY, World

SignIn = Callable[[cast.Member], Client]
MakeCase = Callable[..., Case]
LIST = "/cases/"
LIST_QUERIES, PAGE_QUERIES = 14, 26
"""Budgets, the sign-in, the scope and the frame of the page (nine queries) included."""


def listed(client: Client, **query: Any) -> list[UUID]:
    return [row["case"].id for row in client.get(LIST, query).context["rows"]]


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.fixture
def cases(world: World) -> dict[str, Case]:
    return {
        "pit": world.make_case(upto="open", category="licensed_pit", township=cast.HEISHUIHE),
        "done": world.make_case(upto="accepted"),
        "open": world.make_case(upto="open"),
    }


def test_the_list_is_filtered_by_what_stands_in_its_address(sign_in: SignIn, cases: dict[str, Case]) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert listed(client) == [cases["open"].id, cases["done"].id, cases["pit"].id]
    assert listed(client, state="accepted") == [cases["done"].id]
    assert listed(client, category="licensed_pit") == [cases["pit"].id]
    assert listed(client, unit=str(cases["pit"].unit_id)) == [cases["pit"].id]
    assert listed(client, q=cases["done"].number) == [cases["done"].id]
    assert listed(client, q="没有这个编号") == []
    assert listed(client, state="no-such-state", category="none", unit="x", before="y") == listed(client)


def test_tabs_and_categories_count_under_the_same_filter(sign_in: SignIn, cases: dict[str, Case]) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get(LIST, {"unit": str(cases["open"].unit_id)})
    tabs = {str(tab["label"]): tab["count"] for tab in shown.context["tabs"]}
    assert tabs == {"全部": 2, "办理中": 1, "已县级验收": 1, "已报市核查": 0, "市核查通过": 0, "已销号": 0}
    whole = sign_in(cast.BUREAU_OFFICER).get(LIST)
    counts = {item["slug"]: item["all"] for item in whole.context["categories"]}
    assert counts == {"unlicensed": 2, "licensed_pit": 1, "project_cover": 0}
    assert sum(counts.values()) == whole.context["total"]


def test_each_row_shows_how_far_its_tracks_are(sign_in: SignIn, cases: dict[str, Case], world: World) -> None:
    world.finish(cases["open"], "enforcement", "stop_notice")
    [row] = sign_in(cast.BUREAU_OFFICER).get(LIST, {"q": cases["open"].number}).context["rows"]
    marks = {mark["label"]: (mark["done"], mark["total"], mark["mark"]) for mark in row["tracks"]}
    assert marks["执法办案"] == (1, 5, "mark-half")
    assert marks["现场取缔"] == (0, 4, "mark-open")
    [done] = sign_in(cast.BUREAU_OFFICER).get(LIST, {"state": "accepted"}).context["rows"]
    assert all(mark["complete"] for mark in done["tracks"])


def test_overdue_cases_can_be_asked_for(sign_in: SignIn, cases: dict[str, Case], world: World) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    assert cases["open"].id not in listed(client, overdue="1")
    world.clock.tick(days=40)
    assert cases["open"].id in listed(client, overdue="1")
    assert "逾期" in text_of(client.get(LIST, {"overdue": "1"}))


def test_a_township_lists_its_own_cases_only(sign_in: SignIn, cases: dict[str, Case]) -> None:
    assert listed(sign_in(cast.OTHER_TOWNSHIP_OFFICER)) == [cases["pit"].id]
    assert listed(sign_in(cast.STRANGER)) == []
    assert "台账上还没有问题" in text_of(sign_in(cast.STRANGER).get(LIST))


def test_pages_go_by_key_and_keep_the_filters(
    sign_in: SignIn, cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingshan.contexts.cases import listing

    assert PAGE == listing.PAGE
    monkeypatch.setattr(listing, "PAGE", 2)
    client = sign_in(cast.BUREAU_OFFICER)
    first = client.get(LIST, {"overdue": ""})
    assert first.context["next_url"] == f"?after={cases['done'].id}"
    second = client.get(LIST + first.context["next_url"])
    assert [row["case"].id for row in second.context["rows"]] == [cases["pit"].id]
    assert second.context["next_url"] == ""
    assert second.context["first_url"] == "?"
    assert client.get(LIST + second.context["prev_url"]).context["rows"][0]["case"].id == first.context["rows"][0]["id"]


def test_the_list_asks_few_questions_however_long_it_is(
    sign_in: SignIn, cases: dict[str, Case], django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    with django_assert_max_num_queries(LIST_QUERIES):
        assert client.get(LIST).context["total"] == len(cases)


# --- one case --------------------------------------------------------------------------------------------------------


def test_the_page_asks_few_questions(sign_in: SignIn, make_case: MakeCase, django_assert_max_num_queries: Any) -> None:
    case, client = make_case(upto="reopened"), sign_in(cast.BUREAU_OFFICER)
    with django_assert_max_num_queries(PAGE_QUERIES):
        assert client.get(address("case_detail", case)).status_code == 200


def test_lanes_say_what_is_done_who_is_on_turn_and_until_when(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="open")
    world.finish(case, "enforcement", "stop_notice")
    lanes = sign_in(cast.TOWNSHIP_OFFICER).get(address("case_detail", case)).context["lanes"]
    enforcement, closure, entry = lanes
    assert [s["state"] for s in enforcement["stations"]] == ["done", "now", "next", "next", "next"]
    assert "等待县自然资源和规划局经办人办理" in enforcement["stations"][1]["note"]
    assert enforcement["stations"][1]["due"] > world.clock.now
    assert enforcement["stations"][2]["note"].startswith("自“立案”起")
    assert {s["state"] for s in closure["stations"]} == {"now"}
    assert closure["due"] > world.clock.now
    assert closure["stations"][0]["note"] == "轮到您办理 · 须附照片 1 张"
    assert entry["owner"] == "县自然资源和规划局"


def test_the_next_sensible_act_is_the_one_button(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="open")

    def primary(member: cast.Member) -> str:
        found = sign_in(member).get(address("case_detail", case)).context["primary"]
        return found.url if found else ""

    assert primary(cast.TOWNSHIP_OFFICER) == station(case, "site_closure", "people_gone")
    assert primary(cast.ENFORCER) == station(case, "enforcement", "stop_notice")
    assert primary(cast.COUNTY_LEADER) == ""
    world.finish_tracks(case)
    assert primary(cast.BUREAU_LEADER) == address("case_accept", case)
    world.accept(case)
    assert primary(cast.TASKFORCE_OFFICE) == f"{reverse('web:case_report_city')}?case={case.id}"
    world.report(case)
    assert primary(cast.CITY_REVIEWER) == address("case_city_check", case)
    world.city_check(case)
    assert primary(cast.BUREAU_OFFICER) == address("case_close_out", case)


def test_an_act_that_is_not_possible_yet_says_what_is_missing(sign_in: SignIn, make_case: MakeCase) -> None:
    others = sign_in(cast.BUREAU_LEADER).get(address("case_detail", make_case(upto="open"))).context["others"]
    accept = next(act for act in others if act.label == "县级验收")
    assert "执法办案：责令停止、立案、调查终结、处罚决定、执行完毕" in accept.disabled_reason


def test_evidence_shows_where_each_photo_was_taken_and_which_are_missing(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="open")
    world.finish(case, "site_closure", "people_gone")
    shown = sign_in(cast.TOWNSHIP_OFFICER).get(address("case_detail", case))
    groups = {group.title: group for group in shown.context["groups"]}
    closure = groups["现场取缔（三不留一毁闭）"].photos
    taken = next(photo for photo in closure if not photo.get("missing"))
    assert taken["distance_m"] == 0
    assert taken["azimuth"] == 90.0
    assert taken["digest"][:6] in text_of(shown)
    assert [photo["label"] for photo in closure if photo.get("missing")] == [
        "不留设备", "不留建筑物", "毁闭井巷或坑口",
    ]  # fmt: skip
    assert len(groups["实地核查"].photos) == 2


def test_a_photo_from_elsewhere_is_flagged(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case, who = make_case(upto="open"), cast.TOWNSHIP_OFFICER
    far = world.photo(who, lon=case.centre.x + 0.1, lat=case.centre.y)
    nowhere = world.photo(who, lon=None, lat=None, taken_at=None)
    form = {"checked_on": "2024-08-01", "photos_kept": [str(far), str(nowhere)]}
    sign_in(who).post(station(case, "site_closure", "people_gone"), form)
    shown = sign_in(who).get(station(case, "site_closure", "people_gone"))
    flags = {str(photo["url"]).split("/")[2]: photo["flags"] for photo in shown.context["evidence"].photos}
    limit = world.in_force().plan.photo_rules.max_distance_m
    assert flags[str(far)] == [f"距图斑超过 {limit} 米"]
    assert flags[str(nowhere)] == ["照片没有定位", "没有拍摄时间"]


def test_names_are_read_by_those_who_work_the_case_only(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    case = make_case(upto="tracks")
    record = station(case, "enforcement", "investigated")
    for member in (cast.BUREAU_OFFICER, cast.BUREAU_LEADER, cast.TASKFORCE_OFFICE, cast.TOWNSHIP_OFFICER):
        shown = text_of(sign_in(member).get(address("case_detail", case)))
        assert PARTY in shown, member.username
        assert cast.TOWNSHIP_LEADER.name in shown
        assert "已加密另存" in text_of(sign_in(member).get(record))
    for member in (cast.COUNTY_LEADER, cast.CITY_REVIEWER, cast.VILLAGE_PATROLLER, cast.DISCIPLINE):
        shown = sign_in(member).get(address("case_detail", case))
        facts = {f["label"]: f["value"] for f in shown.context["facts"]["matter"]}
        assert facts["违法主体"] == "仅办案单位可见", member.username
        rectification = {f["label"]: f["value"] for f in shown.context["facts"]["rectification"]}
        assert rectification["整改责任人"] == "仅办案单位可见"
        assert PARTY not in text_of(shown)
        assert PARTY not in text_of(shown)
        assert PARTY not in text_of(sign_in(member).get(record))


def test_an_unknown_offender_is_said_to_be_unknown(sign_in: SignIn, world: World) -> None:
    case = world.open(world.make_lead(state="substantiated"), party="")
    facts = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", case)).context["facts"]["matter"]
    assert {f["label"]: f["value"] for f in facts}["违法主体"] == "尚未查明"


@pytest.mark.clause("四-2-1②")
def test_the_three_responsible_posts_are_shown_and_a_vacant_one_is_a_gap(sign_in: SignIn, make_case: MakeCase) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", make_case(upto="open")))
    holders = {post.duty: post.holder for post in shown.context["posts"]}
    assert holders == {
        "first_party": cast.TOWNSHIP_SECRETARY.name, "first_government": "", "specific": cast.TOWNSHIP_LEADER.name,
    }  # fmt: skip
    text = text_of(shown)
    assert "空缺" in text[text.index("政府第一责任人") : text.index("具体责任人")]


@pytest.mark.clause("H-2")
def test_every_gate_duty_and_station_names_its_clause(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case(upto="open")
    shown = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", case))
    assert all(cell["clause"] for cell in shown.context["cells"])
    client = sign_in(cast.BUREAU_OFFICER)
    for lane in shown.context["lanes"]:
        for one in lane["stations"]:
            if one["url"]:
                assert "/clauses/" in text_of(client.get(str(one["url"])))


def test_the_history_tells_each_act_in_words_with_its_digest(
    sign_in: SignIn, make_case: MakeCase, world: World
) -> None:
    case = make_case(upto="reopened")
    shown = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", case))
    entries = shown.context["entries"]
    assert [entry["seq"] for entry in entries] == list(range(len(entries), 0, -1))
    said = {str(entry["act"]): str(entry["text"]) for entry in entries}
    assert said["重新打开"].startswith("理由：夜间又有采挖（演示）；须重新办理：执法办案；原销号编号：")
    assert said["市级核查"].startswith("四问全部通过")
    assert said["县级验收"].startswith(
        f"验收组：{cast.BUREAU_LEADER.name}、{cast.ENFORCER.name}；意见：同意验收（演示）"
    )
    assert said["执法办案 · 立案"].startswith("立案文号：演示filing_no；立案日期：8月1日")
    assert said["列入台账"].startswith("线索：")
    assert entries[0]["person"] == cast.BUREAU_LEADER.name
    assert world.entries(case.id)[-1].hash == entries[0]["digest"]
    assert shown.context["seal"].sealed == 0


def test_what_was_recorded_later_says_so(sign_in: SignIn, make_case: MakeCase, world: World) -> None:
    from datetime import timedelta

    from qingshan.contexts.cases.public import finish_station

    case, who = make_case(upto="open"), cast.ENFORCER
    acting = world.acting(who, acted_at=world.clock.now - timedelta(hours=5))
    fields = world.station_fields("provincial_entry", "entered")
    world.perform(
        acting, finish_station, case_id=case.id, track="provincial_entry", station="entered", fields=fields, file_ids=[]
    )
    newest = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", case)).context["entries"][0]
    assert newest["recorded_at"] == world.clock.now
    assert newest["at"] == world.clock.now - timedelta(hours=5)


def test_the_map_has_the_patch_and_the_photos(sign_in: SignIn, make_case: MakeCase) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get(address("case_detail", make_case(upto="tracks")))
    kinds = [feature["properties"]["kind"] for feature in shown.context["geometry"]["features"]]
    assert kinds.count("patch") == 1
    assert kinds.count("photo") == 6


def test_the_page_is_written_in_english_too(sign_in: SignIn, make_case: MakeCase) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    client.cookies["django_language"] = "en"
    shown = text_of(client.get(address("case_detail", make_case(upto="open"))))
    assert "County acceptance" in shown
    assert "Close out" in shown
