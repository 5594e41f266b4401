"""Judged rows of a file that came back (逐行核对): so many at a time, by row number; a file may hold thousands."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from qingshan.interfaces.web.acting import read_uuid

ROWS_SHOWN = 200
"""Rows of one outcome on a page; what is ticked must also fit into one form."""
OUTCOMES = ("changed", "refused")
RowsOf = Callable[[str, int, int], Sequence[Any]]
"""Rows with an outcome behind a row number, at most so many."""


def row_pages(request: HttpRequest, rows_of: RowsOf) -> dict[str, object]:
    """Rows that ask for something and rows that were refused, a page of each, and where the next one begins."""
    found: dict[str, object] = {}
    for outcome in OUTCOMES:
        after = _after(request.GET.get(outcome, ""))
        rows = rows_of(outcome, after, ROWS_SHOWN + 1)
        shown = rows[:ROWS_SHOWN]
        found[outcome] = shown
        found[f"{outcome}_first"] = "?" if after else ""
        found[f"{outcome}_next"] = f"?{outcome}={shown[-1].row}" if len(rows) > ROWS_SHOWN else ""
    return found


def _after(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def ticked(request: HttpRequest) -> list[UUID] | None:
    """The rows that were ticked; None when all open ones are meant, also those on other pages."""
    if request.POST.get("all"):
        return None
    return [found for text in request.POST.getlist("row") if (found := read_uuid(text)) is not None]
