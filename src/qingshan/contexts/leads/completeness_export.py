"""The completeness proof as a workbook (核查闭环证明导出): sums with their formula, and the rows behind each figure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter

from qingshan.contexts.leads.completeness import Line, Proof
from qingshan.contexts.leads.completeness_rows import Behind, ProofRow, missing_rows, rows_behind
from qingshan.domain.completeness import CLASS_OF, CLASS_WORDS, CLASSES
from qingshan.domain.lead import DIRECTION_WORDS, LEAD_WORDS

MADE = datetime(2024, 7, 1)  # noqa: DTZ001 - a workbook knows no zones
SHEETS: Mapping[str, str] = {"batch": "按批次", "channel": "按渠道", "unit": "按责任单位"}
OTHERS: Mapping[str, str] = {"batch": "单条登记", "unit": "没有责任单位", "channel": ""}
_ROW_HEAD = ("线索编号", "来源编号", "线索", "渠道", "批次", "责任单位", "状态", "归类", "并入", "程序键")
Report = Callable[[int, int], None]


def write_proof(
    proof: Proof, path: Path, *, zone: ZoneInfo, channels: Mapping[str, str], report: Report = lambda _d, _t: None
) -> int:
    """Write the proof with every row behind it; returns the number of rows.

    Figures are numbers, sums are formulas of the workbook, texts are texts: nothing of what came in is run.
    """
    rows = rows_behind(proof.moment, Behind(cls=""), limit=None)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": MADE})
        looks = {
            "head": book.add_format({"bold": True, "bg_color": "#E6F0EB", "bottom": 1, "text_wrap": True}),
            "bad": book.add_format({"bold": True, "font_color": "#B3261E"}),
            "title": book.add_format({"bold": True, "font_size": 13}),
        }
        told = f"截至 {proof.moment.astimezone(zone):%Y-%m-%d %H:%M}：" + (
            "各行收到数等于去向之和" if proof.holds else "有不相等的行，见“差额”栏"
        )
        for by, name in SHEETS.items():
            _write_lines(book.add_worksheet(name), proof.lines[by], by, told, looks)
        _write_coverage(book.add_worksheet("下发图斑到场"), proof, looks)
        _write_rows(book.add_worksheet("明细"), rows, channels, looks, report)
        dropped = missing_rows(proof.moment)
        if dropped:
            _write_rows(book.add_worksheet("没有线索的收件行"), dropped, channels, looks, report)
    return len(rows)


def _write_lines(sheet: Any, lines: tuple[Line, ...], by: str, told: str, looks: Mapping[str, Any]) -> None:
    head = (
        SHEETS[by][1:], "来向", "文件行数", "重复行", "拒收行", "收到", *CLASS_WORDS.values(), "去向合计", "差额",
        "子图斑", "丢失",
    )  # fmt: skip
    sheet.write_string(0, 0, told, looks["title"])
    sheet.write_row(2, 0, head, looks["head"])
    sheet.freeze_panes(3, 1)
    sheet.set_column(0, 0, 30)
    first = 6
    last = first + len(CLASSES) - 1
    for row, line in enumerate(lines, start=3):
        sheet.write_string(row, 0, line.label or OTHERS[by])
        sheet.write_string(row, 1, DIRECTION_WORDS.get(line.direction, ""))
        if line.intake is not None:
            figures = (line.intake.received, line.intake.duplicate, line.intake.rejected)
            sheet.write_row(row, 2, figures, looks["bad"] if line.unlisted else None)
        sheet.write_number(row, 5, line.sum.received)
        for column, name in enumerate(CLASSES, start=first):
            sheet.write_number(row, column, line.sum.classes.get(name, 0))
        spread = f"{_cell(row, first)}:{_cell(row, last)}"
        sheet.write_formula(row, last + 1, f"=SUM({spread})", None, line.sum.accounted)
        look = None if line.holds else looks["bad"]
        sheet.write_formula(row, last + 2, f"={_cell(row, 5)}-{_cell(row, last + 1)}", look, line.sum.gap)
        sheet.write_number(row, last + 3, line.parts)
        sheet.write_number(row, last + 4, line.lost, None if not line.lost else looks["bad"])


def _cell(row: int, column: int) -> str:
    return f"{chr(ord('A') + column)}{row + 1}"


def _write_coverage(sheet: Any, proof: Proof, looks: Mapping[str, Any]) -> None:
    sheet.write_row(0, 0, ("责任单位", "下发（收到）", "已到场有结论", "还没有", "核查率 %"), looks["head"])
    sheet.set_column(0, 0, 30)
    for row, one in enumerate(proof.onsite, start=1):
        sheet.write_string(row, 0, one.unit)
        sheet.write_row(row, 1, (one.received, one.verified, one.missing, one.percent))


def _write_rows(
    sheet: Any, rows: list[ProofRow], channels: Mapping[str, str], looks: Mapping[str, Any], report: Report
) -> None:
    sheet.write_row(0, 0, _ROW_HEAD, looks["head"])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(_ROW_HEAD) - 1, 18)
    numbers = {row.lead_id: row.number for row in rows if row.lead_id}
    for at, row in enumerate(rows, start=1):
        main = numbers.get(UUID(row.merged_into), row.merged_into) if row.merged_into else ""
        texts = (
            row.number, row.source_no, row.title, channels.get(row.channel, row.channel), row.batch, row.unit,
            LEAD_WORDS.get(row.state, row.state), _class_word(row), main, str(row.lead_id or ""),
        )  # fmt: skip
        for column, text in enumerate(texts):
            sheet.write_string(at, column, text)
        if at % 2_000 == 0:
            report(at, len(rows))
    sheet.autofilter(0, 0, max(len(rows), 1), len(_ROW_HEAD) - 1)


def _class_word(row: ProofRow) -> str:
    """Class of a row; what is in none says so."""
    if not row.stored:
        return "丢失"
    return CLASS_WORDS.get(CLASS_OF.get(row.state, ""), "没有归类")
