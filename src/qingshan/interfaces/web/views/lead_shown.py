"""One lead as its page shows it: clock, next act, map, photos, verifications, history."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.commons.journal.selectors import HistoryLine, history_of
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import Case, case_of_lead
from qingshan.contexts.leads.public import (
    Lead,
    LeadDetail,
    VerificationPhoto,
    is_own_unit,
    lead_duties,
    leads_near,
    may_correct,
    may_flag_active,
    nearby_radius,
    source_photos,
    transfers_of,
)
from qingshan.domain.assignment import ISSUE_ROLES
from qingshan.domain.duty import Duty
from qingshan.domain.lead import (
    BESIDE,
    JOIN_ROLES,
    MERGE_STATES,
    ON_LEDGER,
    OPEN_CASE_ROLES,
    SOURCE_ROLES,
    SPLIT_STATES,
    LeadState,
    allowed_acts,
)
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.marks import url_of
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.joint_items import joint_context
from qingshan.interfaces.web.views.lead_filters import channel_text
from qingshan.interfaces.web.views.lead_history import history_entries
from qingshan.interfaces.web.views.lead_pictures import pair_context
from qingshan.interfaces.web.views.source_items import source_items

Act = dict[str, Any]
PAGES: dict[str, tuple[str, str, Promise]] = {
    "lead.dispatch": ("lead_dispatch", "send", gettext_lazy("分派到乡镇")),
    "lead.receive": ("lead_receive", "receive", gettext_lazy("签收")),
    "lead.return": ("lead_return", "return", gettext_lazy("退回（不属本单位）")),
    "lead.verify": ("lead_verify", "verify", gettext_lazy("填报实地核查")),
    "lead.review_approve": ("lead_review", "review", gettext_lazy("审核核查结论")),
    "lead.resume": ("lead_resume", "refresh", gettext_lazy("补充核查")),
    "lead.transfer_receipt": ("lead_transfer_receipt", "receive", gettext_lazy("登记外县回执")),
    "lead.change_unit": ("lead_change_unit", "swap", gettext_lazy("变更牵头单位")),
    "lead.transfer_out": ("lead_transfer", "send", gettext_lazy("移送外县")),
    "lead.transfer_answer": ("lead_transfer_answer", "receive", gettext_lazy("登记外县办理结果")),
}
LEVELS = {"lead.county_recheck": "county", "lead.city_recheck": "city"}
NEXT = frozenset({*PAGES, *LEVELS, "case.open"} - {"lead.return", *BESIDE})
"""Acts that carry a lead on; the others are exceptions and wait in the menu."""
VISIT_ACTS = {"lead.verify": "", **LEVELS}


def detail_context(request: OfficeRequest, detail: LeadDetail) -> dict[str, object]:
    """Everything the lead's page needs."""
    lead, viewer, now = detail.lead, request.viewer, request.now
    in_force = campaign_in_force()
    case = case_of_lead(viewer, lead.id)
    acts = acts_of(viewer, detail, case)
    primary = next((act for act in acts if act["name"] in NEXT), None)
    history, radius = history_of(lead.id), nearby_radius(in_force)
    return {
        "near": leads_near(viewer, lon=lead.centre.x, lat=lead.centre.y, metres=radius, but=lead.id) if radius else [],
        "near_metres": radius,
        "lead": lead,
        "detail": detail,
        "now": now,
        "case": case,
        "channel": channel_text(lead.channel, in_force),
        "number_label": in_force.plan.channel(lead.channel).number_label or _("来源编号"),
        "patch_type": in_force.plan.intake.patch_types.get(lead.patch_type, lead.patch_type),
        "primary": primary,
        "others": [act for act in acts if act is not primary],
        "duties": duties(lead, in_force, now, case_opened=case is not None),
        "geometry": geometry(detail),
        "visits": visits(detail, history),
        "source_photos": source_photo_items(lead.id),
        "history": history_entries(history),
        "columns": [(name, value) for name, value in lead.attributes.items() if value not in (None, "")],
        "notes": [line for line in lead.notes.splitlines() if line],
        "shares": [f"{name} {share}%" for name, share in lead.shares] if lead.border else [],
        "waiting": "" if primary or case else waiting_for(lead),
        "sources": source_items(viewer, lead.id, in_force),
        "joint": joint_context(request, lead),
        "transfers": transfers_of(viewer, lead.id) if was_transferred(detail) else [],
        "pair": pair_context(lead),
        "may_add_source": not viewer.roles.isdisjoint(SOURCE_ROLES),
        "may_order": bool(viewer.roles & ISSUE_ROLES),
    }


