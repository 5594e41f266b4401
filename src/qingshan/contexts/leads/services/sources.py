"""Sources of a lead (线索来源): further ones, answers, numbers of the petition platform, receipt of a hand-over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.prepared import Prepared
from qingshan.commons.files.services import use_file
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.models import Lead, Source, SourceReply
from qingshan.contexts.leads.services.acting import LeadAct, find_lead, write_entry
from qingshan.contexts.leads.services.papers import own_paper
from qingshan.contexts.leads.services.source_duties import concluded_at, duties_of_source
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import BUREAU, SOURCE_ROLES, LeadState
from qingshan.domain.plan import Channel
from qingshan.domain.sources import WAIVE_ROLES, SourceForm, masked, personal_traces, privacy_gaps, source_gaps


def channel_of(in_force: InForce, slug: str) -> Channel:
    """A channel of the plan, or a refusal."""
    found = next((c for c in in_force.plan.channels if c.slug == slug), None)
    if found is None:
        raise ActRefused("incomplete", "来源还不能登记", ("未选线索渠道",))
    return found


def build_source(
    *, lead: Lead, form: SourceForm, in_force: InForce, acting: Acting, note: str = "", source_id: UUID | None = None
) -> Source:
    """An unsaved source of the lead with the duties of its channel."""
    came_at, number = acting.claimed_at(), form.source_no.strip()
    duties = duties_of_source(
        channel_of(in_force, form.channel), in_force, came_at=came_at, concluded_at=concluded_at(lead)
    )
    source = Source(
        id=source_id or new_id(),
        lead=lead,
        channel=form.channel,
        geometry_digest="",
        number=number,
        origin=form.origin.strip(),
        dated=form.dated,
        came_at=came_at,
        entered_by=actor_text(acting),
        unit_id=acting.viewer.unit_id,
        note=note.strip(),
        **duties.columns(),
    )
    source.key = f"no:{number}" if number else f"own:{source.id}"
    return source


def store_source(source: Source) -> None:
    """Save a source; a number that the channel has already is refused with the lead it stands on.

    Of two at once the second waits for the first, and then reads where the number stands.
    """
    if _INSERT.rows(*(getattr(source, column) for column in _COLUMNS)):
        return
    held = Source.objects.filter(channel=source.channel, key=source.key).values_list("lead__number", flat=True).first()
    if held:
        raise ActRefused("duplicate", f"该渠道的编号 {source.number} 已登记为线索 {held}")
    raise ActRefused("duplicate", f"该渠道的编号 {source.number} 已登记在您看不到的线索上：请与县级主管部门核对")


_COLUMNS = {
    "id": "uuid",
    "lead_id": "uuid",
    "channel": "text",
    "key": "text",
    "geometry_digest": "text",
    "number": "text",
    "origin": "text",
    "dated": "date",
    "came_at": "timestamptz",
    "entered_by": "text",
    "unit_id": "uuid",
    "note": "text",
    "reply_state": "text",
    "reply_due_at": "timestamptz",
    "platform_state": "text",
    "platform_no": "text",
    "platform_due_at": "timestamptz",
    "seen_at": "timestamptz",
    "seen_by": "text",
}
"""Columns of a source with their types."""
_INSERT = Prepared(
    "leads_store_source",
    list(_COLUMNS.values()),
    f"INSERT INTO leads_source ({', '.join(_COLUMNS)})"  # noqa: S608 - our columns, no values
    f" VALUES ({', '.join(f'${place}' for place in range(1, len(_COLUMNS) + 1))})"
    " ON CONFLICT (channel, key) DO NOTHING RETURNING id",
)


def add_source(*, lead_id: UUID, form: SourceForm, note: str, acting: Acting, source_id: UUID | None = None) -> Source:
    """Note a further source of a lead that stands already (三-4-3③): own number, own day, own answer owed."""
    with act_transaction():
        step = _begin(lead_id, acting, SOURCE_ROLES)
        channel = channel_of(step.in_force, form.channel)
        today = step.now.astimezone(step.in_force.zone).date()
        gaps = source_gaps(channel, form, today) + privacy_gaps(channel, (note, form.origin))
        if gaps:
            raise ActRefused("incomplete", "来源还不能登记", gaps)
        source = build_source(
            lead=step.lead, form=form, in_force=step.in_force, acting=acting, note=note, source_id=source_id
        )
        store_source(source)
        write_entry(step, "lead.add_source", {**_named(source, channel), "note": source.note})
        return source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyForm:
    """An answer as typed: final or before the result, what was told, to whom (no names), when, with which paper."""

    final: bool
    text: str
    to_whom: str
    replied_at: datetime | None
    paper_no: str = ""
    file_id: UUID | None = None


def reply_source(*, source_id: UUID, form: ReplyForm, acting: Acting) -> SourceReply:
    """Record an answer to a source (三-4-3③). The final one needs a result of the lead and ends the duty."""
    with act_transaction():
        step, source = _begin_source(source_id, acting, SOURCE_ROLES)
        if source.reply_state not in ("open", ""):
            raise ActRefused("done", "这个来源已经答复过，请刷新后再看")
        gaps = _reply_gaps(form, step.now)
        if form.final and concluded_at(step.lead) is None:
            gaps += ("线索还没有结论：现在只能记为阶段答复，有结论后再作最终答复",)
        if gaps:
            raise ActRefused("incomplete", "答复还不能登记", gaps)
        reply = _store_reply(step, source, "final" if form.final else "interim", form)
        if form.final:
            Source.objects.filter(id=source.id).update(reply_state="done")
        channel = channel_of(step.in_force, source.channel)
        write_entry(step, "lead.reply", {**_named(source, channel), **_told(reply)})
        if reply.file_id:
            use_file(file_id=reply.file_id, matter_id=step.lead.id, purpose="reply", label=reply.paper_no, now=step.now)
        return reply


def waive_reply(*, source_id: UUID, reason: str, acting: Acting) -> SourceReply:
    """Say why an answer cannot be given, e.g. to somebody unknown (免予答复). A leader decides; the reason stays."""
    with act_transaction():
        step, source = _begin_source(source_id, acting, WAIVE_ROLES)
        if source.reply_state != "open":
            raise ActRefused("done", "这个来源没有待答复的事项，请刷新后再看")
        if not reason.strip():
            raise ActRefused("reason", "免予答复须写明理由，例如匿名举报、没有留下联系方式")
        _refuse_traces((reason,))
        form = ReplyForm(final=True, text=reason, to_whom="", replied_at=step.now)
        reply = _store_reply(step, source, "waiver", form)
        Source.objects.filter(id=source.id).update(reply_state="waived")
        channel = channel_of(step.in_force, source.channel)
        write_entry(step, "lead.waive_reply", {**_named(source, channel), "reason": reason.strip()})
        return reply


def enter_platform_no(*, source_id: UUID, number: str, acting: Acting) -> Source:
    """Note the number a source has in the petition platform (三-4-3④)."""
    with act_transaction():
        step, source = _begin_source(source_id, acting, SOURCE_ROLES)
        if source.platform_state != "open":
            raise ActRefused("done", "这个来源不需要或已经登记信访平台编号，请刷新后再看")
        text = number.strip()
        if not text:
            raise ActRefused("incomplete", "信访平台编号还不能登记", ("编号未填",))
        with connection.cursor() as cursor:  # of two who enter one number at once the second waits, then is told
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"platform_no:{text}"])
        taken = Source.objects.filter(platform_no=text).exclude(id=source.id)
        held = taken.values_list("lead__number", flat=True).first()
        if held is not None:
            raise ActRefused("duplicate", f"信访平台编号 {text} 已登记在线索 {held}：请核对")
        Source.objects.filter(id=source.id).update(platform_state="done", platform_no=text)
        source.platform_no = text
        channel = channel_of(step.in_force, source.channel)
        write_entry(step, "lead.enter_platform", {**_named(source, channel), "platform_no": text})
        return source


def sign_hand_over(*, source_id: UUID, acting: Acting) -> Source:
    """The bureau signs for what a department handed over (三-4-4⑥); the township signs the lead itself."""
    with act_transaction():
        step, source = _begin_source(source_id, acting, BUREAU)
        if source.seen_at is not None:
            raise ActRefused("done", "这份移交已经签收")
        source.seen_at, source.seen_by = step.now, actor_text(acting)
        Source.objects.filter(id=source.id).update(seen_at=source.seen_at, seen_by=source.seen_by)
        write_entry(step, "lead.sign_hand_over", _named(source, channel_of(step.in_force, source.channel)))
        return source


def _begin(lead_id: UUID, acting: Acting, roles: frozenset[str]) -> LeadAct:
    """The lead in the viewer's scope, locked; refuses other posts."""
    lead = find_lead(lead_id, acting)
    if acting.viewer.roles.isdisjoint(roles):
        raise ActRefused("role", "您的职务不能办理此事")
    return LeadAct(
        lead=lead, acting=acting, in_force=campaign_in_force(), now=acting.now(), target=LeadState(lead.state)
    )


