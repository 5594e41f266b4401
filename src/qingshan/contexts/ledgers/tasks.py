"""Work of the worker process: reading forms and filled sheets, writing large ledgers. Queued by name."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from qingshan.commons.files.packages import SheetRefused
from qingshan.commons.files.services import path_of
from qingshan.commons.jobs.models import Job, JobItem
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import Outcome, WorkFailed, fails_with, run_items, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers import exchange_tasks, takeover_tasks
from qingshan.contexts.ledgers.models import LedgerTemplate, ReturnRow, ReturnSheet
from qingshan.contexts.ledgers.services.making import MAKE_TASK, make_ledger_file
from qingshan.contexts.ledgers.services.return_reading import KnownLead, judge_sheet
from qingshan.contexts.ledgers.services.returns import APPLY_TASK, JUDGE_TASK, apply_row, fail_return, open_leads
from qingshan.contexts.ledgers.services.template_reading import read_template
from qingshan.contexts.ledgers.services.templates import READ_TASK, fail_template, keep_layout

__all__ = [
    "apply_return_task",
    "exchange_tasks",
    "judge_return_task",
    "make_ledger_task",
    "read_template_task",
    "takeover_tasks",
]
BROKEN = "程序出错，没有读取；原件已保存，请联系系统管理人员查看后台日志"


def subject_of(job: Job) -> UUID:
    """What a job works on; ours are never started without it."""
    if job.subject_id is None:
        raise LookupError("任务没有对象")
    return job.subject_id


@app.task(name=READ_TASK, queue="ledgers", retry=AGAIN)
def read_template_task(job_id: str) -> None:
    """Read an uploaded form into a layout that can be mapped."""
    run_whole(UUID(job_id), _read_template, failed=_template_failed)


def _read_template(job: Job, acting: Acting, _progress: Progress) -> Outcome:
    row = LedgerTemplate.objects.get(id=subject_of(job))
    layout, notes = read_template(path_of(row.file_sha256))
    keep_layout(template_id=row.id, layout=layout, notes=notes, acting=acting)
    return Outcome(message=f"读出 {len(layout.columns)} 栏，已认出 {layout.filled()} 栏")


def _template_failed(job: Job, error: Exception, now: datetime) -> str | None:
    known = isinstance(error, SheetRefused | WorkFailed)
    problem = str(error) if known else BROKEN
    fail_template(template_id=subject_of(job), problem=problem, now=now)
    return problem if known else None


@app.task(name=MAKE_TASK, queue="ledgers", retry=AGAIN)
def make_ledger_task(job_id: str) -> None:
    """Write a large ledger; the file is fetched from the job's page."""
    run_whole(UUID(job_id), make_ledger_file)


@app.task(name=JUDGE_TASK, queue="ledgers", retry=AGAIN)
def judge_return_task(job_id: str) -> None:
    """Judge a township's filled sheet row by row; changes nothing else."""
    run_whole(UUID(job_id), _judge_return, failed=_return_failed)


def _judge_return(job: Job, acting: Acting, _progress: Progress) -> Outcome:
    sheet = ReturnSheet.objects.select_for_update().get(id=subject_of(job))
    known = {
        lead.number: KnownLead(
            lead_id=lead.lead_id, state=lead.state, state_word=lead.state_word, photos=lead.photos, seq=lead.seq,
            hash=lead.hash,
        )
        for lead in open_leads(acting.viewer)
    }  # fmt: skip
    rows, notes = judge_sheet(path_of(sheet.file_sha256), known, campaign_in_force().zone)
    counts = Counter(row.outcome for row in rows)
    ReturnRow.objects.bulk_create(
        [
            ReturnRow(
                sheet=sheet,
                row=row.row,
                number=row.number,
                lead_id=row.lead_id,
                seq=row.seq,
                values=row.values,
                differences=row.differences,
                outcome=row.outcome,
                problem="；".join(row.problems),
            )
            for row in rows
        ]
    )
    sheet.state, sheet.notes, sheet.received = "ready", notes, len(rows)
    sheet.changed, sheet.unchanged, sheet.refused = (counts[k] for k in ("changed", "unchanged", "refused"))
    sheet.save()
    return Outcome(
        message=f"收到 {len(rows)} 行：有改动 {sheet.changed}，无改动 {sheet.unchanged}，不能办 {sheet.refused}"
    )


def _return_failed(job: Job, error: Exception, _now: datetime) -> str | None:
    known = isinstance(error, SheetRefused | WorkFailed)
    problem = str(error) if known else BROKEN
    fail_return(sheet_id=subject_of(job), problem=problem)
    return problem if known else None


@app.task(name=APPLY_TASK, queue="ledgers", retry=AGAIN)
def apply_return_task(job_id: str) -> None:
    """Do the ticked rows of a filled sheet, each as its own act."""
    run_items(UUID(job_id), _apply_item)


def _apply_item(_job: Job, item: JobItem, acting: Acting) -> None:
    if item.subject_id is None:
        raise LookupError("明细没有对象")
    apply_row(row_id=item.subject_id, acting=acting)


fails_with(READ_TASK, _template_failed)
fails_with(JUDGE_TASK, _return_failed)