def was_transferred(detail: LeadDetail) -> bool:
    """Whether the lead was ever handed to another county: only then is it asked of."""
    return "lead.transfer_out" in detail.lead.events


def last_act(lead_id: UUID) -> dict[str, object] | None:
    """Who did what last, told to somebody who came too late."""
    lines = history_of(lead_id)
    return history_entries(lines[:1])[0] if lines else None


def acts_of(viewer: Viewer, detail: LeadDetail, case: Case | None) -> list[Act]:
    """What this viewer may do now, the next sensible act first."""
    lead = detail.lead
    own, state = is_own_unit(viewer, lead), LeadState(lead.state)
    names = [a for a in allowed_acts(state=state, roles=viewer.roles, own_unit=own) if a != "lead.review_reject"]
    found = [_act(name, lead) for name in names]
    # Sending a lead back is the exception, never the next step.
    found.sort(key=lambda act: act["name"] == "lead.return")
    if state is LeadState.SUBSTANTIATED and case is None and viewer.roles & OPEN_CASE_ROLES:
        url = reverse("web:case_open", kwargs={"lead_id": lead.id})
        found.insert(0, {"name": "case.open", "label": _("列入台账"), "url": url, "icon": "cases", "method": "get"})
    if may_flag_active(viewer, lead):
        url = reverse("web:lead_flag_active", args=[lead.id])
        found.append(
            {"name": "lead.flag_active", "label": _("标记正在实施"), "url": url, "icon": "alert", "method": "get"}
        )
    found += [_act(name, lead) for name, row in BESIDE.items() if state in row.sources and row.roles & viewer.roles]
    found += joining_acts(viewer, lead)
    if may_correct(viewer, state):
        url = reverse("web:lead_correct", args=[lead.id])
        found.append({"name": "lead.correct", "label": _("更正"), "url": url, "icon": "correct", "method": "get"})
    return found


def joining_acts(viewer: Viewer, lead: Lead) -> list[Act]:
    """Merging, separating and splitting; they wait in the menu."""
    state = LeadState(lead.state)
    if viewer.roles.isdisjoint(JOIN_ROLES):
        return []
    found = []
    if state in MERGE_STATES:
        found.append(("lead.merge", "lead_merge", _("并入另一条线索"), "link"))
    if state is LeadState.MERGED:
        found += [
            ("lead.separate", "lead_separate", _("撤销并入"), "link-off"),
            ("lead.merge", "lead_merge", _("改为并入另一条"), "link"),
        ]
    if state in SPLIT_STATES and lead.area_m2 and lead.parent_id is None:
        found.append(("lead.split", "lead_split", _("拆分图斑"), "swap"))
    return [
        {"name": name, "label": label, "url": url_of(f"web:{view}", lead.id), "icon": icon, "method": "get"}
        for name, view, label, icon in found
    ]


def row_acts(viewer: Viewer, lead: Lead) -> list[Act]:
    """The next act on a row of the list, if it is this viewer's turn."""
    own, state = is_own_unit(viewer, lead), LeadState(lead.state)
    names = allowed_acts(state=state, roles=viewer.roles, own_unit=own)
    return [_act(name, lead) for name in names if name in NEXT][:1]


def _act(name: str, lead: Lead) -> Act:
    if name in LEVELS:
        level = LEVELS[name]
        words = {"county": _("填报县级复核"), "city": _("填报市级复核")}
        url = url_of("web:lead_recheck", lead.id, level)
        return {"name": name, "label": words[level], "url": url, "icon": "verify", "method": "get"}
    view, icon, label = PAGES[name]
    return {
        "name": name,
        "label": label,
        "url": url_of(f"web:{view}", lead.id),
        "icon": icon,
        "method": "post" if name == "lead.receive" else "get",
    }


