"""The completeness proof: received equals what became of it, to the row, as of any moment; what is missing is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.models import Counter, NumberBlock
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.people.models import Unit
from qingshan.contexts.leads import completeness_query
from qingshan.contexts.leads.public import (
    Behind,
    Lead,
    NotYet,
    Proof,
    dispatch_lead,
    missing_rows,
    prove,
    return_lead,
    rows_behind,
    split_lead,
    write_proof,
)
from qingshan.domain.completeness import CLASS_OF, CLASSES
from tests import cast
from tests.contexts.test_lead_likeness import call
from tests.contexts.test_lead_merging import merge
from tests.contexts.test_lead_splitting import across
from tests.support.making import LEAD_STATES, World
from tests.support.samples import patches, square

MakeLead = Callable[..., Lead]


@pytest.fixture(autouse=True)
def own_numbers(world: World) -> None:
    """Numbers that other tests took in transactions of their own do not count here."""
    with world.seeing_all():
        Counter.objects.filter(key__startswith="lead:").delete()
        NumberBlock.objects.all().delete()
        connection.cursor().execute("SELECT 1")


def proof_of(world: World, who: cast.Member = cast.BUREAU_OFFICER, at: datetime | None = None) -> Proof:
    with world.seeing(who):
        channels = world.in_force().plan.channels
        county = who is cast.BUREAU_OFFICER
        return prove(at or world.clock.now, now=world.clock.now, channels=channels, county=county)


def filled(world: World) -> dict[str, Lead]:
    """One lead in each state, a merged call and a split patch."""
    leads = {state: world.make_lead(state=state) for state in LEAD_STATES}
    leads["merged"] = call(world, *world.place_of(cast.SUCUN))
    merge(world, leads["merged"], leads["under_verification"])
    leads["split"] = world.make_lead(township=cast.HEISHUIHE)
    world.perform(
        cast.BUREAU_OFFICER, split_lead, lead_id=leads["split"].id, lines=[across(leads["split"])], reason="演示"
    )
    return leads


@pytest.mark.clause("三-1-3①b")
def test_by_batch_channel_and_unit_every_line_adds_up_to_the_row(world: World) -> None:
    leads = filled(world)
    proof = proof_of(world)
    assert proof.holds
    assert proof.whole.received == len(leads), "the parts of a split patch are not received twice"
    for by, lines in proof.lines.items():
        assert sum(line.sum.received for line in lines) == len(leads), by
        for line in lines:
            assert line.holds
            for cls in CLASSES:
                with world.seeing(cast.BUREAU_OFFICER):
                    rows = rows_behind(proof.moment, Behind(by=by, key=line.key, cls=cls))
                assert len(rows) == line.sum.classes[cls], (by, line.label, cls)
    by_class = {cls: sum(CLASS_OF[s] == cls for s in leads) for cls in CLASSES}
    assert proof.whole.classes == by_class


@pytest.mark.clause("一-1")
def test_both_directions_are_counted_in_one_proof(world: World) -> None:
    world.make_lead()
    call(world, *world.place_of(cast.SUCUN))
    lines = proof_of(world).lines["channel"]
    found = {line.direction: line.sum.received for line in lines}
    assert found == {"from_above": 1, "from_below": 1}


def test_as_of_a_past_moment_the_answer_stays_the_same(world: World) -> None:
    lead = world.make_lead(state="under_verification")
    then = world.clock.now
    before = proof_of(world)
    world.clock.tick(days=2)
    world.verify(world.lead(lead.id), "substantiated")
    world.clock.tick(minutes=5)
    world.review(lead)
    call(world, *world.place_of(cast.SUCUN))
    again, now = proof_of(world, at=then), proof_of(world)
    assert (again.lines, again.onsite, again.whole) == (before.lines, before.onsite, before.whole)
    assert (now.whole.received, now.whole.verified) == (2, 1)
    assert (before.whole.received, before.whole.verified) == (1, 0)


def test_a_moment_to_come_proves_nothing(world: World) -> None:
    with pytest.raises(NotYet):
        proof_of(world, at=world.clock.now.replace(year=2030))


def test_a_row_of_a_file_without_a_lead_is_named(world: World, make_lead: MakeLead) -> None:
    lead = make_lead()
    assert lead.batch_id is not None
    with world.seeing_all():
        BatchRow.objects.create(
            batch_id=lead.batch_id, row_no=2, outcome="accepted", source_no="丢了的", matter_id=new_id()
        )
        Batch.objects.filter(id=lead.batch_id).update(received=2, accepted=2)
    proof = proof_of(world)
    assert not proof.holds
    [line] = proof.lines["batch"]
    assert (line.sum.received, line.sum.gap) == (2, 1)
    with world.seeing(cast.BUREAU_OFFICER):
        [row] = missing_rows(proof.moment)
    assert (row.source_no, row.number) == ("丢了的", "第 2 行")
    assert any(not line.holds for line in proof.lines["channel"])
    assert any(not line.holds for line in proof.lines["unit"])


def removed(world: World, lead: Lead) -> None:
    """Take a lead out of its tables, as somebody with the database password could."""
    with world.seeing_all(), connection.cursor() as cursor:
        for table in ("leads_source", "leads_dispatch"):
            cursor.execute(f"DELETE FROM {table} WHERE lead_id = %s", [lead.id])  # noqa: S608 - names of tables
        cursor.execute("DELETE FROM leads_lead WHERE id = %s", [lead.id])


def test_a_lead_that_somebody_took_out_is_named_by_the_journal(world: World, make_lead: MakeLead) -> None:
    lead, kept = make_lead(), make_lead()
    removed(world, lead)
    proof = proof_of(world)
    assert not proof.holds
    with world.seeing(cast.BUREAU_OFFICER):
        [row] = rows_behind(proof.moment, Behind(cls="lost"))
        gap = rows_behind(proof.moment, Behind(by="unit", key=kept.unit.name, cls="gap"))
    assert row.number == lead.number
    assert not row.stored
    assert [one.number for one in gap] == [lead.number]


def test_numbers_given_out_are_held_against_the_leads(world: World, make_lead: MakeLead) -> None:
    make_lead()
    proof = proof_of(world)
    assert proof.numbers_hold
    with world.seeing_all():
        Counter.objects.filter(key__startswith="lead:").update(value=99)
    proof = proof_of(world)
    assert (proof.numbers, proof.numbers_hold, proof.holds) == (99, False, False)
    with world.seeing_all():
        NumberBlock.objects.create(
            key="lead:2024", first=2, last=99, subject_id=new_id(), taken_at=world.clock.now, used=False
        )
    assert proof_of(world).numbers_hold, "a block whose import did not come about explains its gap"


@pytest.mark.clause("三-1-2①c")
def test_pushed_leads_without_a_visit_are_listed_until_there_are_none(world: World) -> None:
    done, waiting = world.make_lead(state="substantiated"), world.make_lead(state="under_verification")
    call(world, *world.place_of(cast.SUCUN))
    [one] = proof_of(world).onsite
    assert (one.received, one.verified, one.missing, one.percent) == (2, 1, 1, 50)
    channels = ("province-patch", "province-clue", "city-push")
    with world.seeing(cast.BUREAU_OFFICER):
        rows = rows_behind(world.clock.now, Behind(channels=channels, no_result=True))
    assert [row.number for row in rows] == [waiting.number]
    merge(world, waiting, world.lead(done.id))
    [one] = proof_of(world).onsite
    assert (one.missing, one.percent) == (0, 100), "merged into one that was visited"


def test_duplicates_and_refused_rows_are_told_beside(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    world.take_in(patches([square(x, y), square(x, y), square(0.0, 0.0)], JCBH=["A1", "A1", "A2"]))
    [line] = proof_of(world).lines["batch"]
    assert line.intake is not None
    assert (line.intake.received, line.intake.accepted, line.intake.duplicate, line.intake.rejected) == (3, 1, 1, 1)
    assert line.sum.received == 1


@pytest.mark.parametrize("outcome", ["duplicate", "rejected"])
def test_a_row_that_left_no_lead_cannot_vanish_from_the_proof(world: World, outcome: str) -> None:
    x, y = world.place_of(cast.SUCUN)
    world.take_in(patches([square(x, y), square(x, y), square(0.0, 0.0)], JCBH=["A1", "A1", "A2"]))
    assert proof_of(world).holds
    with world.seeing_all():
        BatchRow.objects.filter(outcome=outcome).delete()
    proof = proof_of(world)
    [line] = proof.lines["batch"]
    assert (line.sum.gap, line.unlisted, line.holds, proof.holds) == (0, 1, False, False)


def test_everybody_proves_only_what_he_may_see(world: World) -> None:
    world.make_lead()
    world.make_lead(township=cast.HEISHUIHE)
    mine = proof_of(world, cast.TOWNSHIP_OFFICER)
    assert (mine.whole.received, mine.holds) == (1, True)
    assert [line.label for line in mine.lines["unit"]] == [world.viewer(cast.TOWNSHIP_OFFICER).unit_name]
    assert proof_of(world, cast.STRANGER).whole.received == 0


def test_the_workbook_holds_every_row_and_runs_nothing(world: World, tmp_path: Path) -> None:
    filled(world)
    x, y = world.place_of(cast.SUCUN)
    call(world, x, y, source_no="=cmd|' /C calc'!A0")
    path = tmp_path / "proof.xlsx"
    with world.seeing(cast.BUREAU_OFFICER):
        in_force = world.in_force()
        proof = prove(world.clock.now, now=world.clock.now, channels=in_force.plan.channels)
        count = write_proof(proof, path, zone=in_force.zone, channels={c.slug: c.label for c in in_force.plan.channels})
    book = CalamineWorkbook.from_path(str(path))
    rows = book.get_sheet_by_name("明细").to_python()
    assert len(rows) - 1 == count == proof.whole.received + 2, "two parts beside what was received"
    assert "=cmd|' /C calc'!A0" in {row[1] for row in rows}
    sums = book.get_sheet_by_name("按渠道").to_python()[3:]
    assert sum(int(row[5]) for row in sums) == proof.whole.received
    assert {int(row[15]) for row in sums} == {0}


@pytest.mark.parametrize("who", [cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER], ids=["county", "township"])
def test_rows_and_journal_say_the_same_of_any_moment(
    world: World, monkeypatch: pytest.MonkeyPatch, who: cast.Member
) -> None:
    moments = []
    handed_on = world.make_lead()
    for _ in range(2):
        leads = filled(world)
        moments.append(world.clock.now)
        world.clock.tick(days=1)
        moments.append(world.clock.now)
        world.verify(leads["under_verification"], "unfounded")
        world.clock.tick(minutes=1)
        call(world, *world.place_of(cast.SUCUN))
    world.perform(cast.TOWNSHIP_OFFICER, return_lead, lead_id=handed_on.id, reason="不在本乡（演示）")
    other = Unit.objects.get(slug=cast.HEISHUIHE)
    world.perform(cast.BUREAU_OFFICER, dispatch_lead, lead_id=handed_on.id, unit_id=other.id, reason="改派（演示）")
    moments.append(world.clock.now)
    removed(world, world.make_lead())
    told = []
    for most in (-1, completeness_query.MANY):  # by entries alone, and by rows where nothing moved since
        monkeypatch.setattr(completeness_query, "MANY", most)
        with world.seeing(who):
            rows = [rows_behind(moment, Behind(cls=""), limit=None) for moment in (*moments, world.clock.now)]
        proofs = [proof_of(world, who, at=moment) for moment in (*moments, world.clock.now)]
        told.append((rows, [(p.lines, p.onsite, p.whole) for p in proofs]))
    by_entries, by_rows = told
    assert by_entries == by_rows
    assert all(row.stored for row in by_rows[0][0]), "what was handed on since is not lost to its former holder"
    assert any(len(rows) > 20 for rows in by_rows[0])
