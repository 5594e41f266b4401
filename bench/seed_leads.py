"""Invented leads (合成线索) in all states, each with the acts that led there."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from bench.seed_writing import Stage
from qingshan.commons.files.models import FileUse
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.contexts.leads.deadlines import lead_duties
from qingshan.contexts.leads.models import Dispatch, Lead, Recheck, Source, Verification, VerificationPhoto
from qingshan.contexts.leads.services.acting import change_of
from qingshan.contexts.leads.services.registering import Place, to_geos, to_point
from qingshan.geo.crs import FloatArray, areas_m2

CLERK, LEADER = "演示·合成局员（县自然资源和规划局·台账管理）", "演示·合成局长（县自然资源和规划局·分管领导）"
CITY = "演示·合成市员（市自然资源和规划局·核查人员）"
STATES = {
    "archived": 44, "city_recheck": 9, "county_recheck": 8, "in_review": 8, "under_verification": 14,
    "dispatched": 11, "inconclusive": 3, "returned": 1, "received": 1, "substantiated": 1,
}  # fmt: skip
"""Leads of a hundred in each state, beside those on which a case stands."""
PATHS = {
    "received": ("register",),
    "dispatched": ("register",),
    "returned": ("register", "return"),
    "under_verification": ("register", "receive"),
    "in_review": ("register", "receive", "verify"),
    "substantiated": ("register", "receive", "verify", "review"),
    "inconclusive": ("register", "receive", "verify", "review"),
    "county_recheck": ("register", "receive", "verify", "review"),
    "city_recheck": ("register", "receive", "verify", "review", "county"),
    "archived": ("register", "receive", "verify", "review", "county", "city"),
}
VERDICTS = {"substantiated": "substantiated", "inconclusive": "inconclusive"}
_HOURS = {"return": (2, 40), "receive": (1, 30), "verify": (12, 120), "review": (2, 48), "county": (24, 160),
          "city": (48, 240)}  # fmt: skip
_STEP_STATES = {"receive": "under_verification", "return": "returned", "verify": "in_review", "county": "city_recheck",
                "city": "archived"}  # fmt: skip
_ACTS = {"receive": "lead.receive", "return": "lead.return", "verify": "lead.verify", "review": "lead.review_approve",
         "county": "lead.county_recheck", "city": "lead.city_recheck"}  # fmt: skip
FINDINGS = (
    "合成：坡面新近开挖，有车辙",
    "合成：为复垦平整场地，未见外运",
    "合成：未见开采痕迹",
    "合成：堆料外运，无人值守",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A lead to be made: state, moment of registration, channel, batch it came in (None: by hand)."""

    state: str
    at: datetime
    channel: str
    batch: Batch | None
    row_no: int
    with_case: bool


def patches(county: BaseGeometry, count: int, random: np.random.Generator) -> Sequence[BaseGeometry]:
    """Eight-cornered patches of 20 to 300 m inside the county, half of them in 200 places where much is dug."""
    west, south, east, north = county.bounds
    shapely.prepare(county)
    pits = _inside(county, random.uniform((west, south), (east, north), (4 * 200, 2)), 200)
    spread = _inside(county, random.uniform((west, south), (east, north), (4 * count + 100, 2)), count)
    dense = pits[random.integers(0, len(pits), count)] + random.normal(0, 0.004, (count, 2))
    use = (random.random(count) < 0.5) & np.asarray(shapely.contains_xy(county, dense[:, 0], dense[:, 1]))
    middles = np.where(use[:, None], dense, spread)
    angles = np.sort(random.uniform(0, 2 * math.pi, (count, 8)), axis=1)
    radii = random.uniform(10, 150, (count, 1)) / 100_000
    rings = middles[:, None, :] + radii[..., None] * np.stack((np.cos(angles), np.sin(angles)), axis=2)
    made = shapely.polygons(np.concatenate((rings, rings[:, :1]), axis=1))
    shapes: list[BaseGeometry] = np.asarray(made, dtype=object).tolist()
    return shapes


def _inside(county: BaseGeometry, points: FloatArray, count: int) -> FloatArray:
    good = points[np.asarray(shapely.contains_xy(county, points[:, 0], points[:, 1]))]
    return np.resize(good, (count, 2)) if len(good) < count else good[:count]


