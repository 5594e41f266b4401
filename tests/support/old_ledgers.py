"""Old ledgers as counties keep them, invented: titles, merged headers, totals, signatures, every way to write a day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl import Workbook

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import path_of, read_chunks, store_file
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.ledgers.models import TakeOver, TakeOverRow
from qingshan.contexts.ledgers.public import (
    OldMapping,
    approve_take_over,
    register_take_over,
    save_mapping,
    submit_take_over,
    sums_of,
)
from qingshan.contexts.ledgers.public_worker import check_take_over, read_take_over, take_over
from tests import cast
from tests.support.making import World

HEAD = (
    "编号", "线索来源", "图斑编号", "乡镇", "村", "具体位置", "经度", "纬度", "面积（亩）", "问题类别",
    "核查结果", "整改情况", "发现时间", "核查时间", "文号", "日期", "立案日期", "处罚日期",
    "罚款金额（元）", "销号时间", "销号文号", "整改责任人", "违法当事人", "联系电话", "备注",
)  # fmt: skip
COLUMNS = len(HEAD)


def row(number: str, **values: Any) -> list[Any]:
    """One row of the old ledger; keys are headings, days may be written in any way."""
    plain: dict[str, Any] = {
        "编号": number, "线索来源": "日常巡查", "乡镇": "苏村乡", "面积（亩）": 1.5, "问题类别": "无证开采",
        "核查结果": "属实", "整改情况": "整改中", "发现时间": "2024-07-03", "核查时间": "7月5日",
    }  # fmt: skip
    return [(plain | values).get(heading) for heading in HEAD]


def write(path: Path, rows: Sequence[Sequence[Any]], *, second: Sequence[Sequence[Any]] = ()) -> Path:
    """Write a ledger with a title line, a header over two rows with a merged group, totals and signatures."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    _fill(sheet, rows)
    if second:
        _fill(book.create_sheet("南佐镇"), second)
    book.create_sheet("填表说明").append(["本表由演示单位填写，数据均为虚构"])
    book.save(path)
    return path


def _fill(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    sheet.append(["演示县非法采矿问题整治台账（虚构）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=COLUMNS)
    sheet.append([None if name in ("文号", "日期") else name for name in HEAD])
    sheet.cell(2, 15).value = "责令停止"
    sheet.merge_cells(start_row=2, start_column=15, end_row=2, end_column=16)
    sheet.append([name if name in ("文号", "日期") else None for name in HEAD])
    for column in range(1, COLUMNS + 1):
        if column not in (15, 16):
            sheet.merge_cells(start_row=2, start_column=column, end_row=3, end_column=column)
    for one in rows:
        sheet.append(list(one))
    sheet.append(["合计", None, None, f"{len(rows)} 处"])
    sheet.append([None])
    sheet.append(["填表人：演示·局甲", None, None, None, "审核人：演示·局长"])


def stored(world: World, path: Path, name: str = "旧台账.xlsx") -> StoredFile:
    """The file as the officer's upload."""
    return world.perform(cast.BUREAU_OFFICER, _store, path=path, name=name)


def _store(*, path: Path, name: str, acting: Acting) -> StoredFile:
    return store_file(chunks=read_chunks(path), name=name, uploaded_by=acting.viewer.account_id, now=acting.now())


def brought_in(
    world: World, path: Path, *, name: str = "旧台账.xlsx", columns: dict[str, str] | None = None
) -> TakeOver:
    """Upload, read, map as guessed and check, by the bureau's officer; returns the checked take-over."""
    row, _ = world.perform(cast.BUREAU_OFFICER, register_take_over, file=stored(world, path, name))
    world.perform(cast.BUREAU_OFFICER, read_take_over, take_over_id=row.id)
    row = again(world, row)
    values = {"mapping": guessed(row, columns), "name": "", "seen": row.round}
    world.perform(cast.BUREAU_OFFICER, save_mapping, take_over_id=row.id, **values)
    world.perform(cast.BUREAU_OFFICER, check_take_over, take_over_id=row.id, progress=quiet())
    return again(world, row)


def taken_over(world: World, row: TakeOver) -> TakeOver:
    """Reconcile with the right sums, submit, approve and take over what was checked."""
    row = approved(world, row)
    world.perform(cast.BUREAU_LEADER, take_over, take_over_id=row.id, progress=quiet())
    return again(world, row)


def approved(world: World, row: TakeOver) -> TakeOver:
    """Submitted with the right sums and approved; the work itself still waits."""
    values = {"totals": right_totals(row), "explanation": "演示：拒收的行另行处理", "seen": row.round}
    world.perform(cast.BUREAU_OFFICER, submit_take_over, take_over_id=row.id, **values)
    row = again(world, row)
    world.perform(cast.BUREAU_LEADER, approve_take_over, take_over_id=row.id, opinion="同意", seen=row.round)
    return again(world, row)


def right_totals(row: TakeOver) -> dict[str, dict[str, int]]:
    """What the old ledger would say if it says the same as the file."""
    return {kind: {s.name: s.rows for s in group} for kind, group in sums_of(row).items()}


def again(world: World, row: TakeOver) -> TakeOver:
    """The take-over as it now stands."""
    with world.seeing_all():
        return TakeOver.objects.get(id=row.id)


def rows_of(world: World, row: TakeOver) -> dict[str, TakeOverRow]:
    """Rows of matters by their old number; the first of two with the same."""
    with world.seeing_all():
        rows = TakeOverRow.objects.filter(take_over=row).exclude(outcome="not_row").order_by("-position")
        return {r.number: r for r in rows}


def guessed(row: TakeOver, columns: dict[str, str] | None = None) -> OldMapping:
    """The mapping that the program itself would guess, with changes."""
    sheets = [s for s in row.content["sheets"] if sum(bool(c["guess"]) for c in s["columns"]) >= 3]
    found = {c["name"]: c["guess"] for s in sheets for c in s["columns"] if c["guess"]}
    return OldMapping(
        sheets=tuple(s["name"] for s in sheets),
        columns=found | (columns or {}),
        year=2024,
        area_unit="mu",
        channel="patrol",
    )


def quiet() -> Progress:
    """Progress that goes nowhere."""
    return Progress(None, None, cast.now)


def report_of(row: TakeOver) -> list[list[str]]:
    """The first sheet of the report, as texts."""
    with path_of(row.counts["report"]["sha256"]).open("rb") as handle:
        sheet = openpyxl.load_workbook(handle).worksheets[0]
    return [["" if c is None else str(c) for c in line] for line in sheet.iter_rows(values_only=True)]
