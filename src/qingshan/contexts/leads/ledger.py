"""Ledger fields of a lead (台账字段): what each entry of its journal repeats, so that "as of" needs one entry."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead


def local_text(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a clerk writes it: local time, minutes."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def lead_ledger(lead: Lead, in_force: InForce, *, unit_name: str) -> dict[str, Any]:
    """All ledger fields of ``lead`` as texts (numbers have one text form). Keys are stable: they are hashed."""
    channel = in_force.plan.channel(lead.channel)
    return {
        "lead_id": str(lead.id),
        "lead_number": lead.number,
        "campaign": in_force.code,
        "channel": lead.channel,
        "channel_label": channel.label,
        "direction": lead.direction,
        "source_no": lead.source_no,
        "state": lead.state,
        "title": lead.title,
        "discovered_at": local_text(lead.discovered_at, in_force.zone),
        "received_at": local_text(lead.received_at, in_force.zone),
        "division": lead.division,
        "township": lead.township_name,
        "village": lead.village_name,
        "unit": unit_name,
        "place": lead.place_text,
        "lon": f"{lead.centre.x:.6f}",
        "lat": f"{lead.centre.y:.6f}",
        "area_m2": f"{lead.area_m2:.2f}" if lead.area_m2 is not None else "",
        "patch_type": lead.patch_type,
        "verdict": lead.verdict,
        "unfounded_reason": lead.unfounded_reason,
        "verified_at": local_text(lead.verified_at, in_force.zone),
        "verifiers": lead.verifiers,
        "active_since": local_text(lead.active_since, in_force.zone),
        "due_at": local_text(lead.due_at, in_force.zone),
        "batch": lead.batch_name,
    }
