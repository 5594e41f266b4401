"""Progress (进度总览) for programs: lanes, clearing count day by day, broken chains, trend."""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from ninja import Router

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import lane_counts, movements
from qingshan.contexts.leads.public import open_leads_by_unit
from qingshan.contexts.ledgers.public import broken_chains
from qingshan.domain.acts import MatterKind
from qingshan.domain.clearing import Phase, open_by_day, trend
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["总台账"])
READ = Spec(scope="ledger:read", roles=MATTER_ROLES)
LONGEST = 400
"""Days of the history at most, the last ones."""


class LaneOut(Answer):
    """Matters in one of the four parallel lanes; leads of 摸排 have no category yet."""

    lane: Literal["verify", "rectify", "accept", "consolidate"]
    category: str
    count: int


class DayOut(Answer):
    """Cases open at the end of a day, by category."""

    day: date
    open: dict[str, int]
    total: int


class GapOut(Answer):
    """Open matters without a dated next step (``no_date``) or without anybody in office for it (``nobody``)."""

    kind: Literal["lead", "case"]
    state: str
    unit_id: UUID
    unit: str
    why: Literal["no_date", "nobody"]
    step: str
    count: int


class MonthOut(Answer):
    """One month of one phase of the campaign."""

    year: int
    month: int
    phase: Phase
    entered: int
    closed: int
    reopened: int
    repeat_percent: float | None


class ProgressOut(Answer):
    """How far the campaign is in the caller's area, at this moment."""

    lanes: list[LaneOut]
    days: list[DayOut]
    gaps: list[GapOut]
    months: list[MonthOut]


@operation(router, "GET", "/progress", READ, summary="进度总览", answer=ProgressOut)
def get_progress(request: ApiRequest) -> ProgressOut:
    """The figures of the progress page."""
    in_force = campaign_in_force()
    today = request.now.astimezone(in_force.zone).date()
    moved = movements(request.viewer, in_force.zone)
    first = max(min([in_force.start, today, *(m.day for m in moved)]), today - timedelta(days=LONGEST - 1))
    finding = sum(n for _state, _unit, n in open_leads_by_unit(request.viewer))
    lanes = [LaneOut(lane="verify", category="", count=finding)]
    for (lane, category), n in sorted(lane_counts(request.viewer).items()):
        lanes.append(LaneOut.model_validate({"lane": lane, "category": category, "count": n}))
    return ProgressOut(
        lanes=lanes,
        days=[DayOut(day=d.day, open=d.by_category, total=d.total) for d in open_by_day(moved, first, today)],
        gaps=[
            GapOut(
                kind="lead" if gap.kind is MatterKind.LEAD else "case",
                state=gap.state,
                unit_id=gap.unit_id,
                unit=gap.unit,
                why=gap.why,
                step=gap.step,
                count=gap.count,
            )
            for gap in broken_chains(request.viewer, in_force, today)
        ],
        months=[
            MonthOut(
                year=m.year,
                month=m.month,
                phase=m.phase,
                entered=m.entered,
                closed=m.closed,
                reopened=m.reopened,
                repeat_percent=m.repeat_percent,
            )
            for m in trend(moved, in_force.start, in_force.end)
        ],
    )
