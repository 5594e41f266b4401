"""Handing a lead to another county (移送外县), its receipt (回执), what came of it there, or its coming back."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import use_file
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import Transfer
from qingshan.contexts.leads.services.acting import LeadAct, begin, move, write_entry
from qingshan.contexts.leads.services.dispatching import decide_return, end_dispatch
from qingshan.contexts.leads.services.joint import trace_gaps
from qingshan.contexts.leads.services.joint_ending import end_joint_tasks
from qingshan.contexts.leads.services.papers import own_paper
from qingshan.contexts.leads.services.source_duties import settle_replies
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import LeadState

RECEIPT_LIMIT = "county_transfer_receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferForm:
    """A letter to another county (移送函): its number, to whom, why, dated, scan."""

    number: str
    recipient: str
    reason: str
    sent_on: date | None
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """What came back (回执、办理结果): text, number and day of the paper, scan if there is one."""

    text: str
    number: str = ""
    dated: date | None = None
    file_id: UUID | None = None


def transfer_lead(*, lead_id: UUID, form: TransferForm, acting: Acting) -> Transfer:
    """Hand a lead that lies outside the county to the one it lies in; what is owed to its sources stays ours."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.transfer_out", outcome="", acting=acting)
        file = own_paper(form.file_id, acting, "扫描件")
        gaps = _gaps(form, file, step)
        if gaps or file is None or form.sent_on is None:
            raise ActRefused("incomplete", "线索还不能移送外县", gaps)
        known = RECEIPT_LIMIT in step.in_force.plan.limits
        due = step.in_force.due(RECEIPT_LIMIT, acting.claimed_at(), explain=False).at if known else None
        row = Transfer.objects.create(
            lead=step.lead, number=form.number.strip(), recipient=form.recipient.strip(), reason=form.reason.strip(),
            sent_on=form.sent_on, file=file, recorded_at=step.now, recorded_by=actor_text(acting), receipt_due_at=due,
        )  # fmt: skip
        why = f"移送{row.recipient}"
        if step.lead.state == LeadState.RETURNED:
            decide_return(step, "transferred", form.reason)
        end_dispatch(step, "transferred", why)
        move(step, "lead.transfer_out")
        told = {"recipient": row.recipient, "number": row.number, "sent_on": row.sent_on.isoformat()}
        ended = end_joint_tasks(step.lead, acting, why)
        write_entry(step, "lead.transfer_out", {**told, "reason": row.reason, "sha256": file.sha256, **ended})
        _use(step, file, "transfer", row.number)
        return row


def note_receipt(*, lead_id: UUID, accepted: bool, form: PaperForm, acting: Acting) -> Transfer:
    """The other county's receipt: it takes the lead, or sends it back and it is given out here anew."""
    with act_transaction():
        outcome = "accepted" if accepted else "refused"
        step = begin(lead_id=lead_id, act="lead.transfer_receipt", outcome=outcome, acting=acting)
        row = _latest(step, receipt="")
        gaps = _paper_gaps(form, row, step, "回执")
        if not accepted and not form.text.strip():
            gaps += ("退回说明未填：请写明对方为什么退回",)
        if gaps:
            raise ActRefused("incomplete", "回执还不能登记", gaps)
        file = own_paper(form.file_id, acting, "扫描件")
        paper = {
            "receipt": outcome, "receipt_no": form.number.strip(), "receipt_on": form.dated,
            "receipt_text": form.text.strip(), "receipt_file": file, "receipt_by": actor_text(acting),
        }  # fmt: skip
        _note(row, **paper)
        move(step, "lead.transfer_receipt")
        write_entry(step, "lead.transfer_receipt", {"accepted": accepted, **_told(row, form, file)})
        _use(step, file, "transfer_receipt", form.number)
        settle_replies(step.lead, step.in_force)
        return row


def note_answer(*, lead_id: UUID, form: PaperForm, acting: Acting) -> Transfer:
    """What the other county found and did (外县办理结果), to be told to whoever brought the lead."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.transfer_answer", outcome="", acting=acting)
        row = _latest(step, receipt="accepted")
        if row.answer:
            raise ActRefused("done", "外县办理结果已经登记，请刷新后再看")
        gaps = _paper_gaps(form, row, step, "办理结果")
        if not form.text.strip():
            gaps += ("办理结果未填：请写明对方查了什么、怎样处理",)
        if gaps:
            raise ActRefused("incomplete", "办理结果还不能登记", gaps)
        file = own_paper(form.file_id, acting, "扫描件")
        paper = {
            "answer": form.text.strip(), "answer_no": form.number.strip(), "answer_on": form.dated,
            "answer_file": file, "answer_by": actor_text(acting),
        }  # fmt: skip
        _note(row, **paper)
        write_entry(step, "lead.transfer_answer", _told(row, form, file))
        _use(step, file, "transfer_answer", form.number)
        return row


def _latest(step: LeadAct, **which: str) -> Transfer:
    row = Transfer.objects.filter(lead=step.lead, **which).order_by("-id").first()
    if row is None:
        raise ActRefused("state", "这条线索没有移送外县，请刷新后再看")
    return row


def _note(row: Transfer, **columns: Any) -> None:
    Transfer.objects.filter(id=row.id).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def _gaps(form: TransferForm, file: StoredFile | None, step: LeadAct) -> tuple[str, ...]:
    gaps = []
    if not form.recipient.strip():
        gaps.append("接收单位未填：写到县和部门，例如“某县自然资源和规划局”")
    if not form.number.strip():
        gaps.append("移送函号未填")
    if not form.reason.strip():
        gaps.append("移送理由未填：请写明位置在哪个县、依据是什么")
    if form.sent_on is None:
        gaps.append("移送日期未填")
    elif form.sent_on > _today(step):
        gaps.append("移送日期晚于今天：请核对")
    if file is None:
        gaps.append("移送函扫描件未传：请上传盖章后的函")
    return (*gaps, *trace_gaps(form.reason, form.recipient))


def _paper_gaps(form: PaperForm, row: Transfer, step: LeadAct, what: str) -> tuple[str, ...]:
    gaps = []
    if form.dated is None:
        gaps.append(f"{what}日期未填")
    elif form.dated > _today(step):
        gaps.append(f"{what}日期晚于今天：请核对")
    elif form.dated < row.sent_on:
        gaps.append(f"{what}日期早于移送日期：请核对")
    return (*gaps, *trace_gaps(form.text))


def _today(step: LeadAct) -> date:
    return step.now.astimezone(step.in_force.zone).date()


def _use(step: LeadAct, file: StoredFile | None, purpose: str, label: str) -> None:
    if file is not None:
        use_file(file_id=file.id, matter_id=step.lead.id, purpose=purpose, label=label.strip(), now=step.now)


def _told(row: Transfer, form: PaperForm, file: StoredFile | None) -> dict[str, Any]:
    return {
        "recipient": row.recipient,
        "number": form.number.strip(),
        "dated": form.dated.isoformat() if form.dated else "",
        "text": form.text.strip(),
        "sha256": file.sha256 if file else "",
    }
