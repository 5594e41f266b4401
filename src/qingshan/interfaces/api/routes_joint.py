"""Joint handling, another lead unit, leads handed to another county (三级联办、变更牵头、移送外县)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404
from ninja import Field, Query, Router, Schema

from qingshan.commons.base.paging import read_key
from qingshan.contexts.leads.public import (
    JOINT_SORT,
    JointFilter,
    JointTask,
    PaperForm,
    Transfer,
    TransferForm,
    answer_task,
    ask_units,
    change_lead_unit,
    joint_counts,
    joint_rows,
    joint_tasks_of,
    note_answer,
    note_receipt,
    receive_task,
    return_task,
    transfer_lead,
    transfers_of,
    waive_task,
)
from qingshan.domain.joint import ASK_ROLES, ASSIST_ROLES, JointForm
from qingshan.domain.lead import BESIDE, TABLE
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Day, Flag, Key, Moment, QuerySwitch, Short, Text
from qingshan.interfaces.api.problems import Problem
from qingshan.interfaces.api.routes_leads import detail_or_404, shown
from qingshan.interfaces.api.shown_common import UnitRef, unit_ref
from qingshan.interfaces.api.shown_leads import LeadOut
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["三级联办与移送"])
LEAD = "/leads/{uuid:lead_id}"
TASK = LEAD + "/joint/{uuid:task_id}"
READ_ONE = Spec(scope="leads:read", roles=MATTER_ROLES, matter="lead_id")
READ = Spec(scope="leads:read", roles=MATTER_ROLES)


def _act(roles: frozenset[str], *, body: Literal["", "json"] = "json", unit: int = 403) -> Spec:
    return Spec(scope="leads:write", roles=roles, acts=True, matter="lead_id", body=body, statuses={"unit": unit})


class JointTaskOut(Answer):
    """What an assisting unit was asked (协办任务), and what became of it: asked, received, answered, returned, …"""

    id: UUID
    lead_id: UUID
    unit: UnitRef
    task: str
    state: str = Field(description="asked、received、answered、returned、waived、ended")
    asked_at: datetime
    asked_by: str
    due_at: datetime
    return_by: datetime | None
    received_at: datetime | None
    received_by: str
    opinion: str
    file_id: UUID | None
    answered_at: datetime | None
    answered_by: str
    closing: str = Field(description="退回、免予协办或终止的理由")
    closed_at: datetime | None
    closed_by: str
    cited_round: int | None = Field(description="汇入第几轮核查结论")


class JointOut(Answer):
    """Joint handling of a lead: the lead unit and every task, the first one first."""

    lead_unit: UnitRef
    tasks: list[JointTaskOut]


def _task(task: JointTask, *, round_no: int | None) -> JointTaskOut:
    plain = {name: getattr(task, name) for name in JointTaskOut.model_fields if name not in ("unit", "cited_round")}
    return JointTaskOut(**plain, unit=unit_ref(task.unit), cited_round=round_no)


def _joint(request: ApiRequest, lead_id: UUID) -> JointOut:
    lead = detail_or_404(request, lead_id).lead
    tasks = joint_tasks_of(request.viewer, lead_id)
    return JointOut(
        lead_unit=unit_ref(lead.unit),
        tasks=[_task(task, round_no=task.cited_in.round if task.cited_in else None) for task in tasks],
    )


def _known(request: ApiRequest, lead_id: UUID, task_id: UUID) -> None:
    detail_or_404(request, lead_id)
    if task_id not in {task.id for task in joint_tasks_of(request.viewer, lead_id)}:
        raise Http404("这条线索没有这项协办")


@operation(router, "GET", f"{LEAD}/joint", READ_ONE, summary="线索的联办", answer=JointOut)
def get_joint(request: ApiRequest, lead_id: UUID) -> JointOut:
    """Lead unit, assisting units, what each was asked and said (三-4-3⑤)."""
    return _joint(request, lead_id)


class JointIn(Body):
    """Units to ask, what is asked, by when (left out: the plan's limit). No names, no phone numbers."""

    unit_ids: Annotated[list[Key], Field(min_length=1, max_length=30)]
    task: Text
    due_at: Moment | None = None


@operation(router, "POST", f"{LEAD}/joint", _act(ASK_ROLES, unit=422), summary="请单位协办", answer=JointOut)
def ask_joint(request: ApiRequest, lead_id: UUID, content: JointIn) -> JointOut:
    """The lead unit or the bureau asks units of any level to assist; from now on they see the lead."""
    detail_or_404(request, lead_id)
    form = JointForm(task=content.task, due_at=content.due_at)
    ask_units(lead_id=lead_id, unit_ids=content.unit_ids, form=form, acting=acting_of(request))
    return _joint(request, lead_id)


@operation(router, "POST", f"{TASK}/receive", _act(ASSIST_ROLES, body=""), summary="协办签收", answer=JointOut)
def receive_joint(request: ApiRequest, lead_id: UUID, task_id: UUID) -> JointOut:
    """The assisting unit signs for its task."""
    _known(request, lead_id, task_id)
    receive_task(task_id=task_id, acting=acting_of(request))
    return _joint(request, lead_id)


class OpinionIn(Body):
    """The opinion of an assisting unit, with an uploaded paper if there is one."""

    opinion: Text
    file_id: Key | None = None


@operation(router, "POST", f"{TASK}/answer", _act(ASSIST_ROLES), summary="协办意见", answer=JointOut)
def answer_joint(request: ApiRequest, lead_id: UUID, task_id: UUID, content: OpinionIn) -> JointOut:
    """The assisting unit hands in its opinion; the lead unit's result cites it."""
    _known(request, lead_id, task_id)
    answer_task(task_id=task_id, opinion=content.opinion, file_id=content.file_id, acting=acting_of(request))
    return _joint(request, lead_id)


class JointReasonIn(Body):
    """Why."""

    reason: Text


@operation(router, "POST", f"{TASK}/return", _act(ASSIST_ROLES), summary="协办退回", answer=JointOut)
def return_joint(request: ApiRequest, lead_id: UUID, task_id: UUID, content: JointReasonIn) -> JointOut:
    """The assisting unit sends its task back within the plan's time."""
    _known(request, lead_id, task_id)
    return_task(task_id=task_id, reason=content.reason, acting=acting_of(request))
    return _joint(request, lead_id)


@operation(router, "POST", f"{TASK}/waive", _act(ASK_ROLES), summary="免予协办", answer=JointOut)
def waive_joint(request: ApiRequest, lead_id: UUID, task_id: UUID, content: JointReasonIn) -> JointOut:
    """The lead unit or the bureau goes on without this opinion and says why."""
    _known(request, lead_id, task_id)
    waive_task(task_id=task_id, reason=content.reason, acting=acting_of(request))
    return _joint(request, lead_id)


class JointTasksOut(Answer):
    """A page of tasks; ``next`` is the ``after`` of the following page, null at the end."""

    tasks: list[JointTaskOut]
    next: str | None
    counts: dict[str, int] = Field(description="按去向的数量：open、returned、answered、closed")


class JointQuery(Schema):
    """Which tasks; ``own``: only those of the caller's unit."""

    desk: Literal["open", "returned", "answered", "closed"] = "open"
    unit: Key | None = None
    own: QuerySwitch = False
    overdue: QuerySwitch = False
    after: Annotated[str, Field(max_length=120)] | None = None


@operation(router, "GET", "/joint-tasks", READ, summary="协办任务列表", answer=JointTasksOut)
def list_joint_tasks(request: ApiRequest, filters: Query[JointQuery]) -> JointTasksOut:
    """Tasks in scope, the most urgent first, 50 a page, by key."""
    after = read_key(JointTask, JOINT_SORT, filters.after) if filters.after else None
    if filters.after and after is None:
        raise Problem(422, "invalid", "after 不是上一页给出的位置")
    wanted = JointFilter(desk=filters.desk, unit_id=filters.unit, own=filters.own, overdue=filters.overdue)
    found = joint_rows(request.viewer, wanted, request.now, after=after)
    return JointTasksOut(
        tasks=[_task(task, round_no=task.cited_in.round if task.cited_in else None) for task in found.rows],
        next=found.next_key(JOINT_SORT) or None,
        counts=joint_counts(request.viewer, wanted, request.now),
    )


class LeadUnitIn(Body):
    """The new lead unit, and why."""

    unit_id: Key
    reason: Text


CHANGE = _act(BESIDE["lead.change_unit"].roles, unit=422)


@operation(router, "POST", f"{LEAD}/change-unit", CHANGE, summary="变更牵头单位", answer=LeadOut)
def change_unit(request: ApiRequest, lead_id: UUID, content: LeadUnitIn) -> LeadOut:
    """The bureau makes another township-level unit the lead unit; the clocks of a dispatch start anew."""
    detail_or_404(request, lead_id)
    change_lead_unit(lead_id=lead_id, unit_id=content.unit_id, reason=content.reason, acting=acting_of(request))
    return shown(request, lead_id)


class TransferOut(Answer):
    """A lead handed to another county (移送外县): letter, receipt, what came of it there."""

    id: UUID
    number: str
    recipient: str
    reason: str
    sent_on: date
    file_id: UUID
    recorded_at: datetime
    recorded_by: str
    receipt_due_at: datetime | None
    receipt: str = Field(description="空：等回执；accepted、refused")
    receipt_no: str
    receipt_on: date | None
    receipt_text: str
    receipt_file_id: UUID | None
    receipt_by: str
    answer: str
    answer_no: str
    answer_on: date | None
    answer_file_id: UUID | None
    answer_by: str


class TransfersOut(Answer):
    """Transfers of a lead, the latest first."""

    transfers: list[TransferOut]


def _transfers(request: ApiRequest, lead_id: UUID) -> TransfersOut:
    detail_or_404(request, lead_id)
    return TransfersOut(transfers=[_transfer(row) for row in transfers_of(request.viewer, lead_id)])


def _transfer(row: Transfer) -> TransferOut:
    return TransferOut(**{name: getattr(row, name) for name in TransferOut.model_fields})


@operation(router, "GET", f"{LEAD}/transfers", READ_ONE, summary="线索的移送", answer=TransfersOut)
def list_transfers(request: ApiRequest, lead_id: UUID) -> TransfersOut:
    """Letters to other counties, with receipts and results."""
    return _transfers(request, lead_id)


class JointTransferIn(Body):
    """A letter to the county in which the lead lies, with its uploaded scan."""

    number: Short
    recipient: Short
    reason: Text
    sent_on: Day
    file_id: Key


OUT = _act(BESIDE["lead.transfer_out"].roles)


@operation(router, "POST", f"{LEAD}/transfers", OUT, summary="移送外县", answer=TransfersOut)
def send_to_county(request: ApiRequest, lead_id: UUID, content: JointTransferIn) -> TransfersOut:
    """Hand a lead to another county; what is owed to whoever brought it stays ours."""
    detail_or_404(request, lead_id)
    transfer_lead(lead_id=lead_id, form=TransferForm(**content.dict()), acting=acting_of(request))
    return _transfers(request, lead_id)


class ReceiptIn(Body):
    """The other county's receipt: it takes the lead, or sends it back and says why."""

    accepted: Flag
    number: Short = ""
    dated: Day
    text: Text = ""
    file_id: Key | None = None


RECEIPT = _act(TABLE["lead.transfer_receipt"].roles)


@operation(router, "POST", f"{LEAD}/transfers/receipt", RECEIPT, summary="外县回执", answer=TransfersOut)
def receive_receipt(request: ApiRequest, lead_id: UUID, content: ReceiptIn) -> TransfersOut:
    """Record the receipt; sent back, the lead is given out here anew."""
    detail_or_404(request, lead_id)
    form = PaperForm(**content.dict(exclude={"accepted"}))
    note_receipt(lead_id=lead_id, accepted=content.accepted, form=form, acting=acting_of(request))
    return _transfers(request, lead_id)


class OutcomeIn(Body):
    """What the other county found and did."""

    text: Text
    number: Short = ""
    dated: Day
    file_id: Key | None = None


OUTCOME = _act(BESIDE["lead.transfer_answer"].roles)


@operation(router, "POST", f"{LEAD}/transfers/answer", OUTCOME, summary="外县办理结果", answer=TransfersOut)
def receive_outcome(request: ApiRequest, lead_id: UUID, content: OutcomeIn) -> TransfersOut:
    """Record the result, to be told to whoever brought the lead."""
    detail_or_404(request, lead_id)
    note_answer(lead_id=lead_id, form=PaperForm(**content.dict()), acting=acting_of(request))
    return _transfers(request, lead_id)
