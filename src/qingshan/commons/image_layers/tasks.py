"""Work of the worker: a picture as uploaded becomes tiles. The web process queues this by name."""

import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from qingshan.commons.files.services import path_of, read_chunks, store_file
from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.image_layers.services import READ_TASK, TIFF, fail_layer, settle_layer
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.jobs.retrying import AGAIN
from qingshan.commons.jobs.running import Outcome, WorkFailed, fails_with, run_whole
from qingshan.commons.people.viewer import Acting
from qingshan.commons.places.selectors import county_bbox
from qingshan.imagery.geotiff import build_pyramid
from qingshan.imagery.tiles import PictureRefused, Pyramid, read_foreign

BROKEN = "程序出错，影像没有读取；原件已保存，请联系系统管理人员查看后台日志"


@app.task(name=READ_TASK, queue="images", retry=AGAIN)
def read_image_layer(job_id: str) -> None:
    """Make the tiles of a layer. Killed in the middle nothing is written; the queue gives the job out again."""
    run_whole(UUID(job_id), _read, failed=_failed)


def _read(job: Job, acting: Acting, progress: Progress) -> Outcome:
    if job.subject_id is None:
        raise LookupError("任务没有影像")
    layer = ImageLayer.objects.select_related("original").get(id=job.subject_id)
    county = county_bbox()
    if county is None:
        raise WorkFailed("本县范围尚未载入，无法核对影像位置")
    make = build_pyramid if layer.original.media_type == TIFF else read_foreign
    root = Path(settings.QINGSHAN_FILES)
    with tempfile.TemporaryDirectory(dir=root, prefix=".tiles-") as folder:
        try:
            built = make(path_of(layer.original.sha256), Path(folder) / "tiles.mbtiles", county, progress.report)
        except PictureRefused as refusal:
            raise WorkFailed(str(refusal)) from refusal
        stored = store_file(
            chunks=read_chunks(built.path),
            name=f"{layer.name}.mbtiles",
            uploaded_by=acting.viewer.account_id,
            now=acting.now(),
        )
    settle_layer(layer_id=layer.id, changes=_changes(built, stored.sha256, stored.size), acting=acting)
    return Outcome(message=f"已切 {built.tiles} 块瓦片，{built.min_zoom}–{built.max_zoom} 级")


def _changes(built: Pyramid, sha256: str, size: int) -> dict[str, object]:
    west, south, east, north = built.box
    return {
        "state": "draft", "tiles_sha256": sha256, "tiles_bytes": size, "tiles": built.tiles, "crs": built.crs[:200],
        "notes": "\n".join(built.notes), "west": west, "south": south, "east": east, "north": north,
        "min_zoom": built.min_zoom, "max_zoom": built.max_zoom, "show_from": built.min_zoom,
    }  # fmt: skip


def _failed(job: Job, error: Exception, now: datetime) -> str | None:
    """Keep with the layer why it could not be read."""
    known = isinstance(error, WorkFailed)
    if job.subject_id is not None:
        fail_layer(layer_id=job.subject_id, problem=str(error) if known else BROKEN, now=now)
    return str(error) if known else None


fails_with(READ_TASK, _failed)
