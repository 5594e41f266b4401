"""Opening a received table (来表): which sheets, what each column is, which rows are none; told for the preview.

Worker and command line only.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from qingshan.commons.base.collecting import collector_paused
from qingshan.commons.files.cells import Value, is_blank, plain_text
from qingshan.commons.files.foreign_tables import ForeignTable, read_foreign_tables
from qingshan.commons.files.headings import Header, Heading, match_headings
from qingshan.commons.files.packages import SheetRefused
from qingshan.commons.files.services import path_of
from qingshan.commons.files.sheets import column_letters
from qingshan.commons.inbox.models import Batch
from qingshan.contexts.leads.services.reading import ForbiddenFileError
from qingshan.contexts.leads.services.table_memory import remembered_choices
from qingshan.domain.plan import Plan
from qingshan.geo.attributes import AliasLike
from qingshan.geo.features import FeatureFile, ReadError
from qingshan.geo.reading import reading_of
from qingshan.geo.table_columns import (
    CORNER,
    CORNERS,
    EXTRA,
    IGNORED,
    LON,
    PERSONAL,
    POSITION,
    TableChoices,
    alias_names,
    choices_from,
    guess_by_values,
    is_coordinate,
    is_personal,
    problems_of,
)
from qingshan.geo.table_placing import place_items
from qingshan.geo.table_rows import TableItem, TableReader, TableRow, scalar_of

FORMATS: Final = {"xlsx": "Excel 工作簿", "xls": "Excel 97-2003（或 WPS .et）工作簿", "csv": "文本表格（CSV）"}
"""Kinds of files that are read as tables, with their names."""
SAMPLED, EXAMPLES, SHOWN_SKIPPED = 60, 2, 200
_RUN: Final = 3
ROW_MARK, SHEET_MARK, REASON_MARK = "原行号", "原工作表", "拒收原因"
OWN_HEADINGS: Final = (ROW_MARK, SHEET_MARK, REASON_MARK)
"""Columns of a file of refused rows; the first brings back the row that was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedTable:
    """A table opened for one pass: its rows, its columns as aliases, what the preview tells, the rows as they came."""

    file: FeatureFile
    aliases: tuple[AliasLike, ...]
    choices: TableChoices
    content: Mapping[str, Any]
    originals: "Originals"
    origins: Mapping[int, int]


class Originals:
    """Rows as they came, by the index of the lead they belong to; for the file of refused rows."""

    def __init__(self, tables: Sequence["_Taken"], items: Sequence[TableItem]) -> None:
        self._members = {item.index: item.members for item in items}
        self._tables = tables
        self.headings = list(
            dict.fromkeys(name for t in tables for name in t.table.keys().values() if name != ROW_MARK)
        )

    def rows(self, index: int) -> Iterator[tuple[str, int, list[str]]]:
        """Sheet, row number and texts in the order of `headings` of every row of one lead."""
        for member in self._members.get(index, [index]):
            taken = next(t for t in reversed(self._tables) if t.offset < member)
            cells = taken.cells.get(member - taken.offset, {})
            yield taken.table.name, member - taken.offset, [plain_text(cells.get(h)) for h in self.headings]


@dataclass(slots=True)
class _Taken:
    """A sheet that is taken, with what is added to its row numbers; ``cells`` of its rows by their number."""

    table: ForeignTable
    offset: int
    cells: dict[int, Mapping[str, Value]] = field(default_factory=dict)


def open_table(batch: Batch, plan: Plan, kind: str) -> OpenedTable:
    """Open a batch whose original is a table; raises `ReadError` and `ForbiddenFileError`."""
    with collector_paused():
        return _open(batch, plan, kind)


