"""Two officers act on the same matter at the same moment: exactly one wins, the other is told, one entry is written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from qingshan.commons.jobs.models import Job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import accept_case, close_out, correct_case, finish_station, open_case
from qingshan.contexts.cases.services import acting as case_acting
from qingshan.contexts.leads.models import Source, Verification
from qingshan.contexts.leads.public import (
    LeadForm,
    correct_lead,
    enter_platform_no,
    flag_active,
    merge_lead,
    receive_lead,
    register_lead,
    return_lead,
    review_verification,
    separate_lead,
    submit_verification,
)
from qingshan.contexts.leads.services import acting as lead_acting
from qingshan.contexts.leads.services import source_duties
from qingshan.contexts.leads.services import sources as source_services
from qingshan.contexts.leads.services.source_duties import SourceDuties
from qingshan.contexts.leads.services.sources import channel_of
from qingshan.contexts.ledgers.public import approve_take_over, send_back_take_over, submit_take_over
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World
from tests.support.old_ledgers import again, brought_in, right_totals, row, write
from tests.support.samples import patches, square

TOLD = {"race", "state", "done", "nothing", "duplicate"}
REPEATED = 3
Attempt = Callable[[], object]
pytestmark = pytest.mark.usefixtures("transactional_db")


def at_once(*attempts: Attempt) -> list[str]:
    """Start all attempts at one moment, each on a connection of its own; "" for success, else the refusal's code."""
    gate = threading.Barrier(len(attempts))

    def run(attempt: Attempt) -> str:
        try:
            gate.wait(timeout=20)
            attempt()
        except ActRefused as refused:
            return refused.code if refused.message else "silent"
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def assert_one_won(codes: list[str]) -> None:
    """One success; everybody else was told."""
    assert codes.count("") == 1, codes
    assert set(codes) - {""} <= TOLD, codes


def test_signing_for_a_lead_and_giving_it_back(world: World) -> None:
    first, second = world.acting(cast.TOWNSHIP_OFFICER), world.acting(cast.SECOND_TOWNSHIP_OFFICER)
    for _ in range(REPEATED):
        lead = world.make_lead()
        assert_one_won(
            at_once(
                partial(world.perform, first, receive_lead, lead_id=lead.id),
                partial(world.perform, second, receive_lead, lead_id=lead.id),
            )
        )
        assert [e.act for e in world.entries(lead.id)] == ["lead.register", "lead.receive"]


def test_two_visits_handed_in(world: World) -> None:
    for _ in range(REPEATED):
        lead = world.make_lead(state="under_verification")
        world.clock.tick(hours=1)
        form = world.verification(lead, "substantiated")
        attempts = []
        for member in (cast.TOWNSHIP_OFFICER, cast.SECOND_TOWNSHIP_OFFICER):
            acting, photos = world.acting(member), world.photos(member, lead)
            attempts.append(
                partial(world.perform, acting, submit_verification, lead_id=lead.id, form=form, photos=photos)
            )
        assert_one_won(at_once(*attempts))
        assert [e.act for e in world.entries(lead.id)][2:] == ["lead.verify"]
        with world.seeing_all():
            assert Verification.objects.filter(lead=lead).count() == 1


def test_a_review_passed_and_sent_back(world: World) -> None:
    leader, officer = world.acting(cast.BUREAU_LEADER), world.acting(cast.BUREAU_OFFICER)
    for _ in range(REPEATED):
        lead = world.make_lead(state="in_review")
        codes = at_once(
            partial(world.perform, leader, review_verification, lead_id=lead.id, passed=True, opinion="同意"),
            partial(world.perform, officer, review_verification, lead_id=lead.id, passed=False, opinion="不清"),
        )
        assert_one_won(codes)
        won = "lead.review_approve" if codes[0] == "" else "lead.review_reject"
        assert [e.act for e in world.entries(lead.id)][3:] == [won]


def test_one_lead_put_on_the_ledger_twice(world: World) -> None:
    first, second = world.acting(cast.BUREAU_OFFICER), world.acting(cast.ENFORCER)
    for _ in range(REPEATED):
        lead, form = world.make_lead(state="substantiated"), world.opening()
        assert_one_won(
            at_once(
                partial(world.perform, first, open_case, lead_id=lead.id, form=form),
                partial(world.perform, second, open_case, lead_id=lead.id, form=form),
            )
        )
    assert world.make_case().number.endswith(f"{REPEATED + 1:04d}"), "the loser's number was not lost"


