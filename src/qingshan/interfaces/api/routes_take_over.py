"""Taking over an old ledger (接管旧台账) for programs: hand in, map, reconcile, approve; what became of each row."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Field, File, Query, Router, Schema, UploadedFile

from qingshan.commons.files.services import MAX_PHOTO, store_file
from qingshan.commons.jobs.services import latest_job
from qingshan.contexts.ledgers.public import (
    APPROVE_ROLES,
    PREPARE_ROLES,
    OldMapping,
    TakeOver,
    TakeOverRow,
    approve_take_over,
    register_take_over,
    rows_of_take_over,
    save_mapping,
    send_back_take_over,
    submit_take_over,
    sums_of,
    take_over_by_id,
    take_overs,
)
from qingshan.domain.roles import TAKE_OVER_READERS
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Name, QueryNumber
from qingshan.interfaces.api.routes_files import FORM_OVERHEAD
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["接管旧台账"])
READ = Spec(scope="ledger:read", roles=TAKE_OVER_READERS)
COLUMNS = Spec(scope="ledger:read", roles=PREPARE_ROLES)
UPLOAD = Spec(scope="ledger:write", roles=PREPARE_ROLES, acts=True, body="form", limit=MAX_PHOTO + FORM_OVERHEAD)
PREPARE = Spec(scope="ledger:write", roles=PREPARE_ROLES, acts=True, body="json")
DECIDE = Spec(scope="ledger:write", roles=APPROVE_ROLES, acts=True, body="json")
KINDS = ("take-over-read", "take-over-check", "take-over")
_ONE = "/take-overs/{uuid:take_over_id}"
Heading = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=60)]
Outcome = Literal["ready", "warning", "known", "refused", "not_row"]
Count = Annotated[int, Field(strict=True, ge=0, le=9_999_999)]
Round = Annotated[int, Field(strict=True, ge=0, le=2_000_000_000)]


class TakeOverRowOut(Answer):
    """A take-over; ``round`` counts its changes and goes back with each act. Outcomes add up to its rows."""

    id: UUID
    file_name: str
    sha256: str
    state: str = Field(description="received、read、checking、checked、submitted、taking、done、failed")
    round: int
    problem: str
    rows: int
    outcomes: dict[str, int]
    refusals: dict[str, int] = Field(description="拒收原因和行数；一行可有几个原因")
    explanation: str
    opinion: str
    created_by: str
    created_at: datetime
    submitted_by: str
    submitted_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    finished_at: datetime | None


class TakeOversOut(Answer):
    """Newest first; a county has a handful."""

    take_overs: list[TakeOverRowOut]


class TakeOverSumOut(Answer):
    """One line of the reconciliation: what the file holds, what is taken, and what the old ledger says."""

    name: str
    rows: int
    taken: int
    known: int
    refused: int
    typed: int | None


class TakeOverOut(TakeOverRowOut):
    """A take-over with its sums (total, township, category, state), its mapping and the newest work on it."""

    sums: dict[str, list[TakeOverSumOut]]
    mapping: dict[str, Any]
    report_file_id: UUID | None = Field(description="逐行结果（Excel）；用 /files/{id} 下载")
    job: JobOut | None


def _values(row: TakeOver) -> dict[str, Any]:
    names = ("id", "file_name", "sha256", "state", "round", "problem", "explanation", "opinion", "created_at")
    more = ("submitted_at", "approved_at", "finished_at")
    texts = {f"{name}_by": getattr(row, f"{name}_by_text") for name in ("created", "submitted", "approved")}
    counts = {"rows": row.counts.get("rows", 0), "outcomes": row.counts.get("outcomes", {})}
    counts["refusals"] = row.counts.get("refusals", {})
    return {name: getattr(row, name) for name in (*names, *more)} | texts | counts


def _out(row: TakeOver) -> TakeOverOut:
    jobs = [job for kind in KINDS if (job := latest_job(row.id, kind)) is not None]
    newest = max(jobs, key=lambda job: job.created_at, default=None)
    sums = {
        kind: [
            TakeOverSumOut(
                name=one.name,
                rows=one.rows,
                taken=one.taken,
                known=one.known,
                refused=one.refused,
                typed=one.typed,
            )
            for one in group
        ]
        for kind, group in sums_of(row).items()
    }
    return TakeOverOut(
        **_values(row),
        sums=sums,
        mapping=row.mapping,
        report_file_id=row.report_file,
        job=job_out(newest) if newest else None,
    )


def _row(take_over_id: UUID) -> TakeOver:
    row = take_over_by_id(take_over_id)
    if row is None:
        raise Http404("没有这份旧台账，或它不在您的辖区内")
    return row


@operation(router, "GET", "/take-overs", READ, summary="接管旧台账列表", answer=TakeOversOut)
def list_take_overs(request: ApiRequest) -> TakeOversOut:
    """Old ledgers that were brought in, newest first."""
    return TakeOversOut(take_overs=[TakeOverRowOut(**_values(row)) for row in take_overs()])


@operation(router, "POST", "/take-overs", UPLOAD, summary="上传旧台账", answer=TakeOverOut, status=202)
def upload_take_over(request: ApiRequest, file: File[UploadedFile]) -> TakeOverOut:
    """A workbook (.xlsx, .xls) or CSV, 30 MB at most, as it is; read by the worker. Same bytes: the same one."""
    stored = store_file(
        chunks=file.chunks(),
        name=file.name or "",
        uploaded_by=request.viewer.account_id,
        now=request.now,
        limit=MAX_PHOTO,
    )
    row, _new = register_take_over(file=stored, acting=acting_of(request))
    return _out(_row(row.id))


@operation(router, "GET", _ONE, READ, summary="一份旧台账", answer=TakeOverOut)
def get_take_over(request: ApiRequest, take_over_id: UUID) -> TakeOverOut:
    """One take-over: state, counts, sums, and how far the work is."""
    return _out(_row(take_over_id))


class OldColumnOut(Answer):
    """A heading of the file: what it is guessed to be, examples (never of what may name a person), its words."""

    name: str
    guess: str
    examples: list[str]
    words: list[str]


class OldSheetOut(Answer):
    """A sheet of the file."""

    name: str
    hidden: bool
    title: str
    rows: int
    columns: list[OldColumnOut]


class OldColumnsOut(Answer):
    """What was read of the file; ``year``: the one that is offered where a day names none."""

    sheets: list[OldSheetOut]
    year: int | None


@operation(router, "GET", f"{_ONE}/columns", COLUMNS, summary="旧台账的列", answer=OldColumnsOut)
def get_take_over_columns(request: ApiRequest, take_over_id: UUID) -> OldColumnsOut:
    """Sheets and headings as read, for the mapping; empty until the worker has read the file."""
    content = _row(take_over_id).content
    sheets = [
        OldSheetOut(**{**sheet, "columns": [OldColumnOut(**column) for column in sheet["columns"]]})
        for sheet in content.get("sheets", ())
    ]
    return OldColumnsOut(sheets=sheets, year=content.get("year"))


class RowsQuery(Schema):
    """Rows of one outcome, and the position after which the page begins."""

    outcome: Outcome | None = None
    after: QueryNumber = 0


class OldRowOut(Answer):
    """One row of the file and what becomes of it."""

    position: int
    sheet: str
    row_no: int
    outcome: Outcome
    reasons: str
    number: str
    township: str
    category: str
    old_state: str
    matter_number: str
    lead_id: UUID | None
    case_id: UUID | None


class OldRowsOut(Answer):
    """Rows by position; ``next`` is the ``after`` of the following page, null at the end."""

    rows: list[OldRowOut]
    next: int | None


@operation(router, "GET", f"{_ONE}/rows", READ, summary="旧台账的各行", answer=OldRowsOut)
def list_take_over_rows(request: ApiRequest, take_over_id: UUID, filters: Query[RowsQuery]) -> OldRowsOut:
    """Every row with its outcome and reasons, 50 a page."""
    row = _row(take_over_id)
    found = rows_of_take_over(row.id, outcome=filters.outcome or "", after=filters.after)
    return OldRowsOut(rows=[_old_row(one) for one in found.rows], next=found.rows[-1].position if found.more else None)


def _old_row(one: TakeOverRow) -> OldRowOut:
    return OldRowOut.model_validate({name: getattr(one, name) for name in OldRowOut.model_fields})


class MappingIn(Body):
    """What sheets, headings and words mean; ``save_as`` remembers it for the next file."""

    round: Round
    sheets: Annotated[list[Name], Field(min_length=1, max_length=50)]
    columns: Annotated[dict[Heading, Code], Field(max_length=200)]
    words: Annotated[dict[Code, dict[Heading, Code]], Field(max_length=20, default_factory=dict)]
    year: Annotated[int, Field(strict=True, ge=2000, le=2100)]
    area_unit: Literal["mu", "m2"] = "mu"
    channel: Annotated[str, Field(max_length=40)] = ""
    save_as: Annotated[str, Field(max_length=80)] = ""


@operation(
    router, "POST", f"{_ONE}/mapping", PREPARE, summary="旧台账列对应", answer=TakeOverOut, status=202
)  # fmt: skip
def map_take_over(request: ApiRequest, take_over_id: UUID, content: MappingIn) -> TakeOverOut:
    """Keep the mapping and let the worker check every row."""
    mapping = OldMapping(
        sheets=tuple(content.sheets),
        columns=content.columns,
        words=content.words,
        year=content.year,
        area_unit=content.area_unit,
        channel=content.channel,
    )
    _row(take_over_id)
    save_mapping(
        take_over_id=take_over_id, mapping=mapping, name=content.save_as, seen=content.round, acting=acting_of(request)
    )
    return _out(_row(take_over_id))


class SubmitIn(Body):
    """Sums of the old ledger by kind and name as `sums` names them, and why they differ."""

    round: Round
    totals: dict[Literal["total", "township", "category", "state"], dict[Heading, Count]] = Field(default_factory=dict)
    explanation: Annotated[str, Field(max_length=2000)] = ""


@operation(router, "POST", f"{_ONE}/submit", PREPARE, summary="提交接管", answer=TakeOverOut)
def hand_in_take_over(request: ApiRequest, take_over_id: UUID, content: SubmitIn) -> TakeOverOut:
    """Hand the reconciled take-over to the leader; refused while sums neither agree nor are explained."""
    _row(take_over_id)
    submit_take_over(
        take_over_id=take_over_id,
        totals={str(kind): names for kind, names in content.totals.items()},
        explanation=content.explanation,
        seen=content.round,
        acting=acting_of(request),
    )
    return _out(_row(take_over_id))


class DecisionIn(Body):
    """The leader's opinion; sending back needs one."""

    round: Round
    opinion: Annotated[str, Field(max_length=2000)] = ""


@operation(router, "POST", f"{_ONE}/approve", DECIDE, summary="批准接管", answer=TakeOverOut, status=202)
def approve_old_ledger(request: ApiRequest, take_over_id: UUID, content: DecisionIn) -> TakeOverOut:
    """Approve: the worker takes over all rows in one transaction, or none. Not by who submitted it."""
    _row(take_over_id)
    approve_take_over(take_over_id=take_over_id, opinion=content.opinion, seen=content.round, acting=acting_of(request))
    return _out(_row(take_over_id))


@operation(router, "POST", f"{_ONE}/send-back", DECIDE, summary="退回接管", answer=TakeOverOut)
def send_back_old_ledger(request: ApiRequest, take_over_id: UUID, content: DecisionIn) -> TakeOverOut:
    """Send it back with the reason; it can be mapped and reconciled anew."""
    _row(take_over_id)
    send_back_take_over(
        take_over_id=take_over_id, reason=content.opinion, seen=content.round, acting=acting_of(request)
    )
    return _out(_row(take_over_id))
