"""Photos with which a lead came (来件照片): evidence of the finding, beside those of the visits."""

from uuid import UUID

from qingshan.commons.files.models import FileUse

SOURCE_PHOTO = "source_photo"
"""Purpose of a photo that brought a lead."""


def source_photos(lead_id: UUID) -> list[FileUse]:
    """The photos that came with a lead, oldest first; who sees the lead sees them."""
    rows = FileUse.objects.filter(matter_id=lead_id, purpose=SOURCE_PHOTO).select_related("file")
    return list(rows.order_by("used_at", "id"))