def _begin_source(source_id: UUID, acting: Acting, roles: frozenset[str]) -> tuple[LeadAct, Source]:
    """A source and its lead; the lead's lock keeps others waiting, and the source is read behind it."""
    lead_id = Source.objects.filter(id=source_id).values_list("lead_id", flat=True).first()
    if lead_id is None:
        raise ActRefused("not_found", "没有这个来源，或它不在您的辖区内")
    step = _begin(lead_id, acting, roles)
    return step, Source.objects.get(id=source_id)


def _reply_gaps(form: ReplyForm, now: datetime) -> tuple[str, ...]:
    gaps = []
    if not form.text.strip():
        gaps.append("答复内容未填：请写明告诉了对方什么")
    if not form.to_whom.strip():
        gaps.append("答复对象未填：写“举报人”“12345平台”这样的称呼，不写姓名")
    if form.replied_at is None:
        gaps.append("答复时间未填")
    elif form.replied_at > now:
        gaps.append("答复时间晚于现在：请核对日期")
    found = [masked(t) for text in (form.text, form.to_whom) for t in personal_traces(text)]
    if found:
        gaps.append(f"内容里像是有电话或证件号码（{'、'.join(found)}）：请删去")
    return tuple(gaps)


def _refuse_traces(texts: tuple[str, ...]) -> None:
    found = [masked(t) for text in texts for t in personal_traces(text)]
    if found:
        raise ActRefused("incomplete", "还不能登记", (f"内容里像是有电话或证件号码（{'、'.join(found)}）：请删去",))


