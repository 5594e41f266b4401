"""Scanned papers handed in with an act (函件、意见扫描件): photos or PDF of the person who acts, nothing else."""

from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.selectors import own_uploads
from qingshan.commons.files.services import EVIDENCE_TYPES
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused


def own_paper(file_id: UUID | None, acting: Acting, what: str) -> StoredFile | None:
    """The upload, None where none was named; refuses what is not the person's own, and every other kind of file.

    ``what`` names the paper in the refusal.
    """
    if file_id is None:
        return None
    found = own_uploads([file_id], acting.viewer.account_id)
    if not found:
        raise ActRefused("file", f"{what}不存在或不是您上传的，请重新选择文件")
    if found[0].media_type not in EVIDENCE_TYPES:
        raise ActRefused("file", f"{what}须为照片（JPG、PNG）或 PDF，请换一份")
    return found[0]
