"""The bureau's own form of the ledger: read from a blank workbook, mapped, put in force from a day, kept for ever."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Font, Side
from python_calamine import CalamineWorkbook

from qingshan.commons.files.packages import SheetRefused
from qingshan.commons.files.services import store_file
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.ledgers.layout import Layout, layout_of, written_day
from qingshan.contexts.ledgers.models import LedgerTemplate
from qingshan.contexts.ledgers.public import (
    FORM,
    ColumnChoice,
    decide_template,
    ledger_as_of,
    map_template,
    propose_template,
    register_template,
    template_at,
    write_in_form,
)
from qingshan.contexts.ledgers.services.template_reading import read_template
from qingshan.contexts.ledgers.services.templates import keep_layout
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World

THIN = Side(style="thin")


def blank_form(path: Path) -> Path:
    """A form as a city bureau sends it: title, unit line, two rows of headings with groups, a signature line."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "附件2 台账"
    sheet["A1"] = "{标题}问题台账（演示表样）"
    sheet["A1"].font = Font(bold=True, size=18)
    sheet.merge_cells("A1:K1")
    sheet["A2"] = "填报单位：{单位}　截至：{截至}　共 {行数} 项"
    sheet.merge_cells("A2:K2")
    singles = {"A": "序号", "B": "问题编号", "C": "县（市、区）", "J": "是否属实", "K": "备注"}
    for letter, text in singles.items():
        sheet[f"{letter}3"] = text
        sheet.merge_cells(f"{letter}3:{letter}4")
    sheet["D3"], sheet["G3"] = "位置", "立案情况"
    sheet.merge_cells("D3:F3")
    sheet.merge_cells("G3:I3")
    for letter, text in zip(
        "DEFGHI", ("乡（镇）", "村", "面积（亩）", "立案文号", "立案日期", "处罚部门"), strict=True
    ):
        sheet[f"{letter}4"] = text
    for letter in "ABCDEFGHIJK":
        for row in (3, 4):
            sheet[f"{letter}{row}"].border = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
    sheet["H5"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["F5"].number_format = "0.000"
    sheet.column_dimensions["B"].width = 24.5
    sheet.column_dimensions["E"].hidden = True
    sheet.row_dimensions[1].height = 36
    sheet.row_dimensions[5].height = 28
    sheet.freeze_panes = "C5"
    sheet["A20"] = "填表人：　　　　审核人：　　　　负责人："
    sheet.merge_cells("A20:K20")
    book.save(path)
    return path


def choices(layout: Layout, **changes: dict[str, Any]) -> list[ColumnChoice]:
    """The mapping of a layout as a page would send it, with changes by heading."""
    made = []
    for column in layout.columns:
        values: dict[str, Any] = {
            "kind": column.kind, "field": column.field, "text": column.text, "width": column.width,
            "hidden": column.hidden, "day_format": column.day_format, "decimals": column.decimals,
            "words": column.words,
        }  # fmt: skip
        made.append(ColumnChoice(**(values | changes.get(column.title, {}))))
    return made


def upload(world: World, path: Path, name: str = "演示版", member: cast.Member = cast.BUREAU_OFFICER) -> UUID:
    """Hand a form in and read it, as page and worker do."""

    def service(*, acting: Any) -> UUID:
        stored = store_file(
            chunks=[path.read_bytes()], name="表样.xlsx", uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        row, _job = register_template(file=stored, name=name, acting=acting)
        layout, notes = read_template(path)
        keep_layout(template_id=row.id, layout=layout, notes=notes, acting=acting)
        return row.id

    return world.perform(member, service)


def row_of(world: World, template_id: UUID) -> LedgerTemplate:
    with world.seeing_all():
        return LedgerTemplate.objects.get(id=template_id)


def remap(world: World, template_id: UUID, **changes: dict[str, Any]) -> LedgerTemplate:
    row = row_of(world, template_id)
    return world.perform(
        cast.BUREAU_OFFICER, map_template, template_id=template_id, texts={}, seen=row.changed_at.isoformat(),
        columns=choices(layout_of(row.layout), **changes),
    )  # fmt: skip


def in_force(world: World, path: Path, day: date, **changes: dict[str, Any]) -> UUID:
    template_id = upload(world, path)
    remap(world, template_id, **changes)
    world.perform(cast.BUREAU_OFFICER, propose_template, template_id=template_id)
    world.perform(
        cast.BUREAU_LEADER, decide_template, template_id=template_id, passed=True, valid_from=day, opinion="同意"
    )
    return template_id


def make(world: World, path: Path, moment: datetime) -> bytes:
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        ledger = ledger_as_of(viewer, moment, now=world.clock.now)
        write_in_form(ledger, path, zone=cast.ZONE, unit=viewer.unit_name, form=FORM)
    return path.read_bytes()


def test_a_blank_form_is_read_with_groups_widths_and_signatures(tmp_path: Path) -> None:
    layout, notes = read_template(blank_form(tmp_path / "form.xlsx"))
    assert (layout.sheet, layout.header_first, layout.header_last, layout.freeze_columns) == ("附件2 台账", 3, 4, 2)
    found = [(c.title, c.kind, c.field) for c in layout.columns]
    assert found == [
        ("序号", "ordinal", ""), ("问题编号", "field", "case_number"), ("县（市、区）", "empty", ""),
        ("位置／乡（镇）", "field", "township"), ("位置／村", "field", "village"),
        ("位置／面积（亩）", "field", "area_mu"), ("立案情况／立案文号", "field", "filing_no"),
        ("立案情况／立案日期", "field", "filed_on"), ("立案情况／处罚部门", "empty", ""),
        ("是否属实", "field", "verdict"), ("备注", "empty", ""),
    ]  # fmt: skip
    assert layout.columns[1].width == 24.5
    assert [c.hidden for c in layout.columns].index(True) == 4
    assert layout.columns[7].day_format == "chinese"
    assert layout.columns[5].decimals == 3
    assert (layout.heights[0], layout.row_height) == (36, 28)
    assert [b.text for b in layout.foot] == ["填表人：　　　　审核人：　　　　负责人："]
    assert any("没有认出来（第 3、9、11 栏）" in note for note in notes)
    assert layout_of(layout.as_json()) == layout


@pytest.mark.clause("四-6⑦")
def test_the_ledger_comes_out_in_the_bureaus_form(world: World, tmp_path: Path) -> None:
    case = world.make_case(upto="closed")
    words = {"words": {"substantiated": "属实", "unfounded": "不属实", "inconclusive": "待核"}}
    in_force(
        world, blank_form(tmp_path / "form.xlsx"), world.clock.today() + timedelta(days=1),
        **{"是否属实": words, "县（市、区）": {"kind": "constant", "text": "元氏县"}},
    )  # fmt: skip
    world.make_lead(state="inconclusive")
    world.clock.tick(days=2)
    make(world, tmp_path / "out.xlsx", world.clock.now)
    book = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx"))
    rows = [[str(c) for c in row] for row in book.get_sheet_by_name("附件2 台账").to_python()]
    assert rows[0][0].endswith("问题台账（演示表样）")
    assert "共 2 项" in rows[1][0]
    assert rows[2][3] == "位置"
    assert rows[3][3:9] == ["乡（镇）", "村", "面积（亩）", "立案文号", "立案日期", "处罚部门"]
    assert rows[4][:4] == ["1.0", case.number, "元氏县", "苏村乡"]
    assert (rows[4][9], rows[5][9]) == ("属实", "待核")
    assert rows[4][7].startswith("2024年")
    assert (rows[4][8], rows[4][10]) == ("", "")
    assert rows[6][0].startswith("填表人")
    read = load_workbook(tmp_path / "out.xlsx")["附件2 台账"]
    assert {str(area) for area in read.merged_cells.ranges} == {
        "A1:K1", "A2:K2", "A3:A4", "B3:B4", "C3:C4", "J3:J4", "K3:K4", "D3:F3", "G3:I3", "A7:K7",
    }  # fmt: skip
    assert read.column_dimensions["E"].hidden
    assert (read.page_setup.paperSize, read.page_setup.orientation) == (8, "landscape")
    assert read.print_title_rows == "$3:$4"
    assert read["F5"].number_format == "0.000"
    assert isinstance(read["F5"].value, float)


@pytest.mark.clause("四-6⑦")
def test_older_ledgers_come_out_as_before_byte_for_byte(world: World, tmp_path: Path) -> None:
    world.make_case(upto="open")
    before = world.clock.now
    first = make(world, tmp_path / "1.xlsx", before)
    in_force(world, blank_form(tmp_path / "form.xlsx"), world.clock.today() + timedelta(days=1))
    world.clock.tick(days=2)
    between = world.clock.now
    second = make(world, tmp_path / "2.xlsx", between)
    other = blank_form(tmp_path / "form.xlsx")
    in_force(world, other, world.clock.today() + timedelta(days=1), 备注={"kind": "field", "field": "unit"})
    world.clock.tick(days=2)
    third = make(world, tmp_path / "3.xlsx", world.clock.now)
    assert make(world, tmp_path / "1b.xlsx", before) == first
    assert make(world, tmp_path / "2b.xlsx", between) == second
    assert len({first, second, third}) == 3
    with world.seeing(cast.TOWNSHIP_OFFICER):
        versions = [template_at(moment, cast.ZONE) for moment in (before, between, world.clock.now)]
    assert [row.version if row else None for row in versions] == [None, 1, 2]


def test_who_may_do_what_with_a_form_and_from_when(world: World, tmp_path: Path) -> None:
    template_id = upload(world, blank_form(tmp_path / "form.xlsx"))
    tomorrow = world.clock.today() + timedelta(days=1)
    with pytest.raises(ActRefused, match="分管领导"):
        world.perform(
            cast.BUREAU_OFFICER, decide_template, template_id=template_id, passed=True, valid_from=tomorrow, opinion=""
        )
    for member in (cast.TOWNSHIP_OFFICER, cast.STRANGER, cast.COUNTY_LEADER):
        with pytest.raises(ActRefused):
            world.perform(member, propose_template, template_id=template_id)
    world.perform(cast.TASKFORCE_OFFICE, propose_template, template_id=template_id)
    with pytest.raises(ActRefused, match="已经提交"):
        remap(world, template_id)
    with pytest.raises(ActRefused, match="晚于今天"):
        world.perform(
            cast.BUREAU_LEADER, decide_template, template_id=template_id, passed=True,
            valid_from=world.clock.today(), opinion="",
        )  # fmt: skip
    with pytest.raises(ActRefused, match="要改什么"):
        world.perform(
            cast.BUREAU_LEADER, decide_template, template_id=template_id, passed=False, valid_from=None, opinion=" "
        )
    decide = {"template_id": template_id, "passed": True, "valid_from": tomorrow, "opinion": "同意"}
    world.perform(cast.BUREAU_LEADER, decide_template, **decide)
    with pytest.raises(ActRefused, match="不在待启用"):
        world.perform(cast.BUREAU_LEADER, decide_template, **decide)
    acts = [entry.act for entry in world.entries(template_id)]
    assert acts == ["template.propose", "template.put_in_force"]
    with world.seeing_all():
        assert verify_journal().breaks == ()
        LedgerTemplate.objects.filter(id=template_id).delete()
        assert LedgerTemplate.objects.filter(id=template_id).exists()


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)], ids=["uploaded", "proposed"])
def test_who_uploaded_or_proposed_a_form_does_not_put_it_in_force(
    world: World, tmp_path: Path, first: int, second: int
) -> None:
    who = (cast.BUREAU_LEADER, cast.BUREAU_OFFICER)
    template_id = upload(world, blank_form(tmp_path / "form.xlsx"), member=who[first])
    remap(world, template_id)
    world.perform(who[second], propose_template, template_id=template_id)
    decide = {"template_id": template_id, "valid_from": world.clock.today() + timedelta(days=1), "opinion": "同意"}
    with pytest.raises(ActRefused, match="另一位分管领导"):
        world.perform(cast.BUREAU_LEADER, decide_template, passed=True, **decide)
    world.perform(cast.BUREAU_LEADER, decide_template, passed=False, **decide)
    acts = [entry.act for entry in world.entries(template_id)]
    assert acts == ["template.map", "template.propose", "template.reject"]


