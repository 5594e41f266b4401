"""The shape every act on a lead has: find it in scope, ask the core, compare-and-set, write the journal."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.base.scope import widened_to_system
from qingshan.commons.journal.services import ActReceipt, MatterChange, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.ledger import lead_ledger
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.policy import is_own_unit, visible_leads
from qingshan.contexts.leads.services.source_duties import settle_replies
from qingshan.domain.acts import ActRefused, MatterKind
from qingshan.domain.lead import SETTLED_STATES, LeadState, next_state


@dataclass(slots=True, kw_only=True)
class LeadAct:
    """One act under way on one lead."""

    lead: Lead
    acting: Acting
    in_force: InForce
    now: datetime
    target: LeadState


def begin(*, lead_id: UUID, act: str, outcome: str, acting: Acting) -> LeadAct:
    """Find the lead in the viewer's scope and ask the core; raises `ActRefused`."""
    lead = find_lead(lead_id, acting)
    target = next_state(
        state=LeadState(lead.state),
        act=act,
        outcome=outcome,
        roles=acting.viewer.roles,
        own_unit=is_own_unit(acting.viewer, lead),
    )
    return LeadAct(lead=lead, acting=acting, in_force=campaign_in_force(), now=acting.now(), target=target)


def find_lead(lead_id: UUID, acting: Acting) -> Lead:
    """The lead in the viewer's scope, or a refusal that does not tell whether it exists elsewhere.

    The row stays locked until the act ends: what the journal repeats of it is what stands there.
    """
    rows = visible_leads(acting.viewer).select_related("unit").select_for_update(of=("self",))
    lead = rows.filter(id=lead_id).first()
    if lead is None:
        raise ActRefused("not_found", "没有这条线索，或它不在您的辖区内")
    return lead


def move(step: LeadAct, act: str, **changes: Any) -> None:
    """Compare-and-set the lead to its new state with its new due date; refuses when somebody else was quicker."""
    set_with_due(
        step.lead,
        {
            **changes,
            "state": step.target.value,
            "state_since": step.now,
            "events": {**step.lead.events, act: step.acting.claimed_at().isoformat()},
        },
        step.in_force,
        step.now,
    )


def set_with_due(lead: Lead, changes: dict[str, Any], in_force: InForce, now: datetime) -> None:
    """Compare-and-set ``changes`` and the due date that follows from them."""
    after = copy(lead)
    for name, value in changes.items():
        setattr(after, name, value)
    compare_and_set(lead, {**changes, "due_at": next_due(after, in_force, now)})


def compare_and_set(lead: Lead, changes: Mapping[str, Any]) -> None:
    """Write ``changes`` unless the lead's state changed since it was read; then refuse."""
    unchanged = Lead.objects.filter(id=lead.id, state=lead.state, state_since=lead.state_since)
    rows = unchanged.filter(active_since__isnull=lead.active_since is None).update(**changes)
    if rows != 1:
        raise ActRefused("race", "此线索刚被他人办理，请刷新后再看")
    for name, value in changes.items():
        setattr(lead, name, value)


def write_entry(step: LeadAct, act: str, details: Mapping[str, Any], *, act_id: UUID | None = None) -> ActReceipt:
    """One journal entry for the lead as it now stands."""
    receipt = record_act(
        act=act, acting=step.acting, changes=[change_of(step.lead, step.in_force, details)], act_id=act_id
    )
    parts_moved(step.lead, step.in_force, step.acting)
    return receipt


def parts_moved(part: Lead, in_force: InForce, acting: Acting) -> None:
    """Settle the parent of ``part`` when its last open part is settled, open it again when one is open again (拆分).

    The answer owed to whoever brought the parent runs from that result. The parent may lie in another township than the
    one who acts: that it moves follows from the part.
    """
    if part.parent_id is None:
        return
    with widened_to_system():
        parent = Lead.objects.select_related("unit").select_for_update(of=("self",)).get(id=part.parent_id)
        states = list(Lead.objects.filter(parent=parent).values_list("state", flat=True))
        settled = all(LeadState(state) in SETTLED_STATES for state in states)
        if settled == (parent.state == LeadState.SPLIT_SETTLED):
            return
        target = LeadState.SPLIT_SETTLED if settled else LeadState.SPLIT
        now = acting.now()
        set_with_due(parent, {"state": target.value, "state_since": now}, in_force, now)
        act = "lead.split_settle" if settled else "lead.split_reopen"
        told = {"part": part.number, "parts": len(states)}
        record_act(act=act, acting=acting, changes=[change_of(parent, in_force, told)])
        settle_replies(parent, in_force)


def change_of(lead: Lead, in_force: InForce, details: Mapping[str, Any]) -> MatterChange:
    """The lead as a changed matter."""
    return MatterChange(
        kind=MatterKind.LEAD.value,
        matter_id=lead.id,
        number=lead.number,
        division=lead.division,
        unit_id=lead.unit_id,
        ledger=lead_ledger(lead, in_force, unit_name=lead.unit.name),
        details=details,
        parties=tuple(lead.parties),
    )
