"""Re-checks on site of every lead found "unfounded": 100 % by the county, 100 % by the city (查否复核)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.gis.geos import Point

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import Lead, Recheck
from qingshan.contexts.leads.services.acting import LeadAct, begin, move, write_entry
from qingshan.contexts.leads.services.evidence import (
    Photo,
    PhotoInput,
    attach_photos,
    patch_of,
    photo_details,
    photo_rules,
    read_photos,
)
from qingshan.domain.acts import ActRefused
from qingshan.geo.nearness import distance_to_m


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckForm:
    """A re-check as handed in; a desk result is refused (三-3-2⑤)."""

    outcome: str
    persons: tuple[str, ...]
    visited_at: datetime | None
    lon: float | None
    lat: float | None
    finding: str


def recheck_lead(*, lead_id: UUID, level: str, form: RecheckForm, photos: Sequence[PhotoInput], acting: Acting) -> Lead:
    """Confirm or overturn "unfounded" on site. ``level``: county (四-2-2③b) or city (三-3-2⑤)."""
    act = f"lead.{level}_recheck"
    with act_transaction():
        step = begin(lead_id=lead_id, act=act, outcome=form.outcome, acting=acting)
        seen = read_photos(photos=photos, lead=step.lead, acting=acting)
        lon, lat = _position(form, seen)
        missing = _missing(form, seen, lon, step)
        if missing or form.visited_at is None or lon is None or lat is None:
            raise ActRefused("incomplete", "复核表还不能提交", missing)
        act_id = new_id()
        row = _store(step, level, form, (lon, lat), form.visited_at)
        verdict = {"verdict": "substantiated", "unfounded_reason": ""} if form.outcome == "overturned" else {}
        move(step, act, **verdict)
        write_entry(step, act, _details(row, seen), act_id=act_id)
        attach_photos(
            photos=seen,
            lead=step.lead,
            act_id=act_id,
            purpose=f"{level}_recheck",
            rules=photo_rules(step.in_force),
            now=step.now,
        )
        return step.lead


def _position(form: RecheckForm, photos: Sequence[Photo]) -> tuple[float | None, float | None]:
    if form.lon is not None and form.lat is not None:
        return form.lon, form.lat
    located = next((p.facts for p in photos if p.facts.lon is not None), None)
    return (located.lon, located.lat) if located else (None, None)


def _missing(form: RecheckForm, photos: Sequence[Photo], lon: float | None, step: LeadAct) -> tuple[str, ...]:
    missing: list[str] = []
    wanted = step.in_force.plan.figures["min_verifiers"].value
    if len({p.strip() for p in form.persons if p.strip()}) < wanted:
        missing.append(f"复核人不足 {wanted} 名")
    if form.visited_at is None:
        missing.append("到场时间未填")
    elif form.visited_at > step.now:
        missing.append("到场时间晚于现在：请核对日期")
    if lon is None:
        missing.append("复核位置未填：请填经度、纬度，或上传带定位的照片")
    if not form.finding.strip():
        missing.append("现场情况未填")
    if not photos:
        missing.append("没有现场照片：查否线索须百分之百实地复核，不接受桌面结论")
    return tuple(missing)


def _store(
    step: LeadAct, level: str, form: RecheckForm, position: tuple[float, float], visited_at: datetime
) -> Recheck:
    return Recheck.objects.create(
        lead=step.lead,
        level=level,
        outcome=form.outcome,
        persons=list(dict.fromkeys(p.strip() for p in form.persons if p.strip())),
        visited_at=visited_at,
        position=Point(*position, srid=4490),
        distance_m=distance_to_m(*position, patch_of(step.lead)),
        finding=form.finding.strip(),
        done_at=step.now,
        done_by=actor_text(step.acting),
    )


def _details(row: Recheck, photos: Sequence[Photo]) -> dict[str, object]:
    return {
        "outcome": row.outcome,
        "persons": row.persons,
        "visited_at": row.visited_at.isoformat(),
        "position": f"{row.position.x:.6f},{row.position.y:.6f}",
        "distance_m": f"{row.distance_m:.0f}",
        "finding": row.finding,
        "photos": photo_details(photos),
    }
