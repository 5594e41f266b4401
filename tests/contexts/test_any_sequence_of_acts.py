"""No sequence of acts through the real services leaves the table, skips a gate, or writes but its own entries.

Anybody of the cast tries anything on one lead and on the case that may come of it; what must happen is told by the
tables in `tests/support/tables.py`. Each sequence is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from qingshan.commons.people.models import Unit
from qingshan.contexts.cases.public import Case, close_out, open_case, reopen_case, report_to_city, track_facts
from qingshan.contexts.leads.public import (
    dispatch_lead,
    receive_lead,
    resume_verification,
    return_lead,
    review_verification,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import missing_for_acceptance
from qingshan.domain.tracks import MACHINES
from tests import cast
from tests.cast import Member
from tests.support.making import CASE_STOPS, World
from tests.support.tables import CASE_ACTS, LEAD_ACTS

ACTORS = (
    cast.TOWNSHIP_OFFICER,
    cast.TOWNSHIP_LEADER,
    cast.OTHER_TOWNSHIP_OFFICER,
    cast.VILLAGE_PATROLLER,
    cast.BUREAU_OFFICER,
    cast.BUREAU_LEADER,
    cast.TASKFORCE_OFFICE,
    cast.CITY_REVIEWER,
    cast.COUNTY_LEADER,
    cast.STRANGER,
)
STATES = ("open", "accepted", "reported", "city_passed", "closed")
GATES = ("case.accept:", "case.report_city:", "case.city_check:pass", "case.close_out:")
STARTS = (
    "received",
    "dispatched",
    "in_review",
    "city_recheck",
    "substantiated",
    "open",
    "tracks",
    "reported",
    "closed",
)
LICENSED = ("enforcement", "provincial_entry")
"""Tracks of the category the case is opened in."""


class Life(RuleBasedStateMachine):
    """One lead and its case."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.case: Case | None = None
        self.case_state, self.done = "", {track: set[str]() for track in LICENSED}
        self.passed: list[str] = []
        self.entries = {"lead": 0, "case": 0}

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: str) -> None:
        """Begin anywhere between the pushed patch and the closed case, so that short sequences reach every gate."""
        if start in CASE_STOPS:
            self.case = self.world.make_case(upto=start, category="licensed_pit")
            self.case_state = "open" if start == "tracks" else start
            self.lead = self.world.lead(self.case.lead_id)
            gates = GATES[: STATES.index(self.case_state)]
            self.passed = [f"lead:{start}", *gates]
            if start != "open":
                self.done = {track: set(MACHINES[track].stations) for track in LICENSED}
            self.entries["case"] = len(self.world.entries(self.case.id))
        else:
            self.lead = self.world.make_lead(state=start)
        self.lead_state, self.verdict, self.unit = self.lead.state, self.lead.verdict, cast.SUCUN
        self.entries["lead"] = len(self.world.entries(self.lead.id))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- what must happen --------------------------------------------------------------------------------------------

    def is_own(self, member: Member) -> bool:
        """Whether the lead is given to this member's unit."""
        return member.post.split(".")[0] == self.unit

    def sees(self, member: Member) -> bool:
        """Whether the lead is in this member's scope."""
        if member is cast.STRANGER:
            return False
        return self.is_own(member) if member.role in ("township_officer", "township_leader") else True

    def attempt(
        self, act: Callable[[], Any], *, expected: bool, moves: Callable[[], None], on: tuple[str, ...]
    ) -> None:
        """Do it; it must succeed exactly when expected, and write one entry on each matter in ``on``, else none."""
        self.world.clock.tick(minutes=7)
        before = self.world.count_entries()
        try:
            act()
            done = True
        except ActRefused:
            done = False
        assert done == expected
        assert self.world.count_entries() - before == (len(on) if done else 0)
        if done:
            for matter in on:
                self.entries[matter] += 1
            moves()

    def on_lead(self, act: str, member: Member, outcome: str, service: Callable[[], Any]) -> None:
        """One act of the lead's table."""
        sources, targets, who, own_only = LEAD_ACTS[act]
        allowed = self.sees(member) and member.role in who and self.lead_state in sources and outcome in targets
        allowed = allowed and (not own_only or self.is_own(member))

        def moves() -> None:
            self.lead_state = targets[outcome]
            self.passed.append(f"{act}:{outcome}")

        self.attempt(service, expected=allowed, moves=moves, on=("lead",))

    def on_case(self, act: str, member: Member, outcome: str, service: Callable[[Case], Any], *, gate: bool) -> None:
        """One act of the case's table."""
        if self.case is None:
            return
        case = self.case
        sources, targets, who = CASE_ACTS[act]
        allowed = self.sees(member) and member.role in who and self.case_state in sources and gate

        def moves() -> None:
            self.case_state = targets[outcome]
            self.passed.append(f"{act}:{outcome}")

        self.attempt(lambda: service(case), expected=allowed, moves=moves, on=("case",))

    # --- acts --------------------------------------------------------------------------------------------------------

    def perform(self, member: Member, service: Callable[..., Any], **values: Any) -> Any:
        """Call a service as the member."""
        return self.world.perform(member, service, **values)

    @rule(member=st.sampled_from(ACTORS), slug=st.sampled_from([cast.SUCUN, cast.HEISHUIHE]))
    def dispatch(self, member: Member, slug: str) -> None:
        unit = Unit.objects.get(slug=slug)

        def service() -> None:
            self.perform(member, dispatch_lead, lead_id=self.lead.id, unit_id=unit.id, reason="演示")
            self.unit = slug

        self.on_lead("lead.dispatch", member, "", service)

    @rule(member=st.sampled_from(ACTORS))
    def receive(self, member: Member) -> None:
        self.on_lead("lead.receive", member, "", lambda: self.perform(member, receive_lead, lead_id=self.lead.id))

    @rule(member=st.sampled_from(ACTORS))
    def give_back(self, member: Member) -> None:
        self.on_lead(
            "lead.return", member, "", lambda: self.perform(member, return_lead, lead_id=self.lead.id, reason="演示")
        )

    @rule(member=st.sampled_from(ACTORS), verdict=st.sampled_from(["substantiated", "unfounded", "inconclusive"]))
    def verify(self, member: Member, verdict: str) -> None:
        def service() -> None:
            lead = self.world.lead(self.lead.id)
            self.world.verify(lead, verdict, member=member)
            self.verdict = verdict

        self.on_lead("lead.verify", member, "", service)

    @rule(member=st.sampled_from(ACTORS), passed=st.booleans())
    def review(self, member: Member, passed: bool) -> None:
        act = "lead.review_approve" if passed else "lead.review_reject"
        self.on_lead(
            act, member, self.verdict if passed else "",
            lambda: self.perform(member, review_verification, lead_id=self.lead.id, passed=passed, opinion="演示"),
        )  # fmt: skip

    @rule(
        member=st.sampled_from(ACTORS),
        level=st.sampled_from(["county", "city"]),
        outcome=st.sampled_from(["confirmed", "overturned", ""]),
    )
    def recheck(self, member: Member, level: str, outcome: str) -> None:
        self.on_lead(
            f"lead.{level}_recheck", member, outcome,
            lambda: self.world.recheck(self.lead, level, outcome, member=member),
        )  # fmt: skip

    @rule(member=st.sampled_from(ACTORS))
    def resume(self, member: Member) -> None:
        self.on_lead(
            "lead.resume", member, "", lambda: self.perform(member, resume_verification, lead_id=self.lead.id, note="")
        )

    @rule(member=st.sampled_from(ACTORS))
    def put_on_ledger(self, member: Member) -> None:
        allowed = self.sees(member) and member.role in {"bureau_officer", "bureau_leader"} and self.case is None
        form = self.world.opening(category="licensed_pit")
        made: list[Case] = []

        def moves() -> None:
            self.case, self.case_state = made[0], "open"

        self.attempt(
            lambda: made.append(self.perform(member, open_case, lead_id=self.lead.id, form=form)),
            expected=allowed and self.lead_state == "substantiated", moves=moves, on=("lead", "case"),
        )  # fmt: skip

    @precondition(lambda self: self.case is not None)
    @rule(member=st.sampled_from(ACTORS), data=st.data())
    def work_a_station(self, member: Member, data: st.DataObject) -> None:
        assert self.case is not None
        case, track = self.case, data.draw(st.sampled_from(LICENSED))
        station = data.draw(st.sampled_from(MACHINES[track].stations))
        role = "bureau_leader" if station == "decided" else "bureau_officer"
        allowed = self.sees(member) and member.role == role and self.case_state == "open"
        allowed = allowed and station in MACHINES[track].open_stations(self.done[track])
        self.attempt(
            lambda: self.world.finish(case, track, station, member=member),
            expected=allowed, moves=lambda: self.done[track].add(station), on=("case",),
        )  # fmt: skip

    @rule(member=st.sampled_from(ACTORS))
    def accept(self, member: Member) -> None:
        ready = all(self.done[track] == set(MACHINES[track].stations) for track in LICENSED)
        self.on_case("case.accept", member, "", lambda c: self.world.accept(c, member=member), gate=ready)

    @rule(member=st.sampled_from(ACTORS))
    def report(self, member: Member) -> None:
        today = self.world.clock.today()
        self.on_case(
            "case.report_city", member, "",
            lambda c: self.perform(member, report_to_city, case_ids=[c.id], number="演示", reported_on=today),
            gate=True,
        )  # fmt: skip

    @rule(member=st.sampled_from(ACTORS), passed=st.booleans())
    def city_check(self, member: Member, passed: bool) -> None:
        refused = {} if passed else {"handled": "未到位（演示）"}
        self.on_case(
            "case.city_check", member, "pass" if passed else "fail",
            lambda c: self.world.city_check(c, member=member, refused=refused), gate=True,
        )  # fmt: skip

    @rule(member=st.sampled_from(ACTORS))
    def close(self, member: Member) -> None:
        self.on_case("case.close_out", member, "", lambda c: self.perform(member, close_out, case_id=c.id), gate=True)

    @rule(member=st.sampled_from(ACTORS))
    def reopen(self, member: Member) -> None:
        def service(case: Case) -> None:
            self.perform(member, reopen_case, case_id=case.id, reason="演示", tracks=["enforcement"])
            self.done["enforcement"] = set()

        self.on_case("case.reopen", member, "", service, gate=True)

    # --- the way forward, so that sequences get far ------------------------------------------------------------------

    @rule(data=st.data())
    def do_the_next_thing(self, data: st.DataObject) -> None:
        """An act that the table allows now, by somebody who may."""
        officer = cast.OFFICERS[self.unit][0]
        ways: dict[str, list[Callable[[], None]]] = {
            "received": [lambda: self.dispatch(cast.TASKFORCE_OFFICE, self.unit)],
            "returned": [lambda: self.dispatch(cast.TASKFORCE_OFFICE, cast.SUCUN)],
            "dispatched": [lambda: self.receive(officer)],
            "under_verification": [
                lambda: self.verify(officer, "substantiated"),
                lambda: self.verify(officer, "unfounded"),
            ],
            "in_review": [lambda: self.review(cast.BUREAU_LEADER, passed=True)],
            "county_recheck": [lambda: self.recheck(cast.BUREAU_OFFICER, "county", "overturned")],
            "city_recheck": [lambda: self.recheck(cast.CITY_REVIEWER, "city", "overturned")],
            "inconclusive": [lambda: self.resume(officer)],
            "substantiated": [lambda: self.put_on_ledger(cast.BUREAU_OFFICER)],
            "archived": [],
        }
        choices = ways[self.lead_state] if self.case is None else self.next_on_case()
        if choices:
            data.draw(st.sampled_from(choices))()

    def next_on_case(self) -> list[Callable[[], None]]:
        """Allowed acts on the case; open stations are all worked at once, to save steps."""
        return {
            "open": [self.finish_all, lambda: self.accept(cast.BUREAU_LEADER)],
            "accepted": [lambda: self.report(cast.TASKFORCE_OFFICE)],
            "reported": [lambda: self.city_check(cast.CITY_REVIEWER, passed=True)],
            "city_passed": [lambda: self.close(cast.BUREAU_OFFICER)],
            "closed": [lambda: self.reopen(cast.BUREAU_LEADER)],
        }[self.case_state]

    def finish_all(self) -> None:
        """Work every open station."""
        for track in LICENSED:
            for station in MACHINES[track].stations:
                if station not in self.done[track] and self.case is not None:
                    self.world.finish(self.case, track, station)
                    self.done[track].add(station)
                    self.entries["case"] += 1

    # --- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def the_database_is_where_the_table_says(self) -> None:
        lead = self.world.lead(self.lead.id)
        assert (lead.state, lead.unit.slug) == (self.lead_state, self.unit)
        entries = self.world.entries(lead.id)
        assert [e.seq for e in entries] == list(range(1, self.entries["lead"] + 1))
        assert f'"state":"{self.lead_state}"' in entries[-1].payload
        if self.case is not None:
            case = self.world.case(self.case.id)
            assert case.state == self.case_state
            assert (case.close_out_number != "") == (self.case_state == "closed")
            entries = self.world.entries(case.id)
            assert [e.seq for e in entries] == list(range(1, self.entries["case"] + 1))
            assert f'"state":"{self.case_state}"' in entries[-1].payload

    @invariant()
    def no_gate_was_skipped(self) -> None:
        if self.case is None or self.case_state in ("", "open"):
            return
        with self.world.seeing_all():
            assert missing_for_acceptance(track_facts(self.case, self.world.in_force())) == ()
        gates = [act for act in self.passed if act.startswith("case.")]
        reached = STATES.index(self.case_state)
        assert tuple(gates[-reached:]) == GATES[:reached]


@pytest.mark.clause("一-3", "三-0-1", "三-1-3②c", "三-3-1①", "三-3-1②")
def test_any_sequence_of_acts_stays_in_the_table(world: World) -> None:
    Life.world = world
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=40,
            stateful_step_count=14,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
