"""The ledger as of a moment: the same whenever it is made again, never of a moment that has not come."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.models import Entry, Tenure
from qingshan.commons.journal.selectors import AsOf, ledgers_as_of
from qingshan.commons.journal.services import WRITERS_LOCK, act_transaction
from qingshan.commons.people.models import Unit
from qingshan.contexts.leads.public import correct_lead, dispatch_lead, receive_lead, resume_verification, return_lead
from qingshan.contexts.ledgers.public import NotYet, ledger_as_of, ledger_now, read_texts, with_entries
from tests import cast
from tests.support.making import World

READERS = (cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER, cast.CITY_REVIEWER, cast.VILLAGE_PATROLLER)


def test_a_moment_gives_the_same_ledger_after_later_acts(world: World) -> None:
    case = world.make_case(upto="tracks", category="licensed_pit")
    world.make_lead(state="archived")
    moment = world.clock.now
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with world.seeing(cast.BUREAU_OFFICER):
        first = ledger_as_of(viewer, moment, now=world.clock.now)
    world.clock.tick(days=3)
    world.accept(case)
    world.report(case)
    leader = cast.BUREAU_LEADER
    world.perform(leader, correct_lead, lead_id=case.lead_id, values={"place_text": "另一处（演示）"}, reason="演示")
    world.make_lead(state="inconclusive")
    with world.seeing(cast.BUREAU_OFFICER):
        again = ledger_as_of(viewer, moment, now=world.clock.now)
        present = ledger_as_of(viewer, world.clock.now, now=world.clock.now)
    assert again == first
    assert len(first.rows) == 2
    assert len(present.rows) == 3
    assert first.rows[0].state == "open"
    assert present.rows[0].state == "reported"


@pytest.mark.parametrize(
    "member", [cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER, cast.CITY_REVIEWER, cast.VILLAGE_PATROLLER]
)
def test_the_page_of_this_moment_says_what_the_journal_says(world: World, member: cast.Member) -> None:
    world.make_case(upto="closed")
    world.make_case(upto="open", category="licensed_pit", township=cast.HEISHUIHE)
    for state in ("archived", "county_recheck", "inconclusive", "under_verification"):
        world.make_lead(state=state)
    viewer, now = world.viewer(member), world.clock.now
    with world.seeing(member):
        told, shown = ledger_as_of(viewer, now, now=now), ledger_now(viewer, now)
        assert with_entries(shown.rows) == list(told.rows)
        assert shown.classes == told.classes
        assert shown.summary() == told.summary()
        assert shown.names_in_full == told.names_in_full


def test_each_moment_shows_the_last_entry_recorded_by_then(world: World) -> None:
    lead = world.make_lead(state="archived")
    entries = world.entries(lead.id)
    assert len(entries) == 6
    with world.seeing_all():
        for entry in entries:
            assert [found.seq for found in ledgers_as_of(entry.recorded_at)] == [entry.seq]
        assert ledgers_as_of(entries[0].recorded_at - timedelta(microseconds=1)) == []


def test_a_moment_to_come_is_refused(world: World) -> None:
    viewer = world.viewer(cast.BUREAU_OFFICER)
    with pytest.raises(NotYet, match="还没有到"):
        ledger_as_of(viewer, world.clock.now + timedelta(seconds=1), now=world.clock.now)


@pytest.mark.clause("三-1-3①b")
def test_the_classes_add_up_to_the_rows_and_no_verified_lead_is_missing(world: World) -> None:
    world.make_case(upto="open")
    for state in ("county_recheck", "city_recheck", "archived", "inconclusive", "substantiated"):
        world.make_lead(state=state)
    for state in ("received", "dispatched", "under_verification", "returned", "in_review"):
        world.make_lead(state=state)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        ledger = ledger_as_of(viewer, world.clock.now, now=world.clock.now)
    assert ledger.classes == {"substantiated": 2, "unfounded": 3, "inconclusive": 1}
    assert sum(ledger.classes.values()) == len(ledger.rows) == 6


def test_the_ledger_waits_for_a_writer_in_flight(transactional_db: None, world: World) -> None:
    """An act that took its moment before T and commits after the question was asked stands in the answer."""
    lead = world.make_lead()
    world.clock.tick(minutes=1)
    moment = world.clock.now
    asked, found = threading.Event(), list[list[AsOf]]()

    def ask() -> None:
        try:
            with system_scope():
                asked.set()
                found.append(ledgers_as_of(moment))
        finally:
            connection.close()

    reader = threading.Thread(target=ask)
    with act_transaction():
        world.perform(cast.TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
        reader.start()
        assert asked.wait(timeout=20)
        reader.join(timeout=0.5)
        assert reader.is_alive()
        assert found == []
    reader.join(timeout=20)
    [[answer]] = found
    assert answer.ledger["state"] == "under_verification"


def test_writers_do_not_wait_for_each_other(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [WRITERS_LOCK])
        world.make_lead(state="under_verification")
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND mode = 'ShareLock'"
            " AND pid = pg_backend_pid()",
            [WRITERS_LOCK],
        )
        assert cursor.fetchone() == (1,)


def test_moments_are_compared_across_time_zones(world: World) -> None:
    world.make_lead()
    with world.seeing_all():
        local, universal = ledgers_as_of(world.clock.now), ledgers_as_of(world.clock.now.astimezone(UTC))
    assert local == universal
    assert len(local) == 1


def test_a_row_belongs_to_the_township_that_held_it_then(world: World) -> None:
    """An inconclusive lead that is given back and goes to another township stays in the first one's ledger of then."""
    lead = world.make_lead(state="inconclusive", township=cast.SUCUN)
    held = world.clock.now
    world.clock.tick(days=1)
    officer = cast.TOWNSHIP_OFFICER
    world.perform(officer, resume_verification, lead_id=lead.id, note="再去一次（演示）")
    world.perform(officer, return_lead, lead_id=lead.id, reason="实际在黑水河乡（演示）")
    unit = Unit.objects.get(slug=cast.HEISHUIHE)
    world.perform(cast.BUREAU_OFFICER, dispatch_lead, lead_id=lead.id, unit_id=unit.id, reason="改派（演示）")
    world.clock.tick(days=1)

    def rows(member: cast.Member, moment: datetime) -> list[str]:
        with world.seeing(member) as viewer:
            ledger = ledger_as_of(viewer, moment, now=world.clock.now)
            return [texts[1] for _, texts in read_texts(ledger, ledger.rows)]

    assert rows(cast.TOWNSHIP_OFFICER, held) == [lead.number]
    assert rows(cast.OTHER_TOWNSHIP_OFFICER, held) == []
    assert rows(cast.BUREAU_OFFICER, held) == [lead.number]
    assert rows(cast.TOWNSHIP_OFFICER, world.clock.now) == []
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER):
        assert {e.ledger["unit"] for e in ledgers_as_of(world.clock.now)} == {unit.name}
        assert ledgers_as_of(held) == []


