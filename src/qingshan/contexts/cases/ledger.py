"""Ledger fields of a case (台账字段): the columns of the campaign's ledger list as texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from qingshan.commons.journal.heads import StateTable
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.models import Acceptance, Case, CityCheck, CityReport, CityReportItem, Track, TrackStep
from qingshan.contexts.leads.public import mark_text
from qingshan.domain.acts import MatterKind
from qingshan.domain.case import CaseState

CASE_TABLE = StateTable(
    kind=MatterKind.CASE.value,
    label="台账问题",
    table="cases_case",
    payload={"number": "number", "division": "division", "unit_id": "unit_id"},
    ledger={"state": "state", "category": "category", "close_out_number": "close_out_number", "lead_id": "lead_id"},
)
"""What verification compares of cases with their last entries."""


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecords:
    """What stands beside a case and shows in its ledger fields: tracks, counting steps, the latest of each gate."""

    tracks: Sequence[Track]
    steps: Sequence[TrackStep]
    acceptance: Acceptance | None = None
    report: CityReport | None = None
    check: CityCheck | None = None


def records_of(case: Case) -> CaseRecords:
    """The records of ``case`` as they stand in the database."""
    item = (
        CityReportItem.objects.filter(case_id=case.id).select_related("report").order_by("-report__recorded_at").first()
    )
    return CaseRecords(
        tracks=list(Track.objects.filter(case_id=case.id)),
        steps=list(TrackStep.objects.filter(track__case_id=case.id, void=False)),
        acceptance=Acceptance.objects.filter(case_id=case.id).order_by("-recorded_at").first(),
        report=item.report if item else None,
        check=CityCheck.objects.filter(case_id=case.id).order_by("-recorded_at").first(),
    )


def case_ledger(case: Case, in_force: InForce, records: CaseRecords | None = None) -> dict[str, Any]:
    """All ledger fields of ``case`` with its ``records`` (else as they stand in the database).

    Keys are stable: they are hashed.
    """
    plan, zone = in_force.plan, in_force.zone
    records = records or records_of(case)
    category = plan.category(case.category)
    subcode = next((s.label for s in category.subcodes if s.code == case.subcode), case.subcode)
    mode = next((m.label for m in plan.rectification_modes if m.slug == case.rectification_mode), "")
    return {
        "case_id": str(case.id),
        "case_number": case.number,
        "lead_id": str(case.lead_id),
        "lead_number": case.lead_number,
        "state": case.state,
        "category": case.category,
        "category_label": category.label,
        "subcode": case.subcode,
        "subcode_label": subcode,
        "unit": case.unit.name,
        "supervising_unit": case.supervising_unit.name,
        "division": case.division,
        "township": case.township_name,
        "village": case.village_name,
        "area_m2": f"{case.area_m2:.2f}" if case.area_m2 is not None else "",
        "mineral": case.mineral,
        "offender_known": case.offender_known,
        "party_ref": str(case.party_ref) if case.party_ref else "",
        "responsible_ref": str(case.responsible_ref) if case.responsible_ref else "",
        "extras": {str(k): str(v) for k, v in case.extras.items()},
        "rectification_mode": mode,
        "milestones": [f"{m['on']} {m['what']}" for m in case.milestones],
        "due_on": case.due_on.isoformat(),
        "opened_at": _local(case.opened_at, zone),
        "closed_at": _local(case.closed_at, zone),
        "close_out_number": case.close_out_number,
        "reopened": case.reopened,
        "tracks": _tracks(records),
        **({"former_number": case.former_number, "taken_over": mark_text(case.taken_over)} if case.taken_over else {}),
        **_gates(case, records),
    }


def _tracks(records: CaseRecords) -> Mapping[str, Any]:
    found: dict[str, dict[str, Any]] = {track.kind: {} for track in records.tracks}
    kinds = {track.id: track.kind for track in records.tracks}
    for step in records.steps:
        found[kinds[step.track_id]][step.station] = {str(k): str(v) for k, v in step.fields.items()}
    return found


def _gates(case: Case, records: CaseRecords) -> dict[str, str]:
    accepted, report, check = records.acceptance, records.report, records.check
    passed = list(CaseState).index(CaseState(case.state))
    sent_back = case.state == CaseState.OPEN and check is not None and not check.passed
    checked = check if check is not None and (sent_back or passed >= _AT[CaseState.CITY_PASSED]) else None
    return {
        "accepted_on": accepted.accepted_on.isoformat() if accepted and passed >= _AT[CaseState.ACCEPTED] else "",
        "acceptance_opinion": accepted.opinion if accepted and passed >= _AT[CaseState.ACCEPTED] else "",
        "reported_on": report.reported_on.isoformat() if report and passed >= _AT[CaseState.REPORTED] else "",
        "report_number": report.number if report and passed >= _AT[CaseState.REPORTED] else "",
        "city_checked_on": checked.checked_on.isoformat() if checked else "",
        "city_result": ("通过" if checked.passed else "退回") if checked else "",
    }


_AT = {state: number for number, state in enumerate(CaseState)}
