"""Ledger templates (台账模板) for programs: the bureau's blank form, its mapping, proposing, putting in force."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Field, File, Form, Router, Schema, UploadedFile

from qingshan.commons.files.services import FileRefused, store_file
from qingshan.commons.jobs.services import latest_job
from qingshan.contexts.ledgers.public import (
    DECIDE_ROLES,
    FIELDS,
    PROPOSE_ROLES,
    ColumnChoice,
    LedgerTemplate,
    decide_template,
    layout_of,
    map_template,
    propose_template,
    register_template,
    template_by_id,
    templates,
)
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Day, Flag, Moment
from qingshan.interfaces.api.routes_files import FORM_OVERHEAD
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["台账模板"])
FORM_LIMIT = 10 * 1024 * 1024
OFFICE = PROPOSE_ROLES | DECIDE_ROLES
READ = Spec(scope="ledger:read", roles=OFFICE)
UPLOAD = Spec(scope="ledger:write", roles=OFFICE, acts=True, body="form", limit=FORM_LIMIT + FORM_OVERHEAD)
PROPOSE = Spec(scope="ledger:write", roles=OFFICE, acts=True)
MAP = Spec(scope="ledger:write", roles=OFFICE, acts=True, body="json")
DECIDE = Spec(scope="ledger:write", roles=DECIDE_ROLES, acts=True, body="json")
_ONE = "/ledger/templates/{uuid:template_id}"
Purpose = Literal["ledger", "province", "petition"]
THE_SAME = timedelta(milliseconds=1)
"""Moments are answered in milliseconds and kept in microseconds."""


class TemplateRowOut(Answer):
    """A version of a form; ``state``: reading, failed, draft, proposed, in_force (from ``valid_from``), rejected."""

    id: UUID
    version: int
    name: str
    purpose: Purpose
    state: str
    file_id: UUID
    notes: list[str]
    valid_from: date | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    proposed_by: str
    decided_by: str
    opinion: str


class LedgerFieldOut(Answer):
    """A field of ours that a column may be filled with."""

    key: str
    label: str
    group: str
    kind: str


class TemplatesOut(Answer):
    """All versions, newest first, and the fields that columns may be filled with."""

    templates: list[TemplateRowOut]
    fields: list[LedgerFieldOut]


class TemplateOut(TemplateRowOut):
    """A version with its layout as read or mapped, what keeps it from being proposed, and the reading of it."""

    layout: dict[str, Any]
    problems: list[str]
    job: JobOut | None


def _values(row: LedgerTemplate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TemplateRowOut.model_fields}


def _out(row: LedgerTemplate) -> TemplateOut:
    job = latest_job(row.id, "ledger_template")
    problems = list(layout_of(row.layout).check(row.purpose)) if row.layout and row.state == "draft" else []
    return TemplateOut(**_values(row), layout=row.layout, problems=problems, job=job_out(job) if job else None)


def _template(template_id: UUID) -> LedgerTemplate:
    row = template_by_id(template_id)
    if row is None:
        raise Http404("没有这一版台账模板")
    return row


@operation(router, "GET", "/ledger/templates", READ, summary="台账模板各版", answer=TemplatesOut)
def list_templates(request: ApiRequest) -> TemplatesOut:
    """All versions, newest first."""
    fields = [LedgerFieldOut(key=f.key, label=f.label, group=f.group, kind=f.kind) for f in FIELDS]
    return TemplatesOut(templates=[TemplateRowOut(**_values(row)) for row in templates()], fields=fields)


class TemplateForm(Schema):
    """Its name, and what it is for: the ledger, or a file exchanged with the province or the petition platform."""

    name: Annotated[str, Field(max_length=80)]
    purpose: Purpose = "ledger"


@operation(router, "POST", "/ledger/templates", UPLOAD, summary="上传空白表样", answer=TemplateOut, status=202)
def upload_template(request: ApiRequest, file: File[UploadedFile], content: Form[TemplateForm]) -> TemplateOut:
    """A blank form (.xlsx, 10 MB at most); stored, then read by the worker into a draft that can be mapped."""
    stored = store_file(
        chunks=file.chunks(),
        name=file.name or "",
        uploaded_by=request.viewer.account_id,
        now=request.now,
        limit=FORM_LIMIT,
    )
    if stored.media_type != "application/zip":
        raise FileRefused(f"“{stored.original_name}”不是 .xlsx 工作簿")
    row, _job = register_template(file=stored, name=content.name, purpose=content.purpose, acting=acting_of(request))
    return _out(row)


@operation(router, "GET", _ONE, READ, summary="一版台账模板", answer=TemplateOut)
def get_template(request: ApiRequest, template_id: UUID) -> TemplateOut:
    """One version with its columns."""
    return _out(_template(template_id))


class ColumnIn(Body):
    """What fills a column: one of our fields, the row's number, a fixed text, nothing; how it is written."""

    kind: Literal["field", "ordinal", "constant", "empty"]
    field: Annotated[str, Field(max_length=60)] = ""
    text: Annotated[str, Field(max_length=400)] = ""
    width: Annotated[float, Field(strict=True, gt=0, le=120, allow_inf_nan=False)] = 12.0
    hidden: Flag = False
    day_format: Literal["iso", "slash", "dot", "chinese", "compact"] = "iso"
    decimals: Annotated[int, Field(strict=True, ge=0, le=8)] = 2
    words: Annotated[dict[str, Annotated[str, Field(max_length=40)]], Field(max_length=200, default_factory=dict)]


