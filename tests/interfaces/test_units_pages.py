"""Units and posts, the campaign and the clauses: the county's plan as its people see it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from qingshan.interfaces.web.clause_texts import clause_texts
from qingshan.interfaces.web.plan_words import entries_of, event_word, limit_words
from tests import cast
from tests.interfaces.forms_of_cases import text_of
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]


@pytest.mark.clause("H-1")
def test_every_addressee_of_the_notice_is_there_and_sixteen_report(sign_in: SignIn, world: World) -> None:
    shown = sign_in(cast.TOWNSHIP_OFFICER).get("/units/")
    plan = world.in_force().plan
    townships = [row["unit"].slug for row in shown.context["townships"]]
    assert len(townships) == 16
    assert cast.DEVELOPMENT_ZONE in townships
    assert shown.context["numbers"]["reporting"] == 16
    assert shown.context["numbers"]["villages"] == len(plan.villages())
    departments = {u.slug for u in plan.units if u.kind in ("department", "bureau", "police", "procuratorate", "court")}
    listed = {row["unit"].slug for level in shown.context["levels"] for row in level["units"]}
    assert departments <= listed


@pytest.mark.clause("四-2-1②")
def test_each_township_shows_its_three_posts_and_vacant_ones_are_listed(sign_in: SignIn) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get("/units/")
    [sucun] = [row for row in shown.context["townships"] if row["unit"].slug == cast.SUCUN]
    assert [line.post.duty for line in sucun["responsible"]] == ["first_party", "first_government", "specific"]
    assert [line.holder for line in sucun["responsible"]] == [
        cast.TOWNSHIP_SECRETARY.name, "", cast.TOWNSHIP_LEADER.name,
    ]  # fmt: skip
    assert shown.context["numbers"]["responsible"] == 48
    gap = next(g for g in shown.context["gaps"] if g["unit"] == sucun["unit"].short)
    vacant = [line.post.slug for line in gap["lines"]]
    assert "sucun.township-head" in vacant
    assert "sucun.party-secretary" not in vacant
    assert "空缺" in text_of(shown)


def test_the_task_force_stands_by_its_posts(sign_in: SignIn, world: World) -> None:
    seats = {s["label"]: s["lines"] for s in sign_in(cast.BUREAU_OFFICER).get("/units/").context["taskforce"]}
    assert [line.holder for line in seats["指挥长"]] == [cast.COUNTY_LEADER.name]
    members = sum(len(lines) for lines in seats.values())
    assert members == len(world.in_force().plan.taskforce_posts())


def test_a_unit_shows_posts_duties_and_villages(sign_in: SignIn) -> None:
    shown = sign_in(cast.TOWNSHIP_OFFICER).get("/units/sucun/")
    assert cast.TOWNSHIP_OFFICER.name in text_of(shown)
    assert [line.post.duty for line in shown.context["responsible"]] == ["first_party", "first_government", "specific"]
    assert len(shown.context["below"]) == 9
    assert any("三-1-1①a" in duty["clause"] for duty in shown.context["duties"])
    assert sign_in(cast.TOWNSHIP_OFFICER).get("/units/no-such/").status_code == 404


@pytest.mark.clause("H-2", "H-3", "一-0")
def test_the_campaign_shows_purpose_basis_dates_and_its_day(sign_in: SignIn, world: World) -> None:
    shown = sign_in(cast.TOWNSHIP_OFFICER).get("/campaign/")
    text, plan = text_of(shown), world.in_force().plan
    assert plan.purpose in text
    assert (shown.context["day"], shown.context["days"]) == (32, 100)
    levels = {d.level for d in plan.basis_documents}
    assert {"county", "city", "province"} <= levels
    for document in plan.basis_documents:
        assert document.title in text
        assert document.issuer in text
    assert "成文" in text
    assert "发布" in text
    for milestone in plan.milestones:
        assert milestone.label in text


@pytest.mark.clause("H-2")
def test_every_limit_category_and_code_stands_there_with_basis_and_clause(sign_in: SignIn, world: World) -> None:
    shown, plan = sign_in(cast.BUREAU_OFFICER).get("/campaign/"), world.in_force().plan
    limits = shown.context["limits"]
    assert len(limits) == len(plan.limits)
    assert all(row["clause"] and row["basis"] and row["words"] for row in limits)
    text = text_of(shown)
    for category in plan.categories:
        for code in category.subcodes:
            assert code.label in text
    for row in limits:
        assert f"/clauses/{quote(str(row['clause']).split()[0])}/" in text


def test_limits_are_written_in_words(world: World) -> None:
    plan = world.in_force().plan
    assert limit_words(plan, plan.limits["decide_penalty"]) == "自“立案”起 90日"
    assert limit_words(plan, plan.limits["hearing_announcement"]).startswith("“")
    assert "前 7个工作日" in limit_words(plan, plan.limits["hearing_announcement"])
    assert event_word(plan, "lead.dispatch") == "分派"
    for limit in plan.limits.values():
        assert event_word(plan, limit.start_event) != limit.start_event, limit.slug


def test_every_clause_of_the_register_has_its_page(sign_in: SignIn) -> None:
    client = sign_in(cast.TOWNSHIP_OFFICER)
    assert len(clause_texts()) == 198
    for clause_id in ("H-1", "三-1-2①c", "三-3-2⓪", "F-3"):
        shown = client.get(f"/clauses/{quote(clause_id)}/")
        assert shown.status_code == 200
        assert clause_texts()[clause_id].requirement in text_of(shown)
    assert client.get("/clauses/no-such/").status_code == 404


@pytest.mark.clause("H-2")
def test_a_clause_shows_the_limits_duties_acts_and_entries_that_carry_it(sign_in: SignIn, world: World) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).get(f"/clauses/{quote('三-1-2②b')}/")
    assert {"签收线索", "分派线索"} <= {row["label"] for row in shown.context["limits"]}
    assert {"分派", "签收", "退回"} <= set(shown.context["acts"])
    assert shown.context["reminders"]
    plan = world.in_force().plan
    carried = sum(len(entries) for entries in entries_of(plan, "三-1-2②b").values())
    assert carried == len(plan.claims()["三-1-2②b"])
    assert "三-1-2②a" in text_of(shown)


def test_neighbouring_clauses_are_one_click_away(sign_in: SignIn) -> None:
    ids = list(clause_texts())
    client = sign_in(cast.BUREAU_OFFICER)
    first = client.get(f"/clauses/{quote(ids[0])}/").context
    assert (first["previous"], first["next"]) == ("", ids[1])
    last = client.get(f"/clauses/{quote(ids[-1])}/").context
    assert (last["previous"], last["next"]) == (ids[-2], "")
