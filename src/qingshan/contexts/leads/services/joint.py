"""Joint handling on three levels (三级联办): asking units to assist, their receipt, opinion, return; waiving one.

The lead unit leads because the lead is given to it; its verification is the one result and waits for the opinions.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from qingshan.commons.files.services import use_file
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.commons.places.selectors import county_code
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.ledger import local_text
from qingshan.contexts.leads.models import JointTask, Lead, Verification
from qingshan.contexts.leads.policy import is_own_unit
from qingshan.contexts.leads.services.acting import LeadAct, compare_and_set, find_lead, write_entry
from qingshan.contexts.leads.services.papers import own_paper
from qingshan.domain.acts import ActRefused
from qingshan.domain.joint import (
    ASK_ROLES,
    ASSIST_LEVELS,
    ASSIST_ROLES,
    JOINT_STATES,
    OPEN_TASKS,
    OPINION_LIMIT,
    RETURN_TASK_WINDOW,
    UNSETTLED_TASKS,
    JointForm,
    Owed,
    TaskState,
    missing_opinions,
)
from qingshan.domain.lead import BUREAU, LeadState
from qingshan.domain.sources import masked, personal_traces

MOST_UNITS = 30
MOST_DAYS = 366


def ask_units(*, lead_id: UUID, unit_ids: Sequence[UUID], form: JointForm, acting: Acting) -> list[JointTask]:
    """Ask units of any level to assist (请协办); from now on they see the lead, its place and its history.

    Asked by the lead unit or the bureau. A unit that sent its task back may be asked again.
    """
    with act_transaction():
        step = _begin(lead_id, acting)
        if not may_steer(acting, step.lead):
            raise ActRefused("role", "由牵头单位或县局请其他单位协办")
        if LeadState(step.lead.state) not in JOINT_STATES:
            raise ActRefused("state", "线索在待签收、核查中、存疑时才能请协办，请刷新后再看")
        units = _units(unit_ids, step.lead)
        due, return_by = _due(form, step)
        gaps = _ask_gaps(form, due, step)
        if gaps:
            raise ActRefused("incomplete", "协办还不能发出", gaps)
        _supersede(step, units)
        tasks = [
            JointTask(
                lead=step.lead, unit=unit, task=form.task.strip(), asked_at=step.now, asked_by=actor_text(acting),
                due_at=due, return_by=return_by,
            )
            for unit in units
        ]  # fmt: skip
        JointTask.objects.bulk_create(tasks)
        new = [unit.id for unit in units if unit.id not in step.lead.parties]
        if new:
            compare_and_set(step.lead, {"parties": [*step.lead.parties, *new]})
        told = {"units": [unit.name for unit in units], "task": form.task.strip(), "due_at": _iso(due)}
        write_entry(step, "lead.joint_ask", told)
        return tasks


def receive_task(*, task_id: UUID, acting: Acting) -> JointTask:
    """The assisting unit signs for its task (协办签收)."""
    with act_transaction():
        step, task = _begin_task(task_id, acting)
        if task.state != TaskState.ASKED:
            raise ActRefused("done", "这项协办已经签收或办结，请刷新后再看")
        return _settle(step, task, "lead.joint_receive", state="received", received_at=step.now, received_by=_who(step))


def answer_task(*, task_id: UUID, opinion: str, acting: Acting, file_id: UUID | None = None) -> JointTask:
    """The assisting unit hands in its opinion (协办意见), with a paper if there is one."""
    with act_transaction():
        step, task = _begin_task(task_id, acting)
        if task.state not in OPEN_TASKS:
            raise ActRefused("done", "这项协办已经办结，请刷新后再看")
        gaps = (() if opinion.strip() else ("协办意见未填：请写明查了什么、是什么结果",)) + trace_gaps(opinion)
        if gaps:
            raise ActRefused("incomplete", "协办意见还不能提交", gaps)
        file = own_paper(file_id, acting, "附件")
        received = {} if task.received_at else {"received_at": step.now, "received_by": _who(step)}
        done = _settle(
            step, task, "lead.joint_answer", {"opinion": opinion.strip(), "sha256": file.sha256 if file else ""},
            state="answered", opinion=opinion.strip(), file=file, answered_at=step.now, answered_by=_who(step),
            **received,
        )  # fmt: skip
        if file is not None:
            use_file(file_id=file.id, matter_id=step.lead.id, purpose="joint", label=task.unit.short, now=step.now)
        return done


def return_task(*, task_id: UUID, reason: str, acting: Acting) -> JointTask:
    """The assisting unit sends its task back because it is not its business (协办退回), within the plan's time."""
    with act_transaction():
        step, task = _begin_task(task_id, acting)
        if task.state not in OPEN_TASKS:
            raise ActRefused("done", "这项协办已经办结，请刷新后再看")
        if not reason.strip():
            raise ActRefused("reason", "退回协办须写明理由，例如应由哪个单位办理")
        if task.return_by is not None and acting.claimed_at() > task.return_by:
            until = local_text(task.return_by, step.in_force.zone)
            raise ActRefused("late", f"退回期限已过（{until} 前可以退回）：请出具协办意见，或请牵头单位免予协办")
        return _close(step, task, "lead.joint_return", "returned", reason)


