"""Batches (批次): handing in a file, taking it in, what became of each row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import Http404
from ninja import Field, File, Form, Query, Router, Schema, UploadedFile

from qingshan.commons.files.services import MAX_BATCH, read_handle
from qingshan.commons.inbox.models import Batch
from qingshan.commons.inbox.selectors import batch_by_id, batch_page, rows_of
from qingshan.contexts.leads.public import (
    batch_work,
    checked_reading,
    kept_reading,
    receive_batch,
    start_acceptance,
    verification_progress,
)
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.domain.roles import BATCH_READERS
from qingshan.geo.reading import LONGEST, PHOTOS, POSITION, Reading
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Key, QueryNumber, QuerySwitch, Short
from qingshan.interfaces.api.routes_files import FORM_OVERHEAD
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["批次"])
READ = Spec(scope="batches:read", roles=BATCH_READERS)
Outcome = Literal["accepted", "duplicate", "rejected"]
PAGE = 50
ROWS = 200
SYSTEM = r"^(EPSG:[0-9]{4,5}|GCJ-02|BD-09)?$"


class BatchRow(Answer):
    """A batch; once it is done, received = accepted + duplicate + rejected."""

    id: UUID
    name: str
    channel: str
    file_id: UUID
    file_name: str
    sha256: str
    crs: str
    state: Literal["received", "inspected", "done", "failed"]
    problem: str
    received: int
    accepted: int
    duplicate: int
    rejected: int
    dispatch: bool
    created_at: datetime
    created_by: str
    finished_at: datetime | None


class BatchesOut(Answer):
    """Newest batches first; ``next`` is the ``before`` of the following page, null at the end."""

    batches: list[BatchRow]
    next: UUID | None


class BatchOut(BatchRow):
    """A batch with its preview and the work on it (only who started it sees the work)."""

    preview: dict[str, Any]
    job: JobOut | None


class BatchWorkOut(Answer):
    """A batch that was handed in or is being taken in; ask for the job until it has ended."""

    batch: BatchOut
    new: bool


def _values(batch: Batch) -> dict[str, Any]:
    names = ("id", "name", "channel", "file_id", "file_name", "sha256", "crs", "state", "problem", "received")
    more = ("accepted", "duplicate", "rejected", "dispatch", "created_at", "finished_at")
    return {name: getattr(batch, name) for name in (*names, *more)} | {"created_by": batch.created_by_text}


def _out(batch: Batch) -> BatchOut:
    job = batch_work(batch)
    return BatchOut(**_values(batch), preview=batch.preview, job=job_out(job) if job else None)


def _batch(batch_id: UUID) -> Batch:
    batch = batch_by_id(batch_id)
    if batch is None:
        raise Http404("没有这个批次，或它不在您的辖区内")
    return batch


class BatchQuery(Schema):
    """Where the page begins."""

    before: Key | None = None


@operation(router, "GET", "/batches", READ, summary="批次列表", answer=BatchesOut)
def list_batches(request: ApiRequest, filters: Query[BatchQuery]) -> BatchesOut:
    """Newest first, 50 a page, by key."""
    found = batch_page(before=filters.before, limit=PAGE + 1)
    more = len(found) > PAGE
    return BatchesOut(
        batches=[BatchRow(**_values(batch)) for batch in found[:PAGE]], next=found[PAGE - 1].id if more else None
    )


class BatchForm(Schema):
    """What is said of a file: name, channel of the plan, and how it is read where it does not say so itself.

    ``crs``: EPSG code, GCJ-02 or BD-09. ``axes``: xy (east first) or yx (north first). ``parameters``: conversion of
    Xi'an 1980 or Beijing 1954, three, four or seven numbers. ``position``: longitude,latitude of photos without any;
    ``photos``: each is a lead of its own, instead of those of one place together.
    """

    name: Short
    channel: Annotated[str, Field(max_length=40)]
    crs: Annotated[str, Field(max_length=12, pattern=SYSTEM)] = ""
    encoding: Literal["", "utf-8", "gb18030", "utf-16", "big5"] = ""
    axes: Literal["", "xy", "yx"] = ""
    parameters: Annotated[str, Field(max_length=LONGEST)] = ""
    position: Annotated[str, Field(max_length=80)] = ""
    photos: Literal["", "each"] = ""
    dispatch: QuerySwitch = True


UPLOAD = Spec(scope="batches:write", roles=REGISTER_ROLES, acts=True, body="form", limit=MAX_BATCH + FORM_OVERHEAD)
UPLOAD_RAW = Spec(scope="batches:write", roles=REGISTER_ROLES, acts=True, body="raw", limit=MAX_BATCH)


@operation(router, "POST", "/batches", UPLOAD, summary="交批次文件", answer=BatchWorkOut, status=202)
def upload_batch(request: ApiRequest, file: File[UploadedFile], content: Form[BatchForm]) -> BatchWorkOut:
    """A file of any format that can be read; it is stored, then read by the worker for the preview."""
    return _receive(request, file.chunks(), file.name or "", content)


class RawQuery(BatchForm):
    """The same for a file that is the body of the request."""

    file_name: Annotated[str, Field(min_length=1, max_length=200)]


@operation(router, "POST", "/batches/raw", UPLOAD_RAW, summary="交批次文件（流）", answer=BatchWorkOut, status=202)
def upload_batch_raw(request: ApiRequest, content: Query[RawQuery]) -> BatchWorkOut:
    """The same with the file as the body: nothing but its bytes, 2 GB at most."""
    return _receive(request, read_handle(request.raw), content.file_name, content)


def _receive(request: ApiRequest, chunks: Iterable[bytes], file_name: str, content: BatchForm) -> BatchWorkOut:
    acting = acting_of(request)
    more = {name: value for name in (POSITION, PHOTOS) if (value := str(getattr(content, name)).strip())}
    reading = checked_reading(
        Reading(encoding=content.encoding, axes=content.axes, parameters=content.parameters, more=more)
    )
    received = receive_batch(
        chunks=chunks,
        file_name=file_name,
        name=content.name,
        channel=content.channel,
        crs=content.crs,
        dispatch=content.dispatch,
        acting=acting,
        reading=kept_reading(reading, acting),
    )
    return BatchWorkOut(batch=_out(received.batch), new=received.new)


@operation(router, "GET", "/batches/{uuid:batch_id}", READ, summary="一个批次", answer=BatchOut)
def get_batch(request: ApiRequest, batch_id: UUID) -> BatchOut:
    """One batch with its preview and how far the work on it is."""
    return _out(_batch(batch_id))


ACCEPT = Spec(scope="batches:write", roles=REGISTER_ROLES, acts=True)


@operation(
    router, "POST", "/batches/{uuid:batch_id}/accept", ACCEPT, summary="导入批次", answer=BatchWorkOut, status=202
)
def accept_batch(request: ApiRequest, batch_id: UUID) -> BatchWorkOut:
    """Let the worker take the batch in; asked twice, it is done once."""
    batch = _batch(batch_id)
    start_acceptance(batch_id=batch.id, acting=acting_of(request))
    return BatchWorkOut(batch=_out(_batch(batch_id)), new=False)


class RowOut(Answer):
    """A row of the file and what became of it; a row that was not accepted says why."""

    row: int
    outcome: Outcome
    source_no: str
    reason: str
    notes: str
    lead_id: UUID | None
    attributes: dict[str, Any]


class RowsOut(Answer):
    """Rows by number; ``next`` is the ``after`` of the following page, null at the end."""

    rows: list[RowOut]
    next: int | None


class RowQuery(Schema):
    """Rows of one outcome, and the number after which the page begins."""

    outcome: Outcome | None = None
    after: QueryNumber = 0


@operation(router, "GET", "/batches/{uuid:batch_id}/rows", READ, summary="批次的各行", answer=RowsOut)
def list_batch_rows(request: ApiRequest, batch_id: UUID, filters: Query[RowQuery]) -> RowsOut:
    """Every row, 200 a page: accepted with its lead, duplicate or rejected with the reason."""
    batch = _batch(batch_id)
    found = rows_of(batch.id, outcome=filters.outcome or "", after=filters.after, limit=ROWS + 1)
    return RowsOut(
        rows=[
            RowOut(
                row=row.row_no,
                outcome=cast("Outcome", row.outcome),
                source_no=row.source_no,
                reason=row.reason,
                notes=row.notes,
                lead_id=row.matter_id,
                attributes=row.attributes,
            )
            for row in found[:ROWS]
        ],
        next=found[ROWS - 1].row_no if len(found) > ROWS else None,
    )


class UnitProgressOut(Answer):
    """On-site verification per unit: verified of received (三-1-2①c)."""

    unit_id: UUID
    unit: str
    received: int
    verified: int
    percent: int


class OutcomesOut(Answer):
    """What became of a batch, in figures: the report to who sent it."""

    batch: BatchRow
    by_unit: list[UnitProgressOut]


@operation(router, "GET", "/batches/{uuid:batch_id}/report", READ, summary="批次的结果", answer=OutcomesOut)
def get_batch_report(request: ApiRequest, batch_id: UUID) -> OutcomesOut:
    """Counts of rows, and per unit how many leads are verified."""
    batch = _batch(batch_id)
    return OutcomesOut(
        batch=BatchRow(**_values(batch)),
        by_unit=[
            UnitProgressOut(unit_id=u.unit_id, unit=u.unit, received=u.received, verified=u.verified, percent=u.percent)
            for u in verification_progress(request.viewer, batch.id)
        ],
    )
