"""The journal (办理留痕): entries in scope by key, seals, and a sheet of roots for the files."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.journal.models import Seal
from qingshan.commons.journal.selectors import HistoryLine, recent_entries, seals
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.domain.acts import CATALOGUE
from qingshan.domain.roles import JOURNAL_READERS
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import read_day
from qingshan.interfaces.web.casework.history import Words, timeline_entry
from qingshan.interfaces.web.casework.listing import read_uuid
from qingshan.interfaces.web.casework.people import CASE_WORKERS
from qingshan.interfaces.web.matters import matter_url, matter_word
from qingshan.interfaces.web.middleware import OfficeRequest

PAGE = 50
PRINTED = 30
GROUP = 8
READERS = tuple(sorted(JOURNAL_READERS))


@page(*READERS)
@require_safe
def journal(request: OfficeRequest) -> HttpResponse:
    """Newest entries in scope; ``act`` narrows them, ``before`` is the key of the page above."""
    act = request.GET.get("act", "")
    act = act if act in CATALOGUE else ""
    before = read_uuid(request.GET.get("before", ""))
    found = recent_entries(before=before, act=act, limit=PAGE + 1)
    lines, more = found[:PAGE], len(found) > PAGE
    words = Words(plan=campaign_in_force().plan, now=request.now, persons_open=request.viewer.has(*CASE_WORKERS))
    newest = next(iter(seals(limit=1)), None)
    opens = request.viewer.has(*MATTER_ROLES)
    context = {
        "rows": [_row(line, words, newest, opens=opens) for line in lines],
        "fields": [_act_field(act)],
        "act": act,
        "first_url": _address(act) if before else "",
        "next_url": _address(act, before=lines[-1].entry_id) if more else "",
        "seal": newest,
        "now": request.now,
    }
    return render(request, "web/journal/journal.html", context)


def _row(line: HistoryLine, words: Words, newest: Seal | None, *, opens: bool) -> dict[str, object]:
    return {
        **timeline_entry(line, words),
        "number": line.number,
        "kind": matter_word(line.kind),
        "url": matter_url(line.kind, line.matter_id) if opens else "",
        "sealed": newest is not None and line.recorded_at <= newest.until,
    }


def _act_field(act: str) -> dict[str, object]:
    here = {name: kind for name, kind in CATALOGUE.items() if not name.startswith("person.")}
    words = {name: str(labels.ACTS.get(name, kind.label)) for name, kind in here.items()}
    options = [("", _("不限"))] + [
        (name, f"{matter_word(name.split('.')[0])} · {word}") for name, word in words.items()
    ]
    return {"name": "act", "label": _("办理"), "value": act, "options": options}


def _address(act: str, *, before: UUID | None = None) -> str:
    query = QueryDict(mutable=True)
    if act:
        query["act"] = act
    if before is not None:
        query["before"] = str(before)
    return f"?{query.urlencode()}" if query else "?"


@page(*READERS)
@require_safe
def journal_seals(request: OfficeRequest) -> HttpResponse:
    """The seals (封签), newest first, with their roots."""
    rows = seals()
    return render(request, "web/journal/seals.html", {"rows": rows, "now": request.now})


@page(*READERS)
@require_safe
def journal_seal_print(request: OfficeRequest) -> HttpResponse:
    """An A4 sheet of roots to be printed, signed and filed; ``from`` and ``to`` choose the days."""
    first, last = read_day(request.GET.get("from", "")), read_day(request.GET.get("to", ""))
    rows = [row for row in seals() if _between(row.day, first, last)][:PRINTED]
    in_force = campaign_in_force()
    context = {
        "rows": [{"seal": row, "groups": _groups(row.root)} for row in rows],
        "sheet": {"title": in_force.title, "county": in_force.plan.county_name},
        "from": first,
        "to": last,
        "now": request.now,
    }
    return render(request, "web/journal/print.html", context)


def _between(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or day >= first) and (last is None or day <= last)


def _groups(root: str) -> list[str]:
    """A root in groups of eight digits, so that people can compare it by eye."""
    return [root[n : n + GROUP] for n in range(0, len(root), GROUP)]
