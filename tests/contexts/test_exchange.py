"""Exchange with outside systems: out by their form, back by the same, differences accepted one by one and journaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import copy_expiry, path_of, store_file
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.running import run_items, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.cases.models import TrackStep
from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Source
from qingshan.contexts.ledgers.exchange_tasks import accept_item, exchange_failed, judge_exchange
from qingshan.contexts.ledgers.layout import Block, Layout, LayoutColumn
from qingshan.contexts.ledgers.models import ExchangeRow, ExchangeSheet, LedgerTemplate
from qingshan.contexts.ledgers.public import queue_accepting, queue_exchange, register_exchange
from qingshan.contexts.ledgers.services.exchange import make_exchange_file
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.contexts.test_lead_likeness import call
from tests.support.making import World

HEAD = ("序号", "线索号（县）", "图斑号", "核实情况", "系统编号", "录入时间", "填报单位")
LAYOUT = Layout(
    sheet="交换",
    top=tuple(
        Block(row=1, column=n, last_row=1, last_column=n, text=title) for n, title in enumerate(HEAD, start=1)
    ),
    header_first=1,
    header_last=1,
    columns=(
        LayoutColumn(title=HEAD[0], kind="ordinal"),
        LayoutColumn(title=HEAD[1], kind="field", field="lead_number"),
        LayoutColumn(title=HEAD[2], kind="field", field="source_no"),
        LayoutColumn(
            title=HEAD[3], kind="field", field="verdict",
            words={"substantiated": "属实", "unfounded": "不属实", "inconclusive": "待定"},
        ),
        LayoutColumn(title=HEAD[4], kind="field", field="province_no"),
        LayoutColumn(title=HEAD[5], kind="field", field="entered_on", day_format="compact"),
        LayoutColumn(title=HEAD[6], kind="constant", text="演示县"),
    ),
)  # fmt: skip


def in_force(world: World, *, purpose: str = "province") -> LedgerTemplate:
    """The other side's form, in force since yesterday."""
    with world.seeing_all():
        file = store_file(chunks=[b"PK\x03\x04 form"], name="对方表样.xlsx", uploaded_by=None, now=world.clock.now)
        return LedgerTemplate.objects.create(
            version=LedgerTemplate.objects.count() + 901, name="演示对方表样", purpose=purpose, state="in_force",
            division=cast.COUNTY, file=file, file_sha256=file.sha256, layout=LAYOUT.as_json(),
            valid_from=world.clock.today() - timedelta(days=1), created_at=world.clock.now, created_by="演示",
            changed_at=world.clock.now,
        )  # fmt: skip


