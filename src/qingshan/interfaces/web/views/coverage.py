"""The 100 % screens (100% 核查清单): per batch, channel, unit what is open, to the row, and an order on it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qingshan.commons.assignments.models import Assignment
from qingshan.commons.base.paging import read_key
from qingshan.commons.people.selectors import township_level_units
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.public import (
    BY,
    LEAD_SORTS,
    MOST_AT_ONCE,
    NO_KEY,
    OPEN_STATES,
    SCREENS,
    Lead,
    LeadFilter,
    Line,
    held_by,
    labels_of,
    lead_labels,
    lead_rows,
    open_of,
    order_open_leads,
    prove_screen,
    reply_totals,
    screen_channels,
)
from qingshan.domain.assignment import COUNTY_ISSUERS
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, end_of_day, perform, read_day, read_uuid
from qingshan.interfaces.web.listing.confirming import CHANGED, again, asked
from qingshan.interfaces.web.listing.page import picked_ids
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.once import FormKey
from qingshan.interfaces.web.views.completeness import PATIENCE, PROOF_ROLES, class_words
from qingshan.interfaces.web.views.lead_filters import channel_text

Context = dict[str, object]
SORT = LEAD_SORTS["due"]
SHOWN = ("verified", "under_way", "returned", "merged", "transferred")
NOBODY = LeadFilter(states=("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which screen, divided by what, which line of it (empty: all)."""

    screen: str
    by: str
    key: str

    def url(self, **more: str) -> str:
        """The page with this in its address."""
        values = {"screen": self.screen, "by": self.by, "key": self.key, **more}
        return f"{reverse('web:coverage')}?{urlencode({k: v for k, v in values.items() if v})}"


def _where(given: Mapping[str, str]) -> Where:
    screen, by = given.get("screen", ""), given.get("by", "")
    return Where(
        screen=screen if screen in SCREENS else "onsite",
        by=by if by in BY else "unit",
        key=given.get("key", "")[:120],
    )


def screen_words() -> dict[str, str]:
    """The screens, in words."""
    return {"onsite": _("下发线索图斑到场核查"), "reports": _("群众举报件件有着落")}


@page(*PROOF_ROLES)
@require_safe
def coverage(request: OfficeRequest) -> HttpResponse:
    """Received = verified + under way + returned + merged + transferred, and the open ones with who holds them."""
    in_force, where = campaign_in_force(), _where(request.GET)
    channels = in_force.plan.channels
    proof = prove_screen(where.screen, now=request.now, channels=channels, patience=PATIENCE)
    lines = [_line(line, where, in_force) for line in proof.lines[where.by]]
    slugs = [c.slug for c in screen_channels(where.screen, channels)]
    rows, next_url = _rows(request, where, slugs)
    orders = not request.viewer.roles.isdisjoint(COUNTY_ISSUERS)
    return render(
        request,
        "web/completeness/coverage.html",
        {
            "where": where,
            "clause": SCREENS[where.screen],
            "heading": screen_words()[where.screen],
            "screens": [
                {"label": word, "url": Where(screen=name, by=where.by, key="").url(), "active": name == where.screen}
                for name, word in screen_words().items()
            ],
            "divisions": _divisions(where),
            "heads": [class_words()[name] for name in SHOWN],
            "lines": lines,
            "proof": proof,
            "open_total": open_of(proof.whole.classes),
            "replies": reply_totals(request.viewer, slugs) if where.screen == "reports" else None,
            "rows": rows,
            "chosen": next((line["label"] for line in lines if line["active"]), ""),
            "whole_url": Where(screen=where.screen, by=where.by, key="").url(),
            "next_url": next_url,
            "first_url": where.url() if request.GET.get("after") else "",
            "may_order": orders and bool(rows),
            "now": request.now,
        },
    )


def _divisions(where: Where) -> list[Context]:
    words = {"batch": _("按批次"), "channel": _("按渠道"), "unit": _("按责任单位")}
    return [
        {"label": words[by], "url": Where(screen=where.screen, by=by, key="").url(), "active": by == where.by}
        for by in BY
    ]


def _line(line: Line, where: Where, in_force: InForce) -> Context:
    classes = line.sum.classes
    label = channel_text(line.key, in_force) if where.by == "channel" else line.label
    other = _("单条登记") if where.by == "batch" else _("没有归到单位")
    shown = {**classes, "verified": line.sum.verified}
    n = open_of(classes)
    return {
        "label": label or other,
        "received": line.sum.received,
        "cells": [{"label": class_words()[name], "n": shown.get(name, 0)} for name in SHOWN],
        "open": n,
        "percent": (line.sum.received - n) * 100 // line.sum.received if line.sum.received else 100,
        "holds": line.holds,
        "gap": line.sum.gap,
        "url": Where(screen=where.screen, by=where.by, key=line.key).url() if n else "",
        "active": bool(where.key) and where.key == line.key,
    }


