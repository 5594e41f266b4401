"""Reading files: what a viewer may see is decided by row security (own uploads, files of visible matters)."""

from uuid import UUID

from qingshan.commons.files.models import FileUse, StoredFile


def visible_file(file_id: UUID) -> StoredFile | None:
    """The file, or None when it does not exist for this viewer."""
    return StoredFile.objects.filter(id=file_id).first()


def own_uploads(file_ids: list[UUID], account_id: UUID | None) -> list[StoredFile]:
    """Files among ``file_ids`` that this account uploaded, in the given order."""
    found = {f.id: f for f in StoredFile.objects.filter(id__in=file_ids, uploaded_by=account_id)}
    return [found[i] for i in file_ids if i in found]


def uses_of(matter_id: UUID) -> list[FileUse]:
    """Files of a matter with their purposes, oldest first."""
    return list(FileUse.objects.filter(matter_id=matter_id).select_related("file").order_by("used_at", "id"))
