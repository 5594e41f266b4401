"""Signing for many leads at once (批量签收): each is its own act, and each tells its own outcome."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingshan.contexts.leads.public import PAGE, leads_by_ids, receive_lead
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import TABLE
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_filters import read_uuid


@page(*TABLE["lead.receive"].roles)
@require_POST
def lead_receive_many(request: OfficeRequest) -> HttpResponse:
    """Sign for the picked leads one by one (三-1-2②b); one that is refused keeps none of the others."""
    picked = [found for text in request.POST.getlist("id")[:PAGE] if (found := read_uuid(text)) is not None]
    outcomes = [_receive(request, lead_id) for lead_id in dict.fromkeys(picked)]
    leads = leads_by_ids(request.viewer, set(picked))
    rows = [{"lead": leads[lead_id], "reason": reason} for lead_id, reason in outcomes if lead_id in leads]
    context = {
        "rows": rows,
        "done": sum(not row["reason"] for row in rows),
        "refused": sum(bool(row["reason"]) for row in rows),
        "now": request.now,
    }
    return render(request, "web/leads/received.html", context)


def _receive(request: OfficeRequest, lead_id: UUID) -> tuple[UUID, str]:
    try:
        receive_lead(lead_id=lead_id, acting=acting_of(request))
    except ActRefused as refusal:
        return lead_id, refusal.message or _("不予办理")
    return lead_id, ""
