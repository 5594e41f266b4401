"""One act on many leads (批量签收、批量分派) and the list as a file: picked rows or the whole view, as a job."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingshan.commons.jobs.models import Job
from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import (
    BULK_ACTS,
    MOST_AT_ONCE,
    bulk_leads,
    export_leads,
    labels_of,
    lead_labels,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import TABLE
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, read_uuid
from qingshan.interfaces.web.listing.confirming import CHANGED, Asked, asked, shown
from qingshan.interfaces.web.listing.page import address_of, picked_ids
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_register import EXPORTED, exported_columns, lead_filter, lead_spec

BULK_ROLES = TABLE["lead.receive"].roles | TABLE["lead.dispatch"].roles
ICONS = {"receive": "receive", "dispatch": "send"}


def bulk_items(viewer: Viewer) -> list[dict[str, object]]:
    """Acts of the bulk bar that this person may do."""
    words = {"receive": _("签收"), "dispatch": _("分派…")}
    items: list[dict[str, object]] = [
        {"label": words[act], "url": reverse("web:lead_bulk", args=[act]), "icon": ICONS[act]}
        for act, bulk in BULK_ACTS.items()
        if not viewer.roles.isdisjoint(bulk.roles)
    ]
    sheets: dict[str, object] = {"label": _("打印核查表"), "url": reverse("web:lead_sheets"), "icon": "printer"}
    return [*items, sheets] if items else []


@page(*BULK_ROLES)
@require_POST
def lead_bulk(request: OfficeRequest, act: str) -> HttpResponse:
    """Do an act on the picked leads or on all of the view (三-1-2②b).

    Dispatching asks to whom, all of a view is always shown first; what changed meanwhile is asked again (409).
    """
    bulk = BULK_ACTS.get(act)
    if bulk is None:
        raise Http404(_("没有这种批量办理"))
    leads = chosen_leads(request)
    question = _question(request, act, leads)
    if question is not None:
        context = _context(request, act, leads, question)
        return render(request, "web/leads/bulk.html", context, status=CHANGED if question.changed else 200)
    try:
        with transaction.atomic():
            job = bulk_leads(
                act=act, leads=leads, params=_params(request), back=_back(request), acting=acting_of(request)
            )
    except ActRefused as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(_back(request))
    _told(request, job)
    return HttpResponseRedirect(reverse("web:job_detail", args=[job.id]))


def _question(request: OfficeRequest, act: str, leads: Sequence[tuple[UUID, str]]) -> Asked | None:
    """What is asked before the act, if anything is."""
    confirmed = "confirmed" in request.POST
    needed = confirmed or (bool(leads) and (act == "dispatch" or bool(request.POST.get("all"))))
    return asked(request, leads) if needed else None


def _told(request: OfficeRequest, job: Job) -> None:
    if job.state == "waiting":
        messages.success(request, _("已提交，正在后台办理；可以离开本页"))


def chosen_leads(request: OfficeRequest) -> Sequence[tuple[UUID, str]]:
    """The picked leads, or all of the view (one more than may be done at once tells that there are too many)."""
    if request.POST.get("all"):
        address = address_of(lead_spec(request.viewer, campaign_in_force()), request.POST.get("view", ""))
        return lead_labels(request.viewer, lead_filter(address), request.now)
    return labels_of(request.viewer, picked_ids(request.POST.getlist("id"), MOST_AT_ONCE))


def _params(request: OfficeRequest) -> Mapping[str, str]:
    unit = read_uuid(request.POST.get("unit", ""))
    return {"unit_id": str(unit or ""), "reason": request.POST.get("reason", "").strip()[:500]}


def _back(request: OfficeRequest) -> str:
    """The view from which the act was asked for."""
    query = address_of(lead_spec(request.viewer, campaign_in_force()), request.POST.get("view", "")).query()
    return f"{reverse('web:lead_list')}?{query}" if query else reverse("web:lead_list")


def _context(request: OfficeRequest, act: str, leads: Sequence[tuple[UUID, str]], question: Asked) -> dict[str, object]:
    return {
        **shown(request, leads, question, MOST_AT_ONCE),
        "act": act,
        "icon_name": ICONS[act],
        "fields": _dispatch_fields(request) if act == "dispatch" else [],
        "back": _back(request),
        "now": request.now,
    }


def _dispatch_fields(request: OfficeRequest) -> list[dict[str, object]]:
    units = [(str(unit.id), unit.name) for unit in township_level_units()]
    return [
        {
            "name": "unit",
            "label": _("分派到"),
            "kind": "select",
            "value": request.POST.get("unit", ""),
            "required": False,
            "options": [("", _("各自所在的乡镇")), *units],
            "help": _("一般按图斑所在位置分派；改派到别的单位须写明理由"),
        },
        {
            "name": "reason",
            "label": _("理由"),
            "kind": "textarea",
            "value": request.POST.get("reason", ""),
            "required": False,
            "help": _("改派、重新分派须填，写入每条线索的留痕"),
        },
    ]


@page(*MATTER_ROLES)
@require_POST
def lead_export(request: OfficeRequest) -> HttpResponse:
    """The view as a file, written by the worker: its filters, its order, its columns."""
    address = address_of(lead_spec(request.viewer, campaign_in_force()), request.POST.get("view", ""))
    try:
        with transaction.atomic():
            job = export_leads(
                wanted=lead_filter(address),
                sort=address.sort,
                columns=exported_columns(address, EXPORTED),
                kind=request.POST.get("format", ""),
                back=_back(request),
                acting=acting_of(request),
            )
    except ActRefused as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(_back(request))
    return HttpResponseRedirect(reverse("web:job_detail", args=[job.id]))
