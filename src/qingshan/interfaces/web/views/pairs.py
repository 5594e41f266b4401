"""The worklist of pairs that look like one lead (疑似重复): the likeliest first, each with why."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import PAIRS, count_open_pairs, likeness_weights, open_pairs
from qingshan.domain.lead import JOIN_ROLES
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_filters import channel_text


@page(*JOIN_ROLES)
@require_safe
def pair_list(request: OfficeRequest) -> HttpResponse:
    """Pairs that wait for a person to say whether they are the same."""
    in_force, batch_id = campaign_in_force(), read_uuid(request.GET.get("batch", ""))
    found = open_pairs(request.viewer, batch_id=batch_id, after=_after(request.GET.get("after", "")))
    shown = found[:PAIRS]
    keep = {"batch": str(batch_id)} if batch_id else {}
    next_url = ""
    if len(found) > PAIRS:
        last = shown[-1]
        next_url = f"{reverse('web:pair_list')}?{urlencode({**keep, 'after': f'{last.score}.{last.id}'})}"
    rows = [
        {
            "pair": pair,
            "sides": [(one, channel_text(one.channel, in_force)) for one in (pair.lead, pair.other)],
        }
        for pair in shown
    ]
    return render(
        request,
        "web/related/pairs.html",
        {
            "rows": rows,
            "total": count_open_pairs(request.viewer, batch_id=batch_id),
            "next_url": next_url,
            "first_url": f"{reverse('web:pair_list')}?{urlencode(keep)}" if request.GET.get("after") else "",
            "batch_id": batch_id,
            "weights": likeness_weights(in_force),
            "now": request.now,
        },
    )


def _after(text: str) -> tuple[int, UUID] | None:
    """The key of the last pair above: score and id."""
    score, _, name = text.partition(".")
    pair_id = read_uuid(name)
    return (int(score), pair_id) if score.isdigit() and len(score) < 4 and pair_id else None
