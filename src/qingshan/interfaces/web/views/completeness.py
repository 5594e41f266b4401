"""The completeness proof (核查闭环证明): what came in, what became of it, and the rows behind each figure."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.public import (
    BY,
    GAP,
    LOST,
    MISSING,
    NO_KEY,
    PARTS,
    RECEIVED,
    ROWS,
    VERIFIED,
    Behind,
    Coverage,
    Line,
    NotYet,
    Proof,
    ProofRow,
    missing_rows,
    prove,
    queue_proof,
    rows_behind,
)
from qingshan.domain.completeness import CLASSES
from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, read_moment, read_uuid
from qingshan.interfaces.web.marks import url_of
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_filters import channel_text

COUNTY = ("bureau_officer", "bureau_leader", "taskforce_office", "county_leader", "discipline")
ABOVE = ("city_reviewer", "province_reader")
PROOF_ROLES = (*COUNTY, *ABOVE, "township_officer", "township_leader")
PATIENCE = 20.0
SHOWN = ("substantiated", "unfounded", "inconclusive", "settled", "under_way", "returned", "merged", "transferred")
Context = dict[str, object]


def class_words() -> dict[str, str]:
    """Words of the classes and of what else can be asked behind a line."""
    return {
        RECEIVED: _("收到"),
        VERIFIED: _("已核实"),
        "substantiated": _("查实"),
        "unfounded": _("查否"),
        "inconclusive": _("存疑"),
        "settled": _("拆分办结"),
        "under_way": _("办理中"),
        "returned": _("退回"),
        "merged": _("并入"),
        "transferred": _("移送"),
        PARTS: _("子图斑"),
        GAP: _("差额"),
        LOST: _("丢失"),
        MISSING: _("没有线索的收件行"),
    }


@page(*PROOF_ROLES)
@require_safe
def completeness(request: OfficeRequest) -> HttpResponse:
    """The proof as of a moment (now, when none is given), by batch, channel or unit (一-1, 三-1-2①c, 三-4-3③)."""
    in_force, by = campaign_in_force(), request.GET.get("by", "")
    by = by if by in BY else BY[0]
    moment, problem = _moment(request)
    try:
        proof = _prove(request, moment, in_force)
    except NotYet as refusal:
        moment, problem = request.now, str(refusal)
        proof = _prove(request, moment, in_force)
    at = request.GET.get("at", "") if moment != request.now else ""
    lines = [_shown_line(line, by, at, in_force) for line in proof.lines[by]]
    return render(
        request,
        "web/completeness/completeness.html",
        {
            "proof": proof,
            "problem": problem,
            "by": by,
            "at": at,
            "tabs": _tabs(by, at),
            "lines": lines,
            "whole": proof.whole,
            "totals": [proof.whole.classes.get(name, 0) for name in SHOWN],
            "heads": [class_words()[name] for name in SHOWN],
            "directions": _directions(proof),
            "onsite": [_coverage(one, at) for one in proof.onsite],
            "onsite_missing": sum(one.missing for one in proof.onsite),
            "onsite_received": sum(one.received for one in proof.onsite),
            "faults": _faults(proof, at),
            "now": request.now,
        },
    )


def _prove(request: OfficeRequest, moment: datetime, in_force: InForce) -> Proof:
    county = request.viewer.has(*COUNTY)
    return prove(moment, now=request.now, channels=in_force.plan.channels, patience=PATIENCE, county=county)


def _moment(request: OfficeRequest) -> tuple[datetime, str]:
    """The moment that is asked for, and what was wrong with it."""
    text = request.GET.get("at", "").strip()[:40]
    asked = read_moment(text) if text else None
    if text and asked is None:
        return request.now, _("“%(text)s”不是时刻，请写成 2024-08-14T17:00") % {"text": text}
    return asked or request.now, ""


def _query(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in values.items() if value})
    return f"?{query.urlencode()}"


def _rows_url(**values: str) -> str:
    return f"{reverse('web:completeness_rows')}{_query(**values)}"


def _tabs(by: str, at: str) -> list[Context]:
    words = {"batch": _("按批次"), "channel": _("按渠道"), "unit": _("按责任单位")}
    return [{"label": words[one], "url": _query(by=one, at=at), "active": one == by} for one in BY]


def _label(line: Line, by: str, in_force: InForce) -> str:
    if by == "channel":
        return channel_text(line.key, in_force)
    if line.label:
        return line.label
    return _("单条登记") if by == "batch" else _("没有归到单位")


def _shown_line(line: Line, by: str, at: str, in_force: InForce) -> Context:
    words = class_words()

    def cell(name: str, n: int) -> Context:
        url = _rows_url(by=by, key=line.key, cls=name, at=at) if n else ""
        return {"label": words[name], "n": n, "url": url}

    classes = line.sum.classes
    return {
        "line": line,
        "label": _label(line, by, in_force),
        "direction": labels.DIRECTIONS.get(line.direction, ""),
        "received": cell(RECEIVED, line.sum.received),
        "cells": [cell(name, classes.get(name, 0)) for name in SHOWN],
        "parts": cell(PARTS, line.parts),
        "gap": line.sum.gap,
        "gap_url": _rows_url(by=by, key=line.key, cls=GAP, at=at),
        "intake": line.intake,
        "batch_url": url_of("web:batch_detail", line.intake.batch_id) if line.intake else "",
    }


def _directions(proof: Proof) -> list[Context]:
    """Received from above and from below (一-1)."""
    found: dict[str, int] = {}
    for line in proof.lines["channel"]:
        found[line.direction] = found.get(line.direction, 0) + line.sum.received
    return [{"label": labels.DIRECTIONS[slug], "n": found.get(slug, 0)} for slug in labels.DIRECTIONS]


def _coverage(one: Coverage, at: str) -> Context:
    key = one.unit or NO_KEY
    return {"one": one, "url": _rows_url(by="unit", key=key, at=at, onsite="1") if one.missing else ""}


def _faults(proof: Proof, at: str) -> list[Context]:
    """What does not add up, each with its rows."""
    missing = sum(line.intake.missing for line in proof.lines["batch"] if line.intake)
    lost = sum(line.lost for line in proof.lines["unit"])
    known = sum(line.sum.gap for line in proof.lines["batch"] if line.sum.gap > 0)
    found: list[tuple[str, str]] = []
    if missing:
        found.append((_("%(n)s 行收件没有形成线索") % {"n": missing}, _rows_url(cls=MISSING, at=at)))
    if lost:
        found.append((_("%(n)s 条线索有留痕而库中已不在") % {"n": lost}, _rows_url(cls=LOST, at=at)))
    if known - missing - lost > 0:
        found.append((_("%(n)s 条线索不属任何去向") % {"n": known - missing - lost}, _rows_url(cls=GAP, at=at)))
    surplus = sum(-line.sum.gap for line in proof.lines["batch"] if line.sum.gap < 0)
    if surplus:
        found.append((_("批次里的线索比收件行多 %(n)s 条") % {"n": surplus}, ""))
    if proof.stray:
        found.append((_("%(n)s 条线索没有留痕记录") % {"n": proof.stray}, ""))
    if not proof.numbers_hold:
        words = {"given": proof.numbers, "known": proof.numbered}
        found.append((_("已发线索编号 %(given)s 个，留痕中的线索 %(known)s 条，两数不等") % words, ""))
    return [{"text": text, "url": url} for text, url in found]


@page(*PROOF_ROLES)
@require_safe
def completeness_rows(request: OfficeRequest) -> HttpResponse:
    """The rows behind one figure, as of the same moment."""
    in_force = campaign_in_force()
    moment, problem = _moment(request)
    moment = min(moment, request.now)
    values = {name: request.GET.get(name, "")[:120] for name in ("by", "key", "cls", "at", "onsite")}
    wanted = _wanted(values, in_force)
    rows, next_url = _page_of(moment, wanted, values, request.GET.get("after", "")[:80])
    words = class_words()
    return render(
        request,
        "web/completeness/rows.html",
        {
            "problem": problem,
            "rows": [_shown_row(row, in_force) for row in rows],
            "title": words.get(values["cls"], words[RECEIVED]) if not wanted.no_result else _("下发后还没有到场结论"),
            "what": _what(wanted, rows, in_force),
            "moment": moment,
            "next_url": next_url,
            "first_url": _query(**values) if request.GET.get("after") else "",
            "back_url": f"{reverse('web:completeness')}{_query(by=values['by'], at=values['at'])}",
            "now": request.now,
        },
    )


def _wanted(values: Mapping[str, str], in_force: InForce) -> Behind:
    """Which rows an address asks for; what it cannot mean is left out."""
    by = values["by"] if values["by"] in BY else ""
    key = values["key"] if by else ""
    if by == "batch" and key != NO_KEY and read_uuid(key) is None:
        by = key = ""
    known = {RECEIVED, VERIFIED, PARTS, LOST, GAP, MISSING, *CLASSES}
    cls = values["cls"] if values["cls"] in known else RECEIVED
    pushed: tuple[str, ...] = ()
    if values["onsite"]:
        pushed = tuple(c.slug for c in in_force.plan.channels if c.onsite_required and c.direction == "from_above")
    return Behind(by=by, key=key, cls=cls, channels=pushed, no_result=bool(values["onsite"]))


def _page_of(moment: datetime, wanted: Behind, values: Mapping[str, str], after: str) -> tuple[list[ProofRow], str]:
    batch_id = read_uuid(wanted.key) if wanted.by == "batch" else None
    dropped = missing_rows(moment, batch_id=batch_id) if wanted.cls in (MISSING, GAP) else []
    if wanted.cls == MISSING:
        return dropped, ""
    found = rows_behind(moment, wanted, after=after)
    shown = found[:ROWS]
    next_url = _query(**values, after=shown[-1].number) if len(found) > ROWS else ""
    return ([*dropped, *shown] if not after else shown), next_url


def _what(wanted: Behind, rows: list[ProofRow], in_force: InForce) -> str:
    """The line that the rows belong to, in words."""
    if wanted.by == "channel":
        return channel_text(wanted.key, in_force)
    if wanted.by == "unit":
        return wanted.key if wanted.key != NO_KEY else _("没有归到单位")
    if wanted.by == "batch":
        return rows[0].batch if rows and wanted.key != NO_KEY else _("单条登记")
    return _("全部")


def _shown_row(row: ProofRow, in_force: InForce) -> Context:
    known = row.state in labels.STATES["lead"]
    main = read_uuid(row.merged_into)
    return {
        "row": row,
        "url": url_of("web:lead_detail", row.lead_id) if row.lead_id and row.stored else "",
        "channel": channel_text(row.channel, in_force),
        "state": row.state if known and row.stored else "",
        "fault": "" if row.stored and known else (_("丢失") if row.lead_id else _("没有形成线索")),
        "main_url": url_of("web:lead_detail", main) if main else "",
    }


@page(*PROOF_ROLES)
@require_POST
def completeness_export(request: OfficeRequest) -> HttpResponse:
    """Let the worker write the proof with every row behind it as a workbook."""
    asked = read_moment(request.POST.get("at", "")) or request.now
    back = reverse("web:completeness")
    try:
        job = queue_proof(moment=asked, acting=acting_of(request))
    except NotYet as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(back)
    except AlreadyEnqueued:
        messages.info(request, _("同一份证明正在生成，请稍候"))
        return HttpResponseRedirect(reverse("web:job_list"))
    messages.success(request, _("正在生成截至 %(at)s 的证明") % {"at": formats.moment_text(asked, request.now)})
    return HttpResponseRedirect(reverse("web:job_detail", args=[job.id]))
