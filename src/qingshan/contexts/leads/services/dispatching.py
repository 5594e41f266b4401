"""Giving a lead to a township-level unit, its receipt, its return (分派、签收、退回)."""

from uuid import UUID

from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.selectors import unit_by_id
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import Dispatch, Lead
from qingshan.contexts.leads.services.acting import begin, move, write_entry
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import LeadState


def dispatch_lead(*, lead_id: UUID, unit_id: UUID, reason: str, acting: Acting) -> Lead:
    """Give a lead to a unit (三-1-2②b). Another unit than the one of its location needs a reason."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.dispatch", outcome="", acting=acting)
        unit = unit_by_id(unit_id)
        if unit is None or unit.level != "township":
            raise ActRefused("unit", "请选择乡镇（或经开区）")
        if step.lead.state == LeadState.RETURNED and not reason.strip():
            raise ActRefused("reason", "重新分派须写明理由")
        if unit.id != step.lead.unit_id and not reason.strip():
            raise ActRefused("reason", "改派到所在地以外的单位须写明理由")
        former = step.lead.unit.name
        step.lead.unit = unit
        move(step, "lead.dispatch", unit_id=unit.id)
        Dispatch.objects.create(lead=step.lead, unit=unit, dispatched_at=step.now, dispatched_by=actor_text(acting))
        write_entry(step, "lead.dispatch", {"from": former, "to": unit.name, "reason": reason.strip()})
        return step.lead


def receive_lead(*, lead_id: UUID, acting: Acting) -> Lead:
    """The unit signs for a lead (签收); the clock of the verification starts."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.receive", outcome="", acting=acting)
        move(step, "lead.receive")
        Dispatch.objects.filter(lead=step.lead, returned_at__isnull=True).update(
            received_at=step.now, received_by=actor_text(acting)
        )
        write_entry(step, "lead.receive", {})
        return step.lead


def return_lead(*, lead_id: UUID, reason: str, acting: Acting) -> Lead:
    """The unit gives a lead back because it is not its own (退回), with the reason; it is dispatched anew."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.return", outcome="", acting=acting)
        if not reason.strip():
            raise ActRefused("reason", "退回须写明理由，例如实际位于哪个乡镇、哪个村")
        move(step, "lead.return")
        Dispatch.objects.filter(lead=step.lead, returned_at__isnull=True).update(
            returned_at=step.now, return_reason=reason.strip()
        )
        write_entry(step, "lead.return", {"reason": reason.strip()})
        return step.lead
