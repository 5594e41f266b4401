"""Leads about the same thing (疑似重复、并入、撤销并入、拆分)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Query, Router, Schema

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import merge_into
from qingshan.contexts.leads.public import (
    PAIRS,
    LeadPair,
    count_open_pairs,
    open_pairs,
    related_leads,
    separate_lead,
    split_lead,
    tell_apart,
)
from qingshan.domain.lead import JOIN_ROLES
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Key, Latitude, Longitude, Text
from qingshan.interfaces.api.routes_leads import detail_or_404, shown
from qingshan.interfaces.api.shown_leads import LeadOut
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["重复、并入与拆分"])
LEAD = "/leads/{uuid:lead_id}"
READ_ONE = Spec(scope="leads:read", roles=MATTER_ROLES, matter="lead_id")
JOIN = Spec(scope="leads:write", roles=JOIN_ROLES, acts=True, matter="lead_id", body="json", statuses={"same": 422})
PLACE = r"^[0-9]{1,3}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class LeadRef(Answer):
    """A lead by key, number, title and state."""

    id: UUID
    number: str
    title: str
    state: str


class AlikeOut(Answer):
    """A lead that looks like this one: how much out of 100, why, how far away in metres."""

    lead: LeadRef
    score: int
    reasons: list[str]
    metres: int | None


class RelatedOut(Answer):
    """Leads beside one lead: its main lead, those merged into it, its patch, its parts, what looks alike."""

    main: LeadRef | None
    merged: list[LeadRef]
    parent: LeadRef | None
    parts: list[LeadRef]
    alike: list[AlikeOut]


def _ref(lead: object) -> LeadRef:
    return LeadRef(**{name: getattr(lead, name) for name in LeadRef.model_fields})


@operation(router, "GET", f"{LEAD}/related", READ_ONE, summary="相关线索", answer=RelatedOut)
def get_related(request: ApiRequest, lead_id: UUID) -> RelatedOut:
    """What stands beside a lead, as far as it is in scope; suggestions say why."""
    return _related(request, lead_id)


class PairOut(Answer):
    """Two leads that may be one (疑似重复), and why; a person decides."""

    id: UUID
    lead: LeadRef
    other: LeadRef
    score: int
    reasons: list[str]
    found_at: datetime


class PairsOut(Answer):
    """Open pairs, the likeliest first; ``next`` is the ``after`` of the following page, null at the end."""

    pairs: list[PairOut]
    total: int
    next: str | None


class PairQuery(Schema):
    """One batch only; the place after which the page begins."""

    batch: Key | None = None
    after: Annotated[str, Field(max_length=60, pattern=PLACE)] | None = None


@operation(
    router, "GET", "/lead-pairs", Spec(scope="leads:read", roles=JOIN_ROLES), summary="疑似重复", answer=PairsOut
)
def list_pairs(request: ApiRequest, filters: Query[PairQuery]) -> PairsOut:
    """Pairs that wait for a person to say whether they are the same."""
    after = None
    if filters.after:
        score, _, key = filters.after.partition(".")
        after = (int(score), UUID(key))
    found = open_pairs(request.viewer, batch_id=filters.batch, after=after)
    page = found[:PAIRS]
    more = f"{page[-1].score}.{page[-1].id}" if len(found) > PAIRS else None
    total = count_open_pairs(request.viewer, batch_id=filters.batch)
    return PairsOut(pairs=[_pair(pair) for pair in page], total=total, next=more)


def _pair(pair: LeadPair) -> PairOut:
    return PairOut(
        id=pair.id,
        lead=_ref(pair.lead),
        other=_ref(pair.other),
        score=pair.score,
        reasons=[str(reason) for reason in pair.reasons],
        found_at=pair.found_at,
    )


class MergeIn(Body):
    """Into which lead, and why; ``relink_from``: the main lead it stands under now, when it is given to another."""

    into_id: Key
    reason: Text
    relink_from: Key | None = None


@operation(router, "POST", f"{LEAD}/merge", JOIN, summary="并入", answer=LeadOut)
def merge(request: ApiRequest, lead_id: UUID, content: MergeIn) -> LeadOut:
    """Merge the lead into another; its number, sources and owed answers stay (三-4-3③)."""
    detail_or_404(request, lead_id)
    merge_into(
        lead_id=lead_id,
        into_id=content.into_id,
        reason=content.reason,
        relink_from=content.relink_from,
        acting=acting_of(request),
    )
    return shown(request, lead_id)


class SeparateIn(Body):
    """Why; ``merged_into``: the main lead that the caller saw."""

    reason: Text
    merged_into: Key | None = None


@operation(router, "POST", f"{LEAD}/separate", JOIN, summary="撤销并入", answer=LeadOut)
def separate(request: ApiRequest, lead_id: UUID, content: SeparateIn) -> LeadOut:
    """Undo a merge: the lead goes on where it stood, with its own clock."""
    detail_or_404(request, lead_id)
    separate_lead(lead_id=lead_id, reason=content.reason, merged_into=content.merged_into, acting=acting_of(request))
    return shown(request, lead_id)


class ApartIn(Body):
    """The other lead, and why the two are not the same."""

    other_id: Key
    reason: Text = ""


@operation(router, "POST", f"{LEAD}/distinct", JOIN, summary="认定不是同一处", answer=RelatedOut)
def distinguish(request: ApiRequest, lead_id: UUID, content: ApartIn) -> RelatedOut:
    """Say that two leads are not about the same thing; the pair is not suggested again."""
    detail_or_404(request, lead_id)
    tell_apart(lead_id=lead_id, other_id=content.other_id, reason=content.reason, acting=acting_of(request))
    return _related(request, lead_id)


def _related(request: ApiRequest, lead_id: UUID) -> RelatedOut:
    lead = detail_or_404(request, lead_id).lead
    found = related_leads(request.viewer, lead, campaign_in_force())
    alike = [
        AlikeOut(lead=_ref(one.lead), score=one.score, reasons=list(one.reasons), metres=one.metres)
        for one in found.alike
    ]
    return RelatedOut(
        main=_ref(found.main) if found.main else None,
        merged=[_ref(one) for one in found.merged],
        parent=_ref(found.parent) if found.parent else None,
        parts=[_ref(one) for one in found.parts],
        alike=alike,
    )


class PointIn(Body):
    """A point in CGCS2000 degrees."""

    lon: Longitude
    lat: Latitude


CutLine = Annotated[list[PointIn], Field(min_length=2, max_length=500)]


class SplitIn(Body):
    """Lines across the patch (拆分线), and why it is cut."""

    lines: Annotated[list[CutLine], Field(min_length=1, max_length=50)]
    reason: Text


class PartsOut(Answer):
    """The parts, each a lead of its own."""

    parts: list[LeadRef]


@operation(router, "POST", f"{LEAD}/split", JOIN, summary="拆分图斑", answer=PartsOut)
def split(request: ApiRequest, lead_id: UUID, content: SplitIn) -> PartsOut:
    """Cut a patch into parts that make up the whole; each is given to the unit where it lies."""
    detail_or_404(request, lead_id)
    lines = [[(point.lon, point.lat) for point in line] for line in content.lines]
    parts = split_lead(lead_id=lead_id, lines=lines, reason=content.reason, acting=acting_of(request))
    return PartsOut(parts=[_ref(one) for one in parts])