def test_a_former_holder_reads_entries_up_to_the_one_that_took_the_matter(world: World) -> None:
    lead = world.make_lead(state="under_verification", township=cast.SUCUN)
    world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=lead.id, reason="不在本乡（演示）")
    unit = Unit.objects.get(slug=cast.HEISHUIHE)
    world.perform(cast.BUREAU_OFFICER, dispatch_lead, lead_id=lead.id, unit_id=unit.id, reason="改派（演示）")
    world.perform(cast.OTHER_TOWNSHIP_OFFICER, receive_lead, lead_id=lead.id)
    everything = [(e.seq, e.act) for e in world.entries(lead.id)]
    with world.seeing(cast.TOWNSHIP_OFFICER):
        seen = list(Entry.objects.filter(matter_id=lead.id).order_by("seq").values_list("seq", "act"))
    assert seen == [e for e in everything if e[0] < everything[-2][0]]
    assert seen[-1][1] == "lead.return"
    with world.seeing(cast.ZONE_OFFICER):
        assert not Entry.objects.filter(matter_id=lead.id).exists()
        assert not Tenure.objects.exists()
    with world.seeing_all():
        [held] = Tenure.objects.all()
    assert (held.since, held.until_seq, held.unit.slug) == (None, everything[-2][0], cast.SUCUN)
