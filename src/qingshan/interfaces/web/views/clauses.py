"""Clauses (条款): our wording, and everything in the plan and in the program that carries each out."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.assignments.clause_counts import OrderCount, orders_by_clause
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.domain import case, lead
from qingshan.domain.acts import CATALOGUE
from qingshan.domain.assignment import ISSUE_ROLES
from qingshan.domain.duty_rules import RULES
from qingshan.domain.limits import Limit
from qingshan.domain.plan import DutyDef, clause_ids
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.clause_texts import ClauseText, clause_texts
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.plan_words import CADENCES, TABLE_WORDS, entries_of, entry_word, limit_label, owner_names
from qingshan.interfaces.web.views.campaign import limit_row

SHOWN = 24
"""Entries shown per table of the plan; the rest is counted."""
APART = frozenset({"limits", "duties"})
"""Tables that have a list of their own on the page."""


@page()
@require_safe
def clause_list(request: OfficeRequest) -> HttpResponse:
    """Every clause with what carries it out (条款落实, H-2); those that nothing carries are told apart."""
    in_force, orders = campaign_in_force(), orders_by_clause(request.viewer)
    claims = in_force.plan.claims()
    rows = [_carried(found, claims.get(found.id, []), orders.get(found.id)) for found in clause_texts().values()]
    idle = [row for row in rows if not row["carried"]]
    only = request.GET.get("only") == "idle"
    address = reverse("web:clause_list")
    context = {
        "tabs": [
            {"label": _("全部条款"), "url": address, "count": len(rows), "active": not only},
            {"label": _("无人承担"), "url": f"{address}?only=idle", "count": len(idle), "active": only},
        ],
        "rows": idle if only else rows,
        "only": only,
        "may_order": request.viewer.has(*ISSUE_ROLES),
        "now": request.now,
    }
    return render(request, "web/clauses/list.html", context)


def _carried(found: ClauseText, entries: list[str], orders: OrderCount | None) -> dict[str, object]:
    """A clause with counts: entries of the plan, deadlines watched per matter, acts, orders."""
    rules = sum(found.id in rule.clauses for rule in RULES)
    acts = len(_acts(found.id))
    given = orders.given if orders else 0
    return {
        "clause": found,
        "entries": len(entries),
        "rules": rules,
        "acts": acts,
        "orders": orders,
        "carried": len(entries) + rules + acts + given > 0,
    }


@page()
@require_safe
def clause(request: OfficeRequest, clause_id: str) -> HttpResponse:
    """A clause with its limits, duties, acts and further entries of the plan."""
    texts = clause_texts()
    found = texts.get(clause_id)
    if found is None:
        raise Http404(_("没有这个条款编号"))
    in_force = campaign_in_force()
    entries = entries_of(in_force.plan, clause_id)
    ids = list(texts)
    place = ids.index(clause_id)
    context = {
        "clause": found,
        "limits": [limit_row(in_force, e) for e in entries.get("limits", ()) if isinstance(e, Limit)],
        "duties": [_duty(in_force, e) for e in entries.get("duties", ()) if isinstance(e, DutyDef)],
        "reminders": _reminders(in_force, clause_id),
        "acts": _acts(clause_id),
        "tables": [_table(name, found) for name, found in entries.items() if name not in APART],
        "previous": ids[place - 1] if place else "",
        "next": ids[place + 1] if place + 1 < len(ids) else "",
        "now": request.now,
    }
    return render(request, "web/clauses/clause.html", context)


def _duty(in_force: InForce, duty: DutyDef) -> dict[str, object]:
    return {
        "label": duty.label,
        "owners": "、".join(owner_names(in_force.plan, duty.owners)),
        "cadence": CADENCES.get(duty.cadence, duty.cadence),
    }


def _reminders(in_force: InForce, clause_id: str) -> list[dict[str, str]]:
    """Duties that this program computes for each lead or case, by the rules that name the clause."""
    return [
        {"what": rule.what, "limits": "、".join(limit_label(in_force.plan, slug) for slug in rule.limits)}
        for rule in RULES
        if clause_id in rule.clauses
    ]


def _acts(clause_id: str) -> list[str]:
    """Acts that rest on the clause."""
    rows = [(r.act, r.clause) for r in lead.TABLE.values()] + [(r.act, r.clause) for r in case.TABLE.values()]
    return [str(labels.ACTS.get(act, CATALOGUE[act].label)) for act, clause in rows if clause_id in clause_ids(clause)]


def _table(name: str, entries: list[object]) -> dict[str, object]:
    words = list(dict.fromkeys(filter(None, map(entry_word, entries))))
    return {
        "label": TABLE_WORDS.get(name, name),
        "count": len(entries),
        "words": words[:SHOWN],
        "more": max(0, len(words) - SHOWN),
    }
