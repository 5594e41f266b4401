"""Pages of leads that are one: suggestions on the lead, both side by side, the worklist, the split."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.cast import Member
from tests.contexts.test_lead_likeness import call, swept
from tests.support.making import World

SignIn = Callable[[Member], Client]


@pytest.fixture
def pair(world: World) -> tuple[Lead, Lead]:
    patch = world.make_lead()
    world.clock.tick(days=12)
    report = call(world, patch.centre.x, patch.centre.y, source_no="GD-77")
    swept(world)
    return patch, report


def address(name: str, lead: Lead) -> str:
    return reverse(f"web:{name}", args=[lead.id])


def test_the_lead_says_what_looks_alike_and_why(pair: tuple[Lead, Lead], sign_in: SignIn) -> None:
    patch, report = pair
    page = sign_in(cast.BUREAU_OFFICER).get(address("lead_related", report)).content.decode()
    assert patch.number in page
    assert "位置相接" in page
    assert "早 12 天" in page
    assert "不是同一处" in page
    seen = sign_in(cast.TOWNSHIP_OFFICER).get(address("lead_related", report)).content.decode()
    assert patch.number in seen
    assert "不是同一处" not in seen, "a township looks, the county decides"


def test_merging_from_the_worklist_and_back_again(world: World, pair: tuple[Lead, Lead], sign_in: SignIn) -> None:
    patch, report = pair
    office = sign_in(cast.BUREAU_OFFICER)
    page = office.get(reverse("web:pair_list")).content.decode()
    assert page.index(report.number)
    assert patch.number in page
    compared = office.get(address("lead_merge", report), {"with": str(patch.id), "back": "pairs"}).content.decode()
    assert "分（满分 100）" in compared
    form = {
        "other": str(patch.id), "main": str(patch.id), f"under_{report.id}": "", "reason": "同一采坑（演示）",
        "back": "pairs",
    }  # fmt: skip
    done = office.post(address("lead_merge", report), form)
    assert (done.status_code, done.headers["Location"]) == (302, reverse("web:pair_list"))
    assert world.lead(report.id).merged_into_id == patch.id
    again = office.post(address("lead_merge", report), form)
    assert again.status_code == 409
    assert "别人已先办理" in again.content.decode()
    assert "已并入" in office.get(address("lead_related", report)).content.decode()
    assert "GD-77" in office.get(address("lead_related", patch)).content.decode()
    undone = office.post(address("lead_separate", report), {"reason": "两处（演示）", "main": str(patch.id)})
    assert undone.status_code == 302
    assert world.lead(report.id).state == "dispatched"


def test_without_a_reason_nothing_is_merged_and_what_was_typed_stays(pair: tuple[Lead, Lead], sign_in: SignIn) -> None:
    patch, report = pair
    answer = sign_in(cast.BUREAU_OFFICER).post(
        address("lead_merge", report), {"other": str(patch.id), "main": str(patch.id), "reason": " "}
    )
    assert answer.status_code == 422
    assert "并入须写明理由" in answer.content.decode()


def test_an_unknown_number_is_said(pair: tuple[Lead, Lead], sign_in: SignIn) -> None:
    page = sign_in(cast.BUREAU_OFFICER).get(address("lead_merge", pair[0]), {"number": "没有 <b>"}).content.decode()
    assert "没有编号为“没有 &lt;b&gt;”的线索" in page
    own = sign_in(cast.BUREAU_OFFICER).get(address("lead_merge", pair[0]), {"number": pair[0].number})
    assert "不是这一条自己的" in own.content.decode()


def test_not_the_same_leaves_the_worklist(pair: tuple[Lead, Lead], sign_in: SignIn) -> None:
    patch, report = pair
    office = sign_in(cast.TASKFORCE_OFFICE)
    done = office.post(address("lead_apart", report), {"other": str(patch.id), "back": "pairs"})
    assert done.status_code == 302
    office.get(reverse("web:workbench"))  # takes the toast away
    assert report.number not in office.get(reverse("web:pair_list")).content.decode()
    assert office.post(address("lead_apart", report), {"other": str(patch.id)}).status_code == 409
    assert office.post(address("lead_apart", report), {"other": "x"}).status_code == 302


def test_splitting_by_a_typed_line(world: World, sign_in: SignIn) -> None:
    patch = world.make_lead(state="under_verification")
    x, y = patch.centre.x, patch.centre.y
    office = sign_in(cast.BUREAU_OFFICER)
    shown = office.get(address("lead_split", patch)).content.decode()
    assert "切割线" in shown
    assert re.search(r"<textarea[^>]*name=\"lines\"[^>]*data-cut-lines", shown), (
        "clicks on the map find no field to write to"
    )
    wrong = office.post(address("lead_split", patch), {"lines": "一条线", "reason": "演示"})
    assert wrong.status_code == 422
    assert "第 1 行“一条线”不是切割线" in wrong.content.decode()
    line = f"{x:.6f}，{y - 0.01:.6f} {x:.6f}，{y + 0.01:.6f}"
    done = office.post(address("lead_split", patch), {"lines": line, "reason": "一半是工程（演示）"})
    assert done.status_code == 302
    related = office.get(address("lead_related", patch)).content.decode()
    assert f"{patch.number}-1" in related
    assert "0/2" in related
    assert office.get(address("lead_split", patch)).status_code == 409


def test_the_worklist_stays_within_its_queries(pair: tuple[Lead, Lead], sign_in: SignIn) -> None:
    office = sign_in(cast.BUREAU_OFFICER)
    office.get(reverse("web:pair_list"))
    with CaptureQueriesContext(connection) as asked:
        assert office.get(reverse("web:pair_list")).status_code == 200
    assert len(asked) <= 14, [q["sql"][:90] for q in asked]