class TextIn(Body):
    """A text above the table by its place in the layout's ``top`` (from 0)."""

    number: Annotated[int, Field(strict=True, ge=0, le=500)]
    text: Annotated[str, Field(max_length=400)]


class MapIn(Body):
    """All columns in the order of the form; ``changed_at`` as the version was read, so that nobody is overwritten."""

    changed_at: Moment
    columns: Annotated[list[ColumnIn], Field(max_length=200)]
    texts: Annotated[list[TextIn], Field(max_length=200, default_factory=list)]


@operation(router, "POST", f"{_ONE}/map", MAP, summary="对应各栏", answer=TemplateOut)
def map_columns(request: ApiRequest, template_id: UUID, content: MapIn) -> TemplateOut:
    """Keep what fills each column of a draft."""
    row = _template(template_id)
    same = abs(content.changed_at - row.changed_at) < THE_SAME
    map_template(
        template_id=row.id,
        columns=[ColumnChoice(**column.model_dump()) for column in content.columns],
        texts={one.number: one.text for one in content.texts},
        seen=row.changed_at.isoformat() if same else "",
        acting=acting_of(request),
    )
    return _out(_template(template_id))


@operation(router, "POST", f"{_ONE}/propose", PROPOSE, summary="提交台账模板", answer=TemplateOut)
def propose_version(request: ApiRequest, template_id: UUID) -> TemplateOut:
    """Put a mapped draft before the bureau's leader."""
    _template(template_id)
    return _out(propose_template(template_id=template_id, acting=acting_of(request)))


class DecideIn(Body):
    """In force from a day to come, or sent back with the reason."""

    passed: Flag
    valid_from: Day | None = None
    opinion: Annotated[str, Field(max_length=400)] = ""


@operation(router, "POST", f"{_ONE}/decide", DECIDE, summary="启用或退回台账模板", answer=TemplateOut)
def decide_version(request: ApiRequest, template_id: UUID, content: DecideIn) -> TemplateOut:
    """Not by who uploaded or proposed it."""
    _template(template_id)
    row = decide_template(
        template_id=template_id,
        passed=content.passed,
        valid_from=content.valid_from,
        opinion=content.opinion,
        acting=acting_of(request),
    )
    return _out(row)
