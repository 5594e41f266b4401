"""Files exchanged with the provincial system and the petition platform (交换文件): out and back as jobs."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Field, File, Form, Query, Router, Schema, UploadedFile

from qingshan.commons.files.services import store_file
from qingshan.contexts.ledgers.public import (
    EXCHANGE_ROLES,
    ExchangeRow,
    ExchangeSheet,
    exchange_rows,
    exchange_sheet,
    exchange_sheets,
    queue_accepting,
    queue_exchange,
    register_exchange,
)
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Key, QueryNumber
from qingshan.interfaces.api.routes_files import FORM_OVERHEAD
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["交换文件"])
PAGE = 100
MOST = 20 * 1024 * 1024
System = Literal["province", "petition"]
READ = Spec(scope="ledger:read", roles=EXCHANGE_ROLES)
WRITE = Spec(scope="cases:write", roles=EXCHANGE_ROLES, acts=True, body="json")
UPLOAD = Spec(scope="cases:write", roles=EXCHANGE_ROLES, acts=True, body="form", limit=MOST + FORM_OVERHEAD)
NOBODY = "没有这份返回文件，或它不在您的辖区内"


class ExchangeIn(Body):
    """For which system."""

    system: System


@operation(router, "POST", "/exchange/exports", WRITE, summary="导出交换文件", answer=JobOut, status=202)
def export_exchange(request: ApiRequest, content: ExchangeIn) -> JobOut:
    """Let the worker write the file in the form in force (data of the bureau, 表样); fetch it when the job is done."""
    return job_out(queue_exchange(system=content.system, acting=acting_of(request)))


class SheetOut(Answer):
    """A returned file (返回文件): reading, ready (received = changed + unchanged + refused) or failed."""

    id: UUID
    system: System
    file_name: str
    state: str
    problem: str
    received: int
    changed: int
    unchanged: int
    refused: int
    notes: list[str]
    uploaded_at: datetime
    uploaded_by: str


class SheetsOut(Answer):
    """Returned files, newest first, 50 at most."""

    sheets: list[SheetOut]


class SheetRowOut(Answer):
    """One row: what it would change, or why it cannot be accepted."""

    id: UUID
    row: int
    number: str
    outcome: str = Field(description="changed、unchanged、refused")
    problem: str
    differences: list[dict[str, str]]
    applied_at: datetime | None


class SheetRowsOut(SheetOut):
    """A returned file with its rows of one outcome; ``next`` is the ``after`` of the following page."""

    rows: list[SheetRowOut]
    next: int | None


class SheetRowQuery(Schema):
    """Which outcome; the row of the file after which the page begins."""

    outcome: Literal["changed", "unchanged", "refused"] = "changed"
    after: QueryNumber = 0


def _sheet(sheet: ExchangeSheet) -> dict[str, Any]:
    return {name: getattr(sheet, name) for name in SheetOut.model_fields}


def _row(row: ExchangeRow) -> SheetRowOut:
    return SheetRowOut(**{name: getattr(row, name) for name in SheetRowOut.model_fields})


@operation(router, "GET", "/exchange/sheets", READ, summary="返回文件列表", answer=SheetsOut)
def list_exchange_sheets(request: ApiRequest) -> SheetsOut:
    """Files that came back, newest first."""
    return SheetsOut(sheets=[SheetOut(**_sheet(sheet)) for sheet in exchange_sheets()])


class SheetForm(Schema):
    """From which system."""

    system: System


class SheetWorkOut(Answer):
    """A returned file that was handed in, and the job that compares it."""

    sheet: SheetOut
    job: JobOut


@operation(router, "POST", "/exchange/sheets", UPLOAD, summary="交返回文件", answer=SheetWorkOut, status=202)
def upload_exchange_sheet(request: ApiRequest, file: File[UploadedFile], content: Form[SheetForm]) -> SheetWorkOut:
    """A workbook in the form in force with what the other side filled in; compared row by row, nothing is changed."""
    stored = store_file(
        chunks=file.chunks(),
        name=file.name or "",
        uploaded_by=request.viewer.account_id,
        now=request.now,
        limit=MOST,
    )
    sheet, job = register_exchange(system=content.system, file=stored, acting=acting_of(request))
    return SheetWorkOut(sheet=SheetOut(**_sheet(sheet)), job=job_out(job))


def _sheet_or_404(sheet_id: UUID) -> ExchangeSheet:
    sheet = exchange_sheet(sheet_id)
    if sheet is None:
        raise Http404(NOBODY)
    return sheet


@operation(router, "GET", "/exchange/sheets/{uuid:sheet_id}", READ, summary="一份返回文件", answer=SheetRowsOut)
def get_exchange_sheet(request: ApiRequest, sheet_id: UUID, filters: Query[SheetRowQuery]) -> SheetRowsOut:
    """Rows with their differences, or why they cannot be accepted; 100 a page in the order of the file."""
    sheet = _sheet_or_404(sheet_id)
    found = exchange_rows(sheet.id, filters.outcome, after=filters.after, limit=PAGE + 1)
    page = found[:PAGE]
    more = page[-1].row if len(found) > PAGE else None
    return SheetRowsOut(**_sheet(sheet), rows=[_row(row) for row in page], next=more)


class AcceptIn(Body):
    """Rows to accept, by their ids."""

    rows: Annotated[list[Key], Field(min_length=1, max_length=5000)]


@operation(
    router, "POST", "/exchange/sheets/{uuid:sheet_id}/accept", WRITE, summary="接受返回的行", answer=JobOut, status=202
)
def accept_exchange_rows(request: ApiRequest, sheet_id: UUID, content: AcceptIn) -> JobOut:
    """Let the rows be accepted, each as its own act; the job tells what became of each."""
    _sheet_or_404(sheet_id)
    return job_out(queue_accepting(sheet_id=sheet_id, row_ids=content.rows, acting=acting_of(request)))
