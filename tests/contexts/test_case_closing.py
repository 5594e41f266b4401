"""From the tracks to the close-out number: what each gate asks for, and the way back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from qingshan.contexts.cases.models import (
    Acceptance,
    CityAnswer,
    CityCheck,
    CityReport,
    CityReportItem,
    CloseOut,
    TrackStep,
)
from qingshan.contexts.cases.public import Case, check_by_city, close_out, finish_station, reopen_case, report_to_city
from qingshan.domain.acts import ActRefused
from qingshan.domain.tracks import MACHINES
from tests import cast
from tests.support.making import World

POINTS = MACHINES["site_closure"].stations
QUESTIONS = ("facts_clear", "law_correct", "handled", "referred")


def steps(world: World, case: Case, *, void: bool = False) -> set[str]:
    """Finished stations."""
    with world.seeing_all():
        return set(TrackStep.objects.filter(track__case=case, void=void).values_list("station", flat=True))


# --- stations --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("三-2-1②a")
@pytest.mark.parametrize("point", POINTS)
def test_a_point_of_the_closure_needs_a_photo_and_acceptance_needs_every_point(world: World, point: str) -> None:
    case = world.make_case(upto="open")
    for track in ("enforcement", "provincial_entry"):
        for station in MACHINES[track].stations:
            world.finish(case, track, station)
    for other in POINTS:
        if other != point:
            world.finish(case, "site_closure", other)
    with pytest.raises(ActRefused) as refused:
        world.accept(case)
    label = world.in_force().plan.track_defs["site_closure"].station(point).label
    assert [text.split("：")[1] for text in refused.value.missing] == [label]
    with pytest.raises(ActRefused) as refused:
        world.perform(
            cast.TOWNSHIP_OFFICER, finish_station, case_id=case.id, track="site_closure", station=point,
            fields=world.station_fields("site_closure", point), file_ids=[],
        )  # fmt: skip
    assert [text.split("（")[0] for text in refused.value.missing] == ["还缺照片 1 张"]
    world.finish(case, "site_closure", point)
    assert world.accept(case).state == "accepted"


def test_the_same_photo_does_not_prove_two_points(world: World) -> None:
    case = world.make_case(upto="open")
    photo = world.photo(cast.TOWNSHIP_OFFICER, lon=case.centre.x, lat=case.centre.y)

    def finish(point: str) -> None:
        world.perform(
            cast.TOWNSHIP_OFFICER, finish_station, case_id=case.id, track="site_closure", station=point,
            fields=world.station_fields("site_closure", point), file_ids=[photo],
        )  # fmt: skip

    finish(POINTS[0])
    with pytest.raises(ActRefused) as refused:
        finish(POINTS[1])
    assert refused.value.code == "evidence"


@pytest.mark.clause("三-0-1")
def test_tracks_run_side_by_side_and_cases_do_not_wait_for_each_other(world: World) -> None:
    first, second = world.make_case(upto="accepted", category="licensed_pit"), world.make_case(upto="open")
    world.finish(second, "site_closure", "workings_sealed")
    world.finish(second, "provincial_entry", "entered")
    world.finish(second, "enforcement", "stop_notice")
    world.make_lead(state="in_review")
    assert steps(world, second) == {"workings_sealed", "entered", "stop_notice"}
    assert (world.case(first.id).state, world.case(second.id).state) == ("accepted", "open")


@pytest.mark.parametrize(
    ("member", "track", "station", "code"),
    [
        (cast.TOWNSHIP_OFFICER, "enforcement", "stop_notice", "role"),
        (cast.ENFORCER, "site_closure", "people_gone", "unit"),
        (cast.OTHER_TOWNSHIP_OFFICER, "site_closure", "people_gone", "not_found"),
        (cast.ENFORCER, "enforcement", "filed", "order"),
        (cast.BUREAU_OFFICER, "enforcement", "hanged", "station"),
        (cast.BUREAU_OFFICER, "magic", "filed", "track"),
    ],
)
def test_who_and_when(world: World, member: cast.Member, track: str, station: str, code: str) -> None:
    case = world.make_case(upto="open")
    with pytest.raises(ActRefused) as refused:
        world.perform(member, finish_station, case_id=case.id, track=track, station=station, fields={}, file_ids=[])
    assert refused.value.code == code


def test_past_acceptance_no_station_changes(world: World) -> None:
    case = world.make_case(upto="accepted", category="project_cover")
    with pytest.raises(ActRefused) as refused:
        world.finish(case, "site_closure", "people_gone")
    assert refused.value.code == "state"


# --- acceptance, report, check ---------------------------------------------------------------------------------------


@pytest.mark.clause("三-3-1①")
def test_acceptance_records_members_photos_opinion_and_date(world: World) -> None:
    case = world.make_case(upto="accepted", category="licensed_pit")
    with world.seeing_all():
        row = Acceptance.objects.get(case=case)
    assert row.members == [cast.BUREAU_LEADER.name, cast.ENFORCER.name]
    assert (row.opinion, row.accepted_on) == ("同意验收（演示）", world.clock.today())
    details = json.loads(world.entries(case.id)[-1].payload)["details"]
    assert len(details["files"]) == 1
    assert details["members"] == row.members


@pytest.mark.clause("三-3-1①")
@pytest.mark.parametrize(
    "changes", [{"members": ("演示甲",)}, {"opinion": ""}, {"accepted_on": None}, {"file_ids": []}], ids=str
)
def test_acceptance_without_one_of_them_is_refused(world: World, changes: dict[str, Any]) -> None:
    case = world.make_case(upto="tracks", category="licensed_pit")
    with pytest.raises(ActRefused) as refused:
        world.accept(case, **changes)
    assert (refused.value.code, len(refused.value.missing)) == ("gate", 1)
    assert world.case(case.id).state == "open"


@pytest.mark.clause("一-3", "三-3-1①", "三-1-3②c")
@pytest.mark.parametrize("upto", ["open", "tracks", "accepted", "reported"])
def test_nothing_is_closed_out_before_its_time(world: World, upto: str) -> None:
    case = world.make_case(upto=upto, category="licensed_pit")
    with pytest.raises(ActRefused) as refused:
        world.close(case)
    assert refused.value.code == "state"
    with world.seeing_all():
        assert not CloseOut.objects.exists()


@pytest.mark.clause("三-3-1②")
def test_accepted_cases_are_reported_in_batches_with_list_and_date(world: World) -> None:
    cases = [world.make_case(upto="accepted", category="licensed_pit") for _ in range(2)]
    world.report(*cases)
    with world.seeing(cast.CITY_REVIEWER):
        report = CityReport.objects.get()
        assert report.reported_on == world.clock.today()
        assert {i.case_id for i in CityReportItem.objects.filter(report=report)} == {c.id for c in cases}
    assert {world.case(c.id).state for c in cases} == {"reported"}


@pytest.mark.clause("三-3-1②")
def test_a_report_takes_accepted_cases_only_and_all_or_none(world: World) -> None:
    accepted, open_one = world.make_case(upto="accepted", category="licensed_pit"), world.make_case()
    with pytest.raises(ActRefused):
        world.report(accepted, open_one)
    assert world.case(accepted.id).state == "accepted"
    who, today = cast.TASKFORCE_OFFICE, world.clock.today()
    for ids, number, day, code in (
        ([], "1", today, "empty"),
        ([accepted.id], " ", today, "incomplete"),
        ([accepted.id], "1", None, "incomplete"),
        ([accepted.id], "1", today + timedelta(days=1), "date"),
    ):
        with pytest.raises(ActRefused) as refused:
            world.perform(who, report_to_city, case_ids=ids, number=number, reported_on=day)
        assert refused.value.code == code


@pytest.mark.clause("三-3-1②")
def test_the_limit_of_the_report_runs_from_the_acceptance(world: World) -> None:
    case = world.make_case(upto="accepted", category="licensed_pit")
    due = world.in_force().due("city_report", world.clock.now)
    assert case.next_due_at == due.at
    assert due.at is not None


@pytest.mark.clause("三-3-2①", "三-3-2②", "三-3-2③", "三-3-2④")
@pytest.mark.parametrize("question", QUESTIONS)
def test_one_no_sends_the_case_back_with_its_remark(world: World, question: str) -> None:
    case = world.make_case(upto="reported", category="licensed_pit")
    checked = world.city_check(case, refused={question: "材料不全（演示）"})
    assert checked.state == "open"
    with world.seeing_all():
        answers = {a.question: (a.passed, a.remark) for a in CityAnswer.objects.all()}
        assert CityCheck.objects.get(case=case).passed is False
    assert answers == {q: (q != question, "材料不全（演示）" if q == question else "") for q in QUESTIONS}
    with pytest.raises(ActRefused):
        world.close(case)


@pytest.mark.clause("三-3-2①", "三-3-2②", "三-3-2③", "三-3-2④")
@pytest.mark.parametrize("question", QUESTIONS)
def test_all_four_must_be_answered_and_a_no_explained(world: World, question: str) -> None:
    case = world.make_case(upto="reported", category="licensed_pit")
    yes, today = dict.fromkeys(QUESTIONS, True), world.clock.today()
    for answers in ({q: v for q, v in yes.items() if q != question}, yes | {question: False}):
        with pytest.raises(ActRefused) as refused:
            world.perform(
                cast.CITY_REVIEWER, check_by_city, case_id=case.id, answers=answers, remarks={}, checked_on=today
            )
        assert (refused.value.code, len(refused.value.missing)) == ("gate", 1)
    assert world.case(case.id).state == "reported"


@pytest.mark.clause("三-3-2⓪")
def test_only_the_city_checks_and_with_its_own_account(world: World) -> None:
    case = world.make_case(upto="reported", category="licensed_pit")
    for member in (cast.BUREAU_LEADER, cast.TASKFORCE_OFFICE, cast.COUNTY_LEADER, cast.TOWNSHIP_OFFICER):
        with pytest.raises(ActRefused) as refused:
            world.city_check(case, member=member)
        assert refused.value.code == "role"
    assert world.city_check(case).state == "city_passed"
    assert world.entries(case.id)[-1].actor.startswith("演示·市甲（石家庄市自然资源和规划局")


# --- close-out and reopening -----------------------------------------------------------------------------------------


@pytest.mark.clause("三-1-3②c")
def test_close_out_gives_the_number_and_the_day(world: World) -> None:
    case = world.make_case(upto="city_passed", category="licensed_pit")
    world.clock.tick(days=1)
    closed = world.close(case)
    assert (closed.state, closed.close_out_number, closed.closed_at) == (
        "closed",
        "元采销〔2024〕0001",
        world.clock.now,
    )
    with world.seeing_all():
        row = CloseOut.objects.get(case=case)
    assert (row.number, row.closed_at, row.reopened_at) == ("元采销〔2024〕0001", world.clock.now, None)


@pytest.mark.clause("三-1-3②c")
def test_a_reopened_case_keeps_what_was_and_has_to_pass_every_gate_anew(world: World) -> None:
    case = world.make_case(upto="closed", category="licensed_pit")
    before = world.entries(case.id)
    reopened = world.reopen(case, tracks=["enforcement"])
    assert (reopened.state, reopened.reopened, reopened.close_out_number) == ("open", 1, "")
    with world.seeing_all():
        row = CloseOut.objects.get(case=case)
    assert (row.number, row.reopen_reason) == ("元采销〔2024〕0001", "夜间又有采挖（演示）")
    assert world.entries(case.id)[:-1] == before
    assert json.loads(world.entries(case.id)[-1].payload)["details"]["former_close_out"] == "元采销〔2024〕0001"
    assert steps(world, case) == {"entered"}
    assert steps(world, case, void=True) == set(MACHINES["enforcement"].stations)
    with pytest.raises(ActRefused) as refused:
        world.accept(case)
    assert refused.value.code == "gate"
    for station in MACHINES["enforcement"].stations:
        world.finish(case, "enforcement", station)
    world.accept(case)
    world.report(case)
    world.city_check(case)
    assert world.close(case).close_out_number == "元采销〔2024〕0002", "a number is never given twice"


@pytest.mark.clause("三-1-3②c")
def test_reopening_needs_a_reason_a_track_and_the_leader(world: World) -> None:
    case = world.make_case(upto="closed", category="licensed_pit")
    for member, reason, tracks, code in (
        (cast.BUREAU_LEADER, " ", ["enforcement"], "reason"),
        (cast.BUREAU_LEADER, "演示", [], "tracks"),
        (cast.BUREAU_LEADER, "演示", ["site_closure"], "tracks"),
        (cast.BUREAU_OFFICER, "演示", ["enforcement"], "role"),
    ):
        with pytest.raises(ActRefused) as refused:
            world.perform(member, reopen_case, case_id=case.id, reason=reason, tracks=tracks)
        assert refused.value.code == code
    assert world.case(case.id).state == "closed"


def test_a_case_of_another_county_does_not_exist(world: World) -> None:
    case = world.make_case(upto="city_passed", category="licensed_pit")
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.STRANGER, close_out, case_id=case.id)
    assert refused.value.code == "not_found"
    assert case.number not in refused.value.message