def waive_task(*, task_id: UUID, reason: str, acting: Acting) -> JointTask:
    """The lead unit or the bureau goes on without an opinion and says why (免予协办)."""
    with act_transaction():
        step, task = _task_of(task_id, acting)
        if not may_steer(acting, step.lead):
            raise ActRefused("role", "由牵头单位或县局决定免予协办")
        if task.state not in UNSETTLED_TASKS:
            raise ActRefused("done", "这项协办已经办结，请刷新后再看")
        if not reason.strip():
            raise ActRefused("reason", "免予协办须写明理由")
        return _close(step, task, "lead.joint_waive", "waived", reason)


def require_opinions(step: LeadAct) -> tuple[str, ...]:
    """What keeps the lead unit from concluding (三-4-3⑤): opinions neither in nor waived."""
    rows = JointTask.objects.filter(lead=step.lead, state__in=[s.value for s in UNSETTLED_TASKS])
    found = rows.select_related("unit").order_by("id")
    zone = step.in_force.zone
    return missing_opinions(tuple(Owed(unit=t.unit.name, state=t.state, due=local_text(t.due_at, zone)) for t in found))


def cite_opinions(step: LeadAct, visit: Verification) -> list[dict[str, Any]]:
    """The result names the opinions it rests on, each once; returns how the entry tells them."""
    tasks = list(
        JointTask.objects.filter(lead=step.lead, state__in=["answered", "waived"], cited_in=None)
        .select_related("unit", "file")
        .order_by("id")
    )
    JointTask.objects.filter(id__in=[task.id for task in tasks]).update(cited_in=visit)
    return [
        {
            "unit": task.unit.name,
            "opinion": task.opinion or f"免予协办：{task.closing}",
            "at": _iso(task.answered_at or task.closed_at),
            "sha256": task.file.sha256 if task.file else "",
        }
        for task in tasks
    ]


def may_steer(acting: Acting, lead: Lead) -> bool:
    """Whether he asks and waives: an officer of the lead unit, or the bureau."""
    roles = acting.viewer.roles
    return bool(roles & BUREAU) or (bool(roles & ASK_ROLES) and is_own_unit(acting.viewer, lead))


def trace_gaps(*texts: str) -> tuple[str, ...]:
    """What in these texts looks like a phone or identity number, as a gap."""
    found = [masked(trace) for text in texts for trace in personal_traces(text)]
    return (f"内容里像是有电话或证件号码（{'、'.join(found)}）：请删去",) if found else ()


def _begin(lead_id: UUID, acting: Acting) -> LeadAct:
    lead = find_lead(lead_id, acting)
    state = LeadState(lead.state)
    return LeadAct(lead=lead, acting=acting, in_force=campaign_in_force(), now=acting.now(), target=state)


def _task_of(task_id: UUID, acting: Acting) -> tuple[LeadAct, JointTask]:
    """A task and its lead; the lead's lock keeps others waiting, and the task is read behind it."""
    lead_id = JointTask.objects.filter(id=task_id).values_list("lead_id", flat=True).first()
    if lead_id is None:
        raise ActRefused("not_found", "没有这项协办，或它不在您的辖区内")
    step = _begin(lead_id, acting)
    return step, JointTask.objects.select_related("unit").get(id=task_id)