def _open(batch: Batch, plan: Plan, kind: str) -> OpenedTable:
    names = alias_names(plan.intake.aliases)
    tables = _tables(batch, [name for many in names.values() for name in many])
    _check_marks(tables, plan.intake.forbidden_marks)
    choices = _choices(batch, tables, names)
    taken, offset = [], 0
    for table in tables:
        if table.name in choices.sheets:
            taken.append(_Taken(table, offset))
            offset += max((row.number for row in table.source), default=0)
    skipped: list[dict[str, Any]] = []
    rows = [row for one in taken for row in _rows_of(one, skipped)]
    choices = _with_layout(choices, rows)
    reader = TableReader(choices, several=len(taken) > 1)
    items = reader.items(rows)
    placed = place_items(items, reading_of({**batch.reading, "crs": batch.crs}))
    formulas = sum(len(one.table.formulas) for one in taken)
    return OpenedTable(
        file=FeatureFile(
            rows=placed.rows,
            count=len(items),
            format=FORMATS[kind],
            crs_text=placed.crs_text,
            encoding=None,
            layers=choices.sheets,
            notes=(*placed.notes, *((f"表内有 {formulas} 个公式，取其结果",) if formulas else ())),
            sample=placed.sample,
        ),
        aliases=choices.aliases(),
        choices=choices,
        content=_content(tables, choices, skipped),
        originals=Originals(taken, items),
        origins=dict(_origins(rows)),
    )


def _tables(batch: Batch, known: Sequence[str]) -> list[ForeignTable]:
    try:
        tables = read_foreign_tables(path_of(batch.sha256), batch.file_name, known=known, macros=False)
    except SheetRefused as refused:
        raise ReadError(str(refused), "改好后重新上传，原件已保存") from refused
    for table in tables:
        if table.header is None or any(is_coordinate(h.title) for h in table.header.headings if h.title):
            table.header = _lettered(table)
    return tables


def _check_marks(tables: Sequence[ForeignTable], marks: Sequence[str]) -> None:
    """Refuse a file that carries a forbidden mark anywhere, also in a title or in a sheet that is not taken."""
    for table in tables:
        told = "\0".join(value for row in table.source for value in row.values if isinstance(value, str))
        if any(mark in told or mark in table.name for mark in marks):
            raise ForbiddenFileError


def _lettered(table: ForeignTable) -> Header | None:
    """A header for a table that has none: columns by their letters, every row counts."""
    width = max((len(row.values) for row in table.source[:SAMPLED]), default=0)
    headings = tuple(Heading(column=n, title=f"{column_letters(n)} 列") for n in range(1, width + 1))
    return Header(first=0, last=0, headings=headings, title="", data_from=1) if headings else None


# --- choices ---------------------------------------------------------------------------------------------------------


def _choices(batch: Batch, tables: Sequence[ForeignTable], names: Mapping[str, Sequence[str]]) -> TableChoices:
    """As was chosen for this batch, else as the sender's last table was read, else guessed by the plan."""
    kept = choices_from(batch.mapping)
    if kept is not None and kept.sheets:
        return kept
    guessed = {table.name: _guess(table, names) for table in tables}
    said = tuple(name for name in batch.mapping.get("sheets", ()) if name in guessed)
    sheets = said or _sheets_with_place(tables, guessed)
    columns: dict[str, str] = {}
    for name in sheets:
        columns = guessed[name] | columns
    remembered = kept or remembered_choices(batch, set(columns))
    if remembered is not None:
        return replace(remembered, sheets=sheets, columns=columns | dict(remembered.columns))
    return TableChoices(sheets=sheets, columns=columns, origin="plan")


