"""Townships' round trip: taken home, filled, handed in, judged row by row, applied by the ordinary acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from qingshan.commons.files.services import store_file
from qingshan.commons.jobs.models import JobItem
from qingshan.contexts.leads.public import Lead, return_lead
from qingshan.contexts.ledgers import tasks
from qingshan.contexts.ledgers.models import ReturnRow, ReturnSheet
from qingshan.contexts.ledgers.public import open_leads, queue_rows, register_return, write_return_sheet
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World

Fill = Callable[[Worksheet, dict[str, int]], None]
VERIFY = {
    "核查结论": "查否", "查否原因": "伪变化", "核查人（两名，用顿号隔开）": "演示·苏甲、演示·苏乙",
    "到场时间": "2024-08-01 08:30", "到场点经度": "114.3", "到场点纬度": "37.8", "现场情况": "是晒场，没有采挖（演示）",
}  # fmt: skip


def home(world: World, path: Path, member: cast.Member = cast.TOWNSHIP_OFFICER) -> Path:
    with world.seeing(member) as viewer:
        write_return_sheet(open_leads(viewer), path, title="演示回填表")
    return path


def filled(path: Path, fill: Fill) -> Path:
    book = load_workbook(path)
    sheet = book["回填"]
    columns = {str(c.value): c.column for c in sheet[3]}
    fill(sheet, columns)
    book.save(path)
    return path


def row_no(sheet: Worksheet, number: str) -> int:
    return next(r for r in range(4, sheet.max_row + 1) if sheet.cell(r, 1).value == number)


def hand_in(world: World, path: Path, member: cast.Member = cast.TOWNSHIP_OFFICER) -> ReturnSheet:
    def service(*, acting: Any) -> tuple[UUID, UUID]:
        stored = store_file(
            chunks=[path.read_bytes()], name="回填.xlsx", uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        sheet, job = register_return(file=stored, acting=acting)
        return sheet.id, job.id

    sheet_id, job_id = world.perform(member, service)
    tasks.judge_return_task(str(job_id))
    with world.seeing_all():
        return ReturnSheet.objects.get(id=sheet_id)


def rows_of(world: World, sheet: ReturnSheet) -> list[ReturnRow]:
    with world.seeing_all():
        return list(ReturnRow.objects.filter(sheet=sheet).order_by("row"))


def apply(world: World, sheet: ReturnSheet) -> list[tuple[str, str]]:
    ids = [row.id for row in rows_of(world, sheet)]
    job = world.perform(cast.TOWNSHIP_OFFICER, queue_rows, sheet_id=sheet.id, row_ids=ids)
    tasks.apply_return_task(str(job.id))
    with world.seeing_all():
        return list(JobItem.objects.filter(job=job).order_by("position").values_list("outcome", "problem"))


def give(**values: dict[str, Any]) -> Fill:
    """Fill cells by number of the lead and heading."""

    def fill(sheet: Worksheet, columns: dict[str, int]) -> None:
        for number, cells in values.items():
            for heading, value in cells.items():
                sheet.cell(row_no(sheet, number), columns[heading]).value = value

    return fill


def state(world: World, lead: Lead) -> str:
    return world.lead(lead.id).state


def test_the_round_trip(world: World, tmp_path: Path) -> None:
    signed = world.make_lead(state="dispatched")
    back = world.make_lead(state="under_verification")
    active = world.make_lead(state="under_verification")
    idle = world.make_lead(state="dispatched")
    foreign = world.make_lead(state="dispatched", township=cast.HEISHUIHE)
    path = home(world, tmp_path / "a.xlsx")
    numbers = [str(load_workbook(path)["回填"].cell(r, 1).value) for r in range(4, 8)]
    assert numbers == [lead.number for lead in (signed, back, active, idle)]
    assert foreign.number not in numbers
    cells = {
        signed.number: {"签收": "是"}, back.number: {"退回理由": "实际在邻乡（演示）"},
        active.number: {"正在实施情况": "=1+1"},
    }  # fmt: skip
    sheet = hand_in(world, filled(path, give(**cells)))
    assert (sheet.received, sheet.changed, sheet.unchanged, sheet.refused) == (4, 2, 1, 1)
    rows = rows_of(world, sheet)
    assert rows[0].differences == [{"field": "签收", "old": "待签收", "new": "是", "cell": "G4"}]
    assert "是公式" in rows[2].problem
    assert "第 6 行 I 列" in rows[2].problem
    assert state(world, signed) == "dispatched"
    world.clock.tick(minutes=5)
    assert apply(world, sheet) == [("done", ""), ("done", "")]
    assert (state(world, signed), state(world, back), state(world, idle)) == (
        "under_verification", "returned", "dispatched",
    )  # fmt: skip
    assert world.entries(signed.id)[-1].door == "job"
    with pytest.raises(ActRefused, match="没有勾选"):
        apply(world, sheet)


def test_a_row_that_moved_meanwhile_is_told_and_not_overwritten(world: World, tmp_path: Path) -> None:
    lead, late = world.make_lead(state="under_verification"), world.make_lead(state="dispatched")
    path = filled(
        home(world, tmp_path / "a.xlsx"),
        give(**{lead.number: {"正在实施情况": "挖机在挖（演示）"}, late.number: {"签收": "是"}}),
    )
    sheet = hand_in(world, path)
    assert sheet.changed == 2
    world.perform(cast.SECOND_TOWNSHIP_OFFICER, return_lead, lead_id=lead.id, reason="不在本乡（演示）")
    outcomes = apply(world, sheet)
    assert [o for o, _ in outcomes] == ["refused", "done"]
    assert "重新下载" in outcomes[0][1]
    again = hand_in(world, path)
    assert (again.changed, again.refused) == (0, 2)


def test_a_verdict_by_sheet_passes_the_same_gates(world: World, tmp_path: Path) -> None:
    with_photos = world.make_lead(state="under_verification")
    plain = world.make_lead(state="under_verification", channel="public-report")
    bad = world.make_lead(state="under_verification", channel="public-report")
    path = home(world, tmp_path / "a.xlsx")
    one = VERIFY | {"核查人（两名，用顿号隔开）": "演示·苏甲"}
    sheet = hand_in(world, filled(path, give(**{with_photos.number: VERIFY, plain.number: VERIFY, bad.number: one})))
    rows = {row.number: row for row in rows_of(world, sheet)}
    assert "须附现场照片" in rows[with_photos.number].problem
    outcomes = apply(world, sheet)
    assert outcomes[0] == ("done", "")
    assert "核查人不足 2 名" in outcomes[1][1]
    assert (state(world, plain), state(world, bad)) == ("in_review", "under_verification")


def shuffle(sheet: Worksheet, columns: dict[str, int]) -> None:
    """Rows sorted, a column moved to the front, thousands of empty rows below, one column gone."""
    sheet.delete_cols(columns["退回理由"])
    sheet.insert_cols(1)
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, 1).value = sheet.cell(row, columns["签收"] + 1).value
        sheet.cell(row, columns["签收"] + 1).value = None
    sheet.cell(65_000, 2).number_format = "@"


def test_moved_columns_and_empty_rows_do_no_harm(world: World, tmp_path: Path) -> None:
    lead = world.make_lead(state="dispatched")
    path = filled(home(world, tmp_path / "a.xlsx"), give(**{lead.number: {"签收": "是"}}))
    sheet = hand_in(world, filled(path, shuffle))
    assert (sheet.received, sheet.changed) == (1, 1)
    assert "退回理由" in sheet.notes[0]
    assert apply(world, sheet) == [("done", "")]


def tamper(number: str, other: str) -> Fill:
    def fill(sheet: Worksheet, columns: dict[str, int]) -> None:
        row = row_no(sheet, number)
        sheet.cell(row, columns["签收"]).value = "是"
        sheet.cell(row, 1).value = other

    return fill


def test_tampered_keys_foreign_rows_doubles_and_merged_cells(world: World, tmp_path: Path) -> None:
    first, second = world.make_lead(state="dispatched"), world.make_lead(state="dispatched")
    foreign = world.make_lead(state="dispatched", township=cast.HEISHUIHE)
    said = {}
    for name, other in (("foreign", foreign.number), ("invented", "元线〔2024〕99999号"), ("swapped", second.number)):
        sheet = hand_in(world, filled(home(world, tmp_path / f"{name}.xlsx"), tamper(first.number, other)))
        said[name] = "；".join(row.problem for row in rows_of(world, sheet))
        assert sheet.changed == 0
    assert "不是交给本单位" in said["foreign"]
    assert "不是交给本单位" in said["invented"]
    assert "校验码与编号不符" in said["swapped"]
    assert "已经出现" in said["swapped"]

    def merge(sheet: Worksheet, columns: dict[str, int]) -> None:
        sheet.cell(4, columns["签收"]).value = "是"
        sheet.merge_cells(start_row=4, end_row=5, start_column=columns["签收"], end_column=columns["签收"])

    sheet = hand_in(world, filled(home(world, tmp_path / "merged.xlsx"), merge))
    assert sheet.received == 2
    assert sheet.changed == 0
    assert "合并单元格" in rows_of(world, sheet)[0].problem


def test_wrong_files_are_kept_and_told(world: World, tmp_path: Path) -> None:
    world.make_lead(state="dispatched")
    book = Workbook()
    assert book.active is not None
    book.active["A1"], book.active["B1"] = "别的", "表"
    book.save(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_bytes(b"no workbook")
    for name, reason in (("other", "不是本系统下载的回填表"), ("text", "不是 Excel")):
        sheet = hand_in(world, tmp_path / f"{name}.xlsx")
        assert (sheet.state, sheet.received) == ("failed", 0)
        assert reason in sheet.problem


def test_a_sheet_is_its_townships_alone(world: World, tmp_path: Path) -> None:
    lead = world.make_lead(state="dispatched")
    sheet = hand_in(world, filled(home(world, tmp_path / "a.xlsx"), give(**{lead.number: {"签收": "是"}})))
    seen = {}
    for member in (cast.SECOND_TOWNSHIP_OFFICER, cast.OTHER_TOWNSHIP_OFFICER, cast.STRANGER):
        with world.seeing(member):
            seen[member] = (ReturnSheet.objects.count(), ReturnRow.objects.count())
    assert list(seen.values()) == [(1, 1), (0, 0), (0, 0)]
    with pytest.raises(ActRefused):
        world.perform(
            cast.OTHER_TOWNSHIP_OFFICER, queue_rows, sheet_id=sheet.id, row_ids=[r.id for r in rows_of(world, sheet)]
        )
    with pytest.raises(ActRefused, match="乡镇"):
        hand_in(world, tmp_path / "a.xlsx", cast.BUREAU_OFFICER)