def waiting_for(lead: Lead) -> str:
    """Who is on turn when the viewer is not."""
    if ON_LEDGER in lead.events:
        return _("已列入台账，后续见台账问题")
    words = {
        "received": _("等县局或专班办公室分派"),
        "returned": _("等县局或专班办公室重新分派"),
        "dispatched": _("等%(unit)s签收") % {"unit": lead.unit.name},
        "under_verification": _("等%(unit)s到现场核查") % {"unit": lead.unit.name},
        "in_review": _("等县局审核核查结论"),
        "substantiated": _("等县局列入台账"),
        "county_recheck": _("等县局到现场复核"),
        "city_recheck": _("等市局到现场复核"),
        "inconclusive": _("等%(unit)s补充核查") % {"unit": lead.unit.name},
        "archived": _("已归档，不再办理"),
        "merged": _("随主线索核查；对来源的答复仍单独办理"),
        "split": _("等全部子图斑有结果"),
        "split_settled": _("全部子图斑已有结果"),
        "transferred": _("等外县回执"),
        "handed_over": _("外县已接收；对来源的答复仍由本县负责"),
    }
    return words[lead.state]


def duties(lead: Lead, in_force: InForce, now: datetime, *, case_opened: bool) -> tuple[Duty, ...]:
    """What is owed on the lead, most urgent first, with how each due date was computed."""
    return lead_duties(lead, in_force, now, case_opened=case_opened)


def geometry(detail: LeadDetail) -> dict[str, object]:
    """Patch, positions of visits and of photos as one GeoJSON collection in CGCS2000 degrees."""
    lead = detail.lead
    features = [_feature(lead.geom, kind="patch", label=lead.number)]
    for row in detail.verifications:
        label = _("第 %(n)s 轮核查") % {"n": row.round}
        features.append(_feature(row.position, kind="visit", label=label))
    for check in detail.rechecks:
        level = _("县级复核") if check.level == "county" else _("市级复核")
        features.append(_feature(check.position, kind="visit", label=level))
    for photo in detail.photos:
        if photo.file.lon is not None and photo.file.lat is not None:
            point = {"type": "Point", "coordinates": [photo.file.lon, photo.file.lat]}
            properties = {"kind": "photo", "direction": photo.direction, "azimuth": photo.file.azimuth}
            features.append({"type": "Feature", "geometry": point, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def _feature(shape: GEOSGeometry, *, kind: str, label: str) -> dict[str, object]:
    drawn = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(shape.wkb))))
    return {"type": "Feature", "geometry": drawn, "properties": {"kind": kind, "name": label}}


def visits(detail: LeadDetail, history: Sequence[HistoryLine]) -> list[dict[str, object]]:
    """Verifications and re-checks, the latest first, each with its photos.

    Photos name the act they belong to; the journal says which act handed in which visit.
    """
    photos: dict[UUID, list[VerificationPhoto]] = {}
    for photo in detail.photos:
        photos.setdefault(photo.act_id, []).append(photo)
    acts = [line for line in reversed(history) if line.act in VISIT_ACTS]
    found = []
    for act, level in VISIT_ACTS.items():
        rows = [row for row in detail.rechecks if row.level == level] if level else detail.verifications
        ids = [line.act_id for line in acts if line.act == act]
        found += [
            {"row": row, "level": level, "photos": photo_items(photos.get(act_id, ()))}
            for row, act_id in zip(rows, ids, strict=True)
        ]
    return found[::-1]


def source_photo_items(lead_id: UUID) -> list[dict[str, object]]:
    """Photos that came with the lead, as the grid shows them."""
    return [
        {
            "label": use.label or _("来件照片"),
            "alt": use.file.original_name,
            "url": url_of("web:file", use.file_id),
            "thumb_url": url_of("web:file_small", use.file_id),
            "taken_at": use.file.taken_at,
            "azimuth": use.file.azimuth,
            "digest": use.file.sha256,
        }
        for use in source_photos(lead_id)
    ]


def photo_items(photos: Sequence[VerificationPhoto]) -> list[dict[str, object]]:
    """Photos as the grid shows them: direction, time, azimuth, distance, digest, doubts."""
    return [
        {
            "label": labels.PHOTO_DIRECTIONS.get(photo.direction, _("未注明方向")),
            "url": url_of("web:file", photo.file_id),
            "thumb_url": url_of("web:file_small", photo.file_id),
            "taken_at": photo.file.taken_at,
            "azimuth": photo.file.azimuth,
            "distance_m": photo.distance_m,
            "digest": photo.file.sha256,
            "flags": photo.flags,
        }
        for photo in photos
    ]