def test_a_draft_is_its_countys_what_is_in_force_is_everybodys(world: World, tmp_path: Path) -> None:
    draft = upload(world, blank_form(tmp_path / "form.xlsx"))
    seen = {}
    for member in (cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER, cast.STRANGER):
        with world.seeing(member):
            seen[member] = LedgerTemplate.objects.filter(id=draft).exists()
    assert list(seen.values()) == [True, False, False]
    with pytest.raises(ActRefused, match="本县"):
        world.perform(
            cast.STRANGER,
            lambda *, acting: register_template(
                file=store_file(chunks=[b"PK"], name="x", uploaded_by=acting.viewer.account_id, now=acting.now()),
                name="x", acting=acting,
            ),
        )  # fmt: skip


def test_two_people_map_at_once_one_is_told(world: World, tmp_path: Path) -> None:
    template_id = upload(world, blank_form(tmp_path / "form.xlsx"))
    row = row_of(world, template_id)
    world.clock.tick(minutes=1)
    remap(world, template_id)
    with pytest.raises(ActRefused, match="他人改过"):
        world.perform(
            cast.TASKFORCE_OFFICE, map_template, template_id=template_id, texts={}, seen=row.changed_at.isoformat(),
            columns=choices(layout_of(row.layout)),
        )  # fmt: skip


