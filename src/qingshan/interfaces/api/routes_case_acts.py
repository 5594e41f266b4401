"""Acts on cases: each answers with the case as it then stands."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Field

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import (
    OpeningForm,
    accept_case,
    check_by_city,
    close_out,
    correct_case,
    correct_station,
    finish_station,
    open_case,
    reopen_case,
    report_to_city,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import REVIEWER, TABLE, Opening
from qingshan.domain.lead import OPEN_CASE_ROLES
from qingshan.domain.plan import FieldDef
from qingshan.domain.roles import MATTER_ROLES
from qingshan.domain.station_values import wrong_values
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Day, Flag, Key, Line, Name, Text
from qingshan.interfaces.api.routes_cases import router, shown
from qingshan.interfaces.api.routes_leads import detail_or_404
from qingshan.interfaces.api.shown_cases import CaseOut
from qingshan.interfaces.api.specs import Spec, operation

CASE = "/cases/{uuid:case_id}"
STATION = f"{CASE}/tracks/{{slug:track}}/{{slug:station}}"
Slug = Annotated[str, Field(max_length=40)]
Values = Annotated[dict[Slug, Annotated[str, Field(max_length=2000)]], Field(max_length=30)]
Files = Annotated[list[Key], Field(max_length=60)]


def _act(roles: frozenset[str], matter: str = "case_id", **more: int) -> Spec:
    return Spec(scope="cases:write", roles=roles, acts=True, matter=matter, body="json", statuses=more)


class MilestoneIn(Body):
    """A milestone of the rectification."""

    on: Day
    what: Line


class CaseIn(Body):
    """What is needed to put a substantiated lead on the ledger (三-2-0③)."""

    category: Slug
    subcode: Annotated[str, Field(max_length=8)]
    rectification_mode: Slug
    responsible_person: Name
    due_on: Day
    milestones: Annotated[list[MilestoneIn], Field(max_length=30)]
    extras: Values = Field(default_factory=dict)
    party: Line = ""
    mineral: Name = ""


@operation(
    router,
    "POST",
    "/leads/{uuid:lead_id}/case",
    _act(OPEN_CASE_ROLES, "lead_id"),
    summary="列入台账",
    answer=CaseOut,
    status=201,
)
def open_case_on_lead(request: ApiRequest, lead_id: UUID, content: CaseIn, response: HttpResponse) -> CaseOut:
    """Open a case on a substantiated lead; it gets its permanent number."""
    detail_or_404(request, lead_id)
    opening = Opening(
        category=content.category,
        subcode=content.subcode,
        rectification_mode=content.rectification_mode,
        responsible_person=content.responsible_person,
        due_on=content.due_on,
        milestones=tuple((m.on, m.what) for m in content.milestones),
        extras=content.extras,
    )
    form = OpeningForm(opening=opening, party=content.party, mineral=content.mineral)
    case = open_case(lead_id=lead_id, form=form, acting=acting_of(request))
    response.headers["Location"] = f"/api/v1/cases/{case.id}"
    return shown(request, case.id)


class StationIn(Body):
    """Fields of a station by slug (see the plan), and the uploads that prove them."""

    fields: Values = Field(default_factory=dict)
    file_ids: Files = Field(default_factory=list)


@operation(router, "POST", STATION, _act(MATTER_ROLES), summary="办结一个节点", answer=CaseOut)
def finish(request: ApiRequest, case_id: UUID, track: str, station: str, content: StationIn) -> CaseOut:
    """Finish a station; out of turn, by the wrong post or without its evidence it is refused."""
    shown(request, case_id)
    _check_values(_fields(track, station), content.fields)
    finish_station(
        case_id=case_id,
        track=track,
        station=station,
        fields=content.fields,
        file_ids=content.file_ids,
        acting=acting_of(request),
    )
    return shown(request, case_id)


def _fields(track: str, station: str) -> Sequence[FieldDef]:
    plan = campaign_in_force().plan
    try:
        return [plan.fields[slug] for slug in plan.track_defs[track].station(station).fields]
    except KeyError:
        raise Http404("方案中没有这个办理节点") from None


def _check_values(fields: Sequence[FieldDef], values: Mapping[str, str]) -> None:
    known = {field.slug for field in fields}
    wrong = [f"没有“{slug}”这一项" for slug in values if slug not in known]
    wrong += wrong_values(fields, values)
    if wrong:
        raise ActRefused("fields", "填报项有误", tuple(wrong))


class StationCorrectionIn(Body):
    """Fields to be put right, and why."""

    fields: Values
    reason: Text


@operation(router, "POST", f"{STATION}/correct", _act(REVIEWER, station=409), summary="更正节点", answer=CaseOut)
def correct_finished(
    request: ApiRequest, case_id: UUID, track: str, station: str, content: StationCorrectionIn
) -> CaseOut:
    """A correction of a finished station; the old values stay in the journal."""
    shown(request, case_id)
    _check_values(_fields(track, station), content.fields)
    correct_station(
        case_id=case_id,
        track=track,
        station=station,
        fields=content.fields,
        reason=content.reason,
        acting=acting_of(request),
    )
    return shown(request, case_id)


class AcceptanceIn(Body):
    """County acceptance (县级验收): members, opinion, day, photos."""

    members: Annotated[list[Name], Field(max_length=20)]
    opinion: Text
    accepted_on: Day
    file_ids: Files = Field(default_factory=list)


@operation(router, "POST", f"{CASE}/accept", _act(TABLE["case.accept"].roles), summary="县级验收", answer=CaseOut)
def accept(request: ApiRequest, case_id: UUID, content: AcceptanceIn) -> CaseOut:
    """The first gate (三-3-1①); the refusal lists what the required tracks still lack."""
    shown(request, case_id)
    accept_case(
        case_id=case_id,
        members=content.members,
        opinion=content.opinion,
        accepted_on=content.accepted_on,
        file_ids=content.file_ids,
        acting=acting_of(request),
    )
    return shown(request, case_id)


class CityReportIn(Body):
    """Accepted cases reported to the city together."""

    case_ids: Annotated[list[Key], Field(min_length=1, max_length=500)]
    number: Name
    reported_on: Day


class ReportedOut(Answer):
    """A report to the city."""

    id: UUID
    number: str
    cases: list[UUID]


REPORT = _act(TABLE["case.report_city"].roles, "")


@operation(router, "POST", "/city-reports", REPORT, summary="上报市局", answer=ReportedOut, status=201)
def report_cases(request: ApiRequest, content: CityReportIn) -> ReportedOut:
    """Report accepted cases in one act (三-3-1②): all of them, or none."""
    report = report_to_city(
        case_ids=content.case_ids,
        number=content.number,
        reported_on=content.reported_on,
        acting=acting_of(request),
    )
    return ReportedOut(id=report.id, number=report.number, cases=sorted(set(content.case_ids)))


class CityAnswerIn(Body):
    """Answer to one of the city's questions; a "no" needs a remark."""

    question: Slug
    passed: Flag
    remark: Annotated[str, Field(max_length=1000)] = ""


