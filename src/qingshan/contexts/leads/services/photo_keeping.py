"""Keeping received photos as evidence of the leads they brought (来件照片): each original untouched under its digest.

Worker and command line only.
"""

from collections.abc import Iterator
from uuid import UUID

from qingshan.commons.files.services import path_of, store_file, use_file
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.services.photo_opening import OpenedPhotos, PhotoFile, photo_bytes
from qingshan.contexts.leads.source_photos import SOURCE_PHOTO
from qingshan.geo.archives import ArchiveLimits, Meter, open_zip


def keep_photos(*, batch: Batch, photos: OpenedPhotos, acting: Acting) -> None:
    """Attach the photos of every accepted row to its lead; runs in the act that made the leads."""
    rows = BatchRow.objects.filter(batch_id=batch.id, outcome="accepted", matter_id__isnull=False)
    leads = dict(rows.values_list("row_no", "matter_id"))
    kept = [(lead_id, photo) for row_no, lead_id in leads.items() if lead_id for photo in photos.members[row_no]]
    digests = {photo.sha256: photo for _, photo in kept}
    files = {sha256: _file(batch, photo, data, acting) for sha256, photo, data in _bytes(batch, digests)}
    for lead_id, photo in kept:
        label = f"方位 {photo.azimuth:.0f}°" if photo.azimuth is not None else ""
        use_file(
            file_id=files[photo.sha256], matter_id=lead_id, purpose=SOURCE_PHOTO, label=label, now=acting.now()
        )  # fmt: skip


def _bytes(batch: Batch, photos: dict[str, PhotoFile]) -> Iterator[tuple[str, PhotoFile, bytes | None]]:
    """Digest, photo and bytes; None for the original of the batch itself, which is kept already."""
    members = [photo for photo in photos.values() if photo.member is not None]
    yield from ((photo.sha256, photo, None) for photo in photos.values() if photo.member is None)
    if not members:
        return
    path = path_of(batch.sha256)
    with open_zip(path) as archive:
        meter = Meter(packed_bytes=path.stat().st_size, limits=ArchiveLimits())
        for photo in members:
            if photo.member is not None:
                yield photo.sha256, photo, photo_bytes(archive, photo.member, meter)


def _file(batch: Batch, photo: PhotoFile, data: bytes | None, acting: Acting) -> UUID:
    if data is None:
        return batch.file_id
    stored = store_file(chunks=[data], name=photo.name, uploaded_by=batch.created_by, now=acting.now())
    return stored.id
