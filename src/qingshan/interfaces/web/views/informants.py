"""Who called (举报人信息): opened by its custodian or by whoever took the call, with a reason that stays."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import OPENERS, Caller, informants_kept, open_informant
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_filters import channel_text


@page("custodian")
@require_safe
def informant_list(request: OfficeRequest) -> HttpResponse:
    """Of which sources a caller is known; never who."""
    number = request.GET.get("number", "").strip()[:40]
    in_force = campaign_in_force()
    rows = [
        {"kept": kept, "channel": channel_text(kept.source.channel, in_force)}
        for kept in informants_kept(acting=acting_of(request), number=number)
    ]
    return render(request, "web/leads/informants.html", {"rows": rows, "number": number, "now": request.now})


@page(*OPENERS)
@never_cache
@require_http_methods(["GET", "POST"])
def informant_open(request: OfficeRequest, source_id: UUID) -> HttpResponse:
    """Ask for the reason, then show the name and the telephone once, on a page that no browser keeps."""
    reason = request.POST.get("reason", "")
    caller: Caller | None = None
    refusal: ActRefused | None = None
    if request.method == "POST":
        try:
            caller = open_informant(source_id=source_id, reason=reason, acting=acting_of(request))
        except ActRefused as error:
            refusal = error
    context = {"caller": caller, "refusal": refusal, "reason": reason, "now": request.now}
    return render(request, "web/leads/informant.html", context, status=422 if refusal else 200)