class CityCheckIn(Body):
    """The city's check (市级核查)."""

    answers: Annotated[list[CityAnswerIn], Field(max_length=20)]
    checked_on: Day


CHECK = _act(TABLE["case.city_check"].roles)


@operation(router, "POST", f"{CASE}/city-check", CHECK, summary="市级核查", answer=CaseOut)
def check(request: ApiRequest, case_id: UUID, content: CityCheckIn) -> CaseOut:
    """The second gate (三-3-2): one "no" sends the case back."""
    shown(request, case_id)
    answers = {answer.question: answer for answer in content.answers}
    if len(answers) != len(content.answers):
        raise ActRefused("answers", "同一个问题答了两次")
    check_by_city(
        case_id=case_id,
        answers={slug: answer.passed for slug, answer in answers.items()},
        remarks={slug: answer.remark for slug, answer in answers.items()},
        checked_on=content.checked_on,
        acting=acting_of(request),
    )
    return shown(request, case_id)


CLOSE = Spec(scope="cases:write", roles=TABLE["case.close_out"].roles, acts=True, matter="case_id")


@operation(router, "POST", f"{CASE}/close-out", CLOSE, summary="销号", answer=CaseOut)
def close(request: ApiRequest, case_id: UUID) -> CaseOut:
    """The last gate; the case gets its close-out number."""
    shown(request, case_id)
    close_out(case_id=case_id, acting=acting_of(request))
    return shown(request, case_id)


class ReopenIn(Body):
    """Why, and which tracks have to be worked anew."""

    reason: Text
    tracks: Annotated[list[Slug], Field(min_length=1, max_length=20)]


@operation(router, "POST", f"{CASE}/reopen", _act(TABLE["case.reopen"].roles), summary="重新打开", answer=CaseOut)
def reopen(request: ApiRequest, case_id: UUID, content: ReopenIn) -> CaseOut:
    """Reopen a case with a reason (三-1-3②c)."""
    shown(request, case_id)
    reopen_case(case_id=case_id, reason=content.reason, tracks=content.tracks, acting=acting_of(request))
    return shown(request, case_id)


class CaseCorrectionIn(Body):
    """Fields to be put right, and why; what is left out stays."""

    mineral: Name | None = None
    due_on: Day | None = None
    rectification_mode: Slug | None = None
    reason: Text


@operation(router, "POST", f"{CASE}/correct", _act(REVIEWER), summary="更正问题", answer=CaseOut)
def correct_fields(request: ApiRequest, case_id: UUID, content: CaseCorrectionIn) -> CaseOut:
    """A correction of what stands on the ledger; the old value stays in the journal."""
    shown(request, case_id)
    given = content.dict(exclude={"reason"}, exclude_none=True)
    correct_case(
        case_id=case_id,
        values={name: str(value) for name, value in given.items()},
        reason=content.reason,
        acting=acting_of(request),
    )
    return shown(request, case_id)


__all__ = ["router"]
