"""What is owed on a lead and by when: derived from its acts, never counted. The stored due date is a copy for lists."""

from datetime import datetime

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead
from qingshan.domain.acts import MatterKind
from qingshan.domain.duty import Duty, duties_of
from qingshan.domain.duty_facts import MatterFacts
from qingshan.domain.lead import ON_LEDGER


def lead_facts(lead: Lead, *, case_opened: bool = False) -> MatterFacts:
    """The lead as the duty rules see it."""
    return MatterFacts(
        kind=MatterKind.LEAD,
        id=lead.id,
        number=lead.number,
        state=lead.state,
        division=lead.division,
        unit_id=lead.unit_id,
        registered_at=lead.received_at,
        entered_state_at=lead.state_since,
        active_since=lead.active_since,
        missing_by=lead.missing_by,
        case_opened=case_opened or ON_LEDGER in lead.events,
        events={act: datetime.fromisoformat(at) for act, at in lead.events.items()},
    )


def lead_duties(
    lead: Lead, in_force: InForce, now: datetime, *, case_opened: bool = False, explain: bool = True
) -> tuple[Duty, ...]:
    """Everything owed on the lead at ``now``, most urgent first."""
    return duties_of(
        lead_facts(lead, case_opened=case_opened),
        in_force.plan.limits,
        in_force.calendar,
        now,
        zone=in_force.zone,
        explain=explain,
    )


def next_due(lead: Lead, in_force: InForce, now: datetime) -> datetime | None:
    """The earliest due moment of the lead; None where nothing is owed or it cannot be known."""
    moments = [d.due_at for d in lead_duties(lead, in_force, now, explain=False) if d.due_at is not None]
    return min(moments, default=None)
