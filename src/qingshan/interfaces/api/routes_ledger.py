"""The ledger (总台账) as of a moment."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Query, Router, Schema

from qingshan.contexts.ledgers.public import (
    COLUMNS,
    FORM,
    OWN,
    LedgerRow,
    NotYet,
    ledger_as_of,
    queue_ledger,
    read_texts,
    rows_holding,
)
from qingshan.domain.case import CaseState
from qingshan.domain.lead import Verdict
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Answer, Body, Key, Moment, Short
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["总台账"])
READ = Spec(scope="ledger:read", roles=MATTER_ROLES)
PAGE = 200
PATIENCE = 4.0
"""Seconds a call waits for acts under way, an import perhaps, before it asks to try again."""


class LedgerQuery(Schema):
    """The moment (now where it is left out), filters, and the lead after which the page begins."""

    as_of: Moment | None = None
    verdict: Verdict | None = None
    category: Annotated[str, Field(max_length=40)] = ""
    unit: Short = ""
    state: CaseState | None = None
    q: Short = ""
    after: Key | None = None


class ColumnOut(Answer):
    """A column: stable key and header."""

    key: str
    header: str


class LedgerRowOut(Answer):
    """A row: keys, what it is counted by, and its texts by column key."""

    lead_id: UUID
    case_id: UUID | None
    verdict: str
    category: str
    unit: str
    state: str
    texts: dict[str, str]


class LedgerOut(Answer):
    """Rows in the ledger's order; the same question always has the same answer."""

    title: str
    as_of: datetime
    columns: list[ColumnOut]
    rows: list[LedgerRowOut]
    total: int = Field(description="符合筛选的行数")
    classes: dict[str, int] = Field(description="按核查结论的行数（全部，不含筛选）")
    next: UUID | None


@operation(router, "GET", "/ledger", READ, summary="截至某一时刻的台账", answer=LedgerOut)
def get_ledger(request: ApiRequest, filters: Query[LedgerQuery]) -> LedgerOut:
    """Every verified lead by class with its case, as of a moment, 200 rows a page."""
    moment = filters.as_of or request.now
    try:
        made = ledger_as_of(request.viewer, moment, now=request.now, patience=PATIENCE)
    except NotYet as refusal:
        raise one_fault("query", "as_of", str(refusal), code="not_yet") from None
    rows = [row for row in made.rows if _matches(row, filters)]
    if filters.q.strip():
        rows = rows_holding(rows, filters.q.strip())
    start = next((n + 1 for n, row in enumerate(rows) if row.lead_id == filters.after), 0) if filters.after else 0
    shown = rows[start : start + PAGE]
    return LedgerOut(
        title=made.title,
        as_of=made.moment,
        columns=[ColumnOut(key=c.key, header=c.header) for c in COLUMNS],
        rows=[_row(row, texts) for row, texts in read_texts(made, shown)],
        total=len(rows),
        classes=made.classes,
        next=shown[-1].lead_id if len(rows) > start + PAGE else None,
    )


def _matches(row: LedgerRow, filters: LedgerQuery) -> bool:
    wanted: tuple[tuple[str, str], ...] = (
        (filters.verdict.value if filters.verdict else "", row.verdict),
        (filters.category, row.category),
        (filters.unit, row.township),
        (filters.state.value if filters.state else "", row.state),
    )
    return all(not asked or asked == value for asked, value in wanted)


def _row(row: LedgerRow, texts: tuple[str, ...]) -> LedgerRowOut:
    return LedgerRowOut(
        lead_id=row.lead_id,
        case_id=row.case_id,
        verdict=row.verdict,
        category=row.category,
        unit=row.township,
        state=row.state,
        texts={column.key: text for column, text in zip(COLUMNS, texts, strict=True)},
    )


class LedgerExportIn(Body):
    """The moment (now where it is left out), and in whose columns: the program's own or the bureau's form."""

    as_of: Moment | None = None
    columns: Literal["own", "form"] = "own"


EXPORT = Spec(scope="ledger:read", roles=MATTER_ROLES, acts=True, body="json")


@operation(router, "POST", "/ledger/exports", EXPORT, summary="导出台账（Excel）", answer=JobOut, status=202)
def export_ledger(request: ApiRequest, content: LedgerExportIn) -> JobOut:
    """Let the worker write the ledger as an Excel file; fetch it by the job's ``result_file_id`` when it is done."""
    moment = content.as_of or request.now.replace(microsecond=0)
    try:
        job = queue_ledger(moment=moment, form=FORM if content.columns == "form" else OWN, acting=acting_of(request))
    except NotYet as refusal:
        raise one_fault("body", "as_of", str(refusal), code="not_yet") from None
    return job_out(job)
