"""Making the ledger's file: at once when it is small, as a job when it is large (大台账后台生成)."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from qingshan.commons.files.services import copy_expiry, read_chunks, store_file
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import Outcome
from qingshan.commons.jobs.services import start_job
from qingshan.commons.journal.selectors import more_than
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.export import Report, no_report, write_ledger
from qingshan.contexts.ledgers.layout_export import write_layout
from qingshan.contexts.ledgers.selectors import Ledger, NotYet, ledger_as_of
from qingshan.contexts.ledgers.templates_in_force import layout_at
from qingshan.domain.acts import MatterKind
from qingshan.domain.lead import VERIFIED_STATES

MAKE_TASK = "qingshan.contexts.ledgers.tasks.make_ledger"
AT_ONCE = 1_000
"""Rows up to which a file is made while the browser waits."""
OWN, FORM = "own", "form"
"""The program's own columns, or the form in force."""


def is_large(moment: datetime) -> bool:
    """Whether the ledger as of ``moment``, in the scope of the transaction, has more rows than are made at once."""
    states = sorted(VERIFIED_STATES)
    return more_than(AT_ONCE, moment, kind=MatterKind.LEAD.value, field="state", values=states) or more_than(
        AT_ONCE, moment, kind=MatterKind.CASE.value
    )


def write_in_form(
    ledger: Ledger, path: Path, *, zone: ZoneInfo, unit: str, form: str, report: Report = no_report
) -> int:
    """Write a ledger in the form in force at its moment (``form`` = "form"), or in the program's own columns."""
    layout = layout_at(ledger.moment, zone) if form == FORM else None
    if layout is None:
        return write_ledger(ledger, path, zone=zone, report=report)
    return write_layout(ledger, layout, path, zone=zone, unit=unit, report=report)


def queue_ledger(*, moment: datetime, form: str, acting: Acting) -> Job:
    """Let the worker write a ledger; raises `procrastinate.exceptions.AlreadyEnqueued` for the same one twice."""
    if moment > acting.now():
        raise NotYet("该时刻还没有到，不能生成截至该时刻的台账")
    zone = campaign_in_force().zone
    key = f"ledger:{acting.viewer.account_id}:{acting.viewer.post_id}:{moment.isoformat()}:{form}"
    return start_job(
        kind="ledger",
        task=MAKE_TASK,
        title=f"台账清单（截至 {moment.astimezone(zone):%Y-%m-%d %H:%M}）",
        subject_id=uuid5(NAMESPACE_URL, key),
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        params={"moment": moment.isoformat(), "form": form},
    )


def make_ledger_file(job: Job, acting: Acting, progress: Progress) -> Outcome:
    """Write the ledger that a job asks for and store it; runs in the worker."""
    zone = campaign_in_force().zone
    moment = datetime.fromisoformat(str(job.params["moment"]))
    ledger = ledger_as_of(acting.viewer, moment, now=acting.now())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        unit, form = acting.viewer.unit_name, str(job.params.get("form", OWN))
        rows = write_in_form(ledger, path, zone=zone, unit=unit, form=form, report=progress.report)
        row = store_file(
            chunks=read_chunks(path),
            name=f"台账清单-截至{moment.astimezone(zone):%Y%m%d-%H%M}-{rows}行.xlsx",
            uploaded_by=acting.viewer.account_id,
            now=acting.now(),
            expires_at=copy_expiry(acting.now()),
        )
    return Outcome(message=f"台账共 {rows} 行，已生成，可以下载", result={"rows": rows}, result_file=row.id)
