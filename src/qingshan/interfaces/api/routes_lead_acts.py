"""Acts on leads: each answers with the lead as it then stands."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Field

from qingshan.contexts.leads.public import (
    LeadForm,
    PhotoInput,
    RecheckForm,
    correct_lead,
    dispatch_lead,
    flag_active,
    receive_lead,
    recheck_lead,
    register_lead,
    resume_verification,
    return_lead,
    review_verification,
    submit_verification,
)
from qingshan.domain.lead import (
    CORRECT_ROLES,
    FLAG_ACTIVE_ROLES,
    FORM_ROLES,
    TABLE,
    UnfoundedReason,
    Verdict,
    VerificationForm,
)
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import (
    Body,
    Day,
    Flag,
    Key,
    Latitude,
    Line,
    Longitude,
    Moment,
    Name,
    Short,
    Text,
)
from qingshan.interfaces.api.routes_leads import detail_or_404, router, shown
from qingshan.interfaces.api.shown_leads import LeadOut
from qingshan.interfaces.api.specs import Spec, operation

Persons = Annotated[list[Name], Field(max_length=10)]
LEAD = "/leads/{uuid:lead_id}"


def _act(act: str, *, body: Literal["", "json", "optional"] = "json", unit: int = 403) -> Spec:
    return Spec(
        scope="leads:write", roles=TABLE[act].roles, acts=True, matter="lead_id", body=body, statuses={"unit": unit}
    )


class LeadIn(Body):
    """A lead as typed (线索): position in CGCS2000 degrees, channel of the plan, what was seen or heard, when."""

    channel: Short
    lon: Longitude
    lat: Latitude
    description: Text
    discovered_at: Moment
    place_text: Line = ""
    source_no: Short = ""
    origin: Short = ""
    dated: Day | None = None


REGISTER = Spec(scope="leads:write", roles=FORM_ROLES, acts=True, body="json")


@operation(router, "POST", "/leads", REGISTER, summary="登记线索", answer=LeadOut, status=201)
def create_lead(request: ApiRequest, content: LeadIn, response: HttpResponse) -> LeadOut:
    """Register one lead; it is given to the unit where it lies. The same number of a channel is refused (409)."""
    form = LeadForm(
        channel=content.channel,
        lon=content.lon,
        lat=content.lat,
        place_text=content.place_text,
        description=content.description,
        source_no=content.source_no,
        discovered_at=content.discovered_at,
        origin=content.origin,
        dated=content.dated,
    )
    lead = register_lead(form=form, acting=acting_of(request))
    response.headers["Location"] = f"/api/v1/leads/{lead.id}"
    return shown(request, lead.id)


class DispatchIn(Body):
    """To which township-level unit; a reason where it is not the unit of the place, or after a return."""

    unit_id: Key
    reason: Text = ""


@operation(router, "POST", f"{LEAD}/dispatch", _act("lead.dispatch", unit=422), summary="分派", answer=LeadOut)
def dispatch(request: ApiRequest, lead_id: UUID, content: DispatchIn) -> LeadOut:
    """Give a lead to a unit (三-1-2②b)."""
    detail_or_404(request, lead_id)
    dispatch_lead(lead_id=lead_id, unit_id=content.unit_id, reason=content.reason, acting=acting_of(request))
    return shown(request, lead_id)


@operation(router, "POST", f"{LEAD}/receive", _act("lead.receive", body=""), summary="签收", answer=LeadOut)
def receive(request: ApiRequest, lead_id: UUID) -> LeadOut:
    """The unit signs for a lead; the clock of the verification starts (三-1-2②b)."""
    detail_or_404(request, lead_id)
    receive_lead(lead_id=lead_id, acting=acting_of(request))
    return shown(request, lead_id)


class ReasonIn(Body):
    """Why."""

    reason: Text


@operation(router, "POST", f"{LEAD}/return", _act("lead.return"), summary="退回", answer=LeadOut)
def give_back(request: ApiRequest, lead_id: UUID, content: ReasonIn) -> LeadOut:
    """The unit gives a lead back because it is not its own."""
    detail_or_404(request, lead_id)
    return_lead(lead_id=lead_id, reason=content.reason, acting=acting_of(request))
    return shown(request, lead_id)


class PhotoIn(Body):
    """An uploaded photo and which way it looks."""

    file_id: Key
    direction: Literal["north", "east", "south", "west", "near", "wide"]


Photos = Annotated[list[PhotoIn], Field(max_length=60)]


class VerificationIn(Body):
    """An on-site verification (实地核查表). Without a position the first located photo gives it."""

    verdict: Verdict
    unfounded_reason: UnfoundedReason | None = None
    persons: Persons
    visited_at: Moment
    lon: Longitude | None = None
    lat: Latitude | None = None
    finding: Text
    missing: Text = ""
    missing_by: Moment | None = None
    photos: Photos = Field(default_factory=list)


def _photos(photos: Sequence[PhotoIn]) -> list[PhotoInput]:
    return [PhotoInput(file_id=photo.file_id, direction=photo.direction) for photo in photos]


@operation(router, "POST", f"{LEAD}/verify", _act("lead.verify"), summary="提交实地核查", answer=LeadOut)
def verify(request: ApiRequest, lead_id: UUID, content: VerificationIn) -> LeadOut:
    """Hand in an on-site verification (三-1-2①c); refused as a whole, with all that is missing."""
    detail_or_404(request, lead_id)
    form = VerificationForm(
        verdict=content.verdict.value,
        unfounded_reason=content.unfounded_reason.value if content.unfounded_reason else "",
        persons=tuple(content.persons),
        visited_at=content.visited_at,
        lon=content.lon,
        lat=content.lat,
        finding=content.finding,
        missing=content.missing,
        missing_by=content.missing_by,
    )
    submit_verification(lead_id=lead_id, form=form, photos=_photos(content.photos), acting=acting_of(request))
    return shown(request, lead_id)


class ReviewIn(Body):
    """The county's review; sending back needs an opinion."""

    passed: Flag
    opinion: Text = ""