def workbook(path: Path, rows: Sequence[Sequence[object]], head: Sequence[str] = HEAD) -> bytes:
    """A returned file."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("交换")
        sheet.write_row(0, 0, head)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))  # type: ignore[arg-type]
                else:
                    sheet.write(number, column, value)
    return path.read_bytes()


def returned(world: World, content: bytes, *, system: str = "province") -> ExchangeSheet:
    """A returned file as handed in, not compared yet."""

    def service(*, acting: Acting) -> ExchangeSheet:
        file = store_file(chunks=[content], name="返回.xlsx", uploaded_by=acting.viewer.account_id, now=acting.now())
        return register_exchange(system=system, file=file, acting=acting)[0]

    return world.perform(cast.BUREAU_OFFICER, service)


def compared(world: World, content: bytes, *, system: str = "province") -> tuple[ExchangeSheet, list[ExchangeRow]]:
    """A returned file after the worker compared it."""
    sheet = returned(world, content, system=system)
    with world.seeing_all():
        job = Job.objects.get(subject_id=sheet.id, kind="exchange_judge")
    run_whole(job.id, judge_exchange, failed=exchange_failed)
    with world.seeing_all():
        return ExchangeSheet.objects.get(id=sheet.id), list(ExchangeRow.objects.filter(sheet=sheet).order_by("row"))


def accepted(world: World, sheet: ExchangeSheet, rows: Sequence[ExchangeRow]) -> Job:
    """The bureau ticks rows and the worker accepts them."""
    ids = [row.id for row in rows]
    job = world.perform(cast.BUREAU_OFFICER, queue_accepting, sheet_id=sheet.id, row_ids=ids)
    run_items(job.id, accept_item)
    with world.seeing_all():
        return Job.objects.get(id=job.id)


def entered(world: World, case: Case) -> dict[str, str]:
    with world.seeing_all():
        step = TrackStep.objects.filter(track__case=case, station="entered", void=False).first()
    return step.fields if step else {}


@pytest.mark.clause("三-1-2②c", "三-1-3①a")
def test_all_verdicts_go_out_in_the_order_words_and_dates_of_the_form(world: World) -> None:
    in_force(world)
    case, unfounded = world.make_case(), world.make_lead(state="county_recheck", source_no="TB-7")
    job = world.perform(cast.BUREAU_OFFICER, queue_exchange, system="province")
    run_whole(job.id, make_exchange_file)
    with world.seeing_all():
        job.refresh_from_db()
        file = StoredFile.objects.get(id=job.result_file)
    assert file.expires_at == copy_expiry(world.clock.now), "a copy lies beside the rights of whoever made it"
    head, *rows = CalamineWorkbook.from_path(str(path_of(file.sha256))).get_sheet_by_index(0).to_python()
    assert tuple(head) == HEAD
    by_number = {row[1]: row for row in rows}
    assert by_number[unfounded.number][2:5] == ["TB-7", "不属实", ""]
    assert by_number[world.lead(case.lead_id).number][3] == "属实"
    assert {row[6] for row in rows} == {"演示县"}


@pytest.mark.clause("三-1-2②c")
def test_returned_numbers_are_listed_and_accepted_row_by_row(world: World, tmp_path: Path) -> None:
    in_force(world)
    case, other = world.make_case(), world.make_case()
    lead, second = world.lead(case.lead_id), world.lead(other.lead_id)
    content = workbook(
        tmp_path / "r.xlsx",
        [
            (1, lead.number, lead.source_no, "属实", "SX-2024-001", "20240803", ""),
            (2, second.number, second.source_no, "属实", "SX-2024-002", "2024年8月3日", ""),
            (3, "没有这个号", "", "属实", "SX-2024-003", "20240803", ""),
        ],
    )
    sheet, rows = compared(world, content)
    assert (sheet.received, sheet.changed, sheet.unchanged, sheet.refused) == (3, 2, 0, 1)
    assert [(d["field"], d["old"], d["new"]) for d in rows[0].differences] == [
        ("省系统编号", "", "SX-2024-001"),
        ("录入日期", "", "2024-08-03"),
    ]
    assert "不在本县台账里" in rows[2].problem
    assert entered(world, case) == {}, "nothing is changed by reading"
    job = accepted(world, sheet, rows[:1])
    assert job.state == "done", job.message
    assert entered(world, case) == {"province_no": "SX-2024-001", "entered_on": "2024-08-03"}
    assert entered(world, other) == {}, "only the ticked row"
    assert world.entries(case.id)[-1].act == "case.track_step"
    _, again = compared(world, content)
    assert [row.outcome for row in again] == ["unchanged", "changed", "refused"]


def test_a_number_that_differs_is_a_correction_with_its_reason(world: World, tmp_path: Path) -> None:
    in_force(world)
    case = world.make_case(upto="tracks")
    lead, before = world.lead(case.lead_id), entered(world, case)
    assert before["province_no"]
    content = workbook(tmp_path / "r.xlsx", [(1, lead.number, "", "", "SX-新-9", "", "")])
    sheet, [row] = compared(world, content)
    assert row.differences[0]["old"] == before["province_no"]
    assert accepted(world, sheet, [row]).state == "done"
    assert entered(world, case)["province_no"] == "SX-新-9"
    last = world.entries(case.id)[-1]
    assert last.act == "case.correct"
    assert "返回.xlsx" in last.payload


def test_another_verdict_is_noted_and_changes_nothing_by_itself(world: World, tmp_path: Path) -> None:
    in_force(world)
    lead = world.make_lead(state="county_recheck")
    content = workbook(tmp_path / "r.xlsx", [(1, lead.number, "", "属实", "", "", "")])
    sheet, [row] = compared(world, content)
    assert (row.differences[0]["old"], row.differences[0]["new"]) == ("查否", "查实")
    accepted(world, sheet, [row])
    assert (world.lead(lead.id).state, world.lead(lead.id).verdict) == ("county_recheck", "unfounded")
    last = world.entries(lead.id)[-1]
    assert last.act == "lead.outside_result"
    assert '"verdict":"substantiated"' in last.payload


def test_a_lead_that_moved_since_is_not_overwritten(world: World, tmp_path: Path) -> None:
    in_force(world)
    lead = world.make_lead(state="county_recheck")
    sheet, [row] = compared(world, workbook(tmp_path / "r.xlsx", [(1, lead.number, "", "属实", "", "", "")]))
    world.clock.tick(hours=2)
    world.recheck(lead, "county")
    accepted(world, sheet, [row])
    with world.seeing_all():
        assert ExchangeRow.objects.get(id=row.id).applied_at is None
    assert all(entry.act != "lead.outside_result" for entry in world.entries(lead.id))
    with pytest.raises(ActRefused, match="没有勾选"):
        world.perform(cast.BUREAU_OFFICER, queue_accepting, sheet_id=sheet.id, row_ids=[])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("{n}", "", "大概属实", "", ""), "不在对照表内"),
        (("{n}", "", "", "SX-1", "昨天"), "录入时间"),
        (("{n}", "", "", "=1+1", "20240803"), "是公式"),
        (("{n}", "", "", "SX-1", ""), "两栏都要有"),
        (("", "", "属实", "", ""), "没有编号"),
    ],
    ids=["verdict", "date", "formula", "half", "nobody"],
)
def test_what_cannot_be_accepted_says_why(world: World, tmp_path: Path, row: tuple[str, ...], said: str) -> None:
    in_force(world)
    lead = world.lead(world.make_case().lead_id)
    filled = (1, *(text.replace("{n}", lead.number) for text in row), "")
    sheet, [judged] = compared(world, workbook(tmp_path / "r.xlsx", [filled]))
    assert sheet.refused == 1
    assert said in judged.problem


def test_two_rows_of_one_lead_and_numbers_that_disagree_are_refused(world: World, tmp_path: Path) -> None:
    in_force(world)
    lead = world.make_lead(state="county_recheck")
    rows = [(1, lead.number, "", "属实", "", "", ""), (2, lead.number, "", "待定", "", "", "")]
    _, judged = compared(world, workbook(tmp_path / "r.xlsx", rows))
    assert [row.outcome for row in judged] == ["changed", "refused"]
    assert "与第 2 行是同一条线索" in judged[1].problem


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"", b"not a workbook"], ids=["zip", "empty", "text"])
def test_a_file_that_is_no_workbook_is_kept_and_said(world: World, content: bytes) -> None:
    in_force(world)
    sheet, rows = compared(world, content or b" ")
    assert (sheet.state, rows) == ("failed", [])
    assert sheet.problem


def test_a_workbook_of_another_form_is_refused(world: World, tmp_path: Path) -> None:
    in_force(world)
    content = workbook(tmp_path / "r.xlsx", [("甲", "乙", "丙")], head=("名称", "地址", "电话"))
    sheet, _ = compared(world, content)
    assert sheet.state == "failed"
    assert "编号栏" in sheet.problem


def test_without_a_form_nothing_goes_out_and_others_may_not(world: World) -> None:
    with pytest.raises(ActRefused, match="还没有启用省系统的表样"):
        world.perform(cast.BUREAU_OFFICER, queue_exchange, system="province")
    in_force(world)
    with pytest.raises(ActRefused, match="还没有启用信访平台的表样"):
        world.perform(cast.BUREAU_OFFICER, queue_exchange, system="petition")
    for who in (cast.TOWNSHIP_OFFICER, cast.COUNTY_LEADER):
        with pytest.raises(ActRefused):
            world.perform(who, queue_exchange, system="province")


def test_the_files_of_one_county_are_not_another_s(world: World) -> None:
    in_force(world)
    sheet = returned(world, b"PK\x03\x04")
    with world.seeing(cast.STRANGER):
        assert not ExchangeSheet.objects.filter(id=sheet.id).exists()


PETITION = Layout(
    sheet="交换",
    top=tuple(
        Block(row=1, column=n, last_row=1, last_column=n, text=title)
        for n, title in enumerate(("线索号", "工单号", "信访编号"), start=1)
    ),
    header_first=1,
    header_last=1,
    columns=(
        LayoutColumn(title="线索号", kind="field", field="lead_number"),
        LayoutColumn(title="工单号", kind="field", field="source_no"),
        LayoutColumn(title="信访编号", kind="field", field="platform_no"),
    ),
)  # fmt: skip


@pytest.mark.clause("三-4-3④")
def test_numbers_of_the_petition_platform_come_back_in_another_order_of_columns(world: World, tmp_path: Path) -> None:
    template = in_force(world, purpose="petition")
    with world.seeing_all():
        LedgerTemplate.objects.filter(id=template.id).update(layout=PETITION.as_json())
    report = call(world, *world.place_of(cast.SUCUN), source_no="GD-77")
    quiet = world.make_lead(source_no="TB-88")
    head, path = ("备注", "信访编号", "线索号", "工单号"), tmp_path / "r.xlsx"
    book = openpyxl.Workbook()
    sheet_out = book.active
    for row in (head, ("", "XF-2024-9", report.number, "GD-77"), ("", "XF-2024-10", quiet.number, "TB-88")):
        sheet_out.append(row)
    book.save(path)
    sheet, rows = compared(world, path.read_bytes(), system="petition")
    assert [row.outcome for row in rows] == ["changed", "refused"], [row.problem for row in rows]
    assert rows[0].differences[0] | {"cell": ""} == {"field": "信访平台编号", "old": "", "new": "XF-2024-9", "cell": ""}
    assert "不须录入" in rows[1].problem
    assert accepted(world, sheet, rows[:1]).refused == 0
    with world.seeing_all():
        source = Source.objects.get(lead=report)
    assert (source.platform_state, source.platform_no) == ("done", "XF-2024-9")
    assert world.entries(report.id)[-1].act == "lead.enter_platform"
    _, again = compared(world, path.read_bytes(), system="petition")
    assert again[0].outcome == "unchanged"
    book.active["B2"] = "XF-别的"
    book.save(path)
    _, other = compared(world, path.read_bytes(), system="petition")
    assert "与文件不同" in other[0].problem


def test_a_form_may_know_leads_by_their_sources_number_alone() -> None:
    columns = tuple(column for column in LAYOUT.columns if column.field != "lead_number")
    layout = replace(LAYOUT, columns=columns)
    assert layout.check("province") == ()
    assert "台账编号或线索编号" in layout.check()[0]
    without = replace(LAYOUT, columns=tuple(column for column in columns if column.field != "source_no"))
    assert "来源编号" in without.check("province")[0]
