"""Saying what the columns of a table stand for (列对应): kept with the batch, remembered, read anew. Web-safe."""

import hashlib
import json
from uuid import UUID

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.services.batches import queue_inspection
from qingshan.contexts.leads.services.receiving import is_worked_on
from qingshan.contexts.leads.services.table_memory import remember_choices
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.geo.table_columns import TableChoices, problems_of


def choices_mark(batch: Batch) -> str:
    """A short digest of the choices as they stand; a form brings it back, so that two people do not overwrite."""
    return hashlib.sha256(json.dumps(batch.mapping, sort_keys=True).encode()).hexdigest()[:16]


def choose_columns(*, batch_id: UUID, choices: TableChoices, crs: str, seen: str, acting: Acting) -> Job | None:
    """Keep the choices and let the worker read the table anew; with a sender's name they are remembered.

    Raises `ActRefused` when they cannot be used, when the batch was taken in, or when somebody chose meanwhile.
    """
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次")
    batch = Batch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise ActRefused("not_found", "没有这个批次")
    if batch.state == "done" or is_worked_on(batch):
        raise ActRefused("state", "这个批次正在处理或已经导入，列对应不能再改")
    if choices_mark(batch) != seen:
        raise ActRefused("race", "列对应刚被他人改过，请刷新后再看")
    _check(choices)
    remember_choices(batch=batch, choices=choices, acting=acting)
    changes = {"mapping": choices.as_json(), "crs": crs.strip(), "state": "received", "problem": ""}
    Batch.objects.filter(id=batch.id).exclude(state="done").update(**changes)
    batch.refresh_from_db()
    try:
        with transaction.atomic():
            return queue_inspection(batch=batch, acting=acting)
    except AlreadyEnqueued:  # the reading that waits will find the new choices
        return None


def keep_choices(*, batch_id: UUID, choices: TableChoices, acting: Acting) -> None:
    """Keep the choices without queueing any work: the command line reads the table itself. Raises `ActRefused`."""
    if not acting.viewer.roles & REGISTER_ROLES:
        raise ActRefused("role", "您的职务不能导入批次")
    batch = Batch.objects.select_for_update().get(id=batch_id)
    if batch.state == "done":
        raise ActRefused("state", "这个批次已经导入，列对应不能再改")
    _check(choices)
    remember_choices(batch=batch, choices=choices, acting=acting)
    Batch.objects.filter(id=batch.id).update(mapping=choices.as_json())


def _check(choices: TableChoices) -> None:
    """Refuse choices that leave the place open or give two columns one meaning."""
    if problems := problems_of(choices):
        raise ActRefused("mapping", "列对应还不能用", tuple(problems))
