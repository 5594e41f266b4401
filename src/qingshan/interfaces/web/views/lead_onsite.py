"""On-site visits handed in: the verification of a township, the re-checks of county and city."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import LeadDetail, RecheckForm, recheck_lead, submit_verification
from qingshan.domain.lead import TABLE, VerificationForm
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, end_of_day, perform, read_day
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_acts import act_page, detail_url, fresh, not_now
from qingshan.interfaces.web.views.lead_pictures import pair_context
from qingshan.interfaces.web.views.lead_review import review_context
from qingshan.interfaces.web.views.lead_visits import (
    Visit,
    blank_visit,
    photo_fields,
    photo_wish,
    read_visit,
    visit_fields,
)
from qingshan.interfaces.web.views.leads import lead_or_404

Context = dict[str, object]
VERDICT_TEXTS = ("verdict", "unfounded_reason", "missing", "missing_by")
LEVELS = {"county": "lead.county_recheck", "city": "lead.city_recheck"}
RECHECK_ROLES = frozenset().union(*(TABLE[act].roles for act in LEVELS.values()))


@act_page("lead.verify")
def lead_verify(request: OfficeRequest, detail: LeadDetail) -> HttpResponse:
    """The on-site verification of a lead by two named persons (三-1-2①c)."""
    lead = detail.lead
    visit = read_visit(request, VERDICT_TEXTS) if request.method == "POST" else blank_visit(request)

    def context() -> Context:
        return {
            **fresh(request, lead.id),
            **_visit_context(request, visit),
            "verdict_fields": _verdict_fields(visit),
            "pair": pair_context(lead),
            "onsite_required": campaign_in_force().plan.channel(lead.channel).onsite_required,
            "former": [row for row in detail.verifications if row.review_passed is False][-1:],
        }

    if request.method != "POST":
        return render(request, "web/leads/verify.html", context())
    return perform(
        request,
        lambda: submit_verification(
            lead_id=lead.id, form=_verification(visit), photos=visit.photos, acting=acting_of(request)
        ),
        done=_("线索 %(number)s 的核查已提交，等县局审核") % {"number": lead.number},
        to=detail_url(lead.id),
        template="web/leads/verify.html",
        context=context,
        refused_first=visit.refused,
    )


def _visit_context(request: OfficeRequest, visit: Visit) -> Context:
    in_force = campaign_in_force()
    return {
        "fields": visit_fields(visit, request.now, in_force),
        "photo_fields": photo_fields(visit),
        "photo_wish": photo_wish(in_force),
    }


def _verification(visit: Visit) -> VerificationForm:
    return VerificationForm(
        verdict=visit.texts["verdict"],
        unfounded_reason=visit.texts["unfounded_reason"],
        persons=visit.persons,
        visited_at=visit.visited_at,
        lon=visit.lon,
        lat=visit.lat,
        finding=visit.finding,
        missing=visit.texts["missing"],
        missing_by=end_of_day(read_day(visit.texts["missing_by"])),
    )


def _verdict_fields(visit: Visit) -> dict[str, Context]:
    verdicts = [(slug, label.text) for slug, label in labels.STATES["verdict"].items()]
    made: dict[str, Context] = {
        "verdict": {"label": _("核查结论"), "kind": "radio", "options": verdicts},
        "unfounded_reason": {
            "label": _("查否原因"),
            "kind": "radio",
            "options": list(labels.UNFOUNDED_REASONS.items()),
            "required": False,
        },
        "missing": {
            "label": _("还缺什么"),
            "kind": "textarea",
            "required": False,
            "help": _("例如：采矿许可证、用地批文，找谁要"),
        },
        "missing_by": {"label": _("哪天前补齐"), "kind": "date", "required": False},
    }
    return {name: {"name": name, "value": visit.texts.get(name, ""), **field} for name, field in made.items()}


@page(*RECHECK_ROLES)
@require_http_methods(["GET", "POST"])
def lead_recheck(request: OfficeRequest, lead_id: UUID, level: str) -> HttpResponse:
    """The re-check on site of a lead found unfounded: 100 % by the county (四-2-2③b), 100 % by the city (三-3-2⑤)."""
    act = LEVELS.get(level)
    if act is None:
        raise Http404(_("没有这一级复核"))
    detail = lead_or_404(request.viewer, lead_id)
    row = TABLE[act]
    if request.method != "POST" and (detail.lead.state not in row.sources or not row.roles & request.viewer.roles):
        return not_now(request, detail)
    visit = read_visit(request, ("outcome",)) if request.method == "POST" else blank_visit(request)

    def context() -> Context:
        return {
            **fresh(request, lead_id),
            **_visit_context(request, visit),
            **review_context(detail, campaign_in_force()),
            "level": level,
            "clause": row.clause,
            "outcome": _outcome_field(visit),
        }

    if request.method != "POST":
        return render(request, "web/leads/recheck.html", context())
    return perform(
        request,
        lambda: recheck_lead(
            lead_id=lead_id, level=level, form=_recheck(visit), photos=visit.photos, acting=acting_of(request)
        ),
        done=_("线索 %(number)s 的复核已提交") % {"number": detail.lead.number},
        to=detail_url(lead_id),
        template="web/leads/recheck.html",
        context=context,
        refused_first=visit.refused,
    )


def _outcome_field(visit: Visit) -> Context:
    options = [(slug, label.text) for slug, label in labels.STATES["recheck"].items()]
    value = visit.texts.get("outcome", "")
    return {"name": "outcome", "label": _("复核结论"), "kind": "radio", "options": options, "value": value}


def _recheck(visit: Visit) -> RecheckForm:
    return RecheckForm(
        outcome=visit.texts["outcome"],
        persons=visit.persons,
        visited_at=visit.visited_at,
        lon=visit.lon,
        lat=visit.lat,
        finding=visit.finding,
    )
