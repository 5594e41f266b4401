"""Rows of a batch: pages of them, and the report as CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.inbox.selectors import rows_of
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.leads.public import leads_by_ids, leads_by_numbers, rows_for_report
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.formats import MATTER_NUMBER

PAGE = 50
OUTCOMES = ("rejected", "duplicate", "accepted")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be run as a formula by a spreadsheet program."""


def rows_context(viewer: Viewer, batch: Batch, query: QueryDict) -> dict[str, object]:
    """One page of rows with the tabs of outcomes; rows that were not taken in come first."""
    counts = {name: int(getattr(batch, name)) for name in OUTCOMES}
    wanted = query.get("outcome", "")
    outcome = wanted if wanted in OUTCOMES else next((name for name in OUTCOMES[:2] if counts[name]), "accepted")
    typed = query.get("after", "")
    after = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    found = rows_of(batch.id, outcome=outcome, after=after, limit=PAGE + 1)
    base = reverse("web:batch_rows", args=[batch.id])
    leads = leads_by_ids(viewer, {row.matter_id for row in found if row.matter_id and row.outcome == "accepted"})
    numbers = {lead_id: lead.number for lead_id, lead in leads.items()}
    rows = [row_item(row, numbers.get(row.matter_id, "") if row.matter_id else "") for row in found[:PAGE]]
    return {
        "lead_urls": lead_urls(viewer, (str(row["reason"]) for row in rows)),
        "rows": rows,
        "row_tabs": [
            {
                "label": labels.state_label("row", name).text,
                "url": f"{base}?outcome={name}",
                "count": counts[name],
                "active": name == outcome,
            }
            for name in OUTCOMES
        ],
        "outcome": outcome,
        "row_total": counts[outcome],
        "rows_first_url": f"{base}?outcome={outcome}" if after else "",
        "rows_next_url": f"{base}?outcome={outcome}&after={found[PAGE - 1].row_no}" if len(found) > PAGE else "",
    }


def lead_urls(viewer: Viewer, texts: Iterable[str]) -> dict[str, str]:
    """Addresses of the leads whose numbers stand in these texts, those in scope; one query."""
    numbers = {number for text in texts for number in MATTER_NUMBER.findall(text)}
    found = leads_by_numbers(viewer, numbers) if numbers else {}
    return {number: reverse("web:lead_detail", args=[lead_id]) for number, lead_id in found.items()}


def row_item(row: BatchRow, number: str = "") -> dict[str, object]:
    """A row as the table shows it; an accepted one leads to its lead, whose ``number`` is told."""
    became = _("登记为线索 %(number)s") % {"number": number} if number else ""
    return {
        "index": row.row_no,
        "outcome": row.outcome,
        "source_no": row.source_no or _("无编号"),
        "reason": row.reason or became or row.notes,
        "advice": row.notes if row.reason or became else "",
        "url": reverse("web:lead_detail", args=[row.matter_id]) if row.matter_id else "",
    }


def report_lines(viewer: Viewer, batch: Batch) -> Iterator[bytes]:
    """The report line by line, UTF-8 with a mark for spreadsheet programs; cells that look like formulas are quoted."""
    rows = rows_for_report(batch.id)
    leads = leads_by_ids(viewer, {row.matter_id for row in rows if row.matter_id})
    columns = list(dict.fromkeys(name for row in rows for name in row.attributes))
    yield "\ufeff".encode()
    head = [_("行号"), _("结果"), _("来源编号"), _("线索编号"), _("原因与办法"), _("处理说明")]
    yield _line([*head, *columns])
    for row in rows:
        lead = leads.get(row.matter_id) if row.matter_id else None
        yield _line(
            [
                row.row_no,
                str(labels.word("row", row.outcome)),
                row.source_no,
                lead.number if lead else "",
                row.reason,
                row.notes.replace("\n", "；"),
                *(_text(row.attributes.get(name)) for name in columns),
            ]
        )


def _text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _line(cells: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([_safe(cell) for cell in cells])
    return out.getvalue().encode()


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
