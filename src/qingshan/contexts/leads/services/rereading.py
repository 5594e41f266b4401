"""How a batch is to be read (改变读取方式): kept with it, read again by the worker, nothing taken in yet."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.services.batches import queue_inspection
from qingshan.contexts.leads.services.receiving import is_worked_on
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.geo.coordinate_text import CoordinateProblem, hand_position
from qingshan.geo.reading import AXES, EACH, ENCODINGS, LONGEST, PHOTOS, POSITION, Reading

_LONGEST_CRS = 80
READ_NOW = "这个批次正在读取，请稍候再看"


def checked_reading(reading: Reading) -> Reading:
    """The choices, when they are ones that can be made; raises `ActRefused` naming the field otherwise."""
    if len(reading.crs) > _LONGEST_CRS:
        raise ActRefused("crs", "坐标系请写 EPSG 代码，例如 EPSG:4547")
    if reading.encoding and reading.encoding not in ENCODINGS:
        raise ActRefused("encoding", f"文字编码“{reading.encoding[:20]}”不认识，可选：{'、'.join(ENCODINGS)}")
    if reading.axes and reading.axes not in AXES:
        raise ActRefused("axes", "坐标次序只能是 xy（先横后纵）或 yx（先纵后横）")
    if len(reading.parameters) > LONGEST:
        raise ActRefused("parameters", "转换参数太长，应为 3、4 或 7 个数")
    if problem := _photo_problem(reading):
        raise ActRefused("position", problem)
    return replace(reading, crs=reading.crs.strip(), parameters=reading.parameters.strip())


def _photo_problem(reading: Reading) -> str:
    """Why the choices for photos cannot be, or nothing."""
    if set(reading.more) - {POSITION, PHOTOS} or reading.more.get(PHOTOS, EACH) != EACH:
        return "照片只能“同一处合为一条”或“每张一条”"
    try:
        hand_position(reading.more.get(POSITION, ""))
    except CoordinateProblem as problem:
        return str(problem)
    return ""


def kept_reading(reading: Reading, acting: Acting) -> dict[str, Any]:
    """The choices as a batch keeps them: the datum stands in a column of its own; who chose, and when."""
    made = reading.as_json()
    if not made:
        return {}
    made.pop("crs", None)
    return made | {"by": actor_text(acting), "at": acting.now().isoformat()}


def reread_batch(*, batch_id: UUID, reading: Reading, acting: Acting) -> Job:
    """Read a batch again in another way. Refused while it is worked on and once it is done.

    Of two people at once the first is heard; the other is told that the batch is being read.
    """
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次：由县自然资源部门或专班办公室导入")
    chosen = checked_reading(reading)
    batch = Batch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise ActRefused("not_found", "没有这个批次")
    if batch.state not in ("inspected", "failed") or is_worked_on(batch):
        told = "这个批次已经导入" if batch.state == "done" else READ_NOW
        raise ActRefused("state", told)
    if batch.file_name == WIPED:
        raise ActRefused("state", "这份文件已按规定删除，不能再读")
    Batch.objects.filter(id=batch.id).update(
        crs=chosen.crs,
        reading=kept_reading(chosen, acting),
        state="received",
        problem="",
        preview={},
        finished_at=None,
    )
    batch.refresh_from_db()
    try:
        with transaction.atomic():
            return queue_inspection(batch=batch, acting=acting)
    except AlreadyEnqueued:
        raise ActRefused("state", READ_NOW) from None


WIPED = "（已删除）"
"""Name of a file that had to be wiped."""


def reading_told(batch: Batch, facts: dict[str, Any]) -> dict[str, Any]:
    """How a batch was read, for the journal of what it brought: what the file gave, what a person chose."""
    chosen = {
        name: value for name, value in batch.reading.items() if name in ("encoding", "axes", "parameters", "more", "by")
    }
    told = {"format": facts["format"], "crs": facts["crs"], "encoding": facts["encoding"]}
    if batch.crs or chosen:
        told["chosen"] = {**({"crs": batch.crs} if batch.crs else {}), **chosen}
    return {"reading": {name: value for name, value in told.items() if value}}
