"""The hotline desk (接听登记): one screen, by keyboard, while somebody is on the phone."""

from uuid import UUID

import shapely
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.places.selectors import FoundPlace, places_found
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import Case, cases_said
from qingshan.contexts.leads.public import (
    CallForm,
    Lead,
    LeadForm,
    Probe,
    Source,
    call_draft,
    drop_call_draft,
    find_alike,
    save_call_draft,
    search_leads,
    seeing_county,
    source_by_id,
    sources_of,
    take_call,
)
from qingshan.domain.lead import SOURCE_ROLES
from qingshan.domain.plan import Channel
from qingshan.domain.sources import channels_for
from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_day, read_degrees, read_moment, read_uuid
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.once import FormKey
from qingshan.interfaces.web.views.lead_filters import channel_text

NAMES = (
    "channel", "discovered_at", "place", "lon", "lat", "precision", "division", "place_text", "description",
    "source_no", "origin", "dated", "active",
)  # fmt: skip
"""What a draft keeps: everything but who calls."""
CALLER = ("caller_name", "caller_phone")
CALLS = ("public-report", "hotline-12345", "petition", "gov-website", "internet-inspection", "media-exposure")
"""Channels by which people call or write to the desk, the usual one first."""
MATTERS = 4
"""Past leads and past cases among the places."""
Texts = dict[str, str]


@page(*SOURCE_ROLES)
@never_cache
@sensitive_post_parameters(*CALLER)
@require_http_methods(["GET", "POST"])
def hotline(request: OfficeRequest) -> HttpResponse:
    """Take a call down; afterwards its number stands over the next empty form."""
    in_force, key = campaign_in_force(), FormKey(request)
    posted = request.method == "POST"
    draft = None if posted else call_draft(request.viewer)
    kept: Texts = {k: str(v) for k, v in (request.POST if posted else draft.content if draft else {}).items()}
    texts = {name: kept.get(name, "") for name in (*NAMES, *CALLER, "joins")}

    def context() -> dict[str, object]:
        return {
            "fields": _fields(texts, in_force, request),
            "texts": texts,
            "once": key,
            "done": _done(request, in_force),
            "draft_at": draft.saved_at if draft else None,
            "now": request.now,
            **_alike(request, texts),
        }

    if not posted:
        return render(request, "web/leads/hotline.html", context())
    taken: list[Source] = []

    def run() -> None:
        form = CallForm(
            lead=_form(texts),
            active=bool(texts["active"]),
            name=texts["caller_name"],
            phone=texts["caller_phone"],
            joins=read_uuid(texts["joins"]),
        )
        taken.append(take_call(form=form, call_id=key.value, acting=acting_of(request)))

    response = perform(
        request, key.guarded(run), done=_("已登记"), to="", template="web/leads/hotline.html", context=context
    )
    if taken:
        return HttpResponseRedirect(f"{reverse('web:hotline')}?done={taken[0].id}")
    return response


def _done(request: OfficeRequest, in_force: InForce) -> dict[str, object] | None:
    """The call that was just taken down: its number and until when it is answered."""
    source_id: UUID | None = read_uuid(request.GET.get("done", ""))
    source = source_by_id(request.viewer, source_id) if source_id else None
    if source is None:
        return None
    channel = next((c for c in in_force.plan.channels if c.slug == source.channel), None)
    return {
        "lead": source.lead,
        "source": source,
        "joined": any(line.source.id < source.id for line in sources_of(request.viewer, source.lead_id)),
        "reply_to": channel.reply_to if channel else "",
        "limit": _reply_limit(channel, in_force) if channel else "",
    }


def _reply_limit(channel: Channel, in_force: InForce) -> str:
    """The answer's limit of a channel in words of the plan."""
    limit = in_force.plan.limits.get(channel.reply_limit)
    return limit.text if limit else ""


def _form(texts: Texts) -> LeadForm:
    lon, lat = read_degrees(texts["lon"], texts["lat"])
    precision = texts["precision"]
    if lon is None and texts["place"]:
        found = places_found(texts["place"], 2)
        if len(found) == 1:  # typed in full without choosing from the list
            lon, lat, precision = found[0].lon, found[0].lat, found[0].level
    return LeadForm(
        channel=texts["channel"],
        lon=lon,
        lat=lat,
        place_text=" ".join(part for part in (texts["place"], texts["place_text"]) if part)[:200],
        description=texts["description"],
        source_no=texts["source_no"],
        discovered_at=read_moment(texts["discovered_at"]),
        origin=texts["origin"],
        dated=read_day(texts["dated"]),
        precision=precision if precision in ("village", "township") else "",
    )


