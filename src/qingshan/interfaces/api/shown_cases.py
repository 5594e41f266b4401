"""Cases as programs get them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field

from qingshan.commons.journal.personal import read_personal
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.public import Case, CaseDetail, Track, TrackStep, may_read_persons, track_facts
from qingshan.domain.case import CaseState, allowed_acts, missing_for_acceptance
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.shown_common import UnitRef, unit_ref


class TrackRow(Answer):
    """A track (办理线) in a list."""

    kind: str
    required: bool
    complete: bool
    steps: int


class CaseRow(Answer):
    """A case (台账问题) in a list."""

    id: UUID
    number: str
    lead_id: UUID
    lead_number: str
    state: CaseState
    state_since: datetime
    category: str
    subcode: str
    title: str
    unit: UnitRef
    supervising_unit: UnitRef
    township: str
    village: str
    division: str
    area_m2: float | None
    lon: float
    lat: float
    mineral: str
    due_on: date
    next_due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    close_out_number: str
    reopened: int
    tracks: list[TrackRow]


class CasesOut(Answer):
    """A page of cases; ``next`` is the ``after`` of the following page in the same order, null at the end."""

    cases: list[CaseRow]
    next: str | None
    counts: dict[str, int] = Field(description="按状态的数量（同样的筛选，不含状态）")


class StationOut(Answer):
    """A station (节点) of a track; ``fields`` are those handed in, empty while it is open."""

    station: str
    label: str
    role: str
    finished: bool
    fields: dict[str, str]
    acted_at: datetime | None
    recorded_at: datetime | None
    done_by: str


class TrackOut(TrackRow):
    """A track with its stations."""

    label: str
    stations: list[StationOut]


class MilestoneOut(Answer):
    """A milestone of the rectification (时间节点)."""

    on: str
    what: str


class AcceptanceOut(Answer):
    """County acceptance (县级验收)."""

    members: list[str]
    opinion: str
    accepted_on: date
    recorded_at: datetime
    done_by: str


class CityReportOut(Answer):
    """The report to the city that a case was part of (上报市局)."""

    number: str
    reported_on: date
    recorded_at: datetime
    done_by: str


class CityAnswerOut(Answer):
    """Answer to one of the city's questions."""

    question: str
    passed: bool
    remark: str


class CityCheckOut(Answer):
    """The city's check (市级核查)."""

    passed: bool
    checked_on: date
    recorded_at: datetime
    done_by: str
    answers: list[CityAnswerOut]


class CloseOutOut(Answer):
    """A close-out (销号); a reopening keeps it."""

    number: str
    closed_at: datetime
    done_by: str
    reopened_at: datetime | None
    reopen_reason: str


class CaseOut(CaseRow):
    """A case with all its records. Names of persons are null for who does not work the case."""

    rectification_mode: str
    milestones: list[MilestoneOut]
    extras: dict[str, str]
    offender_known: bool
    party: str | None
    responsible: str | None
    track_details: list[TrackOut]
    missing_for_acceptance: list[str]
    acceptances: list[AcceptanceOut]
    city_reports: list[CityReportOut]
    city_checks: list[CityCheckOut]
    close_outs: list[CloseOutOut]
    acts: list[str]


def _row_values(case: Case, tracks: Sequence[Track]) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "lead_id": case.lead_id,
        "lead_number": case.lead_number,
        "state": case.state,
        "state_since": case.state_since,
        "category": case.category,
        "subcode": case.subcode,
        "title": case.title,
        "unit": unit_ref(case.unit),
        "supervising_unit": unit_ref(case.supervising_unit),
        "township": case.township_name,
        "village": case.village_name,
        "division": case.division,
        "area_m2": None if case.area_m2 is None else float(case.area_m2),
        "lon": case.centre.x,
        "lat": case.centre.y,
        "mineral": case.mineral,
        "due_on": case.due_on,
        "next_due_at": case.next_due_at,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "close_out_number": case.close_out_number,
        "reopened": case.reopened,
        "tracks": [_track_row(track) for track in tracks],
    }


