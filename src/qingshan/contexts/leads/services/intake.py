"""Taking a batch in: one transaction for the whole file, one act, an entry per lead (三-1-2①). Worker and CLI only."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from qingshan.commons.base.bulk import Beside
from qingshan.commons.base.collecting import collector_slowed
from qingshan.commons.base.counters import Blocks, take_numbers
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.services.batches import IntakeResult, repeated_result
from qingshan.contexts.leads.services.naming import PlaceNames
from qingshan.contexts.leads.services.opening import open_batch
from qingshan.contexts.leads.services.photo_keeping import keep_photos
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.plausible import file_facts
from qingshan.contexts.leads.services.reading import RowReader, read_ahead
from qingshan.contexts.leads.services.refused_rows import set_origins, store_refused
from qingshan.contexts.leads.services.registering import series_for
from qingshan.contexts.leads.services.rereading import WIPED, reading_told
from qingshan.contexts.leads.services.sorting import ForbiddenFileError, RowSorter, ask_beside
from qingshan.contexts.leads.services.table_opening import OpenedTable
from qingshan.contexts.leads.services.writing import BatchWriter
from qingshan.domain.numbering import Series

INTAKE_LOCK = 7_316_002


def accept_batch(*, batch_id: UUID, acting: Acting, progress: Progress, blocks: Blocks | None = None) -> IntakeResult:
    """Take the whole batch in, or nothing of it. A batch that is done is not touched again.

    ``blocks``: where its numbers are reserved, so that leads can be registered by hand meanwhile; without them the
    series is held until the transaction ends. Raises `ReadError` for a file that cannot be read and
    `ForbiddenFileError` after wiping one that must not enter.
    """
    with act_transaction():
        batch = Batch.objects.select_for_update().get(id=batch_id)
        if batch.state == "done":
            return repeated_result(batch)
        _wait_for_other_batches()
        in_force, act_id = campaign_in_force(), None
        refused: list[tuple[int, str]] = []
        counts = {"received": 0, "accepted": 0, "duplicate": 0, "rejected": 0}
        opened, series = open_batch(batch, in_force.plan), series_for(in_force, acting.now())
        source, gazetteer = opened.file, gazetteer_of(in_force)
        names = PlaceNames() if opened.table is not None else None
        reader = RowReader(
            plan=in_force.plan,
            gazetteer=gazetteer,
            now=acting.claimed_at(),
            zone=in_force.zone,
            aliases=opened.aliases,
            names=names,
            marks_known=opened.table is not None,
        )
        told = reading_told(batch, file_facts(source))
        with collector_slowed(), read_ahead(reader, source) as pieces, Beside() as beside:
            writer = BatchWriter(batch, in_force, acting, beside, told=told)
            sorter = RowSorter(channel=batch.channel, lookup=ask_beside(beside))
            for rows in sorter.sort(pieces):
                for row in rows:
                    counts["received"] += 1
                    counts[row.outcome] += 1
                    if row.outcome == "rejected" and opened.table is not None:
                        refused.append((row.row_no, row.reason))
                writer.write(rows, _numbers(series, counts["accepted"] - writer.accepted, blocks, beside))
                progress.report(counts["received"], max(source.count or 0, counts["received"]))
            act_id = writer.act_id
        if blocks is not None:
            blocks.settle()
        kept = file_facts(source)
        if opened.photos is not None:
            keep_photos(batch=batch, photos=opened.photos, acting=acting)
        if opened.table is not None:
            kept |= _keep_table(batch, opened.table, refused, in_force, acting)
        Batch.objects.filter(id=batch.id).update(
            **counts,
            state="done",
            problem="",
            finished_at=acting.now(),
            act_id=act_id,
            preview={**batch.preview, **kept},
        )
        return _result(batch, counts)


def _result(batch: Batch, counts: dict[str, int]) -> IntakeResult:
    return IntakeResult(
        batch_id=batch.id,
        batch=batch.name,
        received=counts["received"],
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        rejected=counts["rejected"],
    )


def _keep_table(
    batch: Batch, table: OpenedTable, refused: list[tuple[int, str]], in_force: InForce, acting: Acting
) -> dict[str, object]:
    """Keep with the batch how its table was read, its refused rows as a workbook, and which rows it mended.

    Returns what its page shows of that.
    """
    file = store_refused(batch=batch, table=table, refused=refused, in_force=in_force, acting=acting)
    set_origins(batch, dict(table.origins))
    Batch.objects.filter(id=batch.id).update(mapping=table.choices.as_json())
    return {"table": dict(table.content), "refused_file": file}


def _numbers(series: Series, count: int, blocks: Blocks | None, beside: Beside) -> list[str]:
    """The next numbers, reserved or taken in the transaction itself."""
    if not count:
        return []
    if blocks is not None:
        return series.format_all(blocks.take(series.key, count))
    return series.format_all(beside.ask(lambda wrapper: take_numbers(series.key, count, wrapper=wrapper)).result())


def _wait_for_other_batches() -> None:
    """Batches are taken in one after the other, so that each sees the sources of those before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])


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
                file_name=WIPED,
                name=f"拒收 {one.id.hex[-8:]}",
                preview={},
                finished_at=now,
            )
            Job.objects.filter(subject_id=one.id).update(title="拒收的文件")
        StoredFile.objects.filter(sha256=batch.sha256).update(original_name="（已删除）", device="", software="")
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return message


__all__ = ["ForbiddenFileError", "accept_batch", "wipe_forbidden"]
