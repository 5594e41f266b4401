"""Judging a filled sheet row by row (回填表逐行核对). Worker only; changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from qingshan.commons.files.cells import (
    CellProblem,
    Value,
    code_text,
    day_of,
    heading_key,
    moment_of,
    number_of,
    plain_text,
    yes_of,
)
from qingshan.commons.files.headings import Header, find_header
from qingshan.commons.files.sheets import Cell, Row, Sheet, SheetRefused, read_sheet
from qingshan.contexts.ledgers.return_fields import (
    BY_HEADING,
    BY_KEY,
    FIELDS,
    FIRST,
    KEY,
    NEEDS_PHOTOS,
    REASONS,
    STAMP,
    VERDICTS,
    ReturnField,
    acts_for,
)

MAX_ROWS = 5_000
NOT_OURS = "这不是本系统下载的回填表：找不到“线索编号”或“校验码”一栏。请重新下载再填"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLead:
    """A lead of the township as it stands now."""

    lead_id: UUID
    state: str
    state_word: str
    photos: bool
    seq: int
    hash: str


@dataclass(slots=True, kw_only=True)
class JudgedRow:
    """One row and what is to be done with it."""

    row: int
    number: str
    lead_id: UUID | None = None
    seq: int = 0
    values: dict[str, str] = field(default_factory=dict)
    differences: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """changed, unchanged or refused."""
        if self.problems:
            return "refused"
        return "changed" if self.values else "unchanged"


def judge_sheet(path: Path, leads: Mapping[str, KnownLead], zone: ZoneInfo) -> tuple[list[JudgedRow], list[str]]:
    """Every row that is not empty, judged against the township's leads by number; raises `SheetRefused`."""
    sheet = read_sheet(path)
    header = find_header(sheet.rows(last=30), sheet.merged, [KEY, STAMP, *BY_HEADING])
    columns = _columns(header)
    gone = [f.heading for f in FIELDS if f.key not in columns]
    notes = [f"表里没有“{'”“'.join(gone)}”，这些栏按没有填处理"] if gone else []
    judged: dict[str, JudgedRow] = {}
    rows: list[JudgedRow] = []
    for row in _filled(sheet, header.data_from if header else 1):
        found = _judge(row, columns, leads, zone)
        first = judged.setdefault(found.number, found)
        if found.number and first is not found:
            found.problems.append(f"编号 {found.number} 在第 {first.row} 行已经出现，同一条线索只能有一行")
        rows.append(found)
    return rows, notes


def _columns(header: Header | None) -> dict[str, int]:
    named = {heading_key(h.title): h.column for h in reversed(header.headings)} if header else {}
    columns = {f.key: named[heading_key(f.heading)] for f in FIELDS if heading_key(f.heading) in named}
    if heading_key(KEY) not in named or heading_key(STAMP) not in named:
        raise SheetRefused(NOT_OURS)
    return columns | {"": named[heading_key(KEY)], "stamp": named[heading_key(STAMP)]}


def _filled(sheet: Sheet, first: int) -> Iterator[Row]:
    count = 0
    for row in sheet.rows(first=first):
        if row.empty:
            continue
        count += 1
        if count > MAX_ROWS:
            raise SheetRefused(f"回填表超过 {MAX_ROWS} 行，请分几份上传")
        yield row


def _judge(row: Row, columns: Mapping[str, int], leads: Mapping[str, KnownLead], zone: ZoneInfo) -> JudgedRow:
    cell = row.cell(columns[""])
    try:
        found = JudgedRow(row=row.number, number=code_text(cell.value)[:60])
    except CellProblem as problem:
        return JudgedRow(row=row.number, number="", problems=[f"{cell.where} {problem}"])
    lead = leads.get(found.number)
    if lead is None:
        found.problems.append(f"{cell.where} 编号“{found.number}”不是交给本单位、现在待办的线索，或编号被改动")
        return found
    found.lead_id, found.seq = lead.lead_id, lead.seq
    given = [(f, row.cell(columns[f.key])) for f in FIELDS if f.key in columns and _says(row.cell(columns[f.key]))]
    if not given:
        return found
    _check_stamp(found, lead, row.cell(columns["stamp"]))
    for wanted, filled in given:
        merged = row.sheet.range_at(filled.row, filled.column) is not None
        _take(found, lead, wanted, filled, zone, merged=merged)
    _check_together(found, lead)
    return found


