"""The list of cases (台账问题清单), as its address says it."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import CASE_SORTS, Case, case_counts, case_rows, category_counts, tracks_of
from qingshan.domain.case import TABLE
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.casework import listing
from qingshan.interfaces.web.casework.panel import panel_context
from qingshan.interfaces.web.casework.reading import read_case
from qingshan.interfaces.web.casework.register import case_filter, case_spec, category_links, state_tabs
from qingshan.interfaces.web.listing.address import ListAddress
from qingshan.interfaces.web.listing.page import (
    MOST_COUNTED,
    Wanted,
    frame,
    keys_of,
    list_response,
    opens_elsewhere,
    read_wanted,
    totals_of,
)
from qingshan.interfaces.web.middleware import OfficeRequest


@page(*MATTER_ROLES)
@require_safe
def case_list(request: OfficeRequest) -> HttpResponse:
    """Cases in scope in the order asked for; the address holds the whole view."""
    in_force = request.in_force = campaign_in_force()
    spec = case_spec(request.viewer, in_force, unit_id=request.GET.get("unit", ""))
    wanted = read_wanted(request, spec, request.viewer)
    elsewhere = opens_elsewhere(request, spec, wanted)
    if elsewhere is not None:
        return elsewhere
    return list_response(request, spec, wanted.address, _list(request, wanted, in_force), "web/cases/list.html")


def _list(request: OfficeRequest, wanted: Wanted, in_force: InForce) -> dict[str, object]:
    viewer, now, address = request.viewer, request.now, wanted.address
    sort, asked = CASE_SORTS[address.sort], case_filter(address)
    found = case_rows(viewer, asked, now, sort=sort, **keys_of(sort, address, Case))
    tracks = tracks_of(found.rows) if "tracks" in address.columns else {}
    counts = case_counts(viewer, asked, now, most=MOST_COUNTED)
    totals = totals_of(counts, address, bounded=bool(asked.text))
    may_report = viewer.has(*TABLE["case.report_city"].roles)
    url = reverse("web:case_bulk_report")
    return {
        **frame(wanted, found, sort, totals),
        "rows": listing.case_rows(found.rows, tracks, in_force.plan, viewer, now),
        "tabs": state_tabs(address, totals.by_state),
        "above": "web/cases/_categories.html",
        "categories": category_links(address, in_force, category_counts(viewer)),
        "bulk": [{"label": _("上报市局…"), "url": url, "icon": "send"}] if may_report else [],
        "export_url": reverse("web:case_export"),
        "may_report": may_report,
        "to_report": counts.get("accepted", 0),
        "empty": _empty(),
        "now": now,
        **_panel(request, address),
    }


def _panel(request: OfficeRequest, address: ListAddress) -> dict[str, object]:
    """The side panel as the address has it; a case that is not in scope opens none."""
    if address.open is None or request.headers.get("HX-Request"):
        return {}
    view = read_case(request.viewer, address.open, request.now)
    return {} if view is None else {"panel": "web/cases/panel.html", **panel_context(view)}


def _empty() -> dict[str, str]:
    return {
        "icon": "cases",
        "filtered": _("没有符合条件的台账问题"),
        "all": _("看全部台账问题"),
        "title": _("台账上还没有问题"),
        "text": _("线索经实地核查、审核查实以后，由县自然资源部门列入台账。"),
        "url": f"{reverse('web:lead_list')}?state=substantiated",
        "label": _("看查实的线索"),
    }
