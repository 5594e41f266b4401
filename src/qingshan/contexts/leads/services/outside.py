"""What an outside system says of a lead (对方系统的结论): noted beside our own, which it does not change."""

from uuid import UUID

from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.acting import LeadAct, find_lead, write_entry
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import CORRECT_ROLES, LeadState, Verdict


def note_outside_result(
    *, lead_id: UUID, system: str, verdict: str, file_sha256: str, row: int, acting: Acting
) -> Lead:
    """Note another system's verdict in the journal of a lead; people decide what follows (一-3, 四-2-2③b)."""
    if not acting.viewer.roles & CORRECT_ROLES:
        raise ActRefused("role", "对方系统的结论由县自然资源部门登记")
    if verdict not in set(Verdict):
        raise ActRefused("outcome", "结论不在可选范围内")
    with act_transaction():
        lead = find_lead(lead_id, acting)
        in_force, now = campaign_in_force(), acting.now()
        step = LeadAct(lead=lead, acting=acting, in_force=in_force, now=now, target=LeadState(lead.state))
        told = {"system": system, "verdict": verdict, "ours": lead.verdict, "file_sha256": file_sha256, "row": row}
        write_entry(step, "lead.outside_result", told)
        return lead
