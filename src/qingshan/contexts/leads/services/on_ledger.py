"""A lead that stands on the ledger: nothing is owed on it any more, its case carries on (列入台账)."""

from datetime import datetime

from qingshan.commons.journal.services import MatterChange
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.acting import change_of, set_with_due
from qingshan.domain.lead import ON_LEDGER


def put_on_ledger(
    *, lead: Lead, case_number: str, claimed_at: datetime, in_force: InForce, now: datetime
) -> MatterChange:
    """Settle the lead's due date and return its part of the act that opens the case (same act, own entry)."""
    events = {**lead.events, ON_LEDGER: claimed_at.isoformat()}
    set_with_due(lead, {"events": events}, in_force, now)
    return change_of(lead, in_force, {"case": case_number})
