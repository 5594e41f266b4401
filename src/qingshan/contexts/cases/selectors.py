"""Reading cases. Every selector takes the viewer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.search.matching import matching
from qingshan.commons.search.names import matters_named
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.deadlines import case_duties
from qingshan.contexts.cases.models import (
    Acceptance,
    Case,
    CityAnswer,
    CityCheck,
    CityReportItem,
    CloseOut,
    Track,
    TrackStep,
)
from qingshan.contexts.cases.policy import rows_with_readable_persons, visible_cases
from qingshan.contexts.leads.public import Lead
from qingshan.domain.case import CLOSED_STATES
from qingshan.domain.duty import Duty
from qingshan.domain.lead import TOWNSHIP


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFound:
    """A case that was looked for; ``why`` is the name that matched when the case's own text does not."""

    case: Case
    why: str = ""


def search_cases(viewer: Viewer, text: str, limit: int) -> list[CaseFound]:
    """Cases in scope that hold ``text`` in their own text, in a paper of their tracks, or in a party's name.

    Names are looked at in those cases only whose persons the viewer may read: elsewhere a hit would tell a name.
    """
    rows = visible_cases(viewer).select_related("unit").defer("geom")
    ids = list(matching(visible_cases(viewer), text).order_by("-id").values_list("id", flat=True)[:limit])
    found = {case.id: CaseFound(case=case) for case in rows.filter(id__in=ids).order_by("-id")}
    steps = matching(TrackStep.objects.filter(void=False), text).order_by("-id")[:limit]
    papers = {step.track.case_id: step.station for step in steps.select_related("track")}
    readable = rows_with_readable_persons(viewer, rows)
    named = matters_named(text, within=readable.values("id")) if readable is not None else {}
    others = rows.filter(id__in=(papers.keys() | named.keys()) - found.keys()).order_by("-id")[:limit]
    found.update({case.id: CaseFound(case=case, why=named.get(case.id, "")) for case in others})
    return list(found.values())[:limit]


def cases_said(viewer: Viewer, text: str, limit: int) -> list[Case]:
    """Newest cases in scope whose own text (title, mine, permit) holds ``text``; names of persons are not asked."""
    ids = list(matching(visible_cases(viewer), text).order_by("-id").values_list("id", flat=True)[:limit])
    return list(visible_cases(viewer).filter(id__in=ids).defer("geom").order_by("-id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """Everything that belongs to one case."""

    case: Case
    tracks: list[Track]
    steps: list[TrackStep]
    acceptances: list[Acceptance]
    reports: list[CityReportItem]
    checks: list[CityCheck]
    answers: list[CityAnswer]
    close_outs: list[CloseOut]


def case_detail(viewer: Viewer, case_id: UUID) -> CaseDetail | None:
    """One case with all its records, or None when it is not in scope."""
    rows = visible_cases(viewer).select_related("unit", "supervising_unit", "campaign")
    case = rows.filter(id=case_id).first()
    if case is None:
        return None
    return CaseDetail(
        case=case,
        tracks=list(Track.objects.filter(case=case).order_by("id")),
        steps=list(TrackStep.objects.filter(track__case=case).order_by("recorded_at", "id")),
        acceptances=list(Acceptance.objects.filter(case=case).order_by("recorded_at")),
        reports=list(CityReportItem.objects.filter(case=case).select_related("report").order_by("report__recorded_at")),
        checks=list(CityCheck.objects.filter(case=case).order_by("recorded_at")),
        answers=list(CityAnswer.objects.filter(check_row__case=case).order_by("id")),
        close_outs=list(CloseOut.objects.filter(case=case).order_by("closed_at")),
    )


def case_of_lead(viewer: Viewer, lead_id: UUID) -> Case | None:
    """The case that stands on a lead, when the viewer may see it."""
    return visible_cases(viewer).filter(lead_id=lead_id).first()


def cases_of_leads(viewer: Viewer, lead_ids: Sequence[UUID]) -> dict[UUID, Case]:
    """Cases by lead."""
    return {c.lead_id: c for c in visible_cases(viewer).filter(lead_id__in=list(lead_ids)).defer("geom")}


def accepted_cases(viewer: Viewer) -> list[Case]:
    """Accepted cases that wait for a report to the city."""
    return list(visible_cases(viewer).filter(state="accepted").select_related("unit").order_by("id"))


def cases_on_turn(viewer: Viewer) -> QuerySet[Case]:
    """Cases in scope that are not closed, the most urgent first; a township sees only its own."""
    rows = visible_cases(viewer).exclude(state__in=[state.value for state in CLOSED_STATES])
    if viewer.has(*TOWNSHIP):
        rows = rows.filter(unit_id__in=viewer.unit_ids)
    return rows.defer("geom").select_related("unit").order_by("next_due_at", "id")


def overdue_cases(viewer: Viewer, now: datetime) -> int:
    """How many cases in scope are past their next due moment."""
    return visible_cases(viewer).filter(next_due_at__lt=now).count()


def without_case(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Those of ``leads`` on which no case stands yet."""
    return leads.exclude(id__in=Case.objects.values("lead_id"))


def duties_of_cases(cases: Sequence[Case], in_force: InForce, now: datetime) -> list[tuple[Case, Duty]]:
    """Everything owed on these cases; two queries, however many cases."""
    tracks: dict[UUID, list[Track]] = defaultdict(list)
    steps: dict[UUID, list[TrackStep]] = defaultdict(list)
    owner: dict[UUID, UUID] = {}
    for track in Track.objects.filter(case_id__in=[c.id for c in cases]):
        tracks[track.case_id].append(track)
        owner[track.id] = track.case_id
    told = ("id", "track_id", "station", "acted_at", "void")
    for step in TrackStep.objects.filter(track_id__in=list(owner), void=False).only(*told):
        steps[owner[step.track_id]].append(step)
    return [
        (case, duty)
        for case in cases
        for duty in case_duties(case, tracks[case.id], steps[case.id], in_force, now, explain=False)
    ]


def category_counts(viewer: Viewer) -> dict[str, tuple[int, int]]:
    """Per category: all cases and those not closed (四-1⑥: every figure split by category)."""
    rows = (
        visible_cases(viewer)
        .values("category")
        .annotate(n=Count("*"), open_n=Count("state", filter=~Q(state__in=[state.value for state in CLOSED_STATES])))
        .order_by()
    )
    return {r["category"]: (r["n"], r["open_n"]) for r in rows}
