"""Merging a lead into one that may stand on the ledger (并入): a closed case takes in nothing new."""

from uuid import UUID

from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.cases.models import Case
from qingshan.contexts.cases.policy import visible_cases
from qingshan.contexts.leads.public import Lead, merge_lead
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import CLOSED_STATES, CaseState


def merge_into(*, lead_id: UUID, into_id: UUID, reason: str, acting: Acting, relink_from: UUID | None = None) -> Lead:
    """Merge a lead into another, unless that one's case is closed: digging reported after it is looked at anew.

    See `merge_lead` of leads for everything else that is refused.
    """
    with act_transaction():
        rows: list[Case] = list(visible_cases(acting.viewer).filter(lead_id=into_id).select_for_update(of=("self",)))
        closed = next((case for case in rows if CaseState(case.state) in CLOSED_STATES), None)
        if closed is not None:
            raise ActRefused(
                "state",
                f"对方的台账问题 {closed.number} 已销号：销号后的线索可能是复发，要单独到现场核查，不能并入",
            )
        return merge_lead(lead_id=lead_id, into_id=into_id, reason=reason, acting=acting, relink_from=relink_from)