def test_the_same_station_and_the_acceptance_against_a_correction(world: World) -> None:
    case = world.make_case(upto="open", category="licensed_pit")
    attempts = []
    for member in (cast.ENFORCER, cast.SECOND_ENFORCER):
        acting, paper = world.acting(member), world.paper(member)
        fields = world.station_fields("enforcement", "stop_notice")
        attempts.append(
            partial(
                world.perform, acting, finish_station, case_id=case.id, track="enforcement", station="stop_notice",
                fields=fields, file_ids=[paper],
            )
        )  # fmt: skip
    assert_one_won(at_once(*attempts))
    assert [e.act for e in world.entries(case.id)] == ["case.open", "case.track_step"]


def test_acceptance_and_close_out_by_two(world: World) -> None:
    case = world.make_case(upto="tracks", category="licensed_pit")
    leader, photo = (
        world.acting(cast.BUREAU_LEADER),
        world.photo(cast.BUREAU_LEADER, lon=case.centre.x, lat=case.centre.y),
    )

    def accept() -> object:
        return world.perform(
            leader, accept_case, case_id=case.id, members=("演示甲", "演示乙"), opinion="同意",
            accepted_on=world.clock.today(), file_ids=[photo],
        )  # fmt: skip

    assert_one_won(at_once(accept, accept))
    world.report(case)
    world.city_check(case)
    closers = [world.acting(m) for m in (cast.BUREAU_OFFICER, cast.ENFORCER)]
    codes = at_once(*(partial(world.perform, a, close_out, case_id=case.id) for a in closers))
    assert_one_won(codes)
    acts = [e.act for e in world.entries(case.id)]
    assert acts.count("case.accept") == acts.count("case.close_out") == 1
    assert world.case(case.id).close_out_number.endswith("0001")


def test_two_corrections_of_different_fields_both_stand_in_the_last_entry(world: World) -> None:
    """Neither changes the state, so both win; the later entry must repeat what the earlier one wrote."""
    case = world.make_case(upto="open", category="licensed_pit")
    first, second = world.acting(cast.BUREAU_OFFICER), world.acting(cast.ENFORCER)
    codes = at_once(
        partial(world.perform, first, correct_case, case_id=case.id, values={"mineral": "铁矿"}, reason="演示"),
        partial(world.perform, second, correct_case, case_id=case.id, values={"due_on": "2024-09-30"}, reason="演示"),
    )
    assert codes == ["", ""]
    last = world.entries(case.id)[-1].payload
    assert '"mineral":"铁矿"' in last
    assert '"due_on":"2024-09-30"' in last


def test_marking_as_active_against_a_correction_and_a_return(world: World) -> None:
    first, officer = world.acting(cast.TOWNSHIP_OFFICER), world.acting(cast.BUREAU_OFFICER)
    lead = world.make_lead(state="under_verification")
    at_once(
        partial(world.perform, first, flag_active, lead_id=lead.id, facts="装车"),
        partial(world.perform, officer, correct_lead, lead_id=lead.id, values={"place_text": "南坡"}, reason="演示"),
        partial(world.perform, first, return_lead, lead_id=lead.id, reason="邻乡"),
    )
    entries, now = world.entries(lead.id), world.lead(lead.id)
    assert f'"state":"{now.state}"' in entries[-1].payload
    assert ('"active_since":""' in entries[-1].payload) == (now.active_since is None)
    assert f'"place":"{now.place_text}"' in entries[-1].payload


def test_separating_repeats_what_a_correction_of_the_main_lead_has_just_written(world: World) -> None:
    """The correction is written, not yet kept, when the other begins: the last entry holds its text all the same."""
    main, other = (world.make_lead(state="received") for _ in range(2))
    world.perform(cast.BUREAU_OFFICER, merge_lead, lead_id=other.id, into_id=main.id, reason="同一处（演示）")
    written = threading.Event()

    def correcting(*, acting: Acting) -> None:
        correct_lead(lead_id=main.id, values={"place_text": "更正后的地点（演示）"}, reason="演示", acting=acting)
        written.set()
        time.sleep(0.4)

    def separating() -> None:
        written.wait(timeout=20)
        world.perform(cast.ENFORCER, separate_lead, lead_id=other.id, reason="两处（演示）")

    assert at_once(partial(world.perform, cast.BUREAU_OFFICER, correcting), separating) == ["", ""]
    last = world.entries(main.id)[-1]
    assert last.act == "lead.separate"
    assert "更正后的地点（演示）" in last.payload


