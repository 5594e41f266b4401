"""Ledger fields of a case (台账字段): the columns of the campaign's ledger list as texts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.models import Acceptance, Case, CityCheck, CityReportItem, Track, TrackStep
from qingshan.domain.case import CaseState


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def case_ledger(case: Case, in_force: InForce) -> dict[str, Any]:
    """All ledger fields of ``case`` as it stands in the database. Keys are stable: they are hashed."""
    plan, zone = in_force.plan, in_force.zone
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
        "tracks": _tracks(case),
        **_gates(case, zone),
    }


def _tracks(case: Case) -> Mapping[str, Any]:
    found: dict[str, dict[str, Any]] = {t.kind: {} for t in Track.objects.filter(case_id=case.id)}
    steps = TrackStep.objects.filter(track__case_id=case.id, void=False).values_list("track__kind", "station", "fields")
    for kind, station, fields in steps:
        found[kind][station] = {str(k): str(v) for k, v in fields.items()}
    return found


def _gates(case: Case, zone: ZoneInfo) -> dict[str, str]:
    accepted = Acceptance.objects.filter(case_id=case.id).order_by("-recorded_at").first()
    report = (
        CityReportItem.objects.filter(case_id=case.id).select_related("report").order_by("-report__recorded_at").first()
    )
    check = CityCheck.objects.filter(case_id=case.id).order_by("-recorded_at").first()
    passed = list(CaseState).index(CaseState(case.state))
    sent_back = case.state == CaseState.OPEN and check is not None and not check.passed
    checked = check if check is not None and (sent_back or passed >= _AT[CaseState.CITY_PASSED]) else None
    return {
        "accepted_on": accepted.accepted_on.isoformat() if accepted and passed >= _AT[CaseState.ACCEPTED] else "",
        "acceptance_opinion": accepted.opinion if accepted and passed >= _AT[CaseState.ACCEPTED] else "",
        "reported_on": report.report.reported_on.isoformat() if report and passed >= _AT[CaseState.REPORTED] else "",
        "report_number": report.report.number if report and passed >= _AT[CaseState.REPORTED] else "",
        "city_checked_on": checked.checked_on.isoformat() if checked else "",
        "city_result": ("通过" if checked.passed else "退回") if checked else "",
    }


_AT = {state: number for number, state in enumerate(CaseState)}
