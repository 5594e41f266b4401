"""Who calls, and what everybody may read: units with their posts, the plan."""

from datetime import date, datetime

from django.http import Http404
from ninja import Router

from qingshan.commons.people.selectors import posts_of, unit_by_slug, units
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.shown_common import UnitRef
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["本人与基础资料"])
ANYBODY = Spec()


class MeOut(Answer):
    """The caller: person, post, unit, roles, and the token's scopes and end."""

    name: str
    post: str
    unit: UnitRef
    level: str
    roles: list[str]
    scopes: list[str]
    token: str
    expires_at: datetime


@operation(router, "GET", "/me", ANYBODY, summary="我是谁", answer=MeOut)
def get_me(request: ApiRequest) -> MeOut:
    """Who calls, in which post, with which rights."""
    viewer, token = request.viewer, request.token
    unit = token.post.unit
    return MeOut(
        name=viewer.name,
        post=viewer.post_title,
        unit=UnitRef(id=unit.id, slug=unit.slug, name=unit.name),
        level=viewer.level,
        roles=sorted(viewer.roles),
        scopes=token.scopes,
        token=token.name,
        expires_at=token.expires_at,
    )


class UnitRow(UnitRef):
    """A unit (单位)."""

    kind: str
    short: str
    level: str
    division: str | None
    parent: str | None


class UnitsOut(Answer):
    """All units in the order of the plan."""

    units: list[UnitRow]


class PostOut(Answer):
    """A post (职务) and who holds it today; "" is a gap."""

    slug: str
    title: str
    roles: list[str]
    duty: str
    holder: str


class UnitOut(UnitRow):
    """A unit with its posts."""

    posts: list[PostOut]


@operation(router, "GET", "/units", ANYBODY, summary="单位", answer=UnitsOut)
def list_units(request: ApiRequest) -> UnitsOut:
    """All units, villages included."""
    rows = units()
    return UnitsOut(
        units=[
            UnitRow(
                id=u.id,
                slug=u.slug,
                name=u.name,
                kind=u.kind,
                short=u.short,
                level=u.level,
                division=u.division_id,
                parent=u.parent.slug if u.parent else None,
            )
            for u in rows
        ]
    )


@operation(router, "GET", "/units/{slug:slug}", ANYBODY, summary="一个单位和它的职务", answer=UnitOut)
def get_unit(request: ApiRequest, slug: str) -> UnitOut:
    """One unit with its posts and their holders."""
    unit = unit_by_slug(slug)
    if unit is None:
        raise Http404("没有这个单位")
    today = request.now.astimezone(campaign_in_force().zone).date()
    return UnitOut(
        id=unit.id,
        slug=unit.slug,
        name=unit.name,
        kind=unit.kind,
        short=unit.short,
        level=unit.level,
        division=unit.division_id,
        parent=unit.parent.slug if unit.parent else None,
        posts=[
            PostOut(
                slug=line.post.slug,
                title=line.post.title,
                roles=line.post.roles,
                duty=line.post.duty,
                holder=line.holder,
            )
            for line in posts_of([unit.id], today)
        ],
    )


class LabelOut(Answer):
    """A word of the plan."""

    slug: str
    label: str


class CategoryOut(LabelOut):
    """A category with its sub-codes."""

    subcodes: list[LabelOut]
    tracks: list[str]


class ChannelOut(LabelOut):
    """A channel of leads."""

    direction: str
    onsite_required: bool


class LimitOut(Answer):
    """A limit of the plan (时限)."""

    slug: str
    value: int
    unit: str
    basis: str
    clause: str


class FieldOut(LabelOut):
    """A field that a station asks for."""

    kind: str
    choices: list[str]


class StationDefOut(LabelOut):
    """What a station needs."""

    role: str
    fields: list[FieldOut]
    photos: int
    files: int
    limit: str


class TrackDefOut(LabelOut):
    """A track with its stations, in order."""

    stations: list[StationDefOut]


class PlanOut(Answer):
    """What the campaign demands, as far as programs need it."""

    code: str
    title: str
    county: str
    county_code: str
    version: int
    start: date
    end: date
    timezone: str
    categories: list[CategoryOut]
    channels: list[ChannelOut]
    limits: list[LimitOut]
    tracks: list[TrackDefOut]
    rectification_modes: list[LabelOut]
    city_questions: list[LabelOut]


@operation(router, "GET", "/plan", ANYBODY, summary="行动方案摘要", answer=PlanOut)
def get_plan(request: ApiRequest) -> PlanOut:
    """Categories, channels, limits and tracks of the plan in force."""
    in_force = campaign_in_force()
    plan = in_force.plan
    return PlanOut(
        code=plan.code,
        title=plan.title,
        county=plan.county_name,
        county_code=plan.county_code,
        version=in_force.version,
        start=plan.start,
        end=plan.end,
        timezone=plan.timezone,
        categories=[
            CategoryOut(
                slug=c.slug,
                label=c.label,
                subcodes=[LabelOut(slug=s.code, label=s.label) for s in c.subcodes]
                or [LabelOut(slug=t.code, label=t.label) for t in plan.project_types],
                tracks=[rule.track for rule in plan.tracks_of(c.slug)],
            )
            for c in plan.categories
        ],
        channels=[
            ChannelOut(slug=c.slug, label=c.label, direction=c.direction, onsite_required=c.onsite_required)
            for c in plan.channels
        ],
        limits=[
            LimitOut(slug=n.slug, value=n.value, unit=n.unit, basis=n.basis, clause=n.clause or "")
            for n in plan.limits.values()
        ],
        tracks=[_track(slug) for slug in plan.track_defs],
        rectification_modes=[LabelOut(slug=m.slug, label=m.label) for m in plan.rectification_modes],
        city_questions=[LabelOut(slug=i.slug, label=i.label) for i in plan.checklists["city_check"].items],
    )


def _track(slug: str) -> TrackDefOut:
    plan = campaign_in_force().plan
    definition = plan.track_defs[slug]
    return TrackDefOut(
        slug=slug,
        label=definition.label,
        stations=[
            StationDefOut(
                slug=s.slug,
                label=s.label,
                role=s.role,
                fields=[
                    FieldOut(slug=f.slug, label=f.label, kind=f.kind, choices=list(f.choices))
                    for f in (plan.fields[name] for name in s.fields)
                ],
                photos=s.photos,
                files=s.files,
                limit=s.limit or "",
            )
            for s in definition.stations
        ],
    )