class LeadMaker:
    """Makes leads with their records and chains."""

    def __init__(self, stage: Stage) -> None:
        """Make leads on this stage."""
        self._stage, self._rows, self._random = stage, stage.rows, stage.random
        self._due: dict[tuple[object, ...], datetime | None] = {}
        self._sent: Dispatch
        self._visit: Verification
        self._records: dict[str, Callable[[Lead, str, datetime], dict[str, object]]] = {
            "receive": self._receive, "return": self._return, "verify": self._verify, "review": self._review,
            "county": self._county, "city": self._city,
        }  # fmt: skip

    def make(
        self,
        wanted: Sequence[Wanted],
        numbers: Sequence[str],
        shapes: Sequence[BaseGeometry],
        places: Sequence[Place],
    ) -> Iterator[Lead]:
        """Leads with all their acts, in order; the caller may go on with one before it asks for the next."""
        areas = areas_m2(list(shapes))
        self._due.clear()
        for one, number, shape, place, area in zip(wanted, numbers, shapes, places, areas, strict=True):
            yield self._make(one, number, shape, place, float(area))

    def _make(self, wanted: Wanted, number: str, shape: BaseGeometry, place: Place, area: float) -> Lead:
        path = PATHS[wanted.state]
        if wanted.batch is None:
            shape, area = shape.centroid, 0.0
        lead = self._register(wanted, number, shape, place, area)
        for step, at in zip(path[1:], self._moments(wanted.at, path), strict=True):
            self._step(lead, step, wanted.state, at)
        self._rows.add(lead)
        return lead

    def _moments(self, start: datetime, path: Sequence[str]) -> list[datetime]:
        """When each act happens: the pauses are drawn, and pressed together when they would reach past the end."""
        pauses = [self._random.uniform(*_HOURS[step]) for step in path[1:]]
        room = (self._stage.until - start) / timedelta(hours=1) * 0.9
        factor = min(1.0, room / sum(pauses)) if pauses else 1.0
        moments = []
        for pause in pauses:
            start = (start + timedelta(hours=pause * factor)).replace(microsecond=0)
            moments.append(start)
        return moments

    def _register(self, wanted: Wanted, number: str, shape: BaseGeometry, place: Place, area: float) -> Lead:
        batch, plan = wanted.batch, self._stage.in_force.plan
        source_no = f"合成{number}" if batch is not None or self._random.random() < 0.5 else ""
        sent = wanted.state != "received"
        kind = "CK" if batch is not None else ""
        what = plan.intake.patch_types.get(kind, "") or plan.channel(wanted.channel).label
        stamp = wanted.at.isoformat()
        lead = Lead(
            id=self._stage.id_at(wanted.at + timedelta(milliseconds=wanted.row_no)), number=number,
            campaign_id=self._stage.in_force.id,
            channel=wanted.channel, direction=plan.channel(wanted.channel).direction,
            state="dispatched" if sent else "received", state_since=wanted.at,
            title=f"{place.village_name or place.township_name}{what}",
            place_text="合成地点" if batch is None else "", description="合成数据" if batch else "合成：夜间有车辆外运",
            source_no=source_no, patch_type=kind, area_m2=Decimal(f"{area:.2f}") if batch else None,
            geom=to_geos(shape), centre=to_point(shape), division=place.division, township_name=place.township_name,
            village_name=place.village_name, unit=place.unit, border=place.border,
            shares=[list(s) for s in place.shares], discovered_at=wanted.at, received_at=wanted.at,
            events={"lead.register": stamp} | ({"lead.dispatch": stamp} if sent else {}),
            batch_id=batch.id if batch else None, batch_name=batch.name if batch else "",
            attributes={"合成": "是"} if batch else {},
        )  # fmt: skip
        lead.due_at = self._next_due(lead, wanted.at)
        self._sources(lead, wanted)
        details = {"dispatched_to": place.unit.name if sent else "", "border": place.border, "synthetic": True}
        self._stage.chains.act(
            "lead.register", change_of(lead, self._stage.in_force, details), at=wanted.at, actor=CLERK,
            act_id=batch.act_id if batch else None,
        )  # fmt: skip
        return lead

    def _sources(self, lead: Lead, wanted: Wanted) -> None:
        if lead.source_no:
            key = f"no:{lead.source_no}"
            self._rows.add(Source(id=lead.id, lead_id=lead.id, channel=lead.channel, key=key, geometry_digest=""))
        if lead.state == "dispatched":
            self._sent = Dispatch(
                id=lead.id, lead_id=lead.id, unit_id=lead.unit_id, dispatched_at=wanted.at, dispatched_by=CLERK
            )
            self._rows.add(self._sent)
        if wanted.batch is not None:
            self._rows.add(
                BatchRow(
                    id=lead.id, batch_id=wanted.batch.id, row_no=wanted.row_no, outcome="accepted",
                    source_no=lead.source_no, matter_id=lead.id, attributes={"合成": "是"},
                )
            )  # fmt: skip

    def _step(self, lead: Lead, step: str, target: str, at: datetime) -> None:
        act, officer = _ACTS[step], f"演示·合成乡员（{lead.unit.name}·经办人）"
        lead.state = target if step == "review" else _STEP_STATES[step]
        lead.state_since = at
        lead.events = {**lead.events, act: at.isoformat()}
        details = self._records[step](lead, target, at)
        lead.due_at = self._next_due(lead, at)
        actor = {"review": LEADER, "county": CLERK, "city": CITY}.get(step, officer)
        act_id = self._stage.chains.act(act, change_of(lead, self._stage.in_force, details), at=at, actor=actor)
        if step in ("verify", "county", "city"):
            self._evidence(lead, act_id, step, at)

    def _receive(self, lead: Lead, _target: str, at: datetime) -> dict[str, object]:
        self._sent.received_at, self._sent.received_by = at, "演示·合成乡员"
        return {}

    def _return(self, _lead: Lead, _target: str, at: datetime) -> dict[str, object]:
        self._sent.returned_at, self._sent.return_reason = at, "合成：实际位于邻乡"
        return {"reason": "合成：实际位于邻乡"}

    def _verify(self, lead: Lead, target: str, at: datetime) -> dict[str, object]:
        verdict = {"in_review": self._random.choice(("substantiated", "unfounded", "unfounded"))}.get(
            target, VERDICTS.get(target, "unfounded")
        )
        later = at + timedelta(days=10) if verdict == "inconclusive" else None
        row = Verification(
            id=self._stage.id_at(at), lead_id=lead.id, round=1, persons=["演示·合成甲", "演示·合成乙"],
            visited_at=at - timedelta(hours=1), position=lead.centre, distance_m=12.0, verdict=verdict,
            unfounded_reason="pseudo_change" if verdict == "unfounded" else "",
            finding=self._random.choice(FINDINGS), missing="合成：前期影像" if later else "", missing_by=later,
            submitted_at=at, submitted_by="演示·合成乡员",
        )  # fmt: skip
        self._rows.add(row)
        self._visit = row
        lead.verdict, lead.unfounded_reason = verdict, row.unfounded_reason
        lead.verified_at, lead.verifiers = row.visited_at, "、".join(row.persons)
        return {"verdict": verdict, "finding": row.finding, "persons": row.persons, "photos": [], "flags": []}

    def _review(self, lead: Lead, _target: str, at: datetime) -> dict[str, object]:
        self._visit.reviewed_at, self._visit.reviewed_by = at, LEADER
        self._visit.review_passed, self._visit.review_opinion = True, "合成：同意"
        lead.missing_by = self._visit.missing_by
        return {"opinion": "合成：同意", "verdict": lead.verdict, "round": 1}

    def _county(self, lead: Lead, _target: str, at: datetime) -> dict[str, object]:
        return self._recheck(lead, "county", at)

    def _city(self, lead: Lead, _target: str, at: datetime) -> dict[str, object]:
        return self._recheck(lead, "city", at)

    def _recheck(self, lead: Lead, level: str, at: datetime) -> dict[str, object]:
        row = Recheck(
            id=self._stage.id_at(at), lead_id=lead.id, level=level, outcome="confirmed",
            persons=["演示·合成丙", "演示·合成丁"], visited_at=at - timedelta(hours=1), position=lead.centre,
            distance_m=8.0, finding=self._random.choice(FINDINGS), done_at=at, done_by=CLERK,
        )  # fmt: skip
        self._rows.add(row)
        return {"outcome": "confirmed", "persons": row.persons, "finding": row.finding, "photos": []}

    def _evidence(self, lead: Lead, act_id: UUID, step: str, at: datetime) -> None:
        purpose = {"verify": "verification", "county": "county_recheck", "city": "city_recheck"}[step]
        for direction in ("north", "near"):
            photo = self._random.choice(self._stage.files)
            self._rows.add(
                VerificationPhoto(
                    id=self._stage.id_at(at), lead_id=lead.id, act_id=act_id, file_id=photo.id,
                    direction=direction, distance_m=12.0, flags=["同一照片已在别处使用"],
                ),
                FileUse(
                    id=self._stage.id_at(at), file_id=photo.id, matter_id=lead.id, purpose=purpose,
                    label=direction, used_at=at,
                ),
            )  # fmt: skip

    def _next_due(self, lead: Lead, now: datetime) -> datetime | None:
        """As the services work it out; leads of one batch and state share the answer."""
        key = (lead.state, lead.state_since, lead.received_at, lead.missing_by, *lead.events.items())
        if key not in self._due:
            duties = lead_duties(lead, self._stage.in_force, now, explain=False)
            self._due[key] = min((d.due_at for d in duties if d.due_at is not None), default=None)
        return self._due[key]