def _begin_task(task_id: UUID, acting: Acting) -> tuple[LeadAct, JointTask]:
    """A task of the viewer's own unit."""
    step, task = _task_of(task_id, acting)
    if acting.viewer.roles.isdisjoint(ASSIST_ROLES):
        raise ActRefused("role", "您的职务不能办理此事")
    if task.unit_id != acting.viewer.unit_id:
        raise ActRefused("unit", f"这项协办由{task.unit.name}办理")
    return step, task


def _units(unit_ids: Sequence[UUID], lead: Lead) -> list[Unit]:
    wanted = set(unit_ids)
    if not wanted or len(wanted) > MOST_UNITS:
        raise ActRefused("incomplete", "协办还不能发出", (f"请选 1 至 {MOST_UNITS} 个协办单位",))
    if lead.unit_id in wanted:
        raise ActRefused("unit", f"{lead.unit.name}是牵头单位，不能再作协办单位")
    county = county_code()
    found = [
        unit
        for unit in Unit.objects.filter(id__in=wanted, level__in=ASSIST_LEVELS).order_by("sort", "name")
        if unit.division_id is None or unit.division_id.startswith(county)
    ]
    if wanted - {unit.id for unit in found}:
        raise ActRefused("unit", "有单位不能请来协办，请从本县的村、乡镇和县直单位里选")
    return found


def _due(form: JointForm, step: LeadAct) -> tuple[datetime, datetime | None]:
    """When the opinion is due (what was set, else the plan's limit), and until when the task may be sent back."""
    limits, start = step.in_force.plan.limits, step.acting.claimed_at()
    due = form.due_at
    if due is None and OPINION_LIMIT in limits:
        due = step.in_force.due(OPINION_LIMIT, start, explain=False).at
    if due is None:
        raise ActRefused("incomplete", "协办还不能发出", ("办理时限未定：请填截止日期",))
    back = step.in_force.due(RETURN_TASK_WINDOW, start, explain=False).at if RETURN_TASK_WINDOW in limits else None
    return due, back


def _ask_gaps(form: JointForm, due: datetime, step: LeadAct) -> tuple[str, ...]:
    gaps = [] if form.task.strip() else ["协办事项未填：请写明要对方查什么、提供什么"]
    if due <= step.now:
        gaps.append("截止日期须晚于现在")
    elif due > step.now + timedelta(days=MOST_DAYS):
        gaps.append("截止日期太远：请核对年份")
    return (*gaps, *trace_gaps(form.task))


def _supersede(step: LeadAct, units: Sequence[Unit]) -> None:
    """A task that was sent back gives way to the new one; one that is open is not asked twice."""
    rows = JointTask.objects.filter(lead=step.lead, unit__in=units)
    held = rows.filter(state__in=[s.value for s in OPEN_TASKS]).values_list("unit__name", flat=True)
    if held:
        raise ActRefused("done", f"{'、'.join(held)}已在协办这条线索，不再重复请")
    rows.filter(state="returned").update(state="ended")


def _settle(step: LeadAct, task: JointTask, act: str, told: dict[str, Any] | None = None, **columns: Any) -> JointTask:
    """Compare-and-set the task and write the entry."""
    if JointTask.objects.filter(id=task.id, state=task.state).update(**columns) != 1:
        raise ActRefused("race", "这项协办刚被他人办理，请刷新后再看")
    for name, value in columns.items():
        setattr(task, name, value)
    write_entry(step, act, {"unit": task.unit.name, **(told or {})})
    return task


def _close(step: LeadAct, task: JointTask, act: str, state: str, reason: str) -> JointTask:
    gaps = trace_gaps(reason)
    if gaps:
        raise ActRefused("incomplete", "还不能登记", gaps)
    closed = {"state": state, "closing": reason.strip(), "closed_at": step.now, "closed_by": _who(step)}
    return _settle(step, task, act, {"reason": reason.strip()}, **closed)


def _who(step: LeadAct) -> str:
    return actor_text(step.acting)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
