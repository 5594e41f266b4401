"""Reporting picked cases or a whole view to the city (批量上报), and the list as a file."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import (
    MOST_CASES_AT_ONCE,
    case_labels,
    case_labels_of,
    export_cases,
    report_cases,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import TABLE
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, read_day
from qingshan.interfaces.web.casework.register import EXPORTED, case_filter, case_spec
from qingshan.interfaces.web.listing.confirming import CHANGED, Asked, again, asked, shown
from qingshan.interfaces.web.listing.page import address_of, picked_ids
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.case_opening import report_example
from qingshan.interfaces.web.views.lead_register import exported_columns


def _chosen(request: OfficeRequest) -> Sequence[tuple[UUID, str]]:
    """The picked cases, or all of the view (one more than may be done at once tells that there are too many)."""
    if request.POST.get("all"):
        address = address_of(case_spec(request.viewer, campaign_in_force()), request.POST.get("view", ""))
        return case_labels(request.viewer, case_filter(address), request.now)
    return case_labels_of(request.viewer, picked_ids(request.POST.getlist("id"), MOST_CASES_AT_ONCE))


def _back(request: OfficeRequest) -> str:
    """The view from which the act was asked for."""
    query = address_of(case_spec(request.viewer, campaign_in_force()), request.POST.get("view", "")).query()
    return f"{reverse('web:case_list')}?{query}" if query else reverse("web:case_list")


@page(*TABLE["case.report_city"].roles)
@require_POST
def case_bulk_report(request: OfficeRequest) -> HttpResponse:
    """Report cases to the city as one report (三-3-1②): first number and day are asked for, then it is done.

    A view that changed while it was being confirmed is asked again (409).
    """
    cases = _chosen(request)
    question = asked(request, cases) if cases or "confirmed" in request.POST else None
    if question is not None:
        context = _form(request, cases, question)
        return render(request, "web/cases/bulk_report.html", context, status=CHANGED if question.changed else 200)
    try:
        with transaction.atomic():
            job = report_cases(
                cases=cases,
                number=request.POST.get("number", "")[:80],
                reported_on=read_day(request.POST.get("reported_on", "")),
                back=_back(request),
                acting=acting_of(request),
            )
    except ActRefused as refusal:
        if not cases:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(_back(request))
        context = {**_form(request, cases, again(cases)), "refusal": refusal}
        return render(request, "web/cases/bulk_report.html", context, status=422)
    if job.state == "waiting":
        messages.success(request, _("已提交，正在后台办理；可以离开本页"))
    return HttpResponseRedirect(reverse("web:job_detail", args=[job.id]))


def _form(request: OfficeRequest, cases: Sequence[tuple[UUID, str]], question: Asked) -> dict[str, object]:
    in_force = campaign_in_force()
    today = request.now.astimezone(in_force.zone).date().isoformat()
    return {
        **shown(request, cases, question, MOST_CASES_AT_ONCE),
        "number": {
            "name": "number",
            "label": _("上报文号"),
            "kind": "text",
            "value": request.POST.get("number", ""),
            "help": _("例如 %(example)s") % {"example": report_example(in_force, request.now)},
        },
        "reported_on": {
            "name": "reported_on",
            "label": _("上报日期"),
            "kind": "date",
            "value": request.POST.get("reported_on", "") or today,
        },
        "back": _back(request),
        "now": request.now,
    }


@page(*MATTER_ROLES)
@require_POST
def case_export(request: OfficeRequest) -> HttpResponse:
    """The view as a file, written by the worker: its filters, its order, its columns."""
    address = address_of(case_spec(request.viewer, campaign_in_force()), request.POST.get("view", ""))
    try:
        with transaction.atomic():
            job = export_cases(
                wanted=case_filter(address),
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
