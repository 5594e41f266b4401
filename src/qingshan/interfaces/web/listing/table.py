"""The rows of a register as markup, made in Python once per row (登记表各行)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from qingshan.interfaces.web.listing.spec import Cell, Column, ListSpec
from qingshan.interfaces.web.marks import joined, markup

Row = Mapping[str, Any]


def rows_html(
    spec: ListSpec, columns: Sequence[Column], rows: Sequence[Row], *, at: UUID | None, pick: bool, now: datetime
) -> SafeString:
    """All rows; ``at``: the one whose summary is open; ``pick``: rows can be ticked."""
    shown = [(spec.cells[column.slug], _opening(column)) for column in columns]
    return joined([_row(row, shown, here=row["id"] == at, pick=pick, now=now) for row in rows])


def _opening(column: Column) -> SafeString:
    """The opening tag of a cell; on a phone its label stands before the content."""
    names = {"qs-number": column.number, "qs-nowrap": column.nowrap, "qs-fixed-cell": column.fixed}
    classes = " ".join([f"qs-col-{column.slug}", *(name for name, on in names.items() if on)])
    css = markup(' class="{}"', classes)
    label = "" if column.fixed else markup(' data-label="{}"', column.label)
    return markup("<td{}{}>", css, label)


def _row(row: Row, shown: Sequence[tuple[Cell, SafeString]], *, here: bool, pick: bool, now: datetime) -> SafeString:
    opening = (
        '<tr data-id="{}" data-panel="{}" data-cursor aria-current="true">'
        if here
        else '<tr data-id="{}" data-panel="{}">'
    )
    parts: list[str] = [markup(opening, row["id"], row["panel"])]
    if pick:
        parts.append(_box(row))
    last = len(shown) - 1
    for number, (made, td) in enumerate(shown):
        acts = _acts(row["acts"]) if number == last and row["acts"] else ""
        parts += (td, made(row, now), acts, _CLOSING)
    return joined([*parts, _END])


_CLOSING, _END = SafeString("</td>"), SafeString("</tr>\n")


def _box(row: Row) -> SafeString:
    box = '<input type="checkbox" name="id" value="{}" aria-label="{}">' if row["pick"] else ""
    return markup('<td class="qs-pick">' + box + "</td>", row["id"], row["label"])


def _acts(acts: Sequence[Mapping[str, Any]]) -> SafeString:
    """What can be done on a row at once; buttons belong to the form around the table."""
    made = [
        markup('<button type="submit" class="btn btn-sm" formaction="{}">{}</button>', act["url"], act["label"])
        if act["method"] == "post"
        else markup('<a class="btn btn-sm" href="{}">{}</a>', act["url"], act["label"])
        for act in acts
    ]
    return markup('<span class="qs-row-acts">{}</span>', joined(made))