def _track_row(track: Track) -> TrackRow:
    return TrackRow(kind=track.kind, required=track.required, complete=track.complete, steps=track.steps)


def case_row(case: Case, tracks: Sequence[Track]) -> CaseRow:
    """A case in a list."""
    return CaseRow(**_row_values(case, tracks))


def case_out(viewer: Viewer, detail: CaseDetail, in_force: InForce) -> CaseOut:
    """A case with all its records."""
    case = detail.case
    party, responsible = _persons(viewer, case)
    missing = missing_for_acceptance(track_facts(case, in_force)) if case.state == CaseState.OPEN else ()
    return CaseOut(
        **_row_values(case, detail.tracks),
        rectification_mode=case.rectification_mode,
        milestones=[MilestoneOut(on=str(m["on"]), what=str(m["what"])) for m in case.milestones],
        extras={slug: str(text) for slug, text in case.extras.items()},
        offender_known=case.offender_known,
        party=party,
        responsible=responsible,
        track_details=[_track(track, detail.steps, in_force) for track in detail.tracks],
        missing_for_acceptance=list(missing),
        **_gates(detail),
        acts=list(allowed_acts(state=CaseState(case.state), roles=viewer.roles)),
    )


def _persons(viewer: Viewer, case: Case) -> tuple[str | None, str | None]:
    """The accused and who answers for the rectification; not even decrypted for who may not read them."""
    refs = [case.party_ref, case.responsible_ref]
    if not may_read_persons(viewer, case):
        return None, None
    values = read_personal({ref for ref in refs if ref is not None})
    party, responsible = (values.get(ref) if ref is not None else None for ref in refs)
    return party, responsible


def _track(track: Track, steps: Sequence[TrackStep], in_force: InForce) -> TrackOut:
    definition = in_force.plan.track_defs[track.kind]
    done = {step.station: step for step in steps if step.track_id == track.id and not step.void}
    stations = []
    for station in definition.stations:
        step = done.get(station.slug)
        stations.append(
            StationOut(
                station=station.slug,
                label=station.label,
                role=station.role,
                finished=step is not None,
                fields={slug: str(text) for slug, text in step.fields.items()} if step else {},
                acted_at=step.acted_at if step else None,
                recorded_at=step.recorded_at if step else None,
                done_by=step.done_by if step else "",
            )
        )
    return TrackOut(
        kind=track.kind,
        required=track.required,
        complete=track.complete,
        steps=track.steps,
        label=definition.label,
        stations=stations,
    )


def _gates(detail: CaseDetail) -> dict[str, Any]:
    return {
        "acceptances": [
            AcceptanceOut(
                members=row.members,
                opinion=row.opinion,
                accepted_on=row.accepted_on,
                recorded_at=row.recorded_at,
                done_by=row.done_by,
            )
            for row in detail.acceptances
        ],
        "city_reports": [
            CityReportOut(
                number=item.report.number,
                reported_on=item.report.reported_on,
                recorded_at=item.report.recorded_at,
                done_by=item.report.done_by,
            )
            for item in detail.reports
        ],
        "city_checks": [
            CityCheckOut(
                passed=row.passed,
                checked_on=row.checked_on,
                recorded_at=row.recorded_at,
                done_by=row.done_by,
                answers=[
                    CityAnswerOut(question=a.question, passed=a.passed, remark=a.remark)
                    for a in detail.answers
                    if a.check_row_id == row.id
                ],
            )
            for row in detail.checks
        ],
        "close_outs": [
            CloseOutOut(
                number=row.number,
                closed_at=row.closed_at,
                done_by=row.done_by,
                reopened_at=row.reopened_at,
                reopen_reason=row.reopen_reason,
            )
            for row in detail.close_outs
        ],
    }
