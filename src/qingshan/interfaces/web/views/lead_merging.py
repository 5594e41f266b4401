"""Merging two leads (并入): what looks alike, both side by side, the decision and its undoing."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import merge_into
from qingshan.contexts.leads.public import (
    Lead,
    LeadDetail,
    lead_detail,
    likeness_of,
    probe_of,
    related_leads,
    separate_lead,
    tell_apart,
    visible_leads,
)
from qingshan.domain.lead import JOIN_ROLES, MERGE_STATES, VERIFIED_STATES, LeadState
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, perform, read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_acts import detail_url
from qingshan.interfaces.web.views.lead_filters import channel_text
from qingshan.interfaces.web.views.leads import lead_or_404

Context = dict[str, object]
PAIRS_PAGE = "pairs"


@page(*MATTER_ROLES)
@require_safe
def lead_related(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Part of a lead's page: main lead, merged ones, parts, and what looks alike with why."""
    lead = lead_or_404(request.viewer, lead_id).lead
    related = related_leads(request.viewer, lead, campaign_in_force())
    may_join = not request.viewer.roles.isdisjoint(JOIN_ROLES)
    context = {"lead": lead, "related": related, "may_join": may_join, "now": request.now}
    return render(request, "web/related/_related.html", context)


@page(*JOIN_ROLES)
@require_http_methods(["GET", "POST"])
def lead_merge(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Two leads side by side, and the act that makes them one (三-4-3③)."""
    detail = lead_or_404(request.viewer, lead_id)
    other, asked = _other(request)
    if other is not None and other.lead.id == lead_id:
        other, asked = None, _("请填另一条线索的编号，不是这一条自己的")

    def context() -> Context:
        shown = lead_or_404(request.viewer, lead_id)
        beside = lead_detail(request.viewer, other.lead.id) if other else None
        return {**_merge_context(request, shown, beside), "asked": asked, "number": request.GET.get("number", "")}

    if request.method != "POST" or other is None:
        status = 422 if request.method == "POST" else 200
        return render(request, "web/related/merge.html", context(), status=status)
    this, that = detail.lead, other.lead
    merged, main = (that, this) if request.POST.get("main") == str(this.id) else (this, that)
    return perform(
        request,
        lambda: merge_into(
            lead_id=merged.id,
            into_id=main.id,
            reason=request.POST.get("reason", ""),
            relink_from=read_uuid(request.POST.get(f"under_{merged.id}", "")),
            acting=acting_of(request),
        ),
        done=_("%(merged)s 已并入 %(main)s；两个编号都能查到，答复义务不变") % {
            "merged": merged.number,
            "main": main.number,
        },
        to=_back(request, main.id),
        template="web/related/merge.html",
        context=context,
    )  # fmt: skip


def _other(request: OfficeRequest) -> tuple[LeadDetail | None, str]:
    """The lead to compare with: from the address or by its typed number; and what was wrong with the number."""
    given = request.POST.get("other", "") or request.GET.get("with", "")
    number = request.GET.get("number", "").strip()
    lead_id = read_uuid(given)
    if lead_id is None and number:
        lead_id = visible_leads(request.viewer).filter(number=number).values_list("id", flat=True).first()
        if lead_id is None:
            return None, _("没有编号为“%(number)s”的线索，或它不在您的辖区内") % {"number": number}
    found = lead_detail(request.viewer, lead_id) if lead_id else None
    return found, ""


def _merge_context(request: OfficeRequest, detail: LeadDetail, other: LeadDetail | None) -> Context:
    in_force, lead = campaign_in_force(), detail.lead
    context: Context = {
        "lead": lead,
        "last": lead_shown.last_act(lead.id),
        "now": request.now,
        "reason": request.POST.get("reason", ""),
        "other": other.lead if other else None,
        "back": request.POST.get("back", request.GET.get("back", "")),
    }
    if other is None:
        related = related_leads(request.viewer, lead, in_force)
        return {**context, "alike": related.alike, "geometry": lead_shown.geometry(detail)}
    alike = likeness_of(probe_of(lead), other.lead, in_force)
    main = request.POST.get("main") or str(_likely_main(lead, other.lead).id)
    return {
        **context,
        "alike": alike,
        "sides": [_side(one, request.viewer, in_force, main) for one in (detail.lead, other.lead)],
        "geometry": _both(detail, other),
    }


def _likely_main(lead: Lead, other: Lead) -> Lead:
    """The one that is proposed as main: what cannot be merged away, else what came first."""
    for one, another in ((lead, other), (other, lead)):
        if LeadState(one.state) not in MERGE_STATES and LeadState(another.state) in MERGE_STATES:
            return one
    if LeadState(lead.state) in VERIFIED_STATES:
        return lead
    return min(lead, other, key=lambda one: (one.received_at, one.id))


def _side(lead: Lead, viewer: Viewer, in_force: InForce, main: str) -> Context:
    return {
        "lead": lead,
        "channel": channel_text(lead.channel, in_force),
        "patch_type": in_force.plan.intake.patch_types.get(lead.patch_type, lead.patch_type),
        "main": main == str(lead.id),
        "own": lead.unit_id == viewer.unit_id,
    }


def _both(detail: LeadDetail, other: LeadDetail) -> Context:
    """Both outlines on one map."""
    shapes: list[object] = []
    for one in (detail, other):
        features = lead_shown.geometry(one)["features"]
        shapes += list(features)[:1] if isinstance(features, Sequence) else []
    return {"type": "FeatureCollection", "features": shapes}


@page(*JOIN_ROLES)
@require_http_methods(["GET", "POST"])
def lead_separate(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Undo a merge: the lead goes on by itself where it stood."""
    detail = lead_or_404(request.viewer, lead_id)
    main = detail.lead.merged_into

    def context() -> Context:
        shown = lead_or_404(request.viewer, lead_id)
        return {
            "lead": shown.lead,
            "last": lead_shown.last_act(lead_id),
            "main": shown.lead.merged_into,
            "geometry": lead_shown.geometry(shown),
            "now": request.now,
            "field": {
                "name": "reason",
                "label": _("撤销理由"),
                "kind": "textarea",
                "value": request.POST.get("reason", ""),
                "help": _("例如：到现场看是相邻的两处"),
            },
        }

    if request.method != "POST":
        status = 200 if main is not None else 409
        template = "web/related/separate.html" if main is not None else "web/leads/not_now.html"
        return render(request, template, context(), status=status)
    return perform(
        request,
        lambda: separate_lead(
            lead_id=lead_id,
            reason=request.POST.get("reason", ""),
            merged_into=read_uuid(request.POST.get("main", "")),
            acting=acting_of(request),
        ),
        done=_("已撤销并入，线索 %(number)s 恢复单独办理") % {"number": detail.lead.number},
        to=detail_url(lead_id),
        template="web/related/separate.html",
        context=context,
    )


@page(*JOIN_ROLES)
@require_POST
def lead_apart(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Remember that two leads are not the same; they are not suggested again."""
    lead = lead_or_404(request.viewer, lead_id).lead
    other = read_uuid(request.POST.get("other", ""))
    if other is None:
        messages.error(request, _("没有选定另一条线索"))
        return HttpResponseRedirect(detail_url(lead.id))
    return perform(
        request,
        lambda: tell_apart(
            lead_id=lead_id, other_id=other, reason=request.POST.get("reason", ""), acting=acting_of(request)
        ),
        done=_("已记下：不是同一处，不再提示"),
        to=_back(request, lead.id),
        template="web/leads/not_now.html",
        context=lambda: {
            "lead": lead,
            "last": lead_shown.last_act(lead.id),
            "geometry": lead_shown.geometry(lead_or_404(request.viewer, lead_id)),
            "now": request.now,
        },
    )


def _back(request: OfficeRequest, lead_id: UUID) -> str:
    """Where the person came from: the worklist, or the lead."""
    return reverse("web:pair_list") if request.POST.get("back") == PAIRS_PAGE else detail_url(lead_id)
