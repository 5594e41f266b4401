"""Tracks (办理线): the strands of a case that run side by side, and how each moves. Pure.

WHICH tracks a case has, their stations' labels, evidence and limits: the plan. HOW a track moves: the machines here.
A machine is one plain table from the set of finished stations to the stations that may come next.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from qingshan.domain.acts import ActRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How one track moves: each station with the stations that must be finished before it."""

    track: str
    before: Mapping[str, frozenset[str]]
    ends: frozenset[str]

    @property
    def stations(self) -> tuple[str, ...]:
        """All stations in table order."""
        return tuple(self.before)

    def open_stations(self, done: Set[str]) -> tuple[str, ...]:
        """Stations that may be worked now."""
        return tuple(s for s, needs in self.before.items() if s not in done and needs <= done)

    def is_complete(self, done: Set[str]) -> bool:
        """Whether every end station is finished."""
        return self.ends <= done


def _sequence(track: str, *stations: str) -> Machine:
    before = {s: frozenset(stations[:n]) for n, s in enumerate(stations)}
    return Machine(track=track, before=before, ends=frozenset(stations[-1:]))


def _any_order(track: str, *stations: str) -> Machine:
    return Machine(track=track, before={s: frozenset() for s in stations}, ends=frozenset(stations))


MACHINES: dict[str, Machine] = {
    machine.track: machine
    for machine in (
        _sequence("enforcement", "stop_notice", "filed", "investigated", "decided", "executed"),
        _any_order("site_closure", "people_gone", "equipment_gone", "buildings_gone", "workings_sealed"),
        _sequence("provincial_entry", "entered"),
    )
}


def machine_of(track: str) -> Machine:
    """Machine of a track; raises KeyError for a track this program does not know."""
    return MACHINES[track]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationNeeds:
    """What the plan asks of a station: fields, numbers of photos and files, the post that may finish it."""

    slug: str
    label: str
    fields: tuple[tuple[str, str], ...]
    photos: int
    files: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationWork:
    """What is handed in for a station."""

    fields: Mapping[str, str]
    photos: int
    files: int


def check_step(machine: Machine, done: Set[str], needs: StationNeeds, work: StationWork, roles: frozenset[str]) -> None:
    """Refuse (`ActRefused`) a step that is out of turn, by the wrong post, or without its evidence."""
    if needs.slug in done:
        raise ActRefused("done", f"“{needs.label}”已办结，如有误请用更正")
    if needs.slug not in machine.open_stations(done):
        earlier = machine.before.get(needs.slug, frozenset()) - done
        raise ActRefused(
            "order", f"“{needs.label}”还不能办：前面还有 {len(earlier)} 个节点未办结", tuple(sorted(earlier))
        )
    if needs.role not in roles:
        raise ActRefused("role", f"“{needs.label}”不由您的职务办理")
    missing = [f"{label}未填" for slug, label in needs.fields if not work.fields.get(slug, "").strip()]
    if work.photos < needs.photos:
        missing.append(f"还缺照片 {needs.photos - work.photos} 张（重复的、本问题已用过的照片不算）")
    if work.files < needs.files:
        missing.append(f"还缺文件 {needs.files - work.files} 份")
    if missing:
        raise ActRefused("evidence", f"“{needs.label}”材料不全", tuple(missing))
