"""Units and posts (单位与人员): who holds which post, which posts are vacant, and one unit with its duties."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from qingshan.commons.people.models import Unit
from qingshan.commons.people.selectors import PostLine, posts_of, unit_by_slug, units
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.domain.plan import Plan
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.plan_words import CADENCES

MOST_FOUND = 120
"""Posts shown of a search; more are asked to be narrowed down."""
DUTY_ORDER = ("first_party", "first_government", "specific")
LEVELS = (
    ("province", gettext_lazy("省级")),
    ("city", gettext_lazy("市级")),
    ("county", gettext_lazy("县级")),
    ("department", gettext_lazy("县直部门")),
)
SEATS = (
    ("commander", gettext_lazy("指挥长")),
    ("deputy_commander", gettext_lazy("副指挥长")),
    ("member", gettext_lazy("成员")),
)


@page()
@require_safe
def unit_list(request: OfficeRequest) -> HttpResponse:
    """All units by level: townships with their three responsible posts, departments, the task force, vacant posts."""
    in_force = campaign_in_force()
    today = request.now.astimezone(in_force.zone).date()
    everybody = units()
    lines = posts_of([u.id for u in everybody], today)
    by_unit: dict[UUID, list[PostLine]] = defaultdict(list)
    for line in lines:
        by_unit[line.post.unit_id].append(line)
    townships = [u for u in everybody if u.level == "township"]
    office = [line for line in lines if line.post.unit.level != "village"]
    asked = {name: request.GET.get(name, "").strip()[:40] for name in ("q", "only")}
    found = _found(lines, asked)
    context = {
        "fields": _filters(asked),
        "found": found[:MOST_FOUND] if any(asked.values()) else None,
        "hidden": max(0, len(found) - MOST_FOUND),
        "townships": [_township(u, by_unit[u.id], _villages(u, everybody)) for u in townships],
        "levels": [
            {"label": label, "units": [_row(u, by_unit[u.id]) for u in everybody if u.level == level]}
            for level, label in LEVELS
        ],
        "taskforce": _taskforce(in_force.plan, {line.post.slug: line for line in lines}),
        "taskforce_title": in_force.plan.taskforce.title,
        "taskforce_clause": in_force.plan.taskforce.clause,
        "gaps": _gaps(office),
        "numbers": _numbers(everybody, lines, office),
        "now": request.now,
    }
    return render(request, "web/units/units.html", context)


def _filters(asked: Mapping[str, str]) -> list[dict[str, object]]:
    options = [
        ("", _("全部")),
        ("vacant", _("只看空缺")),
        ("duty", _("只看属地责任人")),
        ("substitute", _("只看代岗中")),
    ]
    return [
        {"name": "q", "label": _("单位、职务或姓名"), "value": asked["q"], "placeholder": _("输入一部分即可")},
        {"name": "only", "label": _("范围"), "value": asked["only"], "options": options},
    ]


def _found(lines: Sequence[PostLine], asked: Mapping[str, str]) -> list[PostLine]:
    """Posts that match what was asked; a county has some hundreds, so they are told apart here."""
    text = asked["q"].casefold()
    return [line for line in lines if _is_wanted(line, asked["only"]) and text in _words(line).casefold()]


def _is_wanted(line: PostLine, only: str) -> bool:
    kinds = {"vacant": not line.holder, "duty": bool(line.post.duty), "substitute": bool(line.substitute)}
    return kinds.get(only, True)


def _words(line: PostLine) -> str:
    unit = line.post.unit
    return f"{unit.name} {unit.short} {line.post.title} {line.holder} {line.substitute}"


def _numbers(everybody: Sequence[Unit], lines: Sequence[PostLine], office: Sequence[PostLine]) -> dict[str, int]:
    responsible = [line for line in office if line.post.duty]
    return {
        "units": sum(u.level != "village" for u in everybody),
        "villages": sum(u.level == "village" for u in everybody),
        "reporting": sum(u.reports for u in everybody),
        "posts": len(lines),
        "vacant": sum(not line.holder for line in office),
        "responsible": len(responsible),
        "responsible_vacant": sum(not line.holder for line in responsible),
    }


def _villages(unit: Unit, everybody: Sequence[Unit]) -> int:
    return sum(u.parent_id == unit.id and u.level == "village" for u in everybody)


def _township(unit: Unit, lines: Sequence[PostLine], villages: int) -> dict[str, object]:
    by_duty = {line.post.duty: line for line in lines if line.post.duty}
    return {
        **_row(unit, lines),
        "responsible": [by_duty.get(duty) for duty in DUTY_ORDER],
        "liaison": next((line for line in lines if line.post.liaison), None),
        "villages": villages,
    }


def _row(unit: Unit, lines: Sequence[PostLine]) -> dict[str, object]:
    return {"unit": unit, "lines": lines, "vacant": sum(not line.holder for line in lines)}


def _gaps(lines: Sequence[PostLine]) -> list[dict[str, object]]:
    """Vacant posts by unit, the responsible ones of townships first (四-2-1②)."""
    vacant: dict[str, list[PostLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda row: not row.post.duty):
        if not line.holder:
            vacant[line.post.unit.short].append(line)
    return [{"unit": name, "lines": found, "duty": any(f.post.duty for f in found)} for name, found in vacant.items()]


def _taskforce(plan: Plan, by_slug: Mapping[str, PostLine]) -> list[dict[str, object]]:
    """The task force by seats, each post with its holder (F-1, F-2)."""
    members: dict[str, list[PostLine]] = defaultdict(list)
    for seat, post in plan.taskforce_posts():
        if post.slug in by_slug:
            members[seat].append(by_slug[post.slug])
    return [{"label": label, "lines": members[seat]} for seat, label in SEATS if members[seat]]


@page()
@require_safe
def unit_detail(request: OfficeRequest, slug: str) -> HttpResponse:
    """One unit: its posts with holders and gaps, its duties by the plan, its villages with their patrollers."""
    unit = unit_by_slug(slug)
    if unit is None:
        raise Http404(_("没有这个单位"))
    in_force = campaign_in_force()
    today = request.now.astimezone(in_force.zone).date()
    below = [u for u in units() if u.parent_id == unit.id]
    lines = posts_of([unit.id, *(u.id for u in below)], today)
    own = [line for line in lines if line.post.unit_id == unit.id]
    context = {
        "unit": unit,
        "responsible": [line for line in own if line.post.duty],
        "others": [line for line in own if not line.post.duty],
        "duties": _duties(in_force, unit),
        "below": [_row(u, [line for line in lines if line.post.unit_id == u.id]) for u in below],
        "now": request.now,
    }
    return render(request, "web/units/unit.html", context)


def _duties(in_force: InForce, unit: Unit) -> list[dict[str, str]]:
    owners = {unit.slug, f"kind:{unit.kind}"}
    return [
        {"label": duty.label, "cadence": str(CADENCES.get(duty.cadence, duty.cadence)), "clause": duty.clause}
        for duty in in_force.plan.duties
        if owners & set(duty.owners)
    ]
