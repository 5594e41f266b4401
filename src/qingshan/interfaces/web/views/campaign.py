"""The campaign (专项行动): purpose, dates, basis, milestones, limits with their basis, categories with sub-codes."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qingshan.contexts.campaigns.public import BASIS_ROLES, InForce, campaign_in_force
from qingshan.domain.limits import Limit
from qingshan.domain.plan import Category, clause_ids
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.clause_texts import clause_texts
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.plan_words import limit_label, limit_words
from qingshan.interfaces.web.views.basis import basis_rows


@page()
@require_safe
def campaign(request: OfficeRequest) -> HttpResponse:
    """What the campaign demands, as the plan in force has it; every line names its clause (H-2, H-3)."""
    return render(request, "web/campaign/campaign.html", _context(request))


@page()
@require_safe
def campaign_print(request: OfficeRequest) -> HttpResponse:
    """The plan in force for paper: purpose, basis, milestones, categories, limits (H-3)."""
    return render(request, "web/campaign/print.html", _context(request))


def _context(request: OfficeRequest) -> dict[str, object]:
    in_force = campaign_in_force()
    plan = in_force.plan
    today = request.now.astimezone(in_force.zone).date()
    return {
        "in_force": in_force,
        "basis": basis_rows(in_force),
        "may_attach": request.viewer.has(*BASIS_ROLES),
        "plan": plan,
        "day": in_force.day_number(today),
        "days": in_force.days,
        "today": today,
        "milestones": plan.milestones,
        "limits": [limit_row(in_force, limit) for limit in _in_order(plan.limits.values())],
        "categories": [_category(category) for category in plan.categories],
        "now": request.now,
    }


def _in_order(limits: Iterable[Limit]) -> list[Limit]:
    """Limits in the order of the clauses they carry out."""
    order = {clause_id: n for n, clause_id in enumerate(clause_texts())}
    return sorted(
        limits, key=lambda limit: min((order.get(c, len(order)) for c in clause_ids(limit.clause)), default=0)
    )


def _category(category: Category) -> dict[str, object]:
    """A category with its sub-codes; articles that all of them share stand once."""
    bases = {(code.basis_old, code.basis_new) for code in category.subcodes}
    shared = next(iter(bases)) if len(bases) == 1 else None
    return {"category": category, "codes": category.subcodes, "shared": shared}


def limit_row(in_force: InForce, limit: Limit) -> dict[str, object]:
    """A limit for a table: name, in words, basis, whether passing it has legal effect."""
    plan = in_force.plan
    return {
        "label": limit_label(plan, limit.slug),
        "words": limit_words(plan, limit),
        "basis": limit.basis,
        "hard": limit.hard,
        "clause": limit.clause,
        "note": limit.note,
    }
