"""Ledger fields of a lead (台账字段): what each entry of its journal repeats, so that "as of" needs one entry."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from qingshan.commons.journal.heads import StateTable
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead
from qingshan.domain.acts import MatterKind

LEAD_TABLE = StateTable(
    kind=MatterKind.LEAD.value,
    label="线索",
    table="leads_lead",
    payload={"number": "number", "division": "division", "unit_id": "unit_id"},
    ledger={
        "state": "state", "verdict": "verdict", "source_no": "source_no", "title": "title", "channel": "channel",
        "direction": "direction", "batch": "batch_name", "township": "township_name", "parent": "parent_id",
        "merged_into": "merged_into_id",
    },
)  # fmt: skip
"""What verification compares of leads with their last entries."""


def local_text(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a clerk writes it: local time, minutes."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def lead_ledger(lead: Lead, in_force: InForce, *, unit_name: str) -> dict[str, Any]:
    """All ledger fields of ``lead`` as texts (numbers have one text form). Keys are stable: they are hashed."""
    channel = in_force.plan.channel(lead.channel)
    return {
        "campaign": in_force.code,
        "channel": lead.channel,
        "channel_label": channel.label,
        "direction": lead.direction,
        "state": lead.state,
        "received_at": local_text(lead.received_at, in_force.zone),
        "verdict": lead.verdict,
        "unfounded_reason": lead.unfounded_reason,
        "verified_at": local_text(lead.verified_at, in_force.zone),
        "verifiers": lead.verifiers,
        "active_since": local_text(lead.active_since, in_force.zone),
        "due_at": local_text(lead.due_at, in_force.zone),
        "batch": lead.batch_name,
        **own_fields(
            lead_id=str(lead.id),
            number=lead.number,
            source_no=lead.source_no,
            patch_type=lead.patch_type,
            title=lead.title,
            division=lead.division,
            township=lead.township_name,
            village=lead.village_name,
            unit=unit_name,
            lon=lead.centre.x,
            lat=lead.centre.y,
            area_m2=lead.area_m2,
            place=lead.place_text,
            discovered_at=local_text(lead.discovered_at, in_force.zone),
            precision=lead.precision,
        ),
        **related_fields(lead),
        **({"taken_over": mark_text(lead.taken_over)} if lead.taken_over else {}),
    }


def related_fields(lead: Lead) -> dict[str, Any]:
    """The main lead of a merged one and the parent of a part, by id and number; nothing for the others."""
    found: dict[str, Any] = {}
    if lead.merged_into_id:
        found |= {"merged_into": str(lead.merged_into_id), "merged_into_number": _number_of(lead.merged_into)}
    if lead.parent_id:
        found |= {"parent": str(lead.parent_id), "parent_number": lead.number.rpartition("-")[0]}
    return found


def _number_of(lead: Lead | None) -> str:
    return lead.number if lead else ""


def own_fields(
    *,
    lead_id: str,
    number: str,
    source_no: str,
    patch_type: str,
    title: str,
    division: str,
    township: str,
    village: str,
    unit: str,
    lon: float,
    lat: float,
    area_m2: Decimal | float | None,
    place: str,
    discovered_at: str,
    precision: str,
) -> dict[str, Any]:
    """The ledger fields in which leads of one batch differ when they are registered; all others they share."""
    return {
        "lead_id": lead_id,
        "lead_number": number,
        "source_no": source_no,
        "title": title,
        "division": division,
        "township": township,
        "village": village,
        "unit": unit,
        "lon": f"{lon:.6f}",
        "lat": f"{lat:.6f}",
        "area_m2": f"{area_m2:.2f}" if area_m2 is not None else "",
        "patch_type": patch_type,
        "place": place,
        "discovered_at": discovered_at,
        **({"precision": precision} if precision else {}),
    }


def mark_text(mark: Mapping[str, Any]) -> str:
    """The lasting mark of what came from an old ledger (接管): its number there, and what is missing."""
    if not mark:
        return ""
    number = f"原编号 {mark['number']}" if mark.get("number") else "原无编号"
    gaps = "、".join(str(gap) for gap in mark.get("gaps", ()))
    return f"接管（{number}）" + (f"，缺：{gaps}" if gaps else "")