def _sheets_with_place(tables: Sequence[ForeignTable], guessed: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Visible sheets whose columns say a place; else the first that holds anything."""
    places = {LON, POSITION, CORNERS, "township", "village", "place"}
    found = [t.name for t in tables if t.source and not t.hidden and places & set(guessed[t.name].values())]
    rest = [t.name for t in tables if t.source and not t.hidden] or [t.name for t in tables if t.source]
    return tuple(found or rest[:1])


def _guess(table: ForeignTable, names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Field of every column of a sheet; what nothing is known of is kept as it is."""
    keys = table.keys()
    found = {keys[column]: slug for column, slug in match_headings(table.headings, names).items()}
    samples: dict[str, list[object]] = {name: [] for name in keys.values()}
    for row, _ in zip((r for r in table.rows() if not r.not_row), range(SAMPLED), strict=False):
        for name, value in row.cells.items():
            samples[name].append(value)
    found = found | guess_by_values(samples, found)
    for name in keys.values():
        if name not in found:
            found[name] = PERSONAL if is_personal(name) else EXTRA
    return found | {name: IGNORED for name in OWN_HEADINGS if name in found}


def _with_layout(choices: TableChoices, rows: Sequence[TableRow]) -> TableChoices:
    """Corner lists are told by a column of corner numbers, or by numbers of patches that repeat row after row."""
    if choices.layout:
        return choices
    columns = {slug: heading for heading, slug in choices.columns.items()}
    listed = CORNER in columns or _repeats(columns.get("source_no", ""), rows, has_position=LON in columns)
    return replace(choices, layout="corners" if listed and CORNERS not in columns else "points")


def _repeats(heading: str, rows: Sequence[TableRow], *, has_position: bool) -> bool:
    if not heading or not has_position or len(rows) < _RUN:
        return False
    counts = Counter(str(row.cells.get(heading) or "") for row in rows)
    counts.pop("", None)
    many = sum(count for count in counts.values() if count >= _RUN)
    return many >= 0.8 * sum(counts.values()) > 0


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows_of(taken: _Taken, skipped: list[dict[str, Any]]) -> Iterator[TableRow]:
    """Rows that stand for something; others are told in ``skipped``, with why."""
    table = taken.table
    keys = table.keys()
    faulty, computed = _by_row(table.errors, keys), _by_row(table.formulas, keys)
    for row in table.rows():
        formulas = computed.pop(row.number, set())
        if row.not_row:
            if row.not_row not in ("表头", "标题行", "栏次行"):
                skipped.append({"sheet": table.name, "row": row.number, "reason": row.not_row})
            continue
        taken.cells[row.number] = row.cells
        yield TableRow(
            index=taken.offset + row.number,
            sheet=table.name,
            number=row.number,
            cells=row.cells,
            faulty=frozenset(faulty.get(row.number, ())),
            uncounted=frozenset(name for name in formulas if is_blank(row.cells.get(name))),
        )
    skipped += ({"sheet": table.name, "row": number, "reason": _ONLY_FORMULAS} for number in sorted(computed))


_ONLY_FORMULAS: Final = "整行是没有保存结果的公式：请在 Excel 或 WPS 中打开并保存一次再传"


def _by_row(places: Collection[tuple[int, int]], keys: Mapping[int, str]) -> dict[int, set[str]]:
    """Row → headings of the cells at these places (row, column)."""
    found: dict[int, set[str]] = {}
    for number, column in places:
        if column in keys:
            found.setdefault(number, set()).add(keys[column])
    return found


def _origins(rows: Sequence[TableRow]) -> Iterator[tuple[int, int]]:
    """Row → the row of the supplemented batch as which it was refused."""
    for row in rows:
        text = plain_text(row.cells.get(ROW_MARK))  # type: ignore[arg-type]
        if text.isdecimal() and len(text) < 8:
            yield row.index, int(text)


# --- what the preview tells ------------------------------------------------------------------------------------------


def _content(
    tables: Sequence[ForeignTable], choices: TableChoices, skipped: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    columns: dict[str, dict[str, Any]] = {}
    for table in tables:
        if table.name not in choices.sheets:
            continue
        for name, examples in _examples(table).items():
            slug = choices.columns.get(name, EXTRA)
            shown = [] if slug == PERSONAL or is_personal(name) else examples
            columns.setdefault(name, {"name": name, "field": slug, "examples": shown})
    return {
        "sheets": [
            {
                "name": table.name,
                "hidden": table.hidden,
                "rows": sum(1 for row in table.source if table.header is None or row.number >= table.header.data_from),
                "title": table.header.title if table.header else "",
                "taken": table.name in choices.sheets,
            }
            for table in tables
            if table.source
        ],
        "columns": list(columns.values()),
        "layout": choices.layout,
        "origin": choices.origin,
        "sender": choices.sender,
        "skipped": list(skipped[:SHOWN_SKIPPED]),
        "skipped_count": len(skipped),
        "problems": problems_of(choices),
    }


def _examples(table: ForeignTable) -> dict[str, list[str]]:
    """The first different texts of each column."""
    found: dict[str, list[str]] = {name: [] for name in table.keys().values()}
    for row, _ in zip((r for r in table.rows() if not r.not_row), range(SAMPLED), strict=False):
        for name, value in row.cells.items():
            texts = found[name]
            if len(texts) < EXAMPLES and not is_blank(value):
                text = str(scalar_of(value))[:60]
                if text not in texts:
                    texts.append(text)
    return found
