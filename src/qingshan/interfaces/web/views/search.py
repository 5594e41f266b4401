"""One search (查找) over everything the viewer may see: matters, batches, units and posts, places, clauses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.inbox.selectors import batches_named
from qingshan.commons.people.selectors import full_name, posts_found, township_level_units, units_found
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.models import Division
from qingshan.commons.places.selectors import divisions_found
from qingshan.commons.search.grams import question
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import search_cases
from qingshan.contexts.leads.public import search_leads
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.context import COUNTY_READERS
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_register import sees_county

SHOWN = 8
"""Hits of one kind on the page; the kind's own list has the rest."""
RESULTS_ID = "search-results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was found."""

    url: str
    title: str
    number: str = ""
    note: str = ""
    state: labels.Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hits of one kind; ``all_url`` leads to the whole list when there may be more."""

    label: str
    hits: list[Hit]
    all_url: str = ""


@page()
@require_safe
def search(request: OfficeRequest) -> HttpResponse:
    """Results while typing (the fragment) or as a page of its own."""
    text = request.GET.get("q", "").strip()[:120]
    asked = question(text)
    groups = [group for find in _finders(request.viewer) if (group := find(request, text)).hits] if asked else []
    context = {
        "q": text,
        "words": asked.words if asked else (),
        "groups": groups,
        "asked": asked is not None,
        "results_id": RESULTS_ID,
    }
    fragment = request.headers.get("HX-Target") == RESULTS_ID
    return render(request, "web/search/_results.html" if fragment else "web/search/search.html", context)


def _finders(viewer: Viewer) -> list[Callable[[OfficeRequest, str], Group]]:
    """Kinds the viewer's post may open, in the order of the page."""
    finders: list[Callable[[OfficeRequest, str], Group]] = []
    if viewer.has(*MATTER_ROLES):
        finders += [_leads, _cases]
    if viewer.has(*COUNTY_READERS):
        finders.append(_batches)
    return [*finders, _units, _places]


def _leads(request: OfficeRequest, text: str) -> Group:
    found = search_leads(request.viewer, text, SHOWN + 1)
    hits = [
        Hit(
            url=reverse("web:lead_detail", args=[lead.id]),
            number=lead.number,
            title=lead.title,
            note=" · ".join(filter(None, (lead.source_no, lead.township_name, lead.village_name, lead.place_text))),
            state=labels.state_label("lead", lead.state),
        )
        for lead in found[:SHOWN]
    ]
    more = len(found) > SHOWN
    return Group(label=_("线索"), hits=hits, all_url=_list("lead_list", text) if more else "")


def _cases(request: OfficeRequest, text: str) -> Group:
    found = search_cases(request.viewer, text, SHOWN + 1)
    hits = [
        Hit(
            url=reverse("web:case_detail", args=[hit.case.id]),
            number=hit.case.number,
            title=hit.case.title,
            note=" · ".join(filter(None, (hit.why, hit.case.close_out_number, hit.case.township_name))),
            state=labels.state_label("case", hit.case.state),
        )
        for hit in found[:SHOWN]
    ]
    more = len(found) > SHOWN
    return Group(label=_("台账问题"), hits=hits, all_url=_list("case_list", text) if more else "")


def _list(name: str, text: str) -> str:
    return f"{reverse(f'web:{name}')}?{urlencode({'q': text})}"


def _batches(request: OfficeRequest, text: str) -> Group:
    hits = [
        Hit(url=reverse("web:batch_detail", args=[b.id]), title=b.name, note=f"{localtime(b.created_at):%Y-%m-%d}")
        for b in batches_named(text, SHOWN)
    ]
    return Group(label=_("批次"), hits=hits)


def _units(request: OfficeRequest, text: str) -> Group:
    units = {
        u.slug: Hit(url=reverse("web:unit_detail", args=[u.slug]), title=full_name(u)) for u in units_found(text, SHOWN)
    }
    today = request.now.astimezone(campaign_in_force().zone).date()
    posts = [
        Hit(
            url=reverse("web:unit_detail", args=[line.post.unit.slug]),
            title=f"{full_name(line.post.unit)} {line.post.title}",
            note=line.holder or _("空缺"),
        )
        for line in posts_found(text, SHOWN, today)
    ]
    return Group(label=_("单位、职务与人员"), hits=[*units.values(), *posts][:SHOWN])


def _places(request: OfficeRequest, text: str) -> Group:
    matters = request.viewer.has(*MATTER_ROLES)
    found = divisions_found(text, SHOWN)
    narrows = bool(found) and matters and sees_county(request.viewer)
    ids = {u.division_id: u.id for u in township_level_units()} if narrows else {}
    hits = [
        Hit(
            url=_leads_at(d, ids) if matters else reverse("web:units"),
            title=f"{d.parent.name} {d.name}" if d.level == "village" and d.parent else d.name,
            number=d.code,
            note=_("看这里的线索") if matters else "",
        )
        for d in found
    ]
    return Group(label=_("村镇"), hits=hits)


def _leads_at(division: Division, units: Mapping[str | None, UUID]) -> str:
    """The list of leads narrowed to a township or village; by its name where the list cannot be narrowed so."""
    unit = units.get(division.code[:9])
    if unit is None:
        return _list("lead_list", division.name)
    village = {"village": division.code} if division.level == "village" else {}
    return f"{reverse('web:lead_list')}?{urlencode({'unit': str(unit), **village})}"
