"""Taking a batch in: one transaction for the whole file, one act, an entry per lead (三-1-2①). Worker and CLI only."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.journal.openings import copy_rows, record_openings
from qingshan.commons.journal.services import MatterChange, act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.models import Lead
from qingshan.contexts.leads.services.acting import change_of
from qingshan.contexts.leads.services.batches import IntakeResult, repeated_result
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.registering import build_leads, campaign_id_for, numbers_for
from qingshan.contexts.leads.services.sorting import ForbiddenFileError, RowSorter, Sorted
from qingshan.geo.features import FeatureFile
from qingshan.geo.readers import read_features

_LEAD = (
    "id",
    "number",
    "campaign_id",
    "channel",
    "direction",
    "state",
    "state_since",
    "due_at",
    "title",
    "place_text",
    "description",
    "source_no",
    "patch_type",
    "area_m2",
    "declared_area_m2",
    "earlier_image",
    "later_image",
    "geom",
    "centre",
    "division",
    "township_name",
    "village_name",
    "unit_id",
    "border",
    "shares",
    "discovered_at",
    "received_at",
    "active_since",
    "missing_by",
    "events",
    "verdict",
    "unfounded_reason",
    "verified_at",
    "verifiers",
    "batch_id",
    "batch_name",
    "attributes",
    "notes",
)
INTAKE_LOCK = 7_316_002
_GEOMETRY = frozenset({"geom", "centre"})
_JSON = frozenset({"shares", "events", "attributes"})


def open_batch(batch: Batch) -> FeatureFile:
    """Open the stored original; its format is told by the content. Raises `ReadError`."""
    return read_features(path_of(batch.sha256), crs=batch.crs or None)


def accept_batch(*, batch_id: UUID, acting: Acting, progress: Progress) -> IntakeResult:
    """Take the whole batch in, or nothing of it. A batch that is done is not touched again.

    Raises `ReadError` for a file that cannot be read and `ForbiddenFileError` after wiping one that must not enter.
    """
    with act_transaction():
        batch = Batch.objects.select_for_update().get(id=batch_id)
        if batch.state == "done":
            return repeated_result(batch)
        _wait_for_other_batches()
        in_force = campaign_in_force()
        counts = {"received": 0, "accepted": 0, "duplicate": 0, "rejected": 0}
        writer = _Writer(batch, in_force, acting)
        sorter = RowSorter(
            plan=in_force.plan, channel=batch.channel, gazetteer=gazetteer_of(in_force), now=acting.claimed_at()
        )
        source = open_batch(batch)
        for rows in sorter.sort(iter(source.rows)):
            writer.write(rows)
            for row in rows:
                counts["received"] += 1
                counts[row.outcome] += 1
            progress.report(counts["received"], max(source.count or 0, counts["received"]))
        Batch.objects.filter(id=batch.id).update(
            **counts, state="done", problem="", finished_at=acting.now(), act_id=writer.act_id
        )
        return IntakeResult(
            batch_id=batch.id,
            batch=batch.name,
            received=counts["received"],
            accepted=counts["accepted"],
            duplicate=counts["duplicate"],
            rejected=counts["rejected"],
        )


def _wait_for_other_batches() -> None:
    """Batches are taken in one after the other, so that each sees the sources of those before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])