@operation(router, "POST", f"{LEAD}/review", _act("lead.review_approve"), summary="审核核查结论", answer=LeadOut)
def review(request: ApiRequest, lead_id: UUID, content: ReviewIn) -> LeadOut:
    """The county passes a verification or sends it back (三-1-3①b)."""
    detail_or_404(request, lead_id)
    review_verification(lead_id=lead_id, passed=content.passed, opinion=content.opinion, acting=acting_of(request))
    return shown(request, lead_id)


class RecheckIn(Body):
    """A re-check on site (查否复核), by the county or the city."""

    level: Literal["county", "city"]
    outcome: Literal["confirmed", "overturned"]
    persons: Persons
    visited_at: Moment
    lon: Longitude | None = None
    lat: Latitude | None = None
    finding: Text
    photos: Photos = Field(default_factory=list)


RECHECK = Spec(
    scope="leads:write",
    roles=TABLE["lead.county_recheck"].roles | TABLE["lead.city_recheck"].roles,
    acts=True,
    matter="lead_id",
    body="json",
)


@operation(router, "POST", f"{LEAD}/recheck", RECHECK, summary="查否复核", answer=LeadOut)
def recheck(request: ApiRequest, lead_id: UUID, content: RecheckIn) -> LeadOut:
    """Confirm or overturn "unfounded" on site: 100 % by the county (四-2-2③b), 100 % by the city (三-3-2⑤)."""
    detail_or_404(request, lead_id)
    form = RecheckForm(
        outcome=content.outcome,
        persons=tuple(content.persons),
        visited_at=content.visited_at,
        lon=content.lon,
        lat=content.lat,
        finding=content.finding,
    )
    photos = _photos(content.photos)
    recheck_lead(lead_id=lead_id, level=content.level, form=form, photos=photos, acting=acting_of(request))
    return shown(request, lead_id)


class NoteIn(Body):
    """A word on it."""

    note: Text = ""


@operation(router, "POST", f"{LEAD}/resume", _act("lead.resume", body="json"), summary="补充核查", answer=LeadOut)
def resume(request: ApiRequest, lead_id: UUID, content: NoteIn) -> LeadOut:
    """Take up an inconclusive lead again."""
    detail_or_404(request, lead_id)
    resume_verification(lead_id=lead_id, note=content.note, acting=acting_of(request))
    return shown(request, lead_id)


class ActiveIn(Body):
    """What is going on: people, machines, since when."""

    facts: Text


FLAG = Spec(scope="leads:write", roles=FLAG_ACTIVE_ROLES, acts=True, matter="lead_id", body="json")


@operation(router, "POST", f"{LEAD}/flag-active", FLAG, summary="标记正在实施", answer=LeadOut)
def mark_active(request: ApiRequest, lead_id: UUID, content: ActiveIn) -> LeadOut:
    """An act in progress: drafts the stop notice, starts the clock of the on-site task (二-1⑤)."""
    detail_or_404(request, lead_id)
    flag_active(lead_id=lead_id, facts=content.facts, acting=acting_of(request))
    return shown(request, lead_id)


class LeadCorrectionIn(Body):
    """Texts to be put right, and why; what is left out stays."""

    place_text: Line | None = None
    description: Text | None = None
    source_no: Short | None = None
    reason: Text


CORRECT = Spec(scope="leads:write", roles=CORRECT_ROLES, acts=True, matter="lead_id", body="json")


@operation(router, "POST", f"{LEAD}/correct", CORRECT, summary="更正线索", answer=LeadOut)
def correct(request: ApiRequest, lead_id: UUID, content: LeadCorrectionIn) -> LeadOut:
    """A second act with a reason; the old text stays in the journal."""
    detail_or_404(request, lead_id)
    values = content.dict(exclude={"reason"}, exclude_none=True)
    correct_lead(lead_id=lead_id, values=values, reason=content.reason, acting=acting_of(request))
    return shown(request, lead_id)


__all__ = ["router"]
