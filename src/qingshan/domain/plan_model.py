"""The plan (方案) of one campaign of one county as one frozen value, and what follows from it.

The plan is data: every cadence, limit, threshold, category, check list and duty stands here with the id of the clause
it carries out, never in code. Posts of villages are not stored but follow from the divisions and the post rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Literal, TypeVar

from qingshan.domain.limits import Limit
from qingshan.domain.plan_lists import Checklist, Choice, VerdictMap
from qingshan.domain.plan_parts import (
    BasisDocument,
    Category,
    Channel,
    DivisionDef,
    FieldDef,
    Milestone,
    PostDef,
    PostRule,
    ProjectType,
    Taskforce,
    TrackDef,
    TrackRule,
    UnitDef,
)
from qingshan.domain.plan_rules import (
    AccountabilityRule,
    AreaHint,
    DutyDef,
    EventDef,
    Figure,
    HotSpot,
    Intake,
    LadderStep,
    LimitTerms,
    LookBack,
    NumberPattern,
    Patrol,
    PhotoRules,
    Reminders,
    Reporting,
    Routing,
    UnitArea,
)

_Named = TypeVar("_Named", Category, Channel, UnitDef)
VILLAGE_SUFFIXES = ("村民委员会", "居民委员会", "村委会", "居委会")


def clause_ids(clause: str | None) -> tuple[str, ...]:
    """Split the ``clause`` text of an entry into its clause ids."""
    return tuple((clause or "").split())


def short_village_name(name: str) -> str:
    """Name of a village without the words for its committee (北苏村村委会 → 北苏村)."""
    for suffix in VILLAGE_SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            stem = name[: -len(suffix)]
            return stem + "村" if suffix.startswith("村") and not stem.endswith("村") else stem
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan (方案). Field names are the tables of the plan folder and the keys of the JSON form.

    ``county_area`` names the file of the county's boundary in that folder (GeoJSON, EPSG:4490).
    """

    code: str
    county_code: str
    county_name: str
    county_area: str
    title: str
    purpose: str
    purpose_clause: str
    village_clause: str
    start: date
    end: date
    clause: str
    timezone: str
    holiday_rule: Literal["next", "previous", "keep"]
    basis_documents: tuple[BasisDocument, ...]
    milestones: tuple[Milestone, ...]
    categories: tuple[Category, ...]
    project_types: tuple[ProjectType, ...]
    channels: tuple[Channel, ...]
    limits: Mapping[str, Limit]
    limit_terms: Mapping[str, LimitTerms]
    events: tuple[EventDef, ...]
    figures: Mapping[str, Figure]
    duties: tuple[DutyDef, ...]
    divisions: tuple[DivisionDef, ...]
    units: tuple[UnitDef, ...]
    unit_areas: tuple[UnitArea, ...]
    posts: tuple[PostDef, ...]
    post_rules: tuple[PostRule, ...]
    taskforce: Taskforce
    fields: Mapping[str, FieldDef]
    tracks: tuple[TrackRule, ...]
    track_defs: Mapping[str, TrackDef]
    checklists: Mapping[str, Checklist]
    rectification_modes: tuple[Choice, ...]
    verdicts: tuple[Choice, ...]
    unfounded_reasons: tuple[Choice, ...]
    verdict_maps: Mapping[str, VerdictMap]
    photo_rules: PhotoRules
    routing: Routing
    numbering: Mapping[str, NumberPattern]
    intake: Intake
    reporting: Reporting
    ladder: tuple[LadderStep, ...]
    accountability: tuple[AccountabilityRule, ...]
    patrol: Patrol
    look_back: LookBack
    reminders: Reminders
    hot_spot: HotSpot
    area_hints: tuple[AreaHint, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    def category(self, slug: str) -> Category:
        """Return a category; KeyError if the plan has none of that name."""
        return _one(self.categories, slug)

    def channel(self, slug: str) -> Channel:
        """Return a channel; KeyError if the plan has none of that name."""
        return _one(self.channels, slug)

    def unit(self, slug: str) -> UnitDef:
        """Return a unit (villages included); KeyError if the plan has none of that name."""
        return _one(self.units if any(unit.slug == slug for unit in self.units) else self.village_units(), slug)

    def tracks_of(self, category: str) -> tuple[TrackRule, ...]:
        """Tracks of a case of ``category``, in the order of the plan."""
        return tuple(rule for rule in self.tracks if rule.category == category)

    def field_labels(self, slugs: tuple[str, ...]) -> dict[str, str]:
        """Labels of fields by slug, in the order asked."""
        return {slug: self.fields[slug].label for slug in slugs}

    def villages(self) -> tuple[DivisionDef, ...]:
        """The village-level divisions."""
        return tuple(division for division in self.divisions if division.is_village)

    def township_unit(self, division: str) -> UnitDef | None:
        """The township unit whose division code begins ``division`` (9 or 12 digits); None if there is none."""
        for unit in self.units:
            if unit.division is not None and len(unit.division) == 9 and division.startswith(unit.division):
                return unit
        return None

    def village_units(self) -> tuple[UnitDef, ...]:
        """One unit per village-level division, below its township (村级网格)."""
        return tuple(_village_unit(self, division) for division in self.villages())

    def all_units(self) -> tuple[UnitDef, ...]:
        """Units of the plan and the village units that follow from the divisions."""
        return self.units + self.village_units()

    def village_posts(self) -> tuple[PostDef, ...]:
        """Posts of every village unit by the post rules of kind village."""
        rules = [rule for rule in self.post_rules if rule.kind == "village"]
        return tuple(post for unit in self.village_units() for rule in rules for post in posts_by_rule(rule, unit))

    def all_posts(self) -> tuple[PostDef, ...]:
        """Posts of the plan and the posts of the villages."""
        return self.posts + self.village_posts()

    def taskforce_posts(self) -> tuple[tuple[str, PostDef], ...]:
        """Members of the task force as (seat, post), positions spelled out to every post that has them (F-1, F-2)."""
        return tuple(
            (seat.seat, post)
            for seat in self.taskforce.seats
            for post in self.posts
            if post.slug == seat.post or (seat.position and post.position == seat.position)
        )

    def claims(self) -> dict[str, list[str]]:
        """Entries by the clause id they carry out, in the order of the plan."""
        found: dict[str, list[str]] = {}
        _collect_claims(self, "", found)
        return found


def posts_by_rule(rule: PostRule, unit: UnitDef) -> tuple[PostDef, ...]:
    """Posts that ``rule`` gives to ``unit``; from the second on the slug and title carry a number."""
    return tuple(
        PostDef(
            slug=f"{unit.slug}.{rule.position}" + (f"-{number}" if number > 1 else ""),
            unit=unit.slug,
            position=rule.position,
            title=unit.short
            + rule.title.replace("{last}", unit.short[-1])
            + (f"（{number}）" if rule.count > 1 else ""),
            clause=rule.clause,
            roles=rule.roles,
            liaison=rule.liaison and number == 1,
            duty=rule.duty if number == 1 else "",
        )
        for number in range(1, rule.count + 1)
    )


def _village_unit(plan: Plan, division: DivisionDef) -> UnitDef:
    township = plan.township_unit(division.code)
    return UnitDef(
        slug=f"v{division.code}",
        kind="village",
        name=division.name,
        short=short_village_name(division.name),
        level="village",
        clause=plan.village_clause,
        division=division.code,
        parent=township.slug if township else None,
    )


def _one(entries: tuple[_Named, ...], slug: str) -> _Named:
    for entry in entries:
        if entry.slug == slug:
            return entry
    raise KeyError(slug)


def _label_of(value: object, number: int) -> str:
    for name in ("slug", "code", "field"):
        label = getattr(value, name, None)
        if label:
            return str(label)
    return str(number)


def _collect_claims(value: object, path: str, found: dict[str, list[str]]) -> None:
    if is_dataclass(value):
        for part in fields(value):
            inner = getattr(value, part.name)
            if part.name == "clause" or part.name.endswith("_clause"):
                for clause in clause_ids(inner):
                    found.setdefault(clause, []).append(path or part.name)
            else:
                _collect_claims(inner, f"{path}.{part.name}" if path else part.name, found)
        return
    for name, inner in _entries(value):
        _collect_claims(inner, f"{path}[{name}]", found)


def _entries(value: object) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [(str(key), inner) for key, inner in value.items()]
    if isinstance(value, tuple):
        return [(_label_of(inner, number), inner) for number, inner in enumerate(value, start=1)]
    return []
