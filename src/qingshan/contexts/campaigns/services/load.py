"""Loading a plan folder into the database: campaign, plan version, divisions, units and posts, synthetic areas."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qingshan.commons.base.counters import take_numbers
from qingshan.commons.people.services import PostInput, UnitInput, store_units
from qingshan.commons.places.selectors import known_area_keys
from qingshan.commons.places.services import AreaInput, store_areas, store_divisions
from qingshan.contexts.campaigns.models import Campaign, PlanVersion
from qingshan.domain.journal import canonical
from qingshan.domain.plan import Plan, plan_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What loading did: the version in force, and whether it is new."""

    campaign: str
    version: int
    new: bool
    areas: int


def load_campaign(*, plan: Plan, areas: Sequence[AreaInput], now: datetime, loaded_by: str) -> Loaded:
    """Put ``plan`` in force as the current campaign's newest version. The same plan again changes nothing.

    ``areas`` are stored only where a key has no area yet, so that imported real ones are never overwritten.
    """
    content = plan_to_json(plan)
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    with transaction.atomic():
        campaign = _campaign(plan)
        last = PlanVersion.objects.filter(campaign=campaign).order_by("-version").first()
        if last is not None and last.digest == digest:
            return Loaded(campaign=plan.code, version=last.version, new=False, areas=0)
        names = {plan.county_code: plan.county_name} | {d.code: d.name for d in plan.divisions}
        store_divisions(names=names, source=f"方案 {plan.code}")
        store_units(units=_units(plan), posts=_posts(plan))
        stored = store_areas(areas=_without_known(areas))
        version = PlanVersion.objects.create(
            campaign=campaign,
            version=last.version + 1 if last else 1,
            digest=digest,
            content=content,
            loaded_at=now,
            loaded_by=loaded_by,
        )
        take_numbers("plan")
    return Loaded(campaign=plan.code, version=version.version, new=True, areas=stored)


def mark_practice(*, mark: str) -> None:
    """Mark the title of every campaign of a practice copy: pages, prints and exports all show it."""
    for campaign in Campaign.objects.exclude(title__startswith=mark):
        Campaign.objects.filter(id=campaign.id).update(title=f"{mark}{campaign.title}"[:200])


def _campaign(plan: Plan) -> Campaign:
    Campaign.objects.exclude(code=plan.code).filter(current=True).update(current=False)
    row, _ = Campaign.objects.update_or_create(
        code=plan.code,
        defaults={
            "title": plan.title,
            "county_code": plan.county_code,
            "start": plan.start,
            "end": plan.end,
            "current": True,
        },
    )
    return row


def _units(plan: Plan) -> list[UnitInput]:
    """Units as rows; bodies above the county name a code of a division that this installation does not hold."""
    known = {plan.county_code} | {d.code for d in plan.divisions}
    return [
        UnitInput(
            slug=u.slug,
            kind=u.kind,
            name=u.name,
            short=u.short,
            level=u.level,
            division=u.division if u.division in known else None,
            parent=u.parent,
            reports=u.reports,
            counts_as_township=u.counts_as_township,
            clause=u.clause,
        )
        for u in plan.all_units()
    ]


def _posts(plan: Plan) -> list[PostInput]:
    return [
        PostInput(
            slug=p.slug,
            unit=p.unit,
            title=p.title,
            roles=tuple(p.roles),
            duty=p.duty,
            liaison=p.liaison,
            clause=p.clause,
        )
        for p in plan.all_posts()
    ]


def _without_known(areas: Sequence[AreaInput]) -> list[AreaInput]:
    known = known_area_keys()
    return [a for a in areas if (a.kind, a.key) not in known]