def _says(cell: Cell) -> bool:
    """Whether a cell asks for something; a formula does, also one whose result was not kept."""
    return cell.formula or not cell.blank


def _check_stamp(found: JudgedRow, lead: KnownLead, cell: Cell) -> None:
    parts = cell.text.split(":")
    if len(parts) != 3 or parts[0] != str(lead.lead_id) or not parts[1].isdigit() or cell.formula:
        found.problems.append(f"{cell.where} 校验码与编号不符（被改动或错行），请重新下载再填")
    elif (int(parts[1]), parts[2]) != (lead.seq, lead.hash[:16]):
        found.problems.append("下载以后这条线索已有新的办理，本行不再适用；请重新下载再填")


def _take(found: JudgedRow, lead: KnownLead, wanted: ReturnField, cell: Cell, zone: ZoneInfo, *, merged: bool) -> None:
    if cell.formula:
        found.problems.append(f"{cell.where}“{wanted.heading}”是公式，请改为直接填写的内容")
        return
    if merged:
        found.problems.append(f"{cell.where}“{wanted.heading}”是合并单元格，请取消合并后逐行填写")
        return
    if wanted.act not in acts_for(lead.state, photos=lead.photos):
        reason = (
            NEEDS_PHOTOS if wanted.act == "verify" and lead.photos else f"现在状态是“{lead.state_word}”，这一栏不能填"
        )
        found.problems.append(f"{cell.where}“{wanted.heading}”：{reason}")
        return
    try:
        text = _value(wanted, cell.value, zone)
    except CellProblem as problem:
        found.problems.append(f"{cell.where}“{wanted.heading}”{problem}")
        return
    if text:
        found.values[wanted.key] = text
        found.differences.append(
            {"field": wanted.heading, "old": lead.state_word if wanted.key == "receive" else "",
             "new": plain_text(cell.value)[:2000], "cell": cell.address}
        )  # fmt: skip


def _value(wanted: ReturnField, value: Value, zone: ZoneInfo) -> str:
    """A cell as the services take it."""
    if wanted.key == "receive":
        return "yes" if yes_of(value) else ""
    if wanted.choices:
        known = VERDICTS if wanted.key == "verdict" else REASONS
        text = plain_text(value)
        if text not in known:
            raise CellProblem(f"“{text[:40]}”不在可选范围：{'、'.join(known)}")
        return known[text]
    if wanted.key in ("lon", "lat"):
        return repr(_degrees(number_of(value), wanted.key))
    if wanted.key == "visited_at":
        moment = moment_of(value, zone)
        return moment.isoformat() if moment else ""
    if wanted.key == "missing_by":
        day = day_of(value)
        return day.isoformat() if day else ""
    return plain_text(value)[:2000]


def _degrees(number: float | None, key: str) -> float:
    limit = 180 if key == "lon" else 90
    if number is None or not -limit <= number <= limit:
        raise CellProblem(f"不是{'经度' if key == 'lon' else '纬度'}")
    return number


def _check_together(found: JudgedRow, lead: KnownLead) -> None:
    acts = {BY_HEADING[d["field"]].act for d in found.differences}
    if "return" in acts and len(acts) > 1:
        found.problems.append("退回的线索不能同时办理别的，请只留退回理由")
    if "verify" in acts and "verdict" not in found.values:
        found.problems.append("填了核查内容而没有选“核查结论”")
    first = FIRST.get(lead.state, "")
    if "verify" in acts and first and first not in found.values:
        found.problems.append(f"填了核查内容，须同时填“{BY_KEY[first].heading}”")
