"""Reading a returned file by the layout it was sent in (按同一表样读返回文件). Worker only; changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from qingshan.commons.files.cells import CellProblem, code_text, day_of, heading_key, plain_text
from qingshan.commons.files.headings import Header, find_header
from qingshan.commons.files.sheets import Cell, Row, Sheet, SheetRefused, read_sheet
from qingshan.contexts.ledgers.exchange_words import KEYS, PLATFORM, ReturnedRow
from qingshan.contexts.ledgers.fields import FIELD_BY_KEY
from qingshan.contexts.ledgers.layout import Layout, LayoutColumn

RETURNED = ("province_no", "entered_on", "verdict", PLATFORM)
"""Fields whose returned values may be accepted; all others are only compared by eye in the file."""
MAX_ROWS = 20_000


def read_returned(path: Path, layout: Layout) -> tuple[list[ReturnedRow], list[str]]:
    """Every row that is not empty, and notes; raises `SheetRefused` where the file is not of this layout."""
    sheet = read_sheet(path)
    titles = [column.title for column in layout.columns if column.title]
    header = find_header(sheet.rows(last=60), sheet.merged, titles)
    columns, notes = _columns(header, layout)
    rows = [_row(row, columns) for row in _filled(sheet, header.data_from if header else 1)]
    return rows, notes


def _columns(header: Header | None, layout: Layout) -> tuple[dict[str, tuple[int, LayoutColumn]], list[str]]:
    """Field → column of the file, by the layout's titles; refused when no key stands in it."""
    named = {heading_key(h.title): h.column for h in reversed(header.headings)} if header else {}
    found: dict[str, tuple[int, LayoutColumn]] = {}
    gone = []
    for column in layout.columns:
        if column.kind != "field" or column.field not in (*KEYS, *RETURNED):
            continue
        at = named.get(heading_key(column.title))
        if at is None:
            gone.append(column.title)
        else:
            found[column.field] = (at, column)
    if not any(key in found for key in KEYS):
        raise SheetRefused("这个文件里找不到表样中的编号栏：请确认它是按现行表样导出后由对方填回的，栏名没有改动")
    if not any(name in found for name in RETURNED):
        raise SheetRefused(
            "现行表样里没有可以取回的栏（省系统编号、录入日期、核查结论或信访平台编号），请先在表样里对应好"
        )
    return found, [f"文件里没有“{'”“'.join(gone)}”栏，按没有填处理"] if gone else []


def _filled(sheet: Sheet, first: int) -> Iterator[Row]:
    count = 0
    for row in sheet.rows(first=first):
        if row.empty:
            continue
        count += 1
        if count > MAX_ROWS:
            raise SheetRefused(f"返回文件超过 {MAX_ROWS} 行，请分几份上传")
        yield row


def _row(row: Row, columns: Mapping[str, tuple[int, LayoutColumn]]) -> ReturnedRow:
    found = ReturnedRow(row=row.number)
    for name, (at, column) in columns.items():
        cell = row.cell(at)
        if cell.formula:
            found.problems.append(f"{cell.where}“{column.title}”是公式，请改为数值后再传")
            continue
        if cell.blank:
            continue
        try:
            text = _value(name, column, cell)
        except CellProblem as problem:
            found.problems.append(f"{cell.where}“{column.title}”{problem}")
            continue
        (found.keys if name in KEYS else found.values)[name] = text[:120]
        found.cells[name] = f"{column.title}（{cell.address}）"
    return found


def _value(name: str, column: LayoutColumn, cell: Cell) -> str:
    wanted = FIELD_BY_KEY[name]
    if wanted.kind == "day":
        day = day_of(cell.value)
        return day.isoformat() if day else ""
    if wanted.kind == "code":
        text = plain_text(cell.value)
        words = {word: code for code, word in {**wanted.words, **column.words}.items()}
        words |= {word: code for code, word in wanted.words.items() if word not in words}
        if text not in words:
            raise CellProblem(f"“{text[:40]}”不在对照表内：{'、'.join(_known(words))}")
        return words[text]
    return code_text(cell.value) if name in KEYS or name.endswith("_no") else plain_text(cell.value)


def _known(words: Mapping[str, str]) -> Sequence[str]:
    return list(words)[:12]