def test_a_mapping_that_cannot_be_used_says_what_is_wrong(world: World, tmp_path: Path) -> None:
    template_id = upload(world, blank_form(tmp_path / "form.xlsx"))
    remap(
        world, template_id,
        **{
            "问题编号": {"kind": "empty"}, "备注": {"kind": "field", "field": "village"},
            "县（市、区）": {"kind": "constant", "text": " "},
        },
    )  # fmt: skip
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.BUREAU_OFFICER, propose_template, template_id=template_id)
    said = "\n".join(refused.value.missing)
    assert "台账编号或线索编号" in said
    assert "填的是同一项“村”" in said
    assert "没有写文字" in said
    with pytest.raises(ActRefused, match="没有选是哪一项"):
        remap(world, template_id, 备注={"kind": "field", "field": "no-such-field"})
    with pytest.raises(ActRefused, match="栏宽"):
        remap(world, template_id, 备注={"width": 0})


def hostile(path: Path, cells: Sequence[tuple[str, str]] = (), extra: dict[str, bytes] | None = None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for address, text in cells:
        sheet[address] = text
    book.save(path)
    if extra:
        with zipfile.ZipFile(path, "a") as archive:
            for name, data in extra.items():
                archive.writestr(name, data)
    return path


def test_forms_that_mean_harm_or_are_none(world: World, tmp_path: Path) -> None:
    with pytest.raises(SheetRefused, match="空的"):
        read_template(hostile(tmp_path / "empty.xlsx"))
    with pytest.raises(SheetRefused, match="没有找到表头"):
        read_template(hostile(tmp_path / "title.xlsx", [("A1", "只有标题")]))
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(SheetRefused, match=r"\.xlsx"):
        read_template(tmp_path / "old.xls")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for column, text in enumerate(("序号", "台账编号", "乡镇"), start=1):
        sheet.cell(1, column, text)
    for row in range(2, 2_002):
        for column in range(1, 110):
            sheet.cell(row, column).border = Border(top=THIN)
    book.save(tmp_path / "styled.xlsx")
    with pytest.raises(SheetRefused, match="单元格太多"):
        read_template(tmp_path / "styled.xlsx")
    evil = [("A1", "台账编号"), ("B1", '=HYPERLINK("http://x")'), ("C1", "村"), ("D1", "乡镇")]
    path = hostile(tmp_path / "evil.xlsx", evil, {"xl/vbaProject.bin": b"\0" * 10, "xl/externalLinks/a.xml": b"<a/>"})
    layout, notes = read_template(path)
    assert [note for note in notes if "宏" in note or "引用" in note or "公式" in note]
    world.make_case(upto="open")
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        from qingshan.contexts.ledgers.public import write_layout

        ledger = ledger_as_of(viewer, world.clock.now, now=world.clock.now)
        layout = replace(layout, top=tuple(replace(b, text=b.text or "=1+1") for b in layout.top))
        write_layout(ledger, layout, tmp_path / "out.xlsx", zone=cast.ZONE, unit="=cmd|x")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert not [n for n in archive.namelist() if "vba" in n.lower() or "external" in n.lower()]
        assert all(b"<f>" not in archive.read(n) for n in archive.namelist())


def test_days_in_every_form() -> None:
    forms = [written_day("2024-08-05", style) for style in ("iso", "slash", "dot", "chinese", "compact")]
    assert forms == ["2024-08-05", "2024/8/5", "2024.8.5", "2024年8月5日", "20240805"]
    assert written_day("", "dot") == ""
