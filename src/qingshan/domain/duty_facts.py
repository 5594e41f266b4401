"""What duties are computed from (事项事实): one matter's state and the moments of its acts. Pure.

Start events of limits are the acts of the catalogue (``lead.dispatch``) and the stations of a case's tracks
(``enforcement.filed`` or ``filed``), and `TRACKS_COMPLETE`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from qingshan.domain.acts import MatterKind
from qingshan.domain.limits import Pause
from qingshan.domain.tracks import MACHINES

Side = Literal["township", "bureau", "city", "department"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFacts:
    """What a duty needs to know of one matter (事项). All moments are claimed ones (acted_at), with zone.

    ``unit_id`` is the responsible township-level unit, ``units`` the units of other sides where the matter names them.
    ``events`` are moments of earlier acts by name (the one of each name that counts); the act that led to the present
    state, registration and the flag 正在实施 need not be repeated there, but an entry given there wins.
    ``pauses`` and ``extensions`` are by slug of the limit that they stop or lengthen.
    Leads: ``active_since`` 正在实施, ``missing_by`` promised date of an inconclusive one, ``case_opened`` whether it
    stands on the ledger. Cases: ``due_on`` own date of completion, ``tracks`` the tracks it has with finished stations,
    ``optional_tracks`` those of them that acceptance does not wait for.
    """

    kind: MatterKind
    id: UUID
    number: str
    state: str
    division: str
    unit_id: UUID | None
    registered_at: datetime
    entered_state_at: datetime
    active_since: datetime | None = None
    missing_by: datetime | None = None
    case_opened: bool = False
    due_on: date | None = None
    tracks: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    optional_tracks: frozenset[str] = frozenset()
    units: Mapping[Side, UUID] = field(default_factory=dict)
    events: Mapping[str, datetime] = field(default_factory=dict)
    pauses: Mapping[str, Sequence[Pause]] = field(default_factory=dict)
    extensions: Mapping[str, int] = field(default_factory=dict)


STATE_EVENTS: Mapping[tuple[MatterKind, str], tuple[str, ...]] = {
    (MatterKind.LEAD, "dispatched"): ("lead.dispatch",),
    (MatterKind.LEAD, "returned"): ("lead.return",),
    (MatterKind.LEAD, "under_verification"): ("lead.receive",),
    (MatterKind.LEAD, "in_review"): ("lead.verify",),
    (MatterKind.LEAD, "inconclusive"): ("lead.review_approve",),
    (MatterKind.LEAD, "substantiated"): ("lead.review_approve",),
    (MatterKind.LEAD, "county_recheck"): ("lead.review_approve",),
    (MatterKind.LEAD, "city_recheck"): ("lead.county_recheck",),
    (MatterKind.LEAD, "transferred"): ("lead.transfer_out",),
    (MatterKind.CASE, "accepted"): ("case.accept",),
    (MatterKind.CASE, "reported"): ("case.report_city",),
    (MatterKind.CASE, "city_passed"): ("case.city_check",),
}
"""Acts that lead to a state: their moment is when the state was entered, unless ``events`` says otherwise."""

_REDO = ("lead.resume", "lead.review_reject")
_OVERTURNED = ("lead.county_recheck", "lead.city_recheck")
RESTARTS: Mapping[str, tuple[str, ...]] = {
    "lead_redispatch": ("lead.transfer_receipt",),
    "lead_verification": _REDO,
    "lead_verification_active": (*_REDO, "lead.flag_active"),
    "case_opening": _OVERTURNED,
    "file_case": (*_OVERTURNED, "case.reopen"),
    "stop_notice": ("case.reopen",),
    "site_closure": ("case.reopen",),
    "provincial_entry": ("case.reopen",),
    "county_acceptance": ("case.reopen", "case.city_check"),
}
"""Acts that start a limit anew when they come after its start event: work given back is a new piece of work (a
verification sent back, a verdict overturned, a case reopened or failed by the city), and nobody can be late for the
urgent limit before the flag was set. Clocks of a penalty procedure that has begun are not touched."""

TRACKS_COMPLETE = "case_tracks_complete"


def event_times(matter: MatterFacts) -> dict[str, datetime]:
    """Moments of every start event that the facts give.

    A later source in this order wins: registration, entry of the state, flag, stations, explicit events.
    """
    register = "lead.register" if matter.kind == MatterKind.LEAD else "case.open"
    times = {register: matter.registered_at}
    times |= dict.fromkeys(STATE_EVENTS.get((matter.kind, matter.state), ()), matter.entered_state_at)
    if matter.active_since is not None:
        times["lead.flag_active"] = matter.active_since
    for track, stations in matter.tracks.items():
        for station, at in stations.items():
            times[station] = times[f"{track}.{station}"] = at
    complete = _completed_at(matter)
    if complete is not None:
        times[TRACKS_COMPLETE] = complete
    return {**times, **matter.events}


def _completed_at(matter: MatterFacts) -> datetime | None:
    """When the last station of the tracks that acceptance waits for was finished; None while one is open."""
    waited_for = {track: done for track, done in matter.tracks.items() if track not in matter.optional_tracks}
    if not waited_for or not all(
        t in MACHINES and MACHINES[t].is_complete(done.keys()) for t, done in waited_for.items()
    ):
        return None
    return max(at for done in waited_for.values() for at in done.values())


def is_ahead(event: str, matter: MatterFacts) -> bool:
    """Whether ``event`` lies in the matter's own tracks and is still to come: nothing is owed from it yet."""
    machines = [MACHINES[track] for track in matter.tracks if track in MACHINES]
    stations = {name for m in machines for s in m.stations for name in (s, f"{m.track}.{s}")}
    return event in stations or (event == TRACKS_COMPLETE and matter.kind == MatterKind.CASE)