def test_the_same_number_registered_twice_by_hand(world: World) -> None:
    lon, lat = world.place_of(cast.SUCUN)
    form = LeadForm(
        channel="public-report", lon=lon, lat=lat, place_text="", description="演示", source_no="举报1",
        discovered_at=world.clock.now,
    )  # fmt: skip
    people = [world.acting(m) for m in (cast.BUREAU_OFFICER, cast.TASKFORCE_OFFICE)]
    assert_one_won(at_once(*(partial(world.perform, a, register_lead, form=form) for a in people)))


def test_one_number_of_the_petition_platform_entered_for_two_sources(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any) -> Any:
        time.sleep(0.3)  # between the look and the end of the act
        return channel_of(*args)

    monkeypatch.setattr(source_services, "channel_of", slow)
    for n in range(REPEATED):
        ids = [world.make_lead(channel="hotline-12345", source_no=f"工单-{n}-{m}").id for m in range(2)]
        with world.seeing_all():
            found = list(Source.objects.filter(lead_id__in=ids).values_list("id", flat=True))
        attempts = [
            partial(
                world.perform, cast.BUREAU_OFFICER, enter_platform_no, source_id=source_id, number=f"信平-{n}"
            )
            for source_id in found
        ]  # fmt: skip
        assert_one_won(at_once(*attempts))
        with world.seeing_all():
            assert Source.objects.filter(platform_no=f"信平-{n}").count() == 1


def test_an_answer_recorded_while_a_plan_is_loaded_is_not_opened_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = world.make_lead(channel="hotline-12345", source_no="工单-1")
    asked: list[Future[int]] = []
    worked_out = source_duties.duties_of_source

    def answered() -> int:
        try:
            with world.seeing_all():
                return Source.objects.filter(lead=lead).update(reply_state="done")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def meanwhile(*args: Any, **kwargs: Any) -> SourceDuties:
            asked.append(pool.submit(answered))
            time.sleep(0.5)
            return worked_out(*args, **kwargs)

        monkeypatch.setattr(source_duties, "duties_of_source", meanwhile)
        with world.seeing_all():
            source_duties.settle_all_sources(campaign_in_force())
        assert [one.result(timeout=20) for one in asked] == [1]
    with world.seeing_all():
        assert Source.objects.get(lead=lead).reply_state == "done"


def test_an_old_ledger_approved_twice_and_sent_back(world: World, tmp_path: Path) -> None:
    """Two leaders, and one with two windows: a single job is queued, everybody else is told."""
    for n in range(REPEATED):
        one = brought_in(world, write(tmp_path / f"{n}.xlsx", [row(f"旧{n}", 村="南苏村")]), name=f"{n}.xlsx")
        values = {"totals": right_totals(one), "explanation": "演示", "seen": one.round}
        world.perform(cast.BUREAU_OFFICER, submit_take_over, take_over_id=one.id, **values)
        seen, leader = again(world, one).round, world.acting(cast.BUREAU_LEADER)
        approve = partial(world.perform, leader, approve_take_over, take_over_id=one.id, opinion="同意", seen=seen)
        back = partial(world.perform, leader, send_back_take_over, take_over_id=one.id, reason="再核", seen=seen)
        codes = at_once(approve, back, approve)
        assert_one_won(codes)
        assert again(world, one).state == ("checked" if codes[1] == "" else "taking")
        with world.seeing_all():
            assert Job.objects.filter(subject_id=one.id, kind="take-over").count() == (codes[1] != "")


def test_the_same_patches_in_two_batches_at_once(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    files = [patches([square(x, y)], JCBH=["P1"], BZ=[remark]) for remark in ("甲", "乙")]
    results = []
    codes = at_once(*(lambda f=f: results.append(world.take_in(f)) for f in files))
    assert codes == ["", ""]
    assert sorted((r.accepted, r.duplicate) for r in results) == [(0, 1), (1, 0)]
    assert world.count_entries() == 1


def test_a_stale_reading_never_overwrites(world: World) -> None:
    """Below the lock stands the comparison: what was read must still be true when it is written."""
    lead, case = world.make_lead(), world.make_case(upto="tracks", category="licensed_pit")
    world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    world.accept(case)
    attempts = (
        partial(lead_acting.compare_and_set, lead, {"title": "旧"}),
        partial(case_acting.compare_and_set, case, {"title": "旧"}),
    )
    for attempt in attempts:
        with world.seeing_all(), pytest.raises(ActRefused) as refused:
            attempt()
        assert refused.value.code == "race"
    assert world.lead(lead.id).title != "旧" != world.case(case.id).title
