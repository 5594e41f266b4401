"""Open duties towards whoever brought a lead (来源与答复): what must be answered or entered elsewhere, by when."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.base.paging import KeyPage, read_key
from qingshan.commons.people.selectors import township_level_units
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.public import (
    DESKS,
    Source,
    SourceFilter,
    channel_totals,
    source_counts,
    source_rows,
)
from qingshan.domain.lead import SOURCE_ROLES
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_filters import channel_text

Address = dict[str, str]


@page(*MATTER_ROLES)
@require_safe
def source_list(request: OfficeRequest) -> HttpResponse:
    """Sources by what is still owed, the most urgent first; by direction and channel."""
    in_force, viewer = campaign_in_force(), request.viewer
    address = _address(request)
    wanted = _wanted(address, in_force)
    sort = DESKS[wanted.desk][1]
    after, before = (read_key(Source, sort, request.GET.get(name, "")) for name in ("after", "before"))
    found = source_rows(viewer, wanted, request.now, after=after, before=before)
    context = {
        "rows": [_row(source, wanted.desk, in_force) for source in found.rows],
        "tabs": _tabs(address, source_counts(viewer, wanted, request.now)),
        "desk": wanted.desk,
        "fields": _fields(address, in_force),
        "chips": _directions(address, channel_totals(viewer), in_force),
        "may_act": not viewer.roles.isdisjoint(SOURCE_ROLES),
        "filtered": any(address[name] for name in ("direction", "channel", "unit", "overdue")),
        "clear_url": _to({"tab": wanted.desk}),
        "now": request.now,
        **_pages(address, found, wanted.desk),
    }
    return render(request, "web/leads/sources.html", context)


def _address(request: OfficeRequest) -> Address:
    names = ("tab", "direction", "channel", "unit", "overdue")
    return {name: request.GET.get(name, "").strip()[:60] for name in names}


def _wanted(address: Address, in_force: InForce) -> SourceFilter:
    channels = in_force.plan.channels
    if address["direction"]:
        channels = tuple(c for c in channels if c.direction == address["direction"])
    slugs = tuple(c.slug for c in channels if not address["channel"] or c.slug == address["channel"])
    narrowed = bool(address["direction"] or address["channel"])
    unit: UUID | None = read_uuid(address["unit"])
    return SourceFilter(
        desk=address["tab"] if address["tab"] in DESKS else "reply",
        channels=(slugs or ("",)) if narrowed else (),
        unit_id=unit,
        overdue=bool(address["overdue"]),
    )


def _row(source: Source, desk: str, in_force: InForce) -> dict[str, object]:
    channel = next((c for c in in_force.plan.channels if c.slug == source.channel), None)
    return {
        "source": source,
        "lead": source.lead,
        "channel": channel_text(source.channel, in_force),
        "direction": channel.direction if channel else "",
        "reply_to": channel.reply_to if channel else "",
        "due": source.platform_due_at if desk == "platform" else source.reply_due_at,
        "url": reverse(f"web:source_{'platform' if desk == 'platform' else 'reply'}", args=[source.id]),
    }


def _tabs(address: Address, counts: dict[str, int]) -> list[dict[str, object]]:
    words = {
        "reply": _("待答复"),
        "platform": _("待录信访平台"),
        "done": _("已答复"),
        "waived": _("免予答复"),
    }
    desk = address["tab"] if address["tab"] in DESKS else "reply"
    return [
        {"label": words[name], "url": _to({**address, "tab": name}), "count": counts[name], "active": name == desk}
        for name in DESKS
    ]


def _directions(address: Address, totals: dict[str, int], in_force: InForce) -> list[dict[str, object]]:
    """All sources by direction, as links (一-1)."""
    found: list[dict[str, object]] = []
    for slug, word in labels.DIRECTIONS.items():
        n = sum(totals.get(c.slug, 0) for c in in_force.plan.channels if c.direction == slug)
        active = address["direction"] == slug
        url = _to({**address, "direction": "" if active else slug, "channel": ""})
        found.append({"label": word, "count": n, "url": url, "active": active})
    return found


def _fields(address: Address, in_force: InForce) -> list[dict[str, object]]:
    owed = [c for c in in_force.plan.channels if c.reply_limit or c.platform_limit]
    channels = [("", _("全部渠道")), *((c.slug, channel_text(c.slug, in_force)) for c in owed)]
    units = [("", _("全部责任单位")), *((str(u.id), u.short) for u in township_level_units())]
    return [
        {"name": "channel", "label": _("渠道"), "kind": "select", "value": address["channel"], "options": channels},
        {"name": "unit", "label": _("责任单位"), "kind": "select", "value": address["unit"], "options": units},
        {
            "name": "overdue",
            "label": _("时限"),
            "kind": "select",
            "value": address["overdue"],
            "options": [("", _("全部时限")), ("1", _("只看逾期"))],
        },
    ]


def _pages(address: Address, found: KeyPage[Source], desk: str) -> dict[str, str]:
    sort = DESKS[desk][1]
    pages = {}
    if found.below:
        pages["next_url"] = _to({**address, "after": found.next_key(sort)})
    if found.above:
        pages["prev_url"] = _to({**address, "before": found.previous_key(sort)})
        pages["first_url"] = _to(address)
    return pages


def _to(address: Address) -> str:
    query = urlencode({name: value for name, value in address.items() if value})
    return f"{reverse('web:source_list')}?{query}" if query else reverse("web:source_list")
