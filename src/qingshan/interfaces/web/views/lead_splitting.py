"""Splitting a patch (拆分图斑): a line drawn across it on the map, or typed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qingshan.contexts.leads.public import LeadDetail, split_lead
from qingshan.domain.lead import JOIN_ROLES, SPLIT_STATES, LeadState
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_degrees
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_acts import detail_url
from qingshan.interfaces.web.views.leads import lead_or_404

MOST_POINTS = 2_000
Line = list[tuple[float, float]]


@page(*JOIN_ROLES)
@require_http_methods(["GET", "POST"])
def lead_split(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Cut a patch into parts of their own; the patch stays (三-1-2①b)."""
    detail = lead_or_404(request.viewer, lead_id)
    if request.method != "POST":
        fits = LeadState(detail.lead.state) in SPLIT_STATES
        template = "web/related/split.html" if fits else "web/leads/not_now.html"
        return render(request, template, _context(request, detail), status=200 if fits else 409)
    lines, wrong = read_lines(request.POST.get("lines", ""))
    return perform(
        request,
        lambda: split_lead(
            lead_id=lead_id, lines=lines, reason=request.POST.get("reason", ""), acting=acting_of(request)
        ),
        done=_("图斑 %(number)s 已拆分，子图斑已分派") % {"number": detail.lead.number},
        to=detail_url(lead_id),
        template="web/related/split.html",
        context=lambda: _context(request, lead_or_404(request.viewer, lead_id)),
        refused_first=wrong,
    )


def _context(request: OfficeRequest, detail: LeadDetail) -> dict[str, object]:
    posted = request.POST
    return {
        "lead": detail.lead,
        "last": lead_shown.last_act(detail.lead.id),
        "geometry": lead_shown.geometry(detail),
        "now": request.now,
        "lines": {
            "name": "lines",
            "label": _("切割线"),
            "kind": "textarea",
            "value": posted.get("lines", ""),
            "help": _("在图上依次点选，从图斑边界外画到边界外；也可填写：每行一条线，经度,纬度 用空格隔开"),
            "attrs": {"data-cut-lines": "", "spellcheck": "false"},
        },
        "reason": {
            "name": "reason",
            "label": _("拆分理由"),
            "kind": "textarea",
            "value": posted.get("reason", ""),
            "help": _("例如：一半是采坑，一半是在建工程"),
        },
    }


def read_lines(text: str) -> tuple[list[Line], list[str]]:
    """Lines as typed, one a row: "114.3,37.6 114.4,37.7"; and what could not be read, by row."""
    lines: list[Line] = []
    wrong: list[str] = []
    for number, row in enumerate(text.replace("，", ",").replace("；", " ").replace(";", " ").splitlines(), start=1):
        points = [_point(word) for word in row.split()]
        known = [point for point in points if point is not None]
        if len(known) < len(points) or sum(map(len, lines)) + len(points) > MOST_POINTS:
            wrong.append(
                _("第 %(n)s 行“%(row)s”不是切割线：请写成 114.380000,37.660000 114.381000,37.661000")
                % {"n": number, "row": row.strip()[:60]}
            )
        elif known:
            lines.append(known)
    return lines, wrong


def _point(word: str) -> tuple[float, float] | None:
    lon, _sep, lat = word.partition(",")
    x, y = read_degrees(lon, lat)
    return None if x is None or y is None else (x, y)
