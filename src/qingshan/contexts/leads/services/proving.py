"""Making the proof's workbook as a job (核查闭环证明导出)."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, uuid5

from qingshan.commons.files.services import copy_expiry, read_chunks, store_file
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.running import Outcome
from qingshan.commons.jobs.services import start_job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.completeness import NotYet, prove
from qingshan.contexts.leads.completeness_export import write_proof

PROVE_TASK = "qingshan.contexts.leads.tasks.write_proof"


def queue_proof(*, moment: datetime, acting: Acting) -> Job:
    """Let the worker write the proof as of a moment; the same one is queued once at a time."""
    if moment > acting.now():
        raise NotYet("该时刻还没有到，不能证明")
    zone = campaign_in_force().zone
    key = f"proof:{acting.viewer.account_id}:{acting.viewer.post_id}:{moment.isoformat()}"
    return start_job(
        kind="proof",
        task=PROVE_TASK,
        title=f"核查闭环证明（截至 {moment.astimezone(zone):%Y-%m-%d %H:%M}）",
        subject_id=uuid5(NAMESPACE_URL, key),
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        params={"moment": moment.isoformat()},
    )


def make_proof_file(job: Job, acting: Acting, progress: Progress) -> Outcome:
    """Write the proof that a job asks for and store it; runs in the worker, in the asker's scope."""
    in_force, moment = campaign_in_force(), datetime.fromisoformat(str(job.params["moment"]))
    channels = in_force.plan.channels
    proof = prove(moment, now=acting.now(), channels=channels)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "proof.xlsx"
        words = {c.slug: c.label for c in channels}
        rows = write_proof(proof, path, zone=in_force.zone, channels=words, report=progress.report)
        file = store_file(
            chunks=read_chunks(path),
            name=f"核查闭环证明-截至{moment.astimezone(in_force.zone):%Y%m%d-%H%M}-{rows}条.xlsx",
            uploaded_by=acting.viewer.account_id,
            now=acting.now(),
            expires_at=copy_expiry(acting.now()),
        )
    told = "各行相等" if proof.holds else "有不相等的行"
    return Outcome(message=f"共 {rows} 条，{told}，可以下载", result={"rows": rows}, result_file=file.id)
