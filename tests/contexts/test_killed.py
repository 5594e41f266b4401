"""Processes killed at random moments: imports, bulk work, closing out, a take-over: nothing lost, nothing twice.

Each kill is a SIGKILL of a child process that does the real work on committed data; afterwards every invariant is asked
of the database, and the work is given out again, as the queue does with the work of a dead worker.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

from django.db import connections

from qingshan.commons.base.counters import reserved_blocks, unused_blocks
from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import system_scope
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import run_items
from qingshan.commons.jobs.services import ItemInput, start_job
from qingshan.commons.journal.models import Entry, Matter
from qingshan.commons.journal.verifying import verify_journal
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.cases.models import Case, CloseOut
from qingshan.contexts.cases.public import CASE_TABLE, close_out
from qingshan.contexts.leads.models import Dispatch, Lead, Source
from qingshan.contexts.leads.public import LEAD_TABLE, receive_lead
from qingshan.contexts.leads.public_worker import accept_batch
from qingshan.contexts.ledgers.models import TakeOver, TakeOverRow
from qingshan.contexts.ledgers.public import sums_of
from qingshan.contexts.ledgers.public_worker import take_over
from tests import cast
from tests.support.making import World
from tests.support.old_ledgers import again, approved, brought_in, row, write
from tests.support.samples import patches, square

ROWS = 150
ITEMS = 25
CASES = 5
OLD_ROWS = 60
KILLS = {"import": 20, "bulk": 20, "close": 10, "take-over": 8}
"""Fifty-eight in all."""


def in_child(work: Callable[[], None]) -> int:
    """Start ``work`` in a process of its own; returns its number. The parent's connection is not used there."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def killed(work: Callable[[], None], after: float) -> bool:
    """Do ``work`` in a child and kill it ``after`` seconds; returns whether it had not ended by then."""
    child = in_child(work)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def finished(work: Callable[[], None]) -> float:
    """Do ``work`` in a child to its end; returns the seconds it took."""
    began = time.monotonic()
    _, status = os.waitpid(in_child(work), 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return time.monotonic() - began


def check_everything() -> None:
    """What must hold at any moment, whoever died."""
    with system_scope():
        found = verify_journal(tables=(LEAD_TABLE, CASE_TABLE))
        assert not found.breaks
        leads, cases = set(Lead.objects.values_list("id", flat=True)), set(Case.objects.values_list("id", flat=True))
        assert leads | cases <= set(Matter.objects.values_list("id", flat=True))
        for act in ("lead.register", "lead.receive", "case.close_out"):
            matters = list(Entry.objects.filter(act=act).values_list("matter_id", flat=True))
            assert len(matters) == len(set(matters)), f"{act} twice"
        for batch in Batch.objects.all():
            _check_batch(batch)
        closed = Case.objects.filter(state="closed")
        numbers = list(closed.values_list("close_out_number", flat=True))
        assert all(numbers)
        assert len(numbers) == len(set(numbers))
        assert set(CloseOut.objects.values_list("case_id", flat=True)) == set(closed.values_list("id", flat=True))
        assert set(Entry.objects.filter(act="case.close_out").values_list("matter_id", flat=True)) == set(
            closed.values_list("id", flat=True)
        )
        assert set(Entry.objects.filter(act="lead.receive").values_list("matter_id", flat=True)) == set(
            Dispatch.objects.filter(received_at__isnull=False, lead__taken_over={}).values_list("lead_id", flat=True)
        )


def _check_batch(batch: Batch) -> None:
    rows = list(BatchRow.objects.filter(batch=batch).values_list("row_no", "outcome"))
    leads = Lead.objects.filter(batch_id=batch.id).count()
    if batch.state != "done":
        assert (rows, leads) == ([], 0)
        return
    assert sorted(number for number, _ in rows) == list(range(1, batch.received + 1))
    assert batch.received == batch.accepted + batch.duplicate + batch.rejected
    assert leads == sum(outcome == "accepted" for _, outcome in rows) == batch.accepted
    assert Source.objects.filter(lead__batch_id=batch.id).count() == batch.accepted


def batches(world: World) -> Iterator[Batch]:
    """New batches without end; every patch lies in the county and is unlike all others."""
    places = [world.place_of(cast.SUCUN), world.place_of(cast.HEISHUIHE)]
    for first in count(0, ROWS):
        serials = range(first, first + ROWS)
        shapes = [square(*places[n % 2], half=0.0002 + n * 1e-7) for n in serials]
        yield world.register(patches(shapes, JCBH=[f"KILL{n:06d}" for n in serials]))


def importing(world: World, batch: Batch) -> Callable[[], None]:
    """Take the batch in, as the worker does."""

    def work() -> None:
        acting = world.acting(cast.BUREAU_OFFICER, door="job")
        world.perform(acting, accept_batch, batch_id=batch.id, progress=Progress(None, None, world.clock))

    return work


def test_import(world: World, transactional_db: None) -> None:
    chance, source = Random(11), batches(world)  # noqa: S311 - moments, no secrets
    batch = next(source)
    usual = finished(importing(world, batch))
    done = 0
    batch = next(source)
    for _ in range(KILLS["import"]):
        if not killed(importing(world, batch), chance.uniform(0, usual * 1.1)):
            done += 1
        check_everything()
        with system_scope():
            state = Batch.objects.get(id=batch.id).state
        batch = next(source) if state == "done" else batch
    finished(importing(world, batch))
    check_everything()
    with system_scope():
        assert Lead.objects.count() == Batch.objects.filter(state="done").count() * ROWS


def _receive(_job: Job, item: JobItem, acting: Acting) -> None:
    assert item.subject_id is not None
    receive_lead(lead_id=item.subject_id, acting=acting)


def _job(lead_ids: list[UUID]) -> UUID:
    with system_scope():
        account = Account.objects.get(username=cast.TOWNSHIP_OFFICER.username)
        return start_job(
            kind="receive", task="qingshan.tests.no_such_task", title="批量签收", subject_id=new_id(),
            created_by=account.id, post_id=None, now=cast.CLOCK.now,
            items=[ItemInput(subject_id=lead_id, label="") for lead_id in lead_ids],
        ).id  # fmt: skip


def test_bulk_work(world: World, transactional_db: None) -> None:
    chance = Random(12)  # noqa: S311 - moments, no secrets
    rounds = KILLS["bulk"] // 4 + 2
    wanted = range(ITEMS * rounds)
    shapes = [square(*world.place_of(cast.SUCUN), half=0.0002 + n * 1e-7) for n in wanted]
    world.take_in(patches(shapes, JCBH=[f"BULK{n:06d}" for n in wanted]))
    with system_scope():
        leads = list(Lead.objects.order_by("id").values_list("id", flat=True))
    assert len(leads) == ITEMS * rounds
    jobs = [_job(leads[n * ITEMS : (n + 1) * ITEMS]) for n in range(rounds)]
    usual = finished(lambda: run_items(jobs[0], _receive))
    current = 1
    for _ in range(KILLS["bulk"]):
        killed(lambda: run_items(jobs[current], _receive), chance.uniform(0, usual / 3))  # noqa: B023 - runs at once
        check_everything()
        with system_scope():
            waiting = JobItem.objects.filter(job_id=jobs[current], outcome="waiting").count()
            refused = JobItem.objects.filter(job_id=jobs[current], outcome="refused").count()
            received = Dispatch.objects.filter(received_at__isnull=False).count()
        assert refused == 0
        assert received == current * ITEMS + ITEMS - waiting
        if not waiting and current + 1 < rounds:
            current += 1
    for job in jobs:
        finished(lambda: run_items(job, _receive))  # noqa: B023 - runs at once
    with system_scope():
        assert Dispatch.objects.filter(received_at__isnull=False).count() == len(leads)
        assert set(Job.objects.values_list("state", "refused")) == {("done", 0)}
    check_everything()


def test_close_out(world: World, transactional_db: None) -> None:
    chance = Random(13)  # noqa: S311 - moments, no secrets
    cases = [world.make_case(upto="city_passed") for _ in range(CASES)]

    def closing(case: Case) -> Callable[[], None]:
        return lambda: world.perform(cast.BUREAU_OFFICER, close_out, case_id=case.id) and None

    usual = finished(closing(cases[0]))
    left = cases[1:]
    for _ in range(KILLS["close"]):
        killed(closing(left[0]), chance.uniform(0, usual))
        check_everything()
        if world.case(left[0].id).state == "closed" and len(left) > 1:
            left.pop(0)
    for case in left:
        if world.case(case.id).state != "closed":
            finished(closing(case))
    check_everything()
    with system_scope():
        assert set(Case.objects.values_list("state", flat=True)) == {"closed"}
        numbers = sorted(Case.objects.values_list("close_out_number", flat=True))
        assert len(set(numbers)) == CASES


def _old_row(number: int) -> list[object]:
    """Open, closed and unfounded ones in turn, and some that are refused."""
    kinds: tuple[dict[str, str | None], ...] = (
        {},
        {"整改情况": "已销号", "销号时间": "7月25日"},
        {"核查结果": "不属实", "问题类别": None, "整改情况": None},
        {"乡镇": "不存在镇"},
    )
    names = {"整改责任人": f"演示·责{number}", "违法当事人": f"演示·当事{number}", "备注": f"演示{number}"}
    return row(f"旧{number:04d}", 村="南苏村", **(names | kinds[number % 4]))


def _taking(world: World, one: TakeOver) -> Callable[[], None]:
    """Take the approved ledger over, as the worker does: numbers from reserved blocks."""

    def work() -> None:
        acting = world.acting(cast.BUREAU_LEADER, door="job")
        progress = Progress(None, None, world.clock)
        with reserved_blocks(one.id, world.clock.now) as blocks:
            world.perform(acting, take_over, take_over_id=one.id, progress=progress, blocks=blocks)

    return work


def _check_take_over(world: World, one: TakeOver) -> bool:
    """All of it or nothing of it, to the row and to the name; returns whether it is there."""
    one = again(world, one)
    with world.seeing_all():
        leads, cases = Lead.objects.filter(batch_id=one.id), Case.objects.filter(lead__batch_id=one.id)
        entries = Entry.objects.filter(
            matter_id__in=[*leads.values_list("id", flat=True)], act="lead.take_over"
        ).count()
        rows = list(TakeOverRow.objects.filter(take_over=one))
        linked = {r.lead_id for r in rows if r.lead_id}
        if one.state == "taking":
            assert (leads.count(), cases.count(), entries, linked) == (0, 0, 0, set())
            return False
        assert one.state == "done"
        taken = [r for r in rows if r.outcome in ("ready", "warning")]
        assert len(rows) == one.counts["rows"]
        assert len(taken) == leads.count() == entries == sum(s.taken for s in sums_of(one)["total"])
        assert linked == set(leads.values_list("id", flat=True))
        assert {r.case_id for r in taken if r.case_id} == set(cases.values_list("id", flat=True))
        opened = Entry.objects.filter(act="case.take_over", matter_id__in=[*cases.values_list("id", flat=True)])
        assert cases.count() == opened.count()
        assert cases.exclude(party_ref=None).count() == cases.count()
        return True


def test_take_over_of_an_old_ledger(world: World, transactional_db: None, tmp_path: Path) -> None:
    """Before the last moment there is nothing, then there is all; the blocks of numbers explain every gap."""
    chance = Random(14)  # noqa: S311 - moments, no secrets
    rows, usual, current = [_old_row(n) for n in range(OLD_ROWS * 3)], 0.0, 0
    ready = [
        approved(world, brought_in(world, write(tmp_path / f"{n}.xlsx", rows[n * OLD_ROWS : (n + 1) * OLD_ROWS])))
        for n in range(3)
    ]
    usual = finished(_taking(world, ready[0]))
    assert _check_take_over(world, ready[0])
    current = 1
    for _ in range(KILLS["take-over"]):
        killed(_taking(world, ready[current]), chance.uniform(0, usual))
        check_everything()
        if _check_take_over(world, ready[current]) and current < 2:
            current += 1
    for one in ready:
        finished(_taking(world, one))
        assert _check_take_over(world, one)
    check_everything()
    with world.seeing_all():
        assert Lead.objects.count() == OLD_ROWS * 3 * 3 // 4
        numbers = sorted(int(n[-6:-1]) for n in Lead.objects.values_list("number", flat=True))
        ledger = sorted(int(n[-4:]) for n in Case.objects.values_list("number", flat=True))
        assert len(set(numbers)) == len(numbers)
        kept = sum(b.last - b.first + 1 for one in ready for b in unused_blocks(one.id))
        assert numbers[-1] - numbers[0] + 1 == len(numbers) + kept
        assert ledger == list(range(1, OLD_ROWS * 3 // 2 + 1))
