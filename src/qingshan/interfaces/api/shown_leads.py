"""Leads as programs get them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import (
    Lead,
    LeadDetail,
    Verification,
    VerificationPhoto,
    is_own_unit,
    may_correct,
    may_flag_active,
)
from qingshan.domain.lead import OPEN_CASE_ROLES, LeadState, Verdict, allowed_acts
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.shown_common import UnitRef, unit_ref

VerdictOut = Verdict | Literal[""]


class LeadRow(Answer):
    """A lead (线索) in a list. Degrees are CGCS2000, areas square metres in the 3-degree zone."""

    id: UUID
    number: str
    state: LeadState
    state_since: datetime
    due_at: datetime | None
    channel: str
    direction: str
    title: str
    place_text: str
    source_no: str
    township: str
    village: str
    division: str
    unit: UnitRef
    area_m2: float | None
    lon: float
    lat: float
    verdict: VerdictOut
    discovered_at: datetime
    received_at: datetime
    active_since: datetime | None
    batch_id: UUID | None


class LeadsOut(Answer):
    """A page of leads; ``next`` is the ``after`` of the following page in the same order, null at the end."""

    leads: list[LeadRow]
    next: str | None
    counts: dict[str, int] = Field(description="按状态的数量（同样的筛选，不含状态）")


class DispatchOut(Answer):
    """One giving of a lead to a unit (分派)."""

    unit: UnitRef
    dispatched_at: datetime
    dispatched_by: str
    received_at: datetime | None
    received_by: str
    returned_at: datetime | None
    return_reason: str


class PhotoOut(Answer):
    """An evidence photo: fetch it by ``file_id``."""

    file_id: UUID
    act_id: UUID
    direction: str
    distance_m: float | None
    flags: list[str]
    sha256: str
    lon: float | None
    lat: float | None
    azimuth: float | None
    taken_at: datetime | None


class VerificationOut(Answer):
    """An on-site verification (实地核查) and its review."""

    round: int
    persons: list[str]
    visited_at: datetime
    lon: float
    lat: float
    distance_m: float
    verdict: Verdict
    unfounded_reason: str
    finding: str
    missing: str
    missing_by: datetime | None
    flags: list[str]
    submitted_at: datetime
    submitted_by: str
    reviewed_at: datetime | None
    reviewed_by: str
    review_passed: bool | None
    review_opinion: str


class RecheckOut(Answer):
    """A re-check on site of a lead found unfounded (查否复核)."""

    level: str
    outcome: str
    persons: list[str]
    visited_at: datetime
    lon: float
    lat: float
    distance_m: float
    finding: str
    done_at: datetime
    done_by: str


class StopNoticeOut(Answer):
    """Draft of a stop notice (责令停止违法行为通知书)."""

    text: str
    drafted_at: datetime
    onsite_due_at: datetime


class LeadOut(LeadRow):
    """A lead with all its records; ``acts`` are those open to the caller now."""

    description: str
    declared_area_m2: float | None
    patch_type: str
    earlier_image: date | None
    later_image: date | None
    border: bool
    batch_name: str
    attributes: dict[str, Any]
    notes: str
    unfounded_reason: str
    verified_at: datetime | None
    verifiers: str
    missing_by: datetime | None
    case_id: UUID | None
    case_number: str
    dispatches: list[DispatchOut]
    verifications: list[VerificationOut]
    photos: list[PhotoOut]
    rechecks: list[RecheckOut]
    stop_notice: StopNoticeOut | None
    acts: list[str]


def _row_values(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "number": lead.number,
        "state": lead.state,
        "state_since": lead.state_since,
        "due_at": lead.due_at,
        "channel": lead.channel,
        "direction": lead.direction,
        "title": lead.title,
        "place_text": lead.place_text,
        "source_no": lead.source_no,
        "township": lead.township_name,
        "village": lead.village_name,
        "division": lead.division,
        "unit": unit_ref(lead.unit),
        "area_m2": None if lead.area_m2 is None else float(lead.area_m2),
        "lon": lead.centre.x,
        "lat": lead.centre.y,
        "verdict": lead.verdict,
        "discovered_at": lead.discovered_at,
        "received_at": lead.received_at,
        "active_since": lead.active_since,
        "batch_id": lead.batch_id,
    }


def lead_row(lead: Lead) -> LeadRow:
    """A lead in a list."""
    return LeadRow(**_row_values(lead))


def acts_open(viewer: Viewer, lead: Lead, case: Case | None) -> list[str]:
    """Acts that this caller may do on the lead now."""
    state = LeadState(lead.state)
    acts = list(allowed_acts(state=state, roles=viewer.roles, own_unit=is_own_unit(viewer, lead)))
    if state is LeadState.SUBSTANTIATED and case is None and viewer.roles & OPEN_CASE_ROLES:
        acts.append("case.open")
    if may_flag_active(viewer, lead):
        acts.append("lead.flag_active")
    if may_correct(viewer, state):
        acts.append("lead.correct")
    return acts


def lead_out(viewer: Viewer, detail: LeadDetail, case: Case | None) -> LeadOut:
    """A lead with all its records."""
    lead, notice = detail.lead, detail.stop_notice
    return LeadOut(
        **_row_values(lead),
        description=lead.description,
        declared_area_m2=None if lead.declared_area_m2 is None else float(lead.declared_area_m2),
        patch_type=lead.patch_type,
        earlier_image=lead.earlier_image,
        later_image=lead.later_image,
        border=lead.border,
        batch_name=lead.batch_name,
        attributes=lead.attributes,
        notes=lead.notes,
        unfounded_reason=lead.unfounded_reason,
        verified_at=lead.verified_at,
        verifiers=lead.verifiers,
        missing_by=lead.missing_by,
        case_id=case.id if case else None,
        case_number=case.number if case else "",
        dispatches=[
            DispatchOut(
                unit=unit_ref(row.unit),
                dispatched_at=row.dispatched_at,
                dispatched_by=row.dispatched_by,
                received_at=row.received_at,
                received_by=row.received_by,
                returned_at=row.returned_at,
                return_reason=row.return_reason,
            )
            for row in detail.dispatches
        ],
        verifications=[_verification(row) for row in detail.verifications],
        photos=[_photo(row) for row in detail.photos],
        rechecks=[
            RecheckOut(
                level=row.level,
                outcome=row.outcome,
                persons=row.persons,
                visited_at=row.visited_at,
                lon=row.position.x,
                lat=row.position.y,
                distance_m=row.distance_m,
                finding=row.finding,
                done_at=row.done_at,
                done_by=row.done_by,
            )
            for row in detail.rechecks
        ],
        stop_notice=StopNoticeOut(text=notice.text, drafted_at=notice.drafted_at, onsite_due_at=notice.onsite_due_at)
        if notice
        else None,
        acts=acts_open(viewer, lead, case),
    )


def _verification(row: Verification) -> VerificationOut:
    return VerificationOut(
        round=row.round,
        persons=row.persons,
        visited_at=row.visited_at,
        lon=row.position.x,
        lat=row.position.y,
        distance_m=row.distance_m,
        verdict=Verdict(row.verdict),
        unfounded_reason=row.unfounded_reason,
        finding=row.finding,
        missing=row.missing,
        missing_by=row.missing_by,
        flags=row.flags,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
        review_passed=row.review_passed,
        review_opinion=row.review_opinion,
    )


def _photo(row: VerificationPhoto) -> PhotoOut:
    return PhotoOut(
        file_id=row.file_id,
        act_id=row.act_id,
        direction=row.direction,
        distance_m=row.distance_m,
        flags=row.flags,
        sha256=row.file.sha256,
        lon=row.file.lon,
        lat=row.file.lat,
        azimuth=row.file.azimuth,
        taken_at=row.file.taken_at,
    )
