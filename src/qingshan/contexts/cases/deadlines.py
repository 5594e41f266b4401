"""What is owed on a case and by when: derived from its acts and its tracks, never counted."""

from collections.abc import Sequence
from datetime import datetime

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.models import Case, Track, TrackStep
from qingshan.domain.acts import MatterKind
from qingshan.domain.duty import Duty, duties_of
from qingshan.domain.duty_facts import MatterFacts


def case_facts(case: Case, tracks: Sequence[Track], steps: Sequence[TrackStep]) -> MatterFacts:
    """The case as the duty rules see it; void steps do not count."""
    done: dict[str, dict[str, datetime]] = {track.kind: {} for track in tracks}
    kinds = {track.id: track.kind for track in tracks}
    for step in steps:
        if not step.void and step.track_id in kinds:
            done[kinds[step.track_id]][step.station] = step.acted_at
    return MatterFacts(
        kind=MatterKind.CASE,
        id=case.id,
        number=case.number,
        state=case.state,
        division=case.division,
        unit_id=case.unit_id,
        registered_at=case.opened_at,
        entered_state_at=case.state_since,
        due_on=case.due_on,
        tracks=done,
        optional_tracks=frozenset(track.kind for track in tracks if not track.required),
        events={act: datetime.fromisoformat(at) for act, at in case.events.items()},
    )


def case_duties(
    case: Case,
    tracks: Sequence[Track],
    steps: Sequence[TrackStep],
    in_force: InForce,
    now: datetime,
    *,
    explain: bool = True,
) -> tuple[Duty, ...]:
    """Everything owed on the case at ``now``, most urgent first."""
    return duties_of(
        case_facts(case, tracks, steps),
        in_force.plan.limits,
        in_force.calendar,
        now,
        rules=in_force.rules,
        zone=in_force.zone,
        explain=explain,
    )


def next_due(case: Case, in_force: InForce, now: datetime) -> datetime | None:
    """The earliest due moment of the case as it stands in the database; None where nothing is owed."""
    tracks = list(Track.objects.filter(case_id=case.id))
    steps = list(TrackStep.objects.filter(track__case_id=case.id, void=False))
    duties = case_duties(case, tracks, steps, in_force, now, explain=False)
    return min((d.due_at for d in duties if d.due_at is not None), default=None)
