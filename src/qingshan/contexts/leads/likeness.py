"""Leads that may be about the same thing (疑似重复): looked for by place, number and words, scored by one rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import shapely
from django.db import connection
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.search.grams import grams, plain
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead, LeadPair
from qingshan.contexts.leads.nearby import metres_per_degree
from qingshan.contexts.leads.policy import DIVISION_END, visible_leads
from qingshan.domain.lead import NO_MAIN_STATES
from qingshan.domain.likeness import Likeness, LikenessFacts, LikenessWeights, likeness, text_likeness

MOST = 8
"""Suggestions that are shown."""
TEXT_LIMIT = 400
"""Characters of a text that are compared."""
HEAVY = 5_000
"""Corners above which an outline is thinned before it is laid over another."""
_THIN = 2e-6
"""Degrees: 0.2 m."""
_NEAR, _NUMBERED, _WORDED = 12, 8, 12
"""Candidates by place, by number, by words."""


def likeness_weights(in_force: InForce) -> LikenessWeights | None:
    """The plan's figures; None where the plan has no rule of likeness, and nothing is suggested."""
    figures = in_force.plan.figures
    names = ("radius", "window", "distance", "overlap", "time", "category", "text", "number", "shown_from")
    if any(f"alike_{name}" not in figures for name in names):
        return None
    value = {name: figures[f"alike_{name}"].value for name in names}
    return LikenessWeights(
        radius_m=value["radius"],
        window_days=value["window"],
        distance=value["distance"],
        overlap=value["overlap"],
        time=value["time"],
        category=value["category"],
        text=value["text"],
        number=value["number"],
        shown_from=value["shown_from"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What is known of a lead that is looked for, stored or not: outline or point (EPSG:4490), words, number, when.

    ``precise``: whether the position is its own and not that of a village. ``division``: code of its village or
    township. ``but``: leads that are not looked at (itself).
    """

    geometry: BaseGeometry | None
    moment: datetime
    precise: bool = True
    words: str = ""
    source_no: str = ""
    patch_type: str = ""
    division: str = ""
    but: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A lead that may be the same, its score out of 100, and why."""

    lead: Lead
    score: int
    reasons: tuple[str, ...]
    metres: int | None

    @property
    def why(self) -> str:
        """The reasons in one line: "相距 38 米，重叠 62%，早 12 天"."""
        return "，".join(self.reasons)


def probe_of(lead: Lead) -> Probe:
    """A stored lead as one that is looked for."""
    family = {lead.id, lead.parent_id, lead.merged_into_id} - {None}
    return Probe(
        geometry=shapely.from_wkb(bytes(lead.geom.wkb)),
        moment=lead.discovered_at,
        precise=not lead.precision,
        words=words_of(lead),
        source_no=lead.source_no,
        patch_type=lead.patch_type,
        division=lead.division,
        but=frozenset(i for i in family if i is not None),
    )


def words_of(lead: Lead) -> str:
    """What somebody said of the place and of what he saw."""
    return f"{lead.place_text} {lead.description}"[:TEXT_LIMIT]


def find_alike(viewer: Viewer, probe: Probe, in_force: InForce, *, limit: int = MOST) -> list[Alike]:
    """Leads in scope that may be the same as ``probe``, the likeliest first; merged and split ones stand for nobody."""
    weights = likeness_weights(in_force)
    if weights is None:
        return []
    near = _near(probe, weights)
    ids = {*near, *_numbered(probe), *_worded(probe, weights, near)} - probe.but
    if not ids:
        return []
    rows = visible_leads(viewer).filter(id__in=ids).exclude(state__in=_NOBODY).defer("attributes", "shares")
    if probe.but:
        rows = rows.exclude(Q(parent_id__in=probe.but) | Q(merged_into_id__in=probe.but))
    patch_types, said = in_force.plan.intake.patch_types, grams(plain(probe.words[:TEXT_LIMIT]))
    found = []
    for lead in rows.select_related("unit"):
        facts = _facts(probe, lead, near.get(lead.id), patch_types, said)
        alike = likeness(facts, weights)
        if alike is not None and alike.score >= weights.shown_from:
            found.append(_alike(lead, alike, facts))
    found.sort(key=lambda one: (-one.score, -one.lead.id.int))
    return found[:limit]


_NOBODY = tuple(state.value for state in NO_MAIN_STATES)


def _alike(lead: Lead, alike: Likeness, facts: LikenessFacts) -> Alike:
    metres = None if facts.metres is None else round(facts.metres)
    return Alike(lead=lead, score=alike.score, reasons=alike.reasons, metres=metres)


def likeness_of(probe: Probe, lead: Lead, in_force: InForce) -> Likeness | None:
    """How alike one lead is, whatever its state; None when nothing speaks for it."""
    weights = likeness_weights(in_force)
    if weights is None:
        return None
    said = grams(plain(probe.words[:TEXT_LIMIT]))
    metres = _metres_between(probe.geometry, shapely.from_wkb(bytes(lead.geom.wkb)))
    return likeness(_facts(probe, lead, metres, in_force.plan.intake.patch_types, said), weights)


def _metres_between(one: BaseGeometry | None, other: BaseGeometry) -> float | None:
    if one is None:
        return None
    east, north = metres_per_degree(one.centroid.y)
    flat = [shapely.transform(g, lambda corners: corners * [east, north]) for g in (one, other)]
    return float(shapely.distance(flat[0], flat[1]))


def _facts(
    probe: Probe, lead: Lead, metres: float | None, patch_types: Mapping[str, str], said: set[str]
) -> LikenessFacts:
    both_typed = bool(probe.patch_type and lead.patch_type)
    precise = probe.precise and not lead.precision and probe.geometry is not None
    return LikenessFacts(
        metres=metres if precise else None,
        overlap=_overlap(probe.geometry, lead) if precise else None,
        days=(probe.moment - lead.discovered_at) / timedelta(days=1),
        same_category=probe.patch_type == lead.patch_type if both_typed else None,
        category=patch_types.get(lead.patch_type, lead.patch_type),
        text=text_likeness(said, grams(plain(words_of(lead)))),
        same_number=lead.source_no if probe.source_no and probe.source_no == lead.source_no else "",
        same_village=bool(probe.division) and lead.division.startswith(probe.division),
    )


def _overlap(one: BaseGeometry | None, lead: Lead) -> float | None:
    """Shared part of the smaller of two outlines; None where one of them is only a point."""
    if one is None or not one.area:
        return None
    other = shapely.from_wkb(bytes(lead.geom.wkb))
    if not other.area:
        return None
    a, b = _light(one), _light(other)
    return min(1.0, float(shapely.intersection(a, b).area / min(a.area, b.area)))


def _light(shape: BaseGeometry) -> BaseGeometry:
    heavy = shapely.get_num_coordinates(shape) > HEAVY
    thin: BaseGeometry = shapely.simplify(shape, _THIN) if heavy else shape
    return thin if thin.is_valid and thin.area else shapely.make_valid(shape)


_BY_PLACE = """
SELECT id, metres FROM (
  SELECT l.id, ST_Distance(ST_Scale(l.geom, %(east)s, %(north)s),
      ST_Scale(ST_SetSRID(%(shape)s::geometry, 4490), %(east)s, %(north)s)) AS metres
  FROM leads_lead l WHERE l.geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4490)
) near WHERE metres <= %(radius)s ORDER BY metres, id LIMIT %(most)s
"""
"""Degrees stretched to metres: within a millimetre in a kilometre, for a hundredth of what geodesics cost."""


def _near(probe: Probe, weights: LikenessWeights) -> dict[UUID, float]:
    """Metres by id of leads within the radius, the nearest first; the box asks the index before row security."""
    if probe.geometry is None:
        return {}
    west, south, east, north = probe.geometry.bounds
    wide, high = metres_per_degree((south + north) / 2)
    dx, dy = weights.radius_m / wide * 1.01, weights.radius_m / high * 1.01
    values: dict[str, Any] = {
        "east": wide, "north": high, "shape": shapely.to_wkb(_light_wkb(probe.geometry)), "w": west - dx,
        "s": south - dy, "e": east + dx, "n": north + dy, "radius": weights.radius_m, "most": _NEAR,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BY_PLACE, values)
        return {lead_id: float(metres) for lead_id, metres in cursor.fetchall()}


def _light_wkb(shape: BaseGeometry) -> BaseGeometry:
    return _light(shape) if shape.area else shape


def _numbered(probe: Probe) -> list[UUID]:
    """Leads with the same own number, of whatever channel."""
    if not probe.source_no:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE source_no = %s AND source_no <> '' ORDER BY id DESC LIMIT %s",
            [probe.source_no, _NUMBERED],
        )
        return [row[0] for row in cursor.fetchall()]


_BY_WORDS = """
SELECT id FROM leads_lead
WHERE division >= %(from)s AND division < %(to)s AND received_at BETWEEN %(since)s AND %(until)s
  AND grams @@ %(asked)s::tsquery
ORDER BY ts_rank(grams, %(asked)s::tsquery) DESC, id DESC LIMIT %(most)s
"""
"""Within one village (or township) and the window: few rows, so their words may be counted one by one."""


def _worded(probe: Probe, weights: LikenessWeights, near: Mapping[UUID, float]) -> list[UUID]:
    """Leads of the same village with the same words: asked where a place alone cannot tell."""
    pairs = sorted(pair for pair in grams(plain(probe.words[:TEXT_LIMIT])) if len(pair) == 2)
    if not probe.division or len(pairs) < 2 or len(near) >= _NEAR:
        return []
    window = timedelta(days=weights.window_days)
    values: dict[str, Any] = {
        "from": probe.division, "to": probe.division + DIVISION_END, "since": probe.moment - window,
        "until": probe.moment + window, "asked": " | ".join(f"'{pair}'" for pair in pairs), "most": _WORDED,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BY_WORDS, values)
        return [row[0] for row in cursor.fetchall()]


def told_apart(lead_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Pairs with these leads that a person has called two different things, later lead first."""
    rows = LeadPair.objects.filter(Q(lead_id__in=lead_ids) | Q(other_id__in=lead_ids), state="distinct")
    return set(rows.values_list("lead_id", "other_id"))


def pair_key(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The pair as it is stored: the later lead first."""
    return (one, other) if one > other else (other, one)
