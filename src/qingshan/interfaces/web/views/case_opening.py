"""Putting substantiated leads on the ledger (列入台账), and reporting accepted cases to the city (上报市局)."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.people.selectors import responsible_posts
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import (
    OpeningForm,
    accepted_cases,
    case_of_lead,
    open_case,
    report_to_city,
)
from qingshan.contexts.leads.public import Lead, visible_leads
from qingshan.domain.case import Opening
from qingshan.domain.numbering import Series
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of
from qingshan.interfaces.web.casework.forms import CityReportForm, OpeningPage, milestone_rows, read_milestones
from qingshan.interfaces.web.casework.listing import read_uuid
from qingshan.interfaces.web.casework.reading import place_text, subcode_label
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.case_acts import GET_POST, invalid, submit

ROWS_AT_FIRST = 2


@page("bureau_officer", "bureau_leader")
@GET_POST
def case_open(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Open a case on a substantiated lead (三-2-0③): category, mode, person, milestones, due date.

    Once it stands on the ledger this address leads to the case.
    """
    lead = visible_leads(request.viewer).select_related("unit").filter(id=lead_id).first()
    if lead is None:
        raise Http404(_("没有这条线索，或它不在您的辖区内"))
    in_force = campaign_in_force()
    asked_more = "add_row" in request.POST
    data = request.POST if request.method == "POST" else None
    form = OpeningPage(in_force, data)
    rows = milestone_rows(data, ROWS_AT_FIRST)
    case = case_of_lead(request.viewer, lead.id)
    context = {"case": case} | _opening_context(
        request, lead, in_force, form, [*rows, {"on": "", "what": ""}] if asked_more else rows
    )
    template = "web/cases/open.html"
    if "HX-Request" in request.headers and request.headers.get("HX-Target") == "extras":
        chosen = OpeningPage(in_force, request.GET)
        return render(
            request, "web/cases/_extras.html", {"groups": chosen.extra_groups() if chosen.chosen()[1] else []}
        )
    if data is None and case is not None:
        return redirect("web:case_detail", case_id=case.id)
    if data is None or asked_more:
        return render(request, template, context)
    if not form.is_valid():
        return invalid(request, template, context)
    return submit(
        request,
        lambda: open_case(lead_id=lead_id, form=_opening(form, rows), acting=acting_of(request)),
        done=_("已列入台账"),
        to=request.path,
        template=template,
        context=context,
        form=form,
    )


def _opening(form: OpeningPage, rows: list[dict[str, str]]) -> OpeningForm:
    category, code = form.chosen()
    values = form.cleaned_data
    return OpeningForm(
        opening=Opening(
            category=category,
            subcode=code,
            rectification_mode=values["rectification_mode"],
            responsible_person=values["responsible_person"],
            due_on=values["due_on"],
            milestones=read_milestones(rows),
            extras=form.extras(),
        ),
        party=values["party"],
        mineral=values["mineral"],
    )


def _opening_context(
    request: OfficeRequest, lead: Lead, in_force: InForce, form: OpeningPage, rows: list[dict[str, str]]
) -> dict[str, object]:
    today = request.now.astimezone(in_force.zone).date()
    return {
        "lead": lead,
        "place": f"{lead.township_name} {lead.village_name}".strip(),
        "form": form,
        "groups": form.extra_groups(),
        "rows": rows,
        "posts": responsible_posts(lead.unit_id, today),
        "campaign_end": in_force.end,
        "tracks": [(c.label, _track_words(in_force, c.slug)) for c in in_force.plan.categories],
        "now": request.now,
    }


def _track_words(in_force: InForce, category: str) -> str:
    rules = in_force.plan.tracks_of(category)
    return "、".join(in_force.plan.track_defs[r.track].label + ("" if r.required else _("（可选）")) for r in rules)


def report_example(in_force: InForce, now: datetime) -> str:
    """A report number as the plan writes them."""
    pattern = in_force.plan.numbering["city_report"].pattern
    return Series(kind="city_report", year=now.astimezone(in_force.zone).year, pattern=pattern).format(1)


@page("bureau_officer", "bureau_leader", "taskforce_office")
@GET_POST
def case_report_city(request: OfficeRequest) -> HttpResponse:
    """Report accepted cases to the city in one batch (上报市局, 三-3-1②): one act, an entry in each case."""
    in_force = campaign_in_force()
    waiting = accepted_cases(request.viewer)
    chosen = set(request.POST.getlist("case") if request.method == "POST" else request.GET.getlist("case"))
    today = request.now.astimezone(in_force.zone).date().isoformat()
    form = CityReportForm(request.POST) if request.method == "POST" else CityReportForm(initial={"reported_on": today})
    context = {
        "rows": [
            {
                "case": case,
                "chosen": str(case.id) in chosen or (request.method != "POST" and not chosen),
                "place": place_text(case),
                "subcode": subcode_label(in_force.plan, case.category, case.subcode),
            }
            for case in waiting
        ],
        "form": form,
        "example": report_example(in_force, request.now),
        "now": request.now,
    }
    template = "web/cases/report_city.html"
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return invalid(request, template, context)
    ids = [found for found in map(read_uuid, sorted(chosen)) if found is not None]
    return submit(
        request,
        lambda: report_to_city(
            case_ids=ids,
            number=form.cleaned_data["number"],
            reported_on=form.cleaned_data["reported_on"],
            acting=acting_of(request),
        ),
        done=_("已上报市局 %(n)s 件") % {"n": len(ids)},
        to=f"{reverse('web:case_list')}?state=reported",
        template=template,
        context=context,
        form=form,
    )
