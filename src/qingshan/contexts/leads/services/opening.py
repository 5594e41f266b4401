"""Opening the original of a batch, whatever its format (打开批次原件). Worker and command line only."""

from collections.abc import Sequence
from dataclasses import dataclass

from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch
from qingshan.contexts.leads.services.photo_opening import KINDS, OpenedPhotos, open_photos
from qingshan.contexts.leads.services.table_opening import FORMATS, OpenedTable, open_table
from qingshan.domain.plan import Plan
from qingshan.geo.archives import ArchiveLimits
from qingshan.geo.attributes import AliasLike
from qingshan.geo.features import FeatureFile
from qingshan.geo.readers import read_features
from qingshan.geo.readers.kinds import tell_kind
from qingshan.geo.reading import reading_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBatch:
    """A batch opened for one pass; ``table`` or ``photos`` when it is such.

    ``aliases``: what the columns of this file stand for; None: what the plan says.
    """

    file: FeatureFile
    table: OpenedTable | None = None
    photos: OpenedPhotos | None = None

    @property
    def aliases(self) -> Sequence[AliasLike] | None:
        """What the columns of this file stand for, when the file says so itself."""
        own = self.table or self.photos
        return None if own is None else own.aliases


def open_batch(batch: Batch, plan: Plan) -> OpenedBatch:
    """Open the stored original, read as was chosen; its format is told by the content. Raises `ReadError`."""
    path = path_of(batch.sha256)
    kind = tell_kind(path, ArchiveLimits())
    if kind in FORMATS:
        table = open_table(batch, plan, kind)
        return OpenedBatch(file=table.file, table=table)
    if kind in KINDS:
        photos = open_photos(batch)
        return OpenedBatch(file=photos.file, photos=photos)
    reading = reading_of({**batch.reading, "crs": batch.crs})
    return OpenedBatch(file=read_features(path, reading=reading, name=batch.file_name))
