"""Taking cases over from an old ledger (接管): permanent number, tracks, claimed stations. Worker and CLI only.

Stations that the old ledger claims carry the mark ``taken_over``: their days count for limits, no gate counts them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from qingshan.commons.base.counters import Blocks, take_numbers
from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.bulk import ClaimedOpening, SealedNames, copy_models, open_claimed, seal_names
from qingshan.commons.journal.services import MatterChange, actor_text
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.commons.search.names import index_many_names
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.deadlines import case_duties
from qingshan.contexts.cases.ledger import CaseRecords, case_ledger
from qingshan.contexts.cases.models import Case, Track, TrackStep
from qingshan.contexts.cases.services.opening import supervising_unit
from qingshan.contexts.leads.public import Lead
from qingshan.domain.acts import MatterKind
from qingshan.domain.case import CaseState
from qingshan.domain.numbering import Series
from qingshan.domain.takeover import ClaimedStep


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCase:
    """One substantiated row of an old ledger; ``personal``: the accused and the responsible person."""

    lead: Lead
    state: CaseState
    category: str
    subcode: str
    rectification_mode: str
    opened_at: datetime
    due_on: date
    former_number: str
    steps: Sequence[ClaimedStep] = ()
    mineral: str = ""
    closed_at: datetime | None = None
    close_out_number: str = ""
    personal: Mapping[str, str] = field(default_factory=dict)
    mark: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Made:
    case: Case
    tracks: list[Track]
    steps: list[TrackStep]
    names: SealedNames


def take_over_cases(
    *, rows: Sequence[TakenCase], act_id: UUID, in_force: InForce, acting: Acting, blocks: Blocks | None = None
) -> list[Case]:
    """Write the cases of an old ledger with tracks, claimed stations and one entry each; inside `act_transaction`.

    ``blocks``: where numbers are reserved, so that cases can be opened by hand meanwhile.
    """
    if not rows:
        return []
    now = acting.now()
    year = now.astimezone(in_force.zone).year
    series = Series(kind="case", year=year, pattern=in_force.plan.numbering["case"].pattern)
    supervising = {code: supervising_unit(in_force, code) for code in {row.subcode for row in rows}}
    numbers = take_numbers(series.key, len(rows)) if blocks is None else blocks.take(series.key, len(rows))
    made = [
        _make(row, series.format(n), supervising[row.subcode], act_id, in_force, acting)
        for row, n in zip(rows, numbers, strict=True)
    ]
    copy_models([one.case for one in made])
    copy_models([track for one in made for track in one.tracks])
    copy_models([step for one in made for step in one.steps])
    openings = list(_openings(rows, made, in_force))
    open_claimed(act="case.take_over", acting=acting, openings=openings, act_id=act_id)
    index_many_names(
        {
            one.case.id: {v.id: row.personal[v.field] for v in one.names.rows}
            for row, one in zip(rows, made, strict=True)
        }
    )
    return [one.case for one in made]


def _make(row: TakenCase, number: str, supervising: Unit, act_id: UUID, in_force: InForce, acting: Acting) -> _Made:
    now, lead, case_id = acting.now(), row.lead, new_id()
    names = seal_names(matter_id=case_id, values=dict(row.personal))
    case = Case(
        id=case_id,
        number=number,
        lead_id=lead.id,
        lead_number=lead.number,
        campaign_id=lead.campaign_id,
        state=row.state.value,
        state_since=now,
        category=row.category,
        subcode=row.subcode,
        title=lead.title,
        unit=lead.unit,
        supervising_unit=supervising,
        division=lead.division,
        township_name=lead.township_name,
        village_name=lead.village_name,
        geom=lead.geom,
        centre=lead.centre,
        area_m2=lead.area_m2,
        mineral=row.mineral[:60],
        offender_known=bool(row.personal.get("party")),
        party_ref=names.id_of("party"),
        responsible_ref=names.id_of("responsible"),
        rectification_mode=row.rectification_mode,
        due_on=row.due_on,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        close_out_number=row.close_out_number[:40],
        events={**lead.events, "case.open": row.opened_at.isoformat()},
        former_number=row.former_number[:120],
        taken_over=dict(row.mark),
    )
    tracks = [
        Track(id=new_id(), case_id=case.id, kind=rule.track, required=rule.required)
        for rule in in_force.plan.tracks_of(row.category)
    ]
    steps = list(_steps(row, tracks, act_id, in_force, acting))
    duties = case_duties(case, tracks, steps, in_force, now, explain=False)
    case.next_due_at = min((d.due_at for d in duties if d.due_at is not None), default=None)
    return _Made(case=case, tracks=tracks, steps=steps, names=names)


def _steps(
    row: TakenCase, tracks: Sequence[Track], act_id: UUID, in_force: InForce, acting: Acting
) -> Iterator[TrackStep]:
    """Claimed stations of the tracks that the case has; a day without a track stays in the mark alone."""
    by_kind = {track.kind: track for track in tracks}
    for step in row.steps:
        track = by_kind.get(step.track)
        if track is None:
            continue
        track.steps += 1
        yield TrackStep(
            id=new_id(),
            track_id=track.id,
            station=step.station,
            fields=dict(step.fields),
            acted_at=datetime.combine(step.on, time(), tzinfo=in_force.zone),
            recorded_at=acting.now(),
            done_by=f"旧台账记载，{actor_text(acting)}接管"[:200],
            act_id=act_id,
            taken_over=True,
        )


def _openings(rows: Sequence[TakenCase], made: Sequence[_Made], in_force: InForce) -> Iterator[ClaimedOpening]:
    for row, one in zip(rows, made, strict=True):
        case = one.case
        details = {
            "taken_over": dict(row.mark),
            "lead": case.lead_number,
            "tracks": [track.kind for track in one.tracks],
            "claimed": [
                {"track": s.track, "station": s.station, "on": s.on.isoformat(), "fields": dict(s.fields)}
                for s in row.steps
            ],
        }
        yield ClaimedOpening(
            change=MatterChange(
                kind=MatterKind.CASE.value,
                matter_id=case.id,
                number=case.number,
                division=case.division,
                unit_id=case.unit_id,
                also_unit_id=case.supervising_unit_id,
                ledger=case_ledger(case, in_force, CaseRecords(tracks=one.tracks, steps=one.steps)),
                details=details,
            ),
            acted_at=row.opened_at,
            names=one.names,
        )