def _store_reply(step: LeadAct, source: Source, kind: str, form: ReplyForm) -> SourceReply:
    own_paper(form.file_id, step.acting, "答复文书")
    return SourceReply.objects.create(
        source=source,
        kind=kind,
        text=form.text.strip(),
        to_whom=form.to_whom.strip(),
        paper_no=form.paper_no.strip(),
        file_id=form.file_id,
        replied_at=form.replied_at or step.now,
        recorded_at=step.now,
        recorded_by=actor_text(step.acting),
    )


def _named(source: Source, channel: Channel) -> dict[str, Any]:
    """How an entry names a source."""
    return {
        "channel": channel.label,
        "source_no": source.number,
        "origin": source.origin,
        "dated": source.dated.isoformat() if source.dated else "",
    }


def _told(reply: SourceReply) -> Mapping[str, Any]:
    return {
        "kind": reply.kind,
        "text": reply.text,
        "to_whom": reply.to_whom,
        "paper_no": reply.paper_no,
        "replied_at": reply.replied_at.isoformat(),
        "sha256": reply.file.sha256 if reply.file else "",
    }


__all__ = [
    "ReplyForm",
    "add_source",
    "build_source",
    "channel_of",
    "enter_platform_no",
    "reply_source",
    "sign_hand_over",
    "store_source",
    "waive_reply",
]