def _filter(where: Where, slugs: Sequence[str]) -> LeadFilter:
    """Open leads of the screen, of one line where one is chosen."""
    states, channels = OPEN_STATES, tuple(slugs)
    if not where.key:
        return LeadFilter(states=states, channels=channels)
    if where.by == "channel":
        return LeadFilter(states=states, channels=(where.key,)) if where.key in slugs else NOBODY
    if where.by == "unit":
        unit = next((u.id for u in township_level_units() if u.name == where.key), None)
        return LeadFilter(states=states, channels=channels, unit_id=unit) if unit else NOBODY
    batch = read_uuid(where.key)
    if where.key == NO_KEY:
        return LeadFilter(states=states, channels=channels, no_batch=True)
    return LeadFilter(states=states, channels=channels, batch_id=batch) if batch else NOBODY


def _rows(request: OfficeRequest, where: Where, slugs: Sequence[str]) -> tuple[list[Context], str]:
    after = read_key(Lead, SORT, request.GET.get("after", ""))
    found = lead_rows(request.viewer, _filter(where, slugs), request.now, sort=SORT, after=after)
    in_force = campaign_in_force()
    rows: list[Context] = [
        {
            "lead": lead,
            "holder": lead.unit.short if lead.state in ("dispatched", "under_verification") else _("县局"),
            "channel": channel_text(lead.channel, in_force),
        }
        for lead in found.rows
    ]
    return rows, where.url(after=found.next_key(SORT)) if found.below else ""


@page(*COUNTY_ISSUERS)
@require_POST
def coverage_order(request: OfficeRequest) -> HttpResponse:
    """Order the units that hold the picked leads, or all open ones of the line, to conclude them by a day."""
    where, key = _where(request.POST), FormKey(request)
    leads = _chosen(request, where)
    ids = [lead_id for lead_id, _number in leads]
    if not ids:
        messages.error(request, _("没有选中线索，请先勾选"))
        return HttpResponseRedirect(where.url())
    if len(ids) > MOST_AT_ONCE:
        messages.error(request, _("一次最多交办 %(n)d 条，请先选一行缩小范围") % {"n": MOST_AT_ONCE})
        return HttpResponseRedirect(where.url())
    question, held = asked(request, leads), held_by(request.viewer, ids)
    texts = {
        "text": request.POST.get("text", _("请到现场核实下列线索，按期提交结论；确属派错的，写明理由退回。")),
        "due_on": request.POST.get("due_on", ""),
    }

    def context() -> Context:
        return {
            "where": where,
            "held": [{"unit": unit, "n": len(numbers), "numbers": numbers[:6]} for unit, numbers in held.units.items()],
            "own": len(held.own),
            "ids": [] if request.POST.get("all") else ids,
            "all": request.POST.get("all", ""),
            "asked": question or again(leads),
            "fields": _fields(texts),
            "once": key,
            "back_url": where.url(),
            "clause": SCREENS[where.screen],
            "now": request.now,
        }

    if question is not None:
        return render(request, "web/completeness/order.html", context(), status=CHANGED if question.changed else 200)
    made: list[Assignment] = []

    def run() -> None:
        made.extend(
            order_open_leads(
                lead_ids=ids,
                screen=where.screen,
                text=texts["text"],
                due_at=end_of_day(read_day(texts["due_on"])),
                key=key.value,
                acting=acting_of(request),
            )
        )

    return perform(
        request,
        key.guarded(run),
        done=lambda: _("已向 %(n)d 个单位交办") % {"n": len(made)},
        to=reverse("web:assignment_list"),
        template="web/completeness/order.html",
        context=context,
    )


def _chosen(request: OfficeRequest, where: Where) -> Sequence[tuple[UUID, str]]:
    """Picked leads, or all open ones of the line, by id and number."""
    if not request.POST.get("all"):
        return labels_of(request.viewer, picked_ids(request.POST.getlist("id"), MOST_AT_ONCE))
    slugs = [c.slug for c in screen_channels(where.screen, campaign_in_force().plan.channels)]
    return lead_labels(request.viewer, _filter(where, slugs), request.now)


def _fields(texts: Mapping[str, str]) -> list[Context]:
    return [
        {"name": "due_on", "label": _("办结日期"), "kind": "date", "value": texts["due_on"]},
        {
            "name": "text", "label": _("交办内容"), "kind": "textarea", "value": texts["text"],
            "help": _("各单位名下的线索编号自动附在后面"),
        },
    ]  # fmt: skip
