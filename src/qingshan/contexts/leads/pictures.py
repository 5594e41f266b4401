"""Reading before and after pictures of leads, and asking the worker to attach a package of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import start_job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import LeadPicture
from qingshan.domain.acts import ActRefused
from qingshan.domain.chips import AFTER, BEFORE
from qingshan.domain.lead import REGISTER_ROLES

CHIPS_TASK = "leads.attach_chips"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePair:
    """The newest before and after picture of a lead, and how many there are besides."""

    before: LeadPicture | None
    after: LeadPicture | None
    more: tuple[LeadPicture, ...] = ()


def pictures_of(lead_ids: Iterable[UUID]) -> dict[UUID, PicturePair]:
    """Pictures by lead, of leads that the caller may see (row security stands behind it)."""
    rows: dict[UUID, list[LeadPicture]] = {}
    for row in LeadPicture.objects.filter(lead_id__in=list(lead_ids)).select_related("file").order_by("-id"):
        rows.setdefault(row.lead_id, []).append(row)
    return {lead_id: _pair(found) for lead_id, found in rows.items()}


def _pair(rows: list[LeadPicture]) -> PicturePair:
    before = next((row for row in rows if row.phase == BEFORE), None)
    after = next((row for row in rows if row.phase == AFTER), None)
    return PicturePair(before=before, after=after, more=tuple(r for r in rows if r not in (before, after)))


def queue_chips(*, batch: Batch, file: StoredFile, acting: Acting) -> Job:
    """Let the worker attach a package of pictures to the leads of a batch that is taken in."""
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次")
    if batch.state != "done":
        raise ActRefused("state", "批次还没有导入：导入后再补传影像")
    if file.media_type != "application/zip":
        raise ActRefused("file", "请把影像打成一个 zip 压缩包再传")
    return start_job(
        kind="chips",
        task=CHIPS_TASK,
        title=f"前后时相影像 {batch.name}"[:200],
        subject_id=batch.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        division=batch.division,
        params={"sha256": file.sha256},
    )