class _Writer:
    """Writes sorted rows of one batch: leads, sources, dispatches, journal, batch rows."""

    def __init__(self, batch: Batch, in_force: InForce, acting: Acting) -> None:
        self.batch, self.in_force, self.acting = batch, in_force, acting
        self.now: datetime = acting.now()
        self.campaign_id = campaign_id_for(in_force, acting.claimed_at())
        self.state = "dispatched" if batch.dispatch else "received"
        self.act_id: UUID | None = None
        self.due_at: datetime | None = None

    def write(self, rows: Sequence[Sorted]) -> None:
        accepted = [row for row in rows if row.fresh is not None]
        leads = self._leads(accepted)
        by_row = {row.row_no: lead for row, lead in zip(accepted, leads, strict=True)}
        if leads:
            self._write_leads(accepted, leads)
        copy_rows(
            "inbox_batchrow",
            ("id", "batch_id", "row_no", "outcome", "reason", "notes", "source_no", "matter_id", "attributes"),
            (
                (
                    new_id(),
                    self.batch.id,
                    row.row_no,
                    row.outcome,
                    row.reason,
                    "\n".join(row.notes),
                    row.source_no,
                    by_row[row.row_no].id if row.row_no in by_row else None,
                    _json(dict(row.attributes)),
                )
                for row in rows
            ),
        )

    def _leads(self, accepted: Sequence[Sorted]) -> list[Lead]:
        leads = build_leads(
            fresh=[row.fresh for row in accepted if row.fresh is not None],
            numbers=numbers_for(self.in_force, len(accepted), self.now),
            state=self.state,
            now=self.now,
            claimed_at=self.acting.claimed_at(),
            due_at=self.due_at,
            in_force=self.in_force,
            campaign_id=self.campaign_id,
            batch_id=self.batch.id,
            batch_name=self.batch.name,
        )
        if leads and self.due_at is None:
            self.due_at = next_due(leads[0], self.in_force, self.now)
            for lead in leads:
                lead.due_at = self.due_at
        return leads

    def _write_leads(self, accepted: Sequence[Sorted], leads: Sequence[Lead]) -> None:
        copy_rows("leads_lead", _LEAD, ([_value(lead, name) for name in _LEAD] for lead in leads))
        copy_rows(
            "leads_source",
            ("id", "lead_id", "channel", "key", "geometry_digest"),
            ((new_id(), lead.id, lead.channel, row.key, row.digest) for row, lead in zip(accepted, leads, strict=True)),
        )
        if self.batch.dispatch:
            by = actor_text(self.acting)
            copy_rows(
                "leads_dispatch",
                ("id", "lead_id", "unit_id", "dispatched_at", "dispatched_by", "received_by", "return_reason"),
                ((new_id(), lead.id, lead.unit_id, self.now, by, "", "") for lead in leads),
            )
        self.act_id = record_openings(
            act="lead.register", acting=self.acting, changes=self._changes(accepted, leads), act_id=self.act_id
        )

    def _changes(self, accepted: Sequence[Sorted], leads: Sequence[Lead]) -> Iterator[MatterChange]:
        for row, lead in zip(accepted, leads, strict=True):
            details = {
                "batch": self.batch.name,
                "file_sha256": self.batch.sha256,
                "row": row.row_no,
                "dispatched_to": lead.unit.name if self.batch.dispatch else "",
                "border": lead.border,
                "notes": list(row.notes),
            }
            yield change_of(lead, self.in_force, details)


def _value(lead: Lead, name: str) -> Any:
    value = getattr(lead, name)
    if name in _GEOMETRY:
        return value.hexewkb.decode()
    return _json(value) if name in _JSON else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def wipe_forbidden(*, batch_id: UUID, now: datetime) -> str:
    """Wipe a file that must not enter this system; only its count and time are kept (决定6). Returns the message."""
    message = "文件含有不得进入本系统的标记，已整份拒收并删除原件；请按保密渠道办理"
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(id=batch_id)
        path = path_of(batch.sha256)
        same = Batch.objects.select_for_update().filter(sha256=batch.sha256).exclude(state="done")
        for one in same.order_by("id"):
            Batch.objects.filter(id=one.id).update(
                state="failed",
                problem=message,
                file_name="（已删除）",
                name=f"拒收 {one.id.hex[-8:]}",
                preview={},
                finished_at=now,
            )
            Job.objects.filter(subject_id=one.id).update(title="拒收的文件")
        StoredFile.objects.filter(sha256=batch.sha256).update(original_name="（已删除）", device="", software="")
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return message


__all__ = ["ForbiddenFileError", "accept_batch", "open_batch", "wipe_forbidden"]