def _fields(texts: Texts, in_force: InForce, request: OfficeRequest) -> dict[str, dict[str, object]]:
    by_slug = {c.slug: c for c in channels_for(in_force.plan.channels, request.viewer.roles)}
    channels = [(slug, channel_text(slug, in_force)) for slug in CALLS if slug in by_slug]
    limits = [
        f"{channel_text(slug, in_force)} {limit}"
        for slug, _label in channels
        if (limit := _reply_limit(by_slug[slug], in_force))
    ]
    latest = formats.local(request.now).strftime("%Y-%m-%dT%H:%M")
    made: dict[str, dict[str, object]] = {
        "channel": {
            "label": _("来自"),
            "kind": "radio",
            "options": channels,
            "value": texts["channel"] or CALLS[0],
            "help": _("答复时限：") + _("；").join(limits),
        },
        "discovered_at": {
            "label": _("来电时间"),
            "kind": "datetime-local",
            "value": texts["discovered_at"] or latest,
            "attrs": {"max": latest},
        },
        "place_text": {"label": _("具体位置"), "kind": "text", "required": False, "help": _("例如：村北河滩，桥东")},
        "description": {
            "label": _("来电内容"),
            "kind": "textarea",
            "help": _("看到什么：人、机械、何时、多大范围。Shift+Enter 换行"),
        },
        "source_no": {"label": _("来源编号"), "kind": "text", "required": False, "help": _("工单号、信访件号")},
        "origin": {"label": _("来源单位"), "kind": "text", "required": False},
        "dated": {"label": _("来件日期"), "kind": "date", "required": False},
        "active": {"label": _("现在正在挖"), "kind": "checkbox", "required": False, "value": bool(texts["active"])},
        "caller_name": {"label": _("举报人姓名"), "kind": "text", "required": False, "attrs": {"autocomplete": "off"}},
        "caller_phone": {
            "label": _("举报人电话"),
            "kind": "text",
            "required": False,
            "attrs": {"autocomplete": "off", "inputmode": "tel"},
        },
    }
    return {name: {"name": name, "value": texts[name], **field} for name, field in made.items()}


@page(*SOURCE_ROLES)
@require_safe
def hotline_places(request: OfficeRequest) -> JsonResponse:
    """Villages, townships, mines and past matters as one types, each with a point (CGCS2000 degrees)."""
    text = request.GET.get("q", "").strip()[:40]
    found = [_place(one) for one in places_found(text)]
    if len(text) > 1:
        with seeing_county(request.viewer) as wide:
            found += [_matter(case, "case") for case in cases_said(wide, text, MATTERS)]
            found += [_matter(lead, "lead") for lead in search_leads(wide, text, MATTERS)]
    return JsonResponse({"places": found})


def _place(one: FoundPlace) -> dict[str, object]:
    return {
        "name": one.name, "within": one.within, "level": one.level, "division": one.code,
        "lon": round(one.lon, 6), "lat": round(one.lat, 6),
    }  # fmt: skip


def _matter(one: Lead | Case, kind: str) -> dict[str, object]:
    """A past matter as a place: where it lies and how it stands, nothing of what was said there."""
    words = f"{one.number} {labels.state_label(kind, one.state).text} {one.township_name}"
    return {
        "name": one.title, "within": words, "level": "", "division": one.division,
        "lon": round(one.centre.x, 6), "lat": round(one.centre.y, 6),
    }  # fmt: skip


@page(*SOURCE_ROLES)
@require_safe
def hotline_alike(request: OfficeRequest) -> HttpResponse:
    """What has been said already about this place, while the caller still speaks."""
    texts = {name: request.GET.get(name, "") for name in ("lon", "lat", "precision", "division", "source_no")}
    texts["description"] = request.GET.get("text", "")
    return render(request, "web/leads/_alike_calls.html", {**_alike(request, texts), "now": request.now})


def _alike(request: OfficeRequest, texts: Texts) -> dict[str, object]:
    lon, lat = read_degrees(texts["lon"], texts["lat"])
    words = f"{texts.get('place_text', '')} {texts['description']}".strip()[:400]
    point = None if lon is None or lat is None else shapely.Point(lon, lat)
    division = texts["division"] if texts["division"].isdigit() else ""
    if point is None and not division:
        return {"found": [], "asked": False}
    probe = Probe(
        geometry=point,
        moment=request.now,
        precise=not texts["precision"],
        words=words,
        source_no=texts["source_no"].strip()[:120],
        division=division,
    )
    with seeing_county(request.viewer) as wide:
        found = find_alike(wide, probe, campaign_in_force())
    return {"found": found, "asked": True, "own": request.viewer.sees_county}


@page(*SOURCE_ROLES)
@sensitive_post_parameters(*CALLER)
@require_POST
def hotline_draft(request: OfficeRequest) -> JsonResponse:
    """Keep what is typed, never who calls; ``clear`` throws it away for the next call."""
    acting = acting_of(request)
    if request.POST.get("clear"):
        drop_call_draft(acting=acting)
        return JsonResponse({"saved": ""})
    saved = save_call_draft(content={name: request.POST.get(name, "") for name in NAMES}, acting=acting)
    return JsonResponse({"saved": formats.local(saved).strftime("%H:%M:%S")})
