"""Cases (台账问题): one case with its gates, lanes, evidence, map and history."""

from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.journal.selectors import history_of, seals
from qingshan.commons.people.selectors import responsible_posts
from qingshan.domain.assignment import ISSUE_ROLES
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.casework.evidence import EvidenceGroup, count_of, evidence_of
from qingshan.interfaces.web.casework.facts import case_facts, gate_records
from qingshan.interfaces.web.casework.gate_bar import gate_cells
from qingshan.interfaces.web.casework.history import Words, seal_note, timeline_entry
from qingshan.interfaces.web.casework.lanes import lanes_of
from qingshan.interfaces.web.casework.next_acts import acts_for
from qingshan.interfaces.web.casework.panel import panel_context
from qingshan.interfaces.web.casework.people import persons_of
from qingshan.interfaces.web.casework.reading import CaseView, place_text, read_case, subcode_label
from qingshan.interfaces.web.middleware import OfficeRequest


def case_or_404(request: OfficeRequest, case_id: UUID) -> CaseView:
    """The case in the viewer's scope; whether it exists elsewhere is not told."""
    view = read_case(request.viewer, case_id, request.now)
    if view is None:
        raise Http404(_("没有这个台账问题，或它不在您的辖区内"))
    return view


@page(*MATTER_ROLES)
@require_safe
def case_detail_page(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """One case: number, gates, tracks as lanes, facts, evidence, map, records of the gates, history."""
    view = case_or_404(request, case_id)
    case, now, viewer = view.case, request.now, request.viewer
    primary, others = acts_for(view)
    persons = persons_of(viewer, case)
    lines = history_of(case.id)
    groups = evidence_of(view)
    records = gate_records(view, lines)
    words = Words(plan=view.plan, now=now, persons_open=persons.open)
    context = {
        **case_head(view),
        "cells": gate_cells(view),
        "lanes": lanes_of(view),
        "may_order": bool(viewer.roles & ISSUE_ROLES),
        "primary": primary,
        "others": others,
        "facts": case_facts(view, persons),
        "posts": responsible_posts(case.unit_id, now.astimezone(view.in_force.zone).date()),
        "groups": groups,
        "geometry": geometry(view, groups),
        "bbox": ",".join(f"{n:.6f}" for n in _bbox(case.geom)),
        "records": records,
        "entries": [timeline_entry(line, words) for line in lines],
        "seal": seal_note(lines, next(iter(seals(limit=1)), None)),
        "tabs": _tabs(groups, len(lines), len(records)),
    }
    return render(request, "web/cases/detail.html", context)


@page(*MATTER_ROLES)
@require_safe
def case_panel(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """The summary of a case beside the list."""
    return render(request, "web/cases/panel.html", panel_context(case_or_404(request, case_id)))


def case_head(view: CaseView) -> dict[str, object]:
    """What the head of every page about one case shows."""
    case = view.case
    return {
        "case": case,
        "view": view,
        "now": view.now,
        "place": place_text(case),
        "category_label": view.plan.category(case.category).short,
        "subcode": subcode_label(view.plan, case.category, case.subcode),
    }


def _tabs(groups: list[EvidenceGroup], entries: int, records: int) -> list[dict[str, object]]:
    return [
        {"slug": "facts", "label": _("台账内容"), "count": None},
        {"slug": "evidence", "label": _("证据"), "count": count_of(groups)},
        {"slug": "map", "label": _("图上位置"), "count": None},
        {"slug": "gates", "label": _("验收与核查"), "count": records},
        {"slug": "history", "label": _("办理留痕"), "count": entries},
    ]


def geometry(view: CaseView, groups: list[EvidenceGroup]) -> dict[str, object]:
    """The patch and the positions of located photos as GeoJSON in CGCS2000 degrees."""
    case = view.case
    drawn = {"type": case.geom.geom_type, "coordinates": case.geom.coords}
    patch = {"type": "Feature", "geometry": drawn, "properties": {"kind": "patch", "label": case.number}}
    photos = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [photo["lon"], photo["lat"]]},
            "properties": {"kind": "photo", "label": f"{group.title} {photo['label']}", "azimuth": photo["azimuth"]},
        }
        for group in groups
        for photo in group.photos
        if photo.get("lon") is not None
    ]
    return {"type": "FeatureCollection", "features": [patch, *photos]}


def _bbox(shape: GEOSGeometry) -> tuple[float, float, float, float]:
    west, south, east, north = shape.extent
    return west - 0.002, south - 0.002, east + 0.002, north + 0.002
