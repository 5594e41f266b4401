"""The 100 % screens: figures add up, each open lead is named with its holder, and its unit is ordered at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.contexts.leads.public import Source, prove_screen, return_lead
from tests import cast
from tests.cast import Member
from tests.contexts.test_lead_likeness import call
from tests.contexts.test_lead_merging import merge
from tests.support.making import World

SignIn = Callable[[Member], Client]


@pytest.mark.clause("三-1-2①c")
def test_pushed_leads_are_counted_and_the_open_ones_named_with_who_holds_them(world: World, sign_in: SignIn) -> None:
    done, held = world.make_lead(state="substantiated"), world.make_lead(state="under_verification")
    back = world.make_lead(township=cast.HEISHUIHE)
    world.perform(cast.OTHER_TOWNSHIP_OFFICER, return_lead, lead_id=back.id, reason="不在本乡（演示）")
    report = call(world, *world.place_of(cast.SUCUN))
    with world.seeing(cast.BUREAU_OFFICER):
        proof = prove_screen("onsite", now=world.clock.now, channels=world.in_force().plan.channels)
    assert proof.holds
    assert (proof.whole.received, proof.whole.verified) == (3, 1)
    assert (proof.whole.classes["under_way"], proof.whole.classes["returned"]) == (1, 1)
    office = sign_in(cast.BUREAU_OFFICER)
    for by in ("unit", "batch", "channel"):
        page = office.get(reverse("web:coverage"), {"by": by}).content.decode()
        assert "收到 3 条，还有 2 条没有核实" in page
        assert held.number in page
        assert back.number in page
        assert done.number not in page
        assert report.number not in page
    unit = office.get(reverse("web:coverage"), {"by": "unit", "key": held.unit.name})
    assert [row["lead"].number for row in unit.context["rows"]] == [held.number]
    town = sign_in(cast.TOWNSHIP_OFFICER).get(reverse("web:coverage")).content.decode()
    assert held.number in town
    assert back.number not in town


@pytest.mark.clause("三-4-3③")
def test_every_public_report_is_counted_and_a_merged_one_still_owes_its_answer(world: World, sign_in: SignIn) -> None:
    main = world.make_lead()
    report = call(world, main.centre.x, main.centre.y)
    open_one = call(world, *world.place_of(cast.HEISHUIHE))
    merge(world, report, main)
    with world.seeing(cast.BUREAU_OFFICER):
        proof = prove_screen("reports", now=world.clock.now, channels=world.in_force().plan.channels)
        assert Source.objects.get(lead=report).reply_state == "open"
    assert proof.holds
    assert (proof.whole.received, proof.whole.classes["merged"], proof.whole.classes["under_way"]) == (2, 1, 1)
    page = sign_in(cast.BUREAU_OFFICER).get(reverse("web:coverage"), {"screen": "reports", "by": "channel"})
    assert page.context["replies"].open == 2
    assert [row["lead"].number for row in page.context["rows"]] == [open_one.number]


def test_the_picked_ones_are_ordered_once_per_unit(world: World, sign_in: SignIn) -> None:
    ours, theirs = world.make_lead(), world.make_lead(township=cast.HEISHUIHE)
    waiting = world.make_lead(state="in_review")
    office, url = sign_in(cast.BUREAU_OFFICER), reverse("web:coverage_order")
    picked = {"screen": "onsite", "by": "unit", "id": [str(one.id) for one in (ours, theirs, waiting)]}
    asked = office.post(url, picked)
    assert asked.status_code == 200
    assert asked.context["own"] == 1
    sent = {
        **picked, "confirmed": "1", "count": str(asked.context["asked"].count),
        "digest": asked.context["asked"].digest, "once": str(asked.context["once"].value),
        "text": "请限期核实（演示）",
    }  # fmt: skip
    assert "办理时限未定" in office.post(url, sent).content.decode()
    with world.seeing_all():
        assert Assignment.objects.count() == 0
    sent["due_on"] = "2024-08-09"
    assert office.post(url, sent).status_code == 302
    assert office.post(url, sent).status_code == 302
    with world.seeing_all():
        lines = list(AssignmentLine.objects.select_related("assignment", "unit").order_by("unit__sort"))
    assert {line.unit.slug for line in lines} == {cast.SUCUN, cast.HEISHUIHE}
    assert len(lines) == 2
    told = {line.unit.slug: line.assignment.text for line in lines}
    assert ours.number in told[cast.SUCUN]
    assert theirs.number not in told[cast.SUCUN]
    assert all(waiting.number not in text for text in told.values())
    changed = {**sent, "count": "2", "digest": "0"}
    assert office.post(url, changed).status_code == 409
