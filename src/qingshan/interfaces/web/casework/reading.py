"""One case as its pages need it: read once, with the plan, the clock and whoever is looking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.public import Case, CaseDetail, Track, TrackStep, case_detail, case_duties
from qingshan.domain.case import TrackFacts, missing_for_acceptance
from qingshan.domain.duty import Duty
from qingshan.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with its records, what is owed on it, and its finished stations by track."""

    detail: CaseDetail
    in_force: InForce
    viewer: Viewer
    now: datetime
    duties: tuple[Duty, ...]
    done: Mapping[str, Mapping[str, TrackStep]]
    facts: tuple[TrackFacts, ...]

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.detail.case

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.in_force.plan

    @property
    def missing(self) -> tuple[str, ...]:
        """What still stands between the case and county acceptance."""
        return missing_for_acceptance(self.facts)


def read_case(viewer: Viewer, case_id: UUID, now: datetime) -> CaseView | None:
    """The case for ``viewer``, or None when it does not exist for him."""
    detail = case_detail(viewer, case_id)
    if detail is None:
        return None
    in_force = campaign_in_force()
    done = _done(detail.tracks, detail.steps)
    return CaseView(
        detail=detail,
        in_force=in_force,
        viewer=viewer,
        now=now,
        duties=case_duties(detail.case, detail.tracks, detail.steps, in_force, now),
        done=done,
        facts=tuple(_facts(track, done[track.kind], in_force.plan) for track in detail.tracks),
    )


def _done(tracks: list[Track], steps: list[TrackStep]) -> dict[str, dict[str, TrackStep]]:
    kinds = {track.id: track.kind for track in tracks}
    done: dict[str, dict[str, TrackStep]] = {track.kind: {} for track in tracks}
    for step in steps:
        if not step.void:
            done[kinds[step.track_id]][step.station] = step
    return done


def _facts(track: Track, done: Mapping[str, TrackStep], plan: Plan) -> TrackFacts:
    definition = plan.track_defs[track.kind]
    claimed = {slug for slug, step in done.items() if step.taken_over}
    return TrackFacts(
        track=track.kind,
        label=definition.label,
        required=track.required,
        done=frozenset(slug for slug, step in done.items() if not step.taken_over),
        station_labels={
            s.slug: _("%(station)s（接管，缺证据）") % {"station": s.label} if s.slug in claimed else s.label
            for s in definition.stations
        },
    )


def may_finish(view: CaseView, role: str) -> bool:
    """Whether the viewer's post may finish a station of ``role``; a township's only in the responsible unit."""
    if role not in view.viewer.roles:
        return False
    return not role.startswith("township_") or view.viewer.unit_id == view.case.unit_id


def place_text(case: Case) -> str:
    """Township and village."""
    return f"{case.township_name} {case.village_name}".strip()


def subcode_label(plan: Plan, category: str, subcode: str) -> str:
    """Label of a sub-code: the category's own one, or the type of the construction project."""
    own = {s.code: s.label for s in plan.category(category).subcodes}
    types = {t.code: t.label for t in plan.project_types}
    return own.get(subcode) or types.get(subcode, subcode)


def short_track(label: str) -> str:
    """Name of a track without its bracket: 现场取缔（三不留一毁闭） → 现场取缔."""
    return label.split("（", 1)[0]
