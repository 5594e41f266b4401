"""Duties of leads and cases: who owes what by when, and that time only ever makes them more urgent."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.commons.base.calendar_load import calendar_rows
from qingshan.domain import case, lead, tracks
from qingshan.domain.acts import CATALOGUE, MatterKind
from qingshan.domain.duty import (
    Duty,
    DutyState,
    duties_of,
    human_distance,
    sort_duties,
)
from qingshan.domain.duty_facts import RESTARTS, STATE_EVENTS, MatterFacts
from qingshan.domain.duty_rules import EVENT_LABELS, RULES, rules_for
from qingshan.domain.limits import CHINA, Limit, Pause
from qingshan.domain.plan_parts import StationDef, TrackDef
from qingshan.domain.workdays import WorkCalendar

CALENDAR = WorkCalendar.from_rows((row.date, row.kind, row.name) for row in calendar_rows(range(2024, 2026)))
TOWNSHIP, BUREAU, MATTER = (UUID(int=n) for n in (1, 2, 3))
START = datetime(2024, 7, 25, 9, 0, tzinfo=CHINA)  # a Thursday


def terms(slug: str, value: int, unit: Any, event: str, *, hard: bool = False) -> Limit:
    return Limit(slug=slug, value=value, unit=unit, start_event=event, basis="测试", clause=None, hard=hard)


LIMITS: Mapping[str, Limit] = {
    limit.slug: limit
    for limit in (
        terms("lead_dispatch", 1, "workday", "lead.register"),
        terms("lead_redispatch", 2, "workday", "lead.return"),
        terms("lead_receipt", 1, "workday", "lead.dispatch"),
        terms("lead_verification", 7, "workday", "lead.dispatch"),
        terms("lead_verification_active", 3, "workday", "lead.dispatch"),
        terms("on_site_task", 24, "hour", "lead.flag_active"),
        terms("county_review", 3, "workday", "lead.verify"),
        terms("county_recheck", 10, "workday", "lead.review_approve"),
        terms("city_recheck", 10, "workday", "lead.county_recheck"),
        terms("inconclusive", 15, "calendar_day", "lead.review_approve"),
        terms("case_opening", 2, "workday", "lead.review_approve"),
        terms("provincial_entry", 5, "workday", "case.open"),
        terms("stop_notice", 24, "hour", "lead.verify"),
        terms("file_case", 10, "workday", "lead.review_approve"),
        terms("investigate", 45, "calendar_day", "enforcement.filed"),
        terms("decide_penalty", 90, "calendar_day", "enforcement.filed", hard=True),
        terms("execute_penalty", 15, "calendar_day", "decided"),
        terms("site_closure", 15, "calendar_day", "case.open"),
        terms("county_acceptance", 10, "workday", "case_tracks_complete"),
        terms("city_report", 5, "workday", "case.accept"),
        terms("city_check", 15, "workday", "case.report_city"),
        terms("close_out", 3, "workday", "case.city_check"),
    )
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}").replace(tzinfo=CHINA)


def a_lead(state: str, **more: Any) -> MatterFacts:
    given: dict[str, Any] = {
        "kind": MatterKind.LEAD,
        "id": MATTER,
        "number": "演示线索0001",
        "state": state,
        "division": "130132100",
        "unit_id": TOWNSHIP,
        "registered_at": START,
        "entered_state_at": START,
        "units": {"bureau": BUREAU},
    }
    return MatterFacts(**{**given, **more})


def a_case(state: str = "open", **more: Any) -> MatterFacts:
    given = {
        "kind": MatterKind.CASE,
        "number": "演示台账0001",
        "events": {"lead.verify": START, "lead.review_approve": START},
    }
    return a_lead(state, **{**given, **more})


def owed(matter: MatterFacts, now: datetime = START, **more: Any) -> dict[str, Duty]:
    return {duty.slug: duty for duty in duties_of(matter, LIMITS, CALENDAR, now, **more)}


DISPATCHED = {"lead.dispatch": START}


@pytest.mark.clause("一-5")
@pytest.mark.parametrize(
    ("state", "more", "slug", "due", "side", "action"),
    [
        ("received", {}, "lead_dispatch", "07-26T23:59:59", "bureau", "lead.dispatch"),
        ("returned", {}, "lead_redispatch", "07-29T23:59:59", "bureau", "lead.dispatch"),
        ("dispatched", {}, "lead_receipt", "07-26T23:59:59", "township", "lead.receive"),
        (
            "under_verification",
            {"events": DISPATCHED},
            "lead_verification",
            "08-05T23:59:59",
            "township",
            "lead.verify",
        ),
        ("in_review", {}, "county_review", "07-30T23:59:59", "bureau", "lead.review_approve"),
        ("county_recheck", {}, "county_recheck", "08-08T23:59:59", "bureau", "lead.county_recheck"),
        ("city_recheck", {}, "city_recheck", "08-08T23:59:59", "city", "lead.city_recheck"),
        ("inconclusive", {}, "inconclusive", "08-09T23:59:59", "township", "lead.resume"),
        ("inconclusive", {"missing_by": at("08-01T12:00")}, "inconclusive", "08-01T12:00", "township", "lead.resume"),
        (
            "inconclusive",
            {"missing_by": at("09-01T12:00")},
            "inconclusive",
            "08-09T23:59:59",
            "township",
            "lead.resume",
        ),
        ("substantiated", {}, "case_opening", "07-29T23:59:59", "bureau", "lead.open_case"),
    ],
)
def test_each_state_of_a_lead_owes_one_thing(
    state: str, more: dict[str, Any], slug: str, due: str, side: str, action: str
) -> None:
    found = owed(a_lead(state, **more))
    assert list(found) == [slug]
    duty = found[slug]
    assert duty.due_at == at(due)
    assert (duty.side, duty.action, duty.action in CATALOGUE) == (side, action, True)
    assert duty.unit_id == {"township": TOWNSHIP, "bureau": BUREAU, "city": None}[side]
    assert (duty.matter_kind, duty.matter_id, duty.matter_number) == (MatterKind.LEAD, MATTER, "演示线索0001")
    assert duty.remaining == at(due) - START
    assert duty.explanation


def test_nothing_is_owed_on_an_archived_lead_or_one_on_the_ledger() -> None:
    assert owed(a_lead("archived")) == {}
    assert owed(a_lead("substantiated", case_opened=True)) == {}


@pytest.mark.clause("二-1⑤")
@pytest.mark.parametrize("state", ["received", "dispatched", "returned", "under_verification"])
def test_an_act_in_progress_puts_people_on_site_within_the_hours_of_the_plan(state: str) -> None:
    flagged = at("09-30T20:15")
    task = owed(a_lead(state, active_since=flagged, events=DISPATCHED), flagged)["on_site_task"]
    assert task.due_at == at("10-01T20:15")
    assert (task.clause, task.roles, task.unit_id) == ("二-1⑤", lead.TOWNSHIP, TOWNSHIP)
    assert "起算事件：标记正在实施" in task.explanation
    assert "on_site_task" not in owed(a_lead(state, events=DISPATCHED), flagged)


def test_the_task_on_site_ends_with_the_verification() -> None:
    assert set(owed(a_lead("in_review", active_since=START))) == {"county_review"}


@pytest.mark.clause("二-1⑤")
@pytest.mark.parametrize(
    ("flagged", "due"),
    [("07-25T10:00", "07-30T23:59:59"), ("07-29T10:00", "08-01T23:59:59"), ("08-02T10:00", "08-05T23:59:59")],
)
def test_the_flag_shortens_the_verification_from_then_on_and_never_lengthens_it(flagged: str, due: str) -> None:
    matter = a_lead("under_verification", active_since=at(flagged), events=DISPATCHED)
    found = owed(matter)
    assert set(found) == {"lead_verification_active", "on_site_task"}
    assert found["lead_verification_active"].due_at == at(due)


@pytest.mark.parametrize("act", ["lead.resume", "lead.review_reject"])
def test_work_given_back_gets_its_time_anew(act: str) -> None:
    events = {**DISPATCHED, act: at("08-20T10:00")}
    duty = owed(a_lead("under_verification", events=events))["lead_verification"]
    assert duty.due_at == at("08-29T23:59:59")
    assert duty.explanation[0] == f"起算事件：{CATALOGUE[act].label}"
    newer = {**events, "lead.dispatch": at("08-21T10:00")}
    assert owed(a_lead("under_verification", events=newer))["lead_verification"].due_at == at("08-30T23:59:59")


@pytest.mark.parametrize("act", ["lead.county_recheck", "lead.city_recheck"])
def test_an_overturned_verdict_starts_the_opening_and_the_filing(act: str) -> None:
    events = {"lead.verify": START, "lead.review_approve": START, act: at("08-20T10:00")}
    assert owed(a_lead("substantiated", events=events))["case_opening"].due_at == at("08-22T23:59:59")
    assert owed(a_case(events=events, tracks={"enforcement": {}}))["file_case"].due_at == at("09-03T23:59:59")


def test_a_reopened_case_gets_time_for_its_work_but_a_running_penalty_procedure_does_not() -> None:
    events = {"lead.verify": START, "lead.review_approve": START, "case.reopen": at("08-20T10:00")}
    open_tracks: dict[str, Any] = {"provincial_entry": {}, "site_closure": {}, "enforcement": {}}
    found = owed(a_case(events=events, tracks=open_tracks))
    assert {slug: f"{duty.due_at:%m-%d}" for slug, duty in found.items()} == {
        "stop_notice": "08-21",
        "provincial_entry": "08-27",
        "file_case": "09-03",
        "site_closure": "09-04",
    }
    filed = a_case(events=events, tracks={"enforcement": {"stop_notice": START, "filed": at("08-01T10:00")}})
    assert owed(filed)["decide_penalty"].due_at == at("10-30T23:59:59")
    failed = a_case(events={"case.city_check": at("08-20T10:00")}, tracks=DONE)
    assert owed(failed)["county_acceptance"].due_at == at("09-03T23:59:59")


@pytest.mark.clause("一-5", "三-1-3②b")
def test_a_case_owes_on_its_tracks_side_by_side() -> None:
    matter = a_case(tracks={"enforcement": {}, "site_closure": {}, "provincial_entry": {}}, due_on=date(2024, 9, 20))
    found = {slug: duty.due_at for slug, duty in owed(matter).items()}
    assert found == {
        "stop_notice": at("07-26T09:00"),
        "provincial_entry": at("08-01T23:59:59"),
        "file_case": at("08-08T23:59:59"),
        "site_closure": at("08-09T23:59:59"),
        "county_acceptance": at("09-20T23:59:59"),
    }
    assert list(found.values()) == sorted(found.values(), key=lambda moment: moment or START)


def test_stations_that_follow_one_another_are_owed_when_their_turn_comes() -> None:
    filed = {"stop_notice": START, "filed": at("08-01T10:00")}
    found = owed(a_case(tracks={"enforcement": filed}))
    assert found["investigate"].due_at == at("09-18T23:59:59")  # 15 September is the holiday's first day
    assert found["decide_penalty"].due_at == at("10-30T23:59:59")
    assert found["decide_penalty"].hard
    assert not {"stop_notice", "file_case", "execute_penalty"} & set(found)
    decided = {**filed, "investigated": at("08-20T10:00"), "decided": at("09-02T10:00")}
    assert owed(a_case(tracks={"enforcement": decided}))["execute_penalty"].due_at == at("09-18T23:59:59")


def test_pauses_and_extension_of_the_penalty_decision() -> None:
    matter = a_case(
        tracks={"enforcement": {"stop_notice": START, "filed": at("08-01T10:00"), "investigated": START}},
        pauses={"decide_penalty": (Pause(start=at("08-10T09:00"), end=at("08-15T09:00"), reason="鉴定"),)},
        extensions={"decide_penalty": 30},
    )
    duty = owed(matter)["decide_penalty"]
    assert duty.due_at == at("12-04T23:59:59")
    assert any("“鉴定” 不计" in line for line in duty.explanation)


def test_site_closure_lists_the_points_still_open_and_ends_with_the_fourth() -> None:
    points = dict.fromkeys(["people_gone", "equipment_gone", "buildings_gone"], START)
    duty = owed(a_case(tracks={"site_closure": points}))["site_closure"]
    assert (duty.open_stations, duty.side, duty.unit_id) == (("workings_sealed",), "township", TOWNSHIP)
    assert "site_closure" not in owed(a_case(tracks={"site_closure": {**points, "workings_sealed": START}}))


def test_a_track_that_the_case_does_not_have_owes_nothing() -> None:
    assert owed(a_case(due_on=None)) == {}


DONE = {"site_closure": dict.fromkeys(tracks.MACHINES["site_closure"].stations, at("08-01T10:00"))}


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({"tracks": DONE, "due_on": date(2024, 9, 20)}, "08-15T23:59:59"),
        ({"tracks": DONE, "due_on": date(2024, 8, 5)}, "08-05T23:59:59"),
        ({"tracks": DONE}, "08-15T23:59:59"),
        ({"tracks": {**DONE, "provincial_entry": {}}, "due_on": date(2024, 9, 20)}, "09-20T23:59:59"),
        ({"tracks": {**DONE, "enforcement": {}}, "optional_tracks": frozenset({"enforcement"})}, "08-15T23:59:59"),
        ({"tracks": {**DONE, "later_track": {"x": START}}, "due_on": date(2024, 9, 20)}, "09-20T23:59:59"),
    ],
)
def test_acceptance_is_owed_by_the_own_date_or_sooner_once_all_tracks_are_complete(
    more: dict[str, Any], due: str
) -> None:
    assert owed(a_case(**more))["county_acceptance"].due_at == at(due)


def test_acceptance_without_own_date_is_not_owed_before_the_tracks_are_complete() -> None:
    assert "county_acceptance" not in owed(a_case(tracks={"provincial_entry": {}}))


@pytest.mark.parametrize(
    ("state", "slug", "due", "roles"),
    [
        ("accepted", "city_report", "08-01T23:59:59", {"bureau_officer", "bureau_leader", "taskforce_office"}),
        ("reported", "city_check", "08-15T23:59:59", {"city_reviewer"}),
        ("city_passed", "close_out", "07-30T23:59:59", {"bureau_officer", "bureau_leader"}),
    ],
)
def test_the_gates_of_a_case(state: str, slug: str, due: str, roles: set[str]) -> None:
    found = owed(a_case(state))
    assert list(found) == [slug]
    assert found[slug].due_at == at(due)
    assert set(found[slug].roles) == roles
    assert found[slug].clause == case.TABLE[found[slug].action].clause


def test_a_closed_case_owes_nothing_even_with_open_stations() -> None:
    assert owed(a_case("closed", tracks={"provincial_entry": {}})) == {}


def test_what_cannot_be_known_is_said() -> None:
    late = a_lead("received", registered_at=datetime(2027, 3, 1, 9, 0, tzinfo=CHINA))
    duty = owed(late)["lead_dispatch"]
    assert (duty.due_at, duty.state, duty.remaining) == (None, DutyState.UNKNOWN, None)
    assert "2027年的节假日安排尚未录入" in duty.explanation[-1]

    no_event = owed(a_lead("under_verification"))["lead_verification"]
    assert no_event.state == DutyState.UNKNOWN
    assert no_event.explanation == ("时限从“分派”起算，但该时间没有记录",)

    no_limit = duties_of(a_lead("received"), {}, CALENDAR, START)[0]
    assert no_limit.state == DutyState.UNKNOWN
    assert no_limit.explanation == ("方案未规定时限“lead_dispatch”，请在方案的时限表中补充",)


def test_one_known_limit_decides_when_another_is_unknown() -> None:
    limits = {slug: limit for slug, limit in LIMITS.items() if slug != "lead_verification_active"}
    matter = a_lead("under_verification", active_since=START, events=DISPATCHED)
    found = {duty.slug: duty for duty in duties_of(matter, limits, CALENDAR, START)}
    assert found["lead_verification_active"].due_at == at("08-05T23:59:59")
    assert found["lead_verification_active"].limit == "lead_verification"


@pytest.mark.clause("一-5")
def test_overdue_duties_come_first_and_unknown_ones_last() -> None:
    now = at("08-03T10:00")
    found = owed(a_case(tracks={"enforcement": {}, "provincial_entry": {}, "site_closure": {}}, events={}), now)
    assert [duty.state for duty in found.values()] == [DutyState.OVERDUE, DutyState.LATER, "unknown", "unknown"]
    assert next(iter(found)) == "provincial_entry"
    assert sort_duties(reversed(found.values())) == tuple(found.values())


def test_without_explanation_everything_else_is_the_same() -> None:
    matter = a_case(tracks={"enforcement": {}, "provincial_entry": {}}, due_on=date(2024, 9, 20))
    full, quick = owed(matter), owed(matter, explain=False)
    assert all(not duty.explanation for duty in quick.values())
    assert {s: (d.due_at, d.state) for s, d in full.items()} == {s: (d.due_at, d.state) for s, d in quick.items()}


def test_the_table_fits_the_tables_of_acts_and_tracks() -> None:
    assert len({rule.slug for rule in RULES}) == len(RULES)
    states = {
        MatterKind.LEAD: {state.value for state in lead.LeadState},
        MatterKind.CASE: {state.value for state in case.CaseState},
    }
    for rule in RULES:
        assert set(rule.states) <= states[rule.kind], rule.slug
        assert rule.action in CATALOGUE, rule.slug
        assert rule.roles, rule.slug
        assert set(rule.stations) <= set(tracks.MACHINES[rule.track].before) if rule.track else not rule.stations
    for rule in RULES:
        if rule.action in lead.TABLE and rule.slug != "on_site_task":
            assert set(rule.states) <= {state.value for state in lead.TABLE[rule.action].sources}, rule.slug
        if rule.action in case.TABLE:
            assert set(rule.states) <= {state.value for state in case.TABLE[rule.action].sources}, rule.slug
    assert {(kind, state) for kind, state in STATE_EVENTS if state not in states[kind]} == set()
    assert {event for events in STATE_EVENTS.values() for event in events} <= set(CATALOGUE)
    assert set(RESTARTS) <= {limit for rule in RULES for limit in rule.limits}
    assert EVENT_LABELS["enforcement.filed"] == "立案"


def test_stations_of_a_plan_replace_the_usual_ones() -> None:
    stations = (
        StationDef(slug="filed", label="受理", clause="三-2-1①", role="bureau_leader", limit="file_case"),
        StationDef(slug="investigated", label="核查", clause="三-2-1① 一-5", role="bureau_officer", limit="whole"),
        StationDef(slug="decided", label="决定", clause="三-2-1①", role="bureau_leader", limit="whole"),
        StationDef(slug="executed", label="执行", clause="三-2-1①", role="bureau_officer"),
    )
    track = TrackDef(slug="enforcement", label="办案", owner="bureau", clause="三-2-1①", stations=stations)
    rules = rules_for([track])
    limits = {**LIMITS, "whole": terms("whole", 20, "workday", "case.open")}
    matter = a_case(tracks={"enforcement": {}})
    found = {duty.slug: duty for duty in duties_of(matter, limits, CALENDAR, START, rules=rules)}
    assert {slug: duty.what for slug, duty in found.items()} == {"file_case": "办案：受理", "whole": "办案"}
    assert found["file_case"].roles == {"bureau_leader"}
    assert found["whole"].roles == {"bureau_officer", "bureau_leader"}
    assert found["whole"].clauses == ("三-2-1①", "一-5")
    assert found["whole"].open_stations == ("investigated", "decided")
    assert {rule.slug for rule in rules} >= {"lead_dispatch", "close_out"}


def test_the_plan_of_the_county_starts_every_limit_of_the_table_from_an_event_that_is_known() -> None:
    rows = (Path(__file__).parents[2] / "plans" / "130132-2024" / "limits.csv").read_text(encoding="utf-8").splitlines()
    header = rows[0].split(",")
    starts = {row.split(",")[header.index("slug")]: row.split(",")[header.index("start_event")] for row in rows[1:]}
    for rule in RULES:
        for slug in rule.limits:
            assert starts[slug] in EVENT_LABELS, (slug, starts.get(slug))


MOMENTS = st.integers(0, 60 * 24 * 90).map(lambda minutes: START + timedelta(minutes=minutes))
RANK = {DutyState.LATER: 0, DutyState.THIS_WEEK: 1, DutyState.TODAY: 2, DutyState.OVERDUE: 3}


@st.composite
def matters(draw: st.DrawFn) -> MatterFacts:
    """Leads and cases in any state, with any moments and any finished stations."""
    entered, flag = draw(MOMENTS), draw(st.none() | MOMENTS)
    events = draw(st.dictionaries(st.sampled_from(sorted(CATALOGUE)), MOMENTS, max_size=6))
    if draw(st.booleans()):
        return a_lead(
            draw(st.sampled_from(sorted(lead.LeadState))),
            entered_state_at=entered,
            active_since=flag,
            events=events,
            missing_by=draw(st.none() | MOMENTS),
        )
    done = {
        track: draw(st.dictionaries(st.sampled_from(machine.stations), MOMENTS))
        for track, machine in tracks.MACHINES.items()
        if draw(st.booleans())
    }
    due_on = draw(st.none() | st.dates(date(2024, 7, 1), date(2024, 12, 31)))
    return a_case(
        draw(st.sampled_from(sorted(case.CaseState))),
        entered_state_at=entered,
        events=events,
        tracks=done,
        due_on=due_on,
    )


@pytest.mark.clause("一-5")
@given(matter=matters(), now=MOMENTS, wait=st.integers(0, 60 * 24 * 60))
def test_a_later_now_never_takes_a_duty_back(matter: MatterFacts, now: datetime, wait: int) -> None:
    early, late = owed(matter, now), owed(matter, now + timedelta(minutes=wait))
    assert set(early) == set(late)
    for slug, duty in early.items():
        assert late[slug].due_at == duty.due_at
        assert late[slug].explanation == duty.explanation
        if duty.state == DutyState.UNKNOWN:
            assert late[slug].state == DutyState.UNKNOWN
        else:
            assert RANK[late[slug].state] >= RANK[duty.state]
            assert duty.remaining is not None
            assert late[slug].remaining == duty.remaining - timedelta(minutes=wait)


@given(matter=matters(), moments=st.lists(MOMENTS, min_size=1, max_size=6), last=MOMENTS)
def test_how_often_it_was_asked_before_changes_nothing(
    matter: MatterFacts, moments: list[datetime], last: datetime
) -> None:
    for moment in moments:
        duties_of(matter, LIMITS, CALENDAR, moment)
    fresh = WorkCalendar(days=dict(CALENDAR.days), names=dict(CALENDAR.names), known_years=CALENDAR.known_years)
    assert duties_of(matter, LIMITS, CALENDAR, last) == duties_of(matter, dict(LIMITS), fresh, last)


@given(matter=matters(), now=MOMENTS)
def test_late_words_and_overdue_state_agree(matter: MatterFacts, now: datetime) -> None:
    for duty in owed(matter, now).values():
        late = "逾期" in human_distance(duty.due_at, now)
        assert late == (duty.state == DutyState.OVERDUE)
        assert duty.due_at is None or late == (now > duty.due_at)
