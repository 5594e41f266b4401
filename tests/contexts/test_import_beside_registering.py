"""A long import holds nobody up: leads are registered by hand meanwhile, and gaps in the numbers are explained."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, transaction

from qingshan.commons.base.counters import reserved_blocks, unused_blocks
from qingshan.commons.base.models import NumberBlock
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.leads.ledger import LEAD_TABLE, lead_ledger
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.public import LeadForm, register_lead
from qingshan.contexts.leads.public_worker import accept_batch
from tests import cast
from tests.support.making import World
from tests.support.samples import patches, square

pytestmark = pytest.mark.usefixtures("transactional_db")


class Meanwhile(Progress):
    """Does something in another connection's transaction while the import runs, once."""

    def __init__(self, world: World, act: Any) -> None:
        super().__init__(None, None, world.clock)
        self._act = act
        self.result: Any = None

    def report(self, done: int, total: int) -> None:
        """The import tells how far it is: now something else happens."""
        if self.result is None:
            self.result = _in_another_thread(self._act)


def _in_another_thread(act: Any) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    def run() -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def _form(world: World) -> LeadForm:
    x, y = world.place_of(cast.SUCUN)
    return LeadForm(
        channel="patrol", lon=x, lat=y, place_text="村北", description="夜间有车辆（演示）", source_no="",
        discovered_at=world.clock.now,
    )  # fmt: skip


def _file(world: World, count: int) -> bytes:
    x, y = world.place_of(cast.SUCUN)
    return patches([square(x + n * 1e-5, y) for n in range(count)], JCBH=[f"B{n:04d}" for n in range(count)])


def _accept(world: World, batch_id: Any, progress: Progress) -> Any:
    with reserved_blocks(batch_id, world.clock.now) as blocks:
        return world.perform(
            cast.BUREAU_OFFICER, accept_batch, batch_id=batch_id, progress=progress, blocks=blocks
        )  # fmt: skip


def test_a_lead_is_registered_while_a_batch_is_taken_in(world: World) -> None:
    batch = world.register(_file(world, 5))
    meanwhile = Meanwhile(
        world, lambda: world.perform(cast.BUREAU_OFFICER, register_lead, form=_form(world)).number
    )  # fmt: skip
    result = _accept(world, batch.id, meanwhile)
    assert result.accepted == 5
    with world.seeing_all():
        numbers = sorted(Lead.objects.values_list("number", flat=True))
        assert len(numbers) == len(set(numbers)) == 6
        assert meanwhile.result in numbers
        assert unused_blocks(batch.id) == []
        assert verify_journal(tables=(LEAD_TABLE,)).breaks == ()


def test_numbers_of_an_import_that_was_undone_are_used_when_it_is_done_again(world: World) -> None:
    batch = world.register(_file(world, 4))

    class Broken(Progress):
        def report(self, done: int, total: int) -> None:
            raise RuntimeError("machine stopped")

    with pytest.raises(RuntimeError):
        _accept(world, batch.id, Broken(None, None, world.clock))
    assert not Lead.objects.exists()
    [gap] = unused_blocks(batch.id)
    assert (gap.first, gap.last) == (1, 4)
    by_hand = world.perform(cast.BUREAU_OFFICER, register_lead, form=_form(world))
    assert "00005" in by_hand.number
    _accept(world, batch.id, Progress(None, None, world.clock))
    with world.seeing_all():
        assert sorted(Lead.objects.values_list("number", flat=True))[-1] == by_hand.number
        assert Lead.objects.count() == 5
        assert not NumberBlock.objects.filter(used=False).exists()


def test_a_block_used_in_part_is_split(world: World) -> None:
    batch = world.register(_file(world, 3))
    with reserved_blocks(batch.id, world.clock.now) as blocks:
        assert blocks.take("演示", 5) == [1, 2, 3, 4, 5]
    with reserved_blocks(batch.id, world.clock.now) as blocks, transaction.atomic():
        assert blocks.take("演示", 2) == [1, 2]
        blocks.settle()
    assert [(b.first, b.last) for b in unused_blocks(batch.id)] == [(3, 5)]
    with reserved_blocks(batch.id, world.clock.now) as blocks:
        assert blocks.take("演示", 4) == [3, 4, 5, 6]


def test_every_lead_of_a_batch_has_the_entry_that_its_own_row_would_give(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    shapes = [square(x, y), square(x + 0.001, y), square(x, y + 0.001)]
    content = patches(
        shapes,
        JCBH=["甲\\1\t", "B\n2", None],
        TBLX=["CK", None, "XX"],
        MJ=[3.5, None, "2亩"],
        备注=["a\\b", '"q"', None],
    )
    result = world.take_in(content)
    with world.seeing_all():
        leads = list(Lead.objects.select_related("unit").filter(batch_id=result.batch_id))
        assert len(leads) == result.accepted == 3
        for lead in leads:
            payload = json.loads(Entry.objects.get(matter_id=lead.id).payload)
            assert payload["ledger"] == lead_ledger(lead, world.in_force(), unit_name=lead.unit.name)
            assert payload["form"] == 2
            assert payload["also_unit_id"] is None
            found = Lead.objects.filter(id=lead.id).extra(select={"again": "grams = qs_grams(search)"})[0]
            assert found.again
