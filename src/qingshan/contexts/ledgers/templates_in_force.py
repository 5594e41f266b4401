"""Which template a ledger of a moment is written in, and the few rows a mapping is tried on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from qingshan.commons.journal.models import Entry, Matter
from qingshan.commons.journal.selectors import ledgers_of
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.layout import Layout, layout_of
from qingshan.contexts.ledgers.models import LedgerTemplate
from qingshan.contexts.ledgers.selectors import FULL_VIEW, Ledger, LedgerRow


def template_at(moment: datetime, zone: ZoneInfo, *, purpose: str = "ledger") -> LedgerTemplate | None:
    """The version in force on the local day of ``moment`` for ``purpose``; None: the program's own columns.

    A version comes into force only from a day after its decision, so the answer for a past moment never changes.
    """
    day = moment.astimezone(zone).date()
    rows = LedgerTemplate.objects.filter(state="in_force", valid_from__lte=day, purpose=purpose)
    return rows.order_by("-valid_from", "-version").first()


def layout_for(system: str, now: datetime) -> LedgerTemplate | None:
    """The version in force today for a file exchanged with a system (province, petition)."""
    return template_at(now, campaign_in_force().zone, purpose=system)


def layout_at(moment: datetime, zone: ZoneInfo) -> Layout | None:
    """Its layout."""
    row = template_at(moment, zone)
    return layout_of(row.layout) if row is not None else None


def templates() -> list[LedgerTemplate]:
    """All versions, newest first."""
    return list(LedgerTemplate.objects.order_by("-version")[:200])


def template_by_id(template_id: UUID) -> LedgerTemplate | None:
    """One version."""
    return LedgerTemplate.objects.filter(id=template_id).first()


def sample_ledger(viewer: Viewer, now: datetime, limit: int = 5) -> Ledger:
    """A ledger of a few present cases in the viewer's scope: what a mapping is tried on."""
    cases = _heads(Matter.objects.filter(kind="case").order_by("-number")[:limit])
    leads = _heads(Matter.objects.filter(id__in=[UUID(str(ledger["lead_id"])) for _, _, ledger in cases.values()]))
    rows = []
    for case_id, (number, entry_id, ledger) in cases.items():
        lead_id = UUID(str(ledger["lead_id"]))
        lead = leads.get(lead_id)
        number_of_lead, lead_entry = (lead[0], lead[1]) if lead else ("", None)
        category, unit, state = (str(ledger[name]) for name in ("category", "unit", "state"))
        rows.append(
            LedgerRow(
                lead_id, case_id, "substantiated", category, unit, state, number, number_of_lead, lead_entry, entry_id
            )
        )
    full = bool(viewer.roles & FULL_VIEW)
    return Ledger(title=campaign_in_force().title, moment=now, rows=tuple(rows), names_in_full=full)


def _heads(matters: Iterable[Matter]) -> dict[UUID, tuple[str, UUID, dict[str, Any]]]:
    """Number, last entry and its ledger fields by matter."""
    known = {row.id: row for row in matters}
    entries = Entry.objects.filter(matter_id__in=known).values_list("id", "matter_id", "seq")
    last = {matter: entry for entry, matter, seq in entries if known[matter].seq == seq}
    found = ledgers_of(last.values())
    return {matter: (known[matter].number, entry, found[entry]) for matter, entry in last.items() if entry in found}
