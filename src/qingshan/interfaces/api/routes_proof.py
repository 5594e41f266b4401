"""The completeness proof (核查闭环证明): what came in, what became of it, to the row, as of any moment."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Query, Router, Schema

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.public import (
    BY,
    NO_KEY,
    ROWS,
    Behind,
    Line,
    NotYet,
    Proof,
    missing_rows,
    prove,
    queue_proof,
    rows_behind,
)
from qingshan.domain.completeness import CLASSES
from qingshan.domain.roles import BATCH_READERS
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Answer, Body, Moment, QuerySwitch
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["核查闭环证明"])
PROOF_ROLES = BATCH_READERS | {"township_officer", "township_leader"}
COUNTY = frozenset({"bureau_officer", "bureau_leader", "taskforce_office", "county_leader", "discipline"})
READ = Spec(scope="leads:read", roles=PROOF_ROLES)
PATIENCE = 10.0
Class = Literal[
    "received", "verified", "substantiated", "unfounded", "inconclusive", "settled", "under_way", "returned",
    "merged", "transferred", "parts", "lost", "gap", "missing",
]  # fmt: skip


class ProofSumOut(Answer):
    """received = the sum of the classes; ``gap`` is what stands in none."""

    received: int
    classes: dict[str, int] = Field(description="、".join(CLASSES))
    verified: int
    gap: int
    holds: bool


class ProofLineOut(ProofSumOut):
    """One line of the proof; of a batch also the rows of its file."""

    key: str
    label: str
    direction: str
    parts: int
    lost: int
    file_rows: int | None
    duplicate: int | None
    rejected: int | None


class OnsiteOut(Answer):
    """Pushed leads and patches of one unit, and those with a result of a visit (三-1-2①c)."""

    unit: str
    received: int
    verified: int
    missing: int


class ProofOut(Answer):
    """The proof as of a moment; ``holds``: every line adds up and nothing stands beside the journal."""

    moment: datetime
    holds: bool
    whole: ProofSumOut
    batch: list[ProofLineOut]
    channel: list[ProofLineOut]
    unit: list[ProofLineOut]
    onsite: list[OnsiteOut]
    stray: int


class MomentQuery(Schema):
    """As of which moment; now where it is left out."""

    at: Moment | None = None


def _proof(request: ApiRequest, at: datetime | None) -> Proof:
    channels, county = campaign_in_force().plan.channels, not request.viewer.roles.isdisjoint(COUNTY)
    moment = at or request.now
    try:
        return prove(moment, now=request.now, channels=channels, patience=PATIENCE, county=county)
    except NotYet as refusal:
        raise one_fault("query", "at", str(refusal), code="not_yet") from None


@operation(router, "GET", "/completeness", READ, summary="核查闭环证明", answer=ProofOut)
def get_proof(request: ApiRequest, filters: Query[MomentQuery]) -> ProofOut:
    """Received = verified + under way + returned + merged + transferred, by batch, channel and unit."""
    proof = _proof(request, filters.at)
    lines = {by: [_line(line) for line in proof.lines[by]] for by in BY}
    return ProofOut(
        moment=proof.moment,
        holds=proof.holds,
        whole=ProofSumOut(
            received=proof.whole.received,
            classes=dict(proof.whole.classes),
            verified=proof.whole.verified,
            gap=proof.whole.gap,
            holds=proof.whole.holds,
        ),
        onsite=[
            OnsiteOut(unit=one.unit, received=one.received, verified=one.verified, missing=one.missing)
            for one in proof.onsite
        ],
        stray=proof.stray,
        **lines,
    )


def _line(line: Line) -> ProofLineOut:
    intake = line.intake
    return ProofLineOut(
        key=line.key,
        label=line.label,
        direction=line.direction,
        received=line.sum.received,
        classes=dict(line.sum.classes),
        verified=line.sum.verified,
        gap=line.sum.gap,
        holds=line.holds,
        parts=line.parts,
        lost=line.lost,
        file_rows=intake.received if intake else None,
        duplicate=intake.duplicate if intake else None,
        rejected=intake.rejected if intake else None,
    )


class ProofRowOut(Answer):
    """One lead behind a figure, or a row of a file that has none, as it stood then."""

    lead_id: UUID | None
    number: str
    source_no: str
    title: str
    channel: str
    batch: str
    unit: str
    state: str
    merged_into: str
    stored: bool


class ProofRowsOut(Answer):
    """100 a page in the order of their numbers; ``next`` is the ``after`` of the following page."""

    moment: datetime
    rows: list[ProofRowOut]
    next: str | None


class ProofRowQuery(MomentQuery):
    """Which line (``by`` and ``key``, neither: all) and class; ``onsite``: pushed ones without a result."""

    by: Literal["batch", "channel", "unit"] | None = None
    key: Annotated[str, Field(max_length=120)] = ""
    cls: Class = "received"
    onsite: QuerySwitch = False
    after: Annotated[str, Field(max_length=80)] = ""


@operation(router, "GET", "/completeness/rows", READ, summary="证明的明细", answer=ProofRowsOut)
def list_proof_rows(request: ApiRequest, filters: Query[ProofRowQuery]) -> ProofRowsOut:
    """The rows behind one figure, as of the same moment."""
    moment = filters.at or request.now
    if moment > request.now:
        raise one_fault("query", "at", "该时刻还没有到，不能证明", code="not_yet")
    batch_id = _batch_of(filters)
    pushed = tuple(
        c.slug for c in campaign_in_force().plan.channels if c.onsite_required and c.direction == "from_above"
    )
    wanted = Behind(
        by=filters.by or "",
        key=filters.key if filters.by else "",
        cls=filters.cls,
        channels=pushed if filters.onsite else (),
        no_result=filters.onsite,
    )
    dropped = missing_rows(moment, batch_id=batch_id) if filters.cls in ("missing", "gap") and not filters.after else []
    found = [] if filters.cls == "missing" else rows_behind(moment, wanted, after=filters.after)
    page = found[:ROWS]
    rows = [ProofRowOut(**{n: getattr(r, n) for n in ProofRowOut.model_fields}) for r in (*dropped, *page)]
    return ProofRowsOut(moment=moment, rows=rows, next=page[-1].number if len(found) > ROWS else None)


def _batch_of(filters: ProofRowQuery) -> UUID | None:
    """The batch of a line by batch; refuses a key that is none."""
    if filters.by != "batch" or filters.key == NO_KEY:
        return None
    try:
        return UUID(filters.key)
    except ValueError:
        raise one_fault("query", "key", "批次的 key 须为 UUID，或“-”表示单条登记", code="uuid") from None


class ProofIn(Body):
    """As of which moment; now where it is left out."""

    at: Moment | None = None


EXPORT = Spec(scope="leads:read", roles=PROOF_ROLES, acts=True, body="json")


@operation(router, "POST", "/completeness/exports", EXPORT, summary="导出证明（Excel）", answer=JobOut, status=202)
def export_proof(request: ApiRequest, content: ProofIn) -> JobOut:
    """Let the worker write the proof with every row behind it; fetch it by the job's ``result_file_id``."""
    moment = content.at or request.now.replace(microsecond=0)
    try:
        return job_out(queue_proof(moment=moment, acting=acting_of(request)))
    except NotYet as refusal:
        raise one_fault("body", "at", str(refusal), code="not_yet") from None
