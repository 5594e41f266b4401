"""Giving a lead to a township-level unit, its receipt, its return, another lead unit (分派、签收、退回、变更牵头)."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.models import Unit
from qingshan.commons.people.selectors import unit_by_id
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.ledger import local_text
from qingshan.contexts.leads.models import Dispatch, Lead
from qingshan.contexts.leads.services.acting import LeadAct, begin, move, write_entry
from qingshan.contexts.leads.services.joint_ending import end_joint_tasks
from qingshan.domain.acts import ActRefused
from qingshan.domain.joint import RETURN_KINDS, RETURN_WINDOW
from qingshan.domain.lead import LeadState

REDISPATCH = "lead_redispatch"


def dispatch_lead(*, lead_id: UUID, unit_id: UUID, reason: str, acting: Acting) -> Lead:
    """Give a lead to a unit (三-1-2②b). Another unit than the one of its location needs a reason.

    Of a lead that was sent back this decides the return: another unit agrees with it, the same one refuses it.
    """
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.dispatch", outcome="", acting=acting)
        unit = _township(unit_id)
        if step.lead.state == LeadState.RETURNED and not reason.strip():
            raise ActRefused("reason", "重新分派须写明理由")
        if unit.id != step.lead.unit_id and not reason.strip():
            raise ActRefused("reason", "改派到所在地以外的单位须写明理由")
        former, decision = step.lead.unit, ""
        if step.lead.state == LeadState.RETURNED:
            decision = decide_return(step, "refused" if unit.id == former.id else "agreed", reason)
        step.lead.unit = unit
        move(step, "lead.dispatch", unit_id=unit.id)
        _give(step, unit)
        told = {"from": former.name, "to": unit.name, "reason": reason.strip()}
        ended = end_joint_tasks(step.lead, acting, "已改由该单位牵头", unit=unit)
        write_entry(step, "lead.dispatch", {**told, **({"decision": decision} if decision else {}), **ended})
        return step.lead


def receive_lead(*, lead_id: UUID, acting: Acting) -> Lead:
    """The unit signs for a lead (签收); the clock of the verification starts."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.receive", outcome="", acting=acting)
        move(step, "lead.receive")
        _standing(step.lead).update(received_at=step.now, received_by=actor_text(acting))
        write_entry(step, "lead.receive", {})
        return step.lead


def return_lead(*, lead_id: UUID, reason: str, acting: Acting, kind: str = "other") -> Lead:
    """The unit gives a lead back because it is not its own (退回), with the reason, within the plan's time.

    The bureau decides within its own limit: another unit, the same one again, or another county.
    """
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.return", outcome="", acting=acting)
        if not reason.strip():
            raise ActRefused("reason", "退回须写明理由，例如实际位于哪个乡镇、哪个村")
        if kind not in RETURN_KINDS:
            raise ActRefused("incomplete", "线索还不能退回", ("退回原因未选",))
        ends = return_until(step.lead, step.in_force)
        if ends is not None and acting.claimed_at() > ends:
            limit = step.in_force.plan.limits[RETURN_WINDOW]
            raise ActRefused(
                "late",
                f"退回期限已过：分派后{limit.text}内（{local_text(ends, step.in_force.zone)} 前）可以退回。"
                "请按分派到现场核查；确属派错的，请县局变更牵头单位",
            )
        move(step, "lead.return", returns=step.lead.returns + 1)
        decide_by = step.in_force.due(REDISPATCH, acting.claimed_at(), explain=False).at
        _standing(step.lead).update(
            returned_at=step.now, return_reason=reason.strip(), return_kind=kind, ended="returned", decide_by=decide_by
        )
        told = {"reason": reason.strip(), "kind": RETURN_KINDS[kind], "time": step.lead.returns}
        write_entry(step, "lead.return", told)
        return step.lead


def change_lead_unit(*, lead_id: UUID, unit_id: UUID, reason: str, acting: Acting) -> Lead:
    """Make another unit the lead unit (变更牵头单位) in the middle of the work; assisting units stay (三-4-3⑤).

    The clocks of a dispatch start anew, because the new unit did not have the lead before.
    """
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.change_unit", outcome="", acting=acting)
        unit, former = _township(unit_id), step.lead.unit
        if unit.id == former.id:
            raise ActRefused("unit", f"{unit.name}已是牵头单位，请选另一个单位")
        if not reason.strip():
            raise ActRefused("reason", "变更牵头单位须写明理由")
        _standing(step.lead).update(
            returned_at=step.now, return_reason=reason.strip(), ended="changed", decided_by=actor_text(acting)
        )
        step.lead.unit = unit
        step.lead.events = {**step.lead.events, "lead.dispatch": acting.claimed_at().isoformat()}
        move(step, "lead.change_unit", unit_id=unit.id, verdict="", missing_by=None)
        _give(step, unit)
        ended = end_joint_tasks(step.lead, acting, "已改由该单位牵头", unit=unit)
        told = {"from": former.name, "to": unit.name, "reason": reason.strip()}
        write_entry(step, "lead.change_unit", {**told, **ended})
        return step.lead


def return_until(lead: Lead, in_force: InForce) -> datetime | None:
    """Until when the unit may send the lead back; None where the plan sets no limit or the lead was not given."""
    if RETURN_WINDOW not in in_force.plan.limits:
        return None
    given = _standing(lead).values_list("dispatched_at", flat=True).first()
    return None if given is None else in_force.due(RETURN_WINDOW, given, explain=False).at


def decide_return(step: LeadAct, decision: str, reason: str) -> str:
    """Note what was decided of the latest return; returns the decision."""
    latest = Dispatch.objects.filter(lead=step.lead, ended="returned", decided_at__isnull=True)
    latest.update(
        decision=decision,
        decision_reason=reason.strip(),
        decided_at=step.now,
        decided_by=actor_text(step.acting),
    )
    return decision


def end_dispatch(step: LeadAct, ended: str, reason: str) -> None:
    """The unit no longer has the lead: it went elsewhere."""
    _standing(step.lead).update(returned_at=step.now, return_reason=reason.strip(), ended=ended)


def _standing(lead: Lead) -> QuerySet[Dispatch]:
    """The dispatch that stands, if there is one."""
    return Dispatch.objects.filter(lead=lead, returned_at__isnull=True)


def _township(unit_id: UUID) -> Unit:
    unit = unit_by_id(unit_id)
    if unit is None or unit.level != "township":
        raise ActRefused("unit", "请选择乡镇（或经开区）")
    return unit


def _give(step: LeadAct, unit: Unit) -> None:
    Dispatch.objects.create(lead=step.lead, unit=unit, dispatched_at=step.now, dispatched_by=actor_text(step.acting))
