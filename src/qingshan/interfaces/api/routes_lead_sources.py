"""Sources of a lead: several, each with its own number and its own answer (三-4-3③)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.http import Http404
from ninja import Router

from qingshan.contexts.leads.public import (
    ReplyForm,
    SourceLine,
    add_source,
    enter_platform_no,
    reply_source,
    sign_hand_over,
    sources_of,
    waive_reply,
)
from qingshan.domain.lead import BUREAU, SOURCE_ROLES
from qingshan.domain.roles import MATTER_ROLES
from qingshan.domain.sources import WAIVE_ROLES, SourceForm
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Day, Flag, Key, Moment, Short, Text
from qingshan.interfaces.api.routes_leads import detail_or_404
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["线索来源"])
SOURCES = "/leads/{uuid:lead_id}/sources"
SOURCE = SOURCES + "/{uuid:source_id}"
READ = Spec(scope="leads:read", roles=MATTER_ROLES, matter="lead_id")


def _act(roles: frozenset[str], *, body: Literal["", "json"] = "json") -> Spec:
    return Spec(scope="leads:write", roles=roles, acts=True, matter="lead_id", body=body)


class SourceReplyOut(Answer):
    """An answer given (答复): interim, final, or a waiver with its reason."""

    kind: str
    text: str
    to_whom: str
    paper_no: str
    replied_at: datetime
    recorded_by: str


class SourceOut(Answer):
    """A source of a lead (来源): its own number and day, and what is owed to whoever brought it."""

    id: UUID
    channel: str
    number: str
    origin: str
    dated: date | None
    came_at: datetime | None
    note: str
    reply_state: str
    reply_due_at: datetime | None
    platform_state: str
    platform_no: str
    platform_due_at: datetime | None
    seen_at: datetime | None
    replies: list[SourceReplyOut]


class SourcesOut(Answer):
    """All sources of a lead, the first one first."""

    sources: list[SourceOut]


def _out(line: SourceLine) -> SourceOut:
    source = line.source
    names = ("kind", "text", "to_whom", "paper_no", "replied_at", "recorded_by")
    return SourceOut(
        **{name: getattr(source, name) for name in SourceOut.model_fields if name != "replies"},
        replies=[SourceReplyOut(**{name: getattr(reply, name) for name in names}) for reply in line.replies],
    )


def _shown(request: ApiRequest, lead_id: UUID) -> SourcesOut:
    return SourcesOut(sources=[_out(line) for line in sources_of(request.viewer, lead_id)])


def _known(request: ApiRequest, lead_id: UUID, source_id: UUID) -> None:
    detail_or_404(request, lead_id)
    if source_id not in {line.source.id for line in sources_of(request.viewer, lead_id)}:
        raise Http404("这条线索没有这个来源")


@operation(router, "GET", SOURCES, READ, summary="线索的来源", answer=SourcesOut)
def list_lead_sources(request: ApiRequest, lead_id: UUID) -> SourcesOut:
    """Every source with its answers."""
    detail_or_404(request, lead_id)
    return _shown(request, lead_id)


class SourceIn(Body):
    """A further source: channel of the plan, its own number, who sent it, the day on it."""

    channel: Short
    source_no: Short = ""
    origin: Short = ""
    dated: Day | None = None
    note: Text = ""


@operation(router, "POST", SOURCES, _act(SOURCE_ROLES), summary="增记来源", answer=SourcesOut)
def note_source(request: ApiRequest, lead_id: UUID, content: SourceIn) -> SourcesOut:
    """The same thing was brought by another channel too."""
    detail_or_404(request, lead_id)
    form = SourceForm(channel=content.channel, source_no=content.source_no, origin=content.origin, dated=content.dated)
    add_source(lead_id=lead_id, form=form, note=content.note[:500], acting=acting_of(request))
    return _shown(request, lead_id)


class SourceReplyIn(Body):
    """An answer: no names, no phone numbers."""

    final: Flag
    text: Text
    to_whom: Short
    replied_at: Moment
    paper_no: Short = ""
    file_id: Key | None = None


@operation(router, "POST", f"{SOURCE}/reply", _act(SOURCE_ROLES), summary="登记答复", answer=SourcesOut)
def answer_source(request: ApiRequest, lead_id: UUID, source_id: UUID, content: SourceReplyIn) -> SourcesOut:
    """Record an answer to a source (三-4-3③); the final one needs a result of the lead."""
    _known(request, lead_id, source_id)
    form = ReplyForm(
        final=content.final,
        text=content.text,
        to_whom=content.to_whom,
        replied_at=content.replied_at,
        paper_no=content.paper_no,
        file_id=content.file_id,
    )
    reply_source(source_id=source_id, form=form, acting=acting_of(request))
    return _shown(request, lead_id)


class WaiverIn(Body):
    """Why no answer can be given."""

    reason: Text


@operation(router, "POST", f"{SOURCE}/waive", _act(WAIVE_ROLES), summary="免予答复", answer=SourcesOut)
def waive_source(request: ApiRequest, lead_id: UUID, source_id: UUID, content: WaiverIn) -> SourcesOut:
    """A leader says why no answer can be given."""
    _known(request, lead_id, source_id)
    waive_reply(source_id=source_id, reason=content.reason, acting=acting_of(request))
    return _shown(request, lead_id)


class PlatformIn(Body):
    """Its number in the petition platform."""

    number: Short


@operation(router, "POST", f"{SOURCE}/platform", _act(SOURCE_ROLES), summary="登记信访平台编号", answer=SourcesOut)
def number_source(request: ApiRequest, lead_id: UUID, source_id: UUID, content: PlatformIn) -> SourcesOut:
    """Note the number a source has in the petition platform (三-4-3④)."""
    _known(request, lead_id, source_id)
    enter_platform_no(source_id=source_id, number=content.number, acting=acting_of(request))
    return _shown(request, lead_id)


@operation(router, "POST", f"{SOURCE}/sign", _act(BUREAU, body=""), summary="签收移交", answer=SourcesOut)
def sign_source(request: ApiRequest, lead_id: UUID, source_id: UUID) -> SourcesOut:
    """The bureau signs for a hand-over (三-4-4⑥)."""
    _known(request, lead_id, source_id)
    sign_hand_over(source_id=source_id, acting=acting_of(request))
    return _shown(request, lead_id)
