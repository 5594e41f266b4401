"""A ledger under a layout as a table of a page: merged headings, hidden columns left out, texts above and below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qingshan.contexts.ledgers.public import Block, Layout, LayoutColumn, with_tokens

PRINTED = (
    "case_number", "lead_number", "verdict", "category", "channel", "township", "village", "place", "area_mu", "party",
    "filing_no", "decision_no", "rectification_mode", "unit", "supervising_unit", "due_on", "closure", "accepted_on",
    "city_result", "close_out_number", "state",
)  # fmt: skip
"""What the program prints of its own columns: as many as an A3 page across can hold and be read."""
_WIDE = {"place": 20, "party": 14, "unit": 14, "supervising_unit": 16, "closure": 16, "verdict": 9, "case_number": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCell:
    """One heading: text, rows and columns that it spans."""

    text: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table to be shown: lines above, heading rows, widths in per cent, rows, lines below."""

    title: str
    lines: tuple[str, ...]
    head: tuple[tuple[HeadCell, ...], ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...]


def own_layout(fields: Mapping[str, str], title: str) -> Layout:
    """The program's own printed form: a selection of its columns under one row of headings. ``fields``: labels."""
    keys = ("", *PRINTED)
    columns = [LayoutColumn(title="序号", kind="ordinal", width=5)]
    columns += [LayoutColumn(title=fields[k], kind="field", field=k, width=_WIDE.get(k, 11)) for k in PRINTED]
    head = [
        Block(row=3, column=n, last_row=3, last_column=n, text=columns[n - 1].title) for n in range(1, len(keys) + 1)
    ]
    top = [
        Block(row=1, column=1, last_row=1, last_column=len(keys), text=title, bold=True, size=16, border=False),
        Block(
            row=2,
            column=1,
            last_row=2,
            last_column=len(keys),
            text="{单位}　　截至 {截至}　　共 {行数} 行",
            border=False,
        ),
    ]
    return Layout(
        sheet="台账",
        top=(*top, *head),
        header_first=3,
        header_last=3,
        columns=tuple(columns),
        heights=(),
        freeze_columns=0,
    )


def shown_table(layout: Layout, rows: Iterable[Sequence[str | int | float]], tokens: Mapping[str, str]) -> ShownTable:
    """What a page shows of a layout with these rows."""
    seen = [n for n, column in enumerate(layout.columns, start=1) if not column.hidden]
    lines = _lines((b for b in layout.top if b.last_row < layout.header_first), tokens)
    total = sum(layout.columns[n - 1].width for n in seen) or 1
    return ShownTable(
        title=lines[0] if lines else tokens.get("{标题}", ""),
        lines=lines[1:],
        head=tuple(_head_row(layout, row, set(seen)) for row in range(layout.header_first, layout.header_last + 1)),
        widths=tuple(max(1, round(layout.columns[n - 1].width / total * 100)) for n in seen),
        rows=tuple(tuple(_text(row[n - 1], layout.columns[n - 1]) for n in seen) for row in rows),
        foot=_lines(layout.foot, tokens),
    )


def _lines(blocks: Iterable[Block], tokens: Mapping[str, str]) -> tuple[str, ...]:
    found: dict[int, list[str]] = {}
    for block in blocks:
        if block.text:
            found.setdefault(block.row, []).append(with_tokens(block.text, tokens))
    return tuple("　　".join(found[row]) for row in sorted(found))


def _head_row(layout: Layout, row: int, seen: set[int]) -> tuple[HeadCell, ...]:
    """Headings that begin in a row; a column that no block covers gets an empty one."""
    cells = []
    last = layout.header_last
    for column in sorted(seen):
        block = next((b for b in layout.top if _holds(b, row, column)), None)
        if block is None:
            cells.append(HeadCell(text="", rows=1, columns=1))
            continue
        first = min(c for c in seen if block.column <= c <= block.last_column)
        if max(block.row, layout.header_first) != row or first != column:
            continue
        span = len([c for c in seen if block.column <= c <= block.last_column])
        cells.append(HeadCell(text=block.text, rows=min(block.last_row, last) - row + 1, columns=span))
    return tuple(cells)


def _holds(block: Block, row: int, column: int) -> bool:
    return block.row <= row <= block.last_row and block.column <= column <= block.last_column


def _text(value: str | float, column: LayoutColumn) -> str:
    if isinstance(value, float):
        return f"{value:.{column.decimals}f}"
    return str(value)
