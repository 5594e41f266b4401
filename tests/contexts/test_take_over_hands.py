"""Old ledgers in good hands: names stay in the original, every hand is in the journal, numbers are not held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection, transaction

from qingshan.commons.base.counters import reserved_blocks, take_numbers
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.ledgers.models import TakeOver, TakeOverMapping
from qingshan.contexts.ledgers.public import (
    mapping_from,
    save_mapping,
    send_back_take_over,
    submit_take_over,
)
from qingshan.contexts.ledgers.public_worker import take_over
from qingshan.contexts.ledgers.services.takeovers import fail_take_over
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.contexts.test_take_over import UGLY
from tests.support.making import World
from tests.support.old_ledgers import (
    HEAD,
    again,
    approved,
    brought_in,
    quiet,
    report_of,
    right_totals,
    row,
    rows_of,
    taken_over,
    write,
)


@pytest.fixture
def ugly(world: World, tmp_path: Path) -> TakeOver:
    """The ugly ledger, checked."""
    return brought_in(world, write(tmp_path / "old.xlsx", UGLY))


def test_what_may_name_a_person_stays_in_the_original(world: World, tmp_path: Path) -> None:
    """Neither the content kept for the mapping nor the report shows it; a withheld cell is never taken for a name."""
    path = write(tmp_path / "named.xlsx", [row("名001", 违法当事人="演示·盗九", 联系电话="13800000009")])
    book = openpyxl.load_workbook(path)
    sheet = book["台账"]
    sheet.cell(2, len(HEAD) + 1).value = "举报人"
    sheet.cell(4, len(HEAD) + 1).value = "演示·举报人甲"
    book.save(path)
    one = brought_in(world, path)
    lines = report_of(one)
    text = " ".join(map(str, [*lines, again(world, one).content, again(world, one).counts]))
    for secret in ("演示·盗九", "13800000009", "演示·举报人甲"):
        assert secret not in text
    assert lines[1][lines[0].index("违法当事人")] == "（见原件）"
    assert lines[1][lines[0].index("编号")] == "名001"
    kept = {c["name"]: c["words"] for s in again(world, one).content["sheets"] for c in s["columns"] if c["words"]}
    assert set(kept) == {"线索来源", "问题类别", "核查结果", "整改情况"}
    mended = openpyxl.Workbook()
    assert mended.active is not None
    for line in lines:
        mended.active.append([cell.replace("名001", "名002") for cell in line])
    mended.save(tmp_path / "mended.xlsx")
    [back] = rows_of(world, brought_in(world, tmp_path / "mended.xlsx", name="再传.xlsx")).values()
    assert back.outcome == "refused"
    assert "从原表补上" in back.reasons


def test_words_of_a_column_that_was_mapped_by_hand_are_known_after_the_check(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "old.xlsx", [row("词001", 备注="盗采砂石")])
    one = brought_in(world, path, columns={"备注": "category"})
    [column] = [c for c in again(world, one).content["sheets"][0]["columns"] if c["name"] == "备注"]
    assert column["words"] == ["盗采砂石"]


def test_every_hand_a_take_over_goes_through_is_in_the_journal(world: World, ugly: TakeOver) -> None:
    totals = {"totals": right_totals(ugly), "explanation": "演示：拒收的另行处理"}
    world.perform(cast.BUREAU_OFFICER, submit_take_over, take_over_id=ugly.id, seen=ugly.round, **totals)
    one = again(world, ugly)
    world.perform(cast.BUREAU_LEADER, send_back_take_over, take_over_id=one.id, reason="请补说明", seen=one.round)
    one = approved(world, again(world, one))
    with world.seeing_all():
        fail_take_over(take_over_id=one.id, problem="演示：中途失败", now=world.clock.now)
    taken_over(world, again(world, one))
    acts = [(entry.act, entry.account_id is None) for entry in world.entries(one.id)]
    assert acts == [
        ("take_over.submit", False), ("take_over.send_back", False), ("take_over.submit", False),
        ("take_over.approve", False), ("take_over.fail", True), ("take_over.submit", False),
        ("take_over.approve", False), ("take_over.finish", False),
    ]  # fmt: skip
    with world.seeing(cast.TOWNSHIP_OFFICER):
        assert not Entry.objects.filter(matter_id=one.id).exists()
    with world.seeing_all():
        assert verify_journal().breaks == ()


def test_taking_over_does_not_hold_the_numbers_of_cases(world: World, ugly: TakeOver, transactional_db: None) -> None:
    """While a long take-over runs, cases are opened by hand: its numbers come from blocks reserved for it."""

    def open_by_hand() -> int:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                return len([take_numbers(key) for key in keys])
        finally:
            connection.close()

    one = approved(world, ugly)
    world.make_case()
    with world.seeing_all(), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM base_counter WHERE key LIKE 'case%'")
        keys = [row[0] for row in cursor.fetchall()]
    assert keys
    acting = world.acting(cast.BUREAU_LEADER, door="job")
    with ThreadPoolExecutor(1) as pool, reserved_blocks(one.id, world.clock.now) as blocks, transaction.atomic():
        acting.viewer.apply_scope()
        take_over(take_over_id=one.id, acting=acting, progress=quiet(), blocks=blocks)
        assert pool.submit(open_by_hand).result() == len(keys)


def test_a_saved_mapping_is_not_replaced_without_a_word(world: World, ugly: TakeOver) -> None:
    """Another content under a name that stands is refused and changes nothing; said so, it replaces."""
    with world.seeing_all():
        row = TakeOver.objects.get(id=ugly.id)
        mapping = mapping_from(row.mapping)
        kept = {"mapping": {**row.mapping, "year": 2001}, "saved_by": "演示·苏甲", "saved_at": row.created_at}
        TakeOverMapping.objects.create(division=row.division, name="演示对应", **kept)
    asked: dict[str, Any] = {"take_over_id": ugly.id, "mapping": mapping, "name": " 演示对应 ", "seen": ugly.round}
    with pytest.raises(ActRefused, match=r"演示·苏甲存.*换一个名字") as refused:
        world.perform(cast.BUREAU_OFFICER, save_mapping, **asked)
    assert refused.value.code == "name_taken"
    with world.seeing_all():
        assert TakeOverMapping.objects.get().mapping["year"] == 2001
        assert TakeOver.objects.get(id=ugly.id).state == "checked"
    world.perform(cast.BUREAU_OFFICER, save_mapping, **asked, replace=True)
    with world.seeing_all():
        assert TakeOverMapping.objects.get().mapping == mapping.to_json()
