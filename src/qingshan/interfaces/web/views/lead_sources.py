"""Acts on the sources of a lead: a further one, an answer, its number in the petition platform, a hand-over."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.public import (
    ReplyForm,
    Source,
    add_source,
    enter_platform_no,
    reply_source,
    sign_hand_over,
    source_by_id,
    waive_reply,
)
from qingshan.domain.lead import BUREAU, SOURCE_ROLES
from qingshan.domain.plan import Channel
from qingshan.domain.sources import WAIVE_ROLES, SourceForm
from qingshan.interfaces.web import formats
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, perform, read_day, read_moment, read_uploads
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_acts import detail_url, fresh
from qingshan.interfaces.web.views.lead_filters import channel_options
from qingshan.interfaces.web.views.leads import lead_or_404
from qingshan.interfaces.web.views.source_items import source_items

Context = dict[str, object]


def source_or_404(viewer: Viewer, source_id: UUID) -> Source:
    """The source in the viewer's scope; whether it exists elsewhere is not told."""
    source = source_by_id(viewer, source_id)
    if source is None:
        raise Http404(_("没有这个来源，或它不在您的辖区内"))
    return source


@page(*SOURCE_ROLES)
@require_http_methods(["GET", "POST"])
def lead_source_add(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """Note a further source of a lead that stands already: its own number, day and answer."""
    lead, posted, in_force = lead_or_404(request.viewer, lead_id).lead, request.POST, campaign_in_force()
    names = ("channel", "source_no", "origin", "dated", "note")
    texts = {name: posted.get(name, "") for name in names}

    def context() -> Context:
        return {**fresh(request, lead_id), "fields": _source_fields(texts, in_force)}

    if request.method != "POST":
        return render(request, "web/leads/source_add.html", context())
    form = SourceForm(
        channel=texts["channel"],
        source_no=texts["source_no"],
        origin=texts["origin"],
        dated=read_day(texts["dated"]),
    )
    return perform(
        request,
        lambda: add_source(lead_id=lead_id, form=form, note=texts["note"], acting=acting_of(request)),
        done=_("线索 %(number)s 已增记一个来源") % {"number": lead.number},
        to=detail_url(lead_id),
        template="web/leads/source_add.html",
        context=context,
    )


def _source_fields(texts: dict[str, str], in_force: InForce) -> dict[str, Context]:
    made: dict[str, Context] = {
        "channel": {
            "label": _("线索渠道"),
            "kind": "select",
            "options": [("", _("请选择")), *channel_options(in_force)],
        },
        "source_no": {"label": _("来源编号"), "kind": "text", "required": False, "help": _("该渠道自己的编号")},
        "origin": {"label": _("来源单位"), "kind": "text", "required": False, "help": _("移交单位、媒体名称等")},
        "dated": {"label": _("来件日期"), "kind": "date", "required": False},
        "note": {"label": _("说明"), "kind": "textarea", "required": False, "help": _("不写举报人姓名、电话")},
    }
    return {name: {"name": name, "value": texts[name], **field} for name, field in made.items()}


@page(*SOURCE_ROLES)
@require_http_methods(["GET", "POST"])
def source_reply(request: OfficeRequest, source_id: UUID) -> HttpResponse:
    """Record an answer: what was told, when, to whom without names, with which paper (三-4-3③)."""
    source = source_or_404(request.viewer, source_id)
    posted, channel = request.POST, _channel(source)
    uploads = read_uploads(request, "file") if request.method == "POST" else None
    texts = {
        "kind": posted.get("kind", "final"),
        "text": posted.get("text", ""),
        "to_whom": posted.get("to_whom", channel.reply_to if channel else ""),
        "replied_at": posted.get("replied_at", formats.local(request.now).strftime("%Y-%m-%dT%H:%M")),
        "paper_no": posted.get("paper_no", ""),
    }

    def context() -> Context:
        return {
            **_of_source(request, source),
            "fields": _reply_fields(texts),
            "kept": uploads.kept if uploads else [],
        }

    if request.method != "POST":
        return render(request, "web/leads/source_reply.html", context())
    form = ReplyForm(
        final=texts["kind"] == "final",
        text=texts["text"],
        to_whom=texts["to_whom"],
        replied_at=read_moment(texts["replied_at"]),
        paper_no=texts["paper_no"],
        file_id=uploads.ids[0] if uploads and uploads.ids else None,
    )
    return perform(
        request,
        lambda: reply_source(source_id=source_id, form=form, acting=acting_of(request)),
        done=_("答复已登记"),
        to=detail_url(source.lead_id),
        template="web/leads/source_reply.html",
        context=context,
        refused_first=uploads.refused if uploads else (),
    )


def _reply_fields(texts: dict[str, str]) -> dict[str, Context]:
    kinds = [("final", _("最终答复（告知结果）")), ("interim", _("阶段答复（告知进展）"))]
    made: dict[str, Context] = {
        "kind": {"label": _("答复种类"), "kind": "radio", "options": kinds},
        "text": {"label": _("答复内容"), "kind": "textarea", "help": _("告诉了对方什么：结果、处理、依据")},
        "to_whom": {"label": _("答复对象"), "kind": "text", "help": _("写称呼，不写姓名、电话")},
        "replied_at": {"label": _("答复时间"), "kind": "datetime-local"},
        "paper_no": {"label": _("文书编号"), "kind": "text", "required": False},
    }
    fields = {name: {"name": name, "value": texts[name], **field} for name, field in made.items()}
    fields["file"] = {
        "name": "file",
        "label": _("答复文书"),
        "kind": "file",
        "required": False,
        "accept": ".pdf,.jpg,.jpeg,.png",
        "help": _("扫描件或照片，可以不附"),
    }
    return fields


@page(*WAIVE_ROLES)
@require_http_methods(["GET", "POST"])
def source_waive(request: OfficeRequest, source_id: UUID) -> HttpResponse:
    """Say why an answer cannot be given; a leader decides."""
    help_text = _("例如：匿名举报，没有留下联系方式")
    return _one_text(
        request,
        source_id,
        template="web/leads/source_waive.html",
        field={"name": "reason", "label": _("不能答复的理由"), "kind": "textarea", "help": help_text},
        run=lambda text: waive_reply(source_id=source_id, reason=text, acting=acting_of(request)),
        done=_("已记为免予答复"),
    )


@page(*SOURCE_ROLES)
@require_http_methods(["GET", "POST"])
def source_platform(request: OfficeRequest, source_id: UUID) -> HttpResponse:
    """Note the number the source has in the petition platform (三-4-3④)."""
    return _one_text(
        request,
        source_id,
        template="web/leads/source_platform.html",
        field={"name": "number", "label": _("信访平台编号"), "kind": "text"},
        run=lambda text: enter_platform_no(source_id=source_id, number=text, acting=acting_of(request)),
        done=_("信访平台编号已登记"),
    )


@page(*BUREAU)
@require_POST
def source_sign(request: OfficeRequest, source_id: UUID) -> HttpResponse:
    """The bureau signs for a hand-over (三-4-4⑥)."""
    source = source_or_404(request.viewer, source_id)
    return perform(
        request,
        lambda: sign_hand_over(source_id=source_id, acting=acting_of(request)),
        done=_("已签收移交"),
        to=detail_url(source.lead_id),
        template="web/leads/detail.html",
        context=lambda: lead_shown.detail_context(request, lead_or_404(request.viewer, source.lead_id)),
    )


@page(*MATTER_ROLES)
@require_safe
def lead_hand_over(request: OfficeRequest, lead_id: UUID) -> HttpResponse:
    """The hand-over sheet (移交单): who handed what to whom, and when township and bureau signed for it."""
    detail, in_force = lead_or_404(request.viewer, lead_id), campaign_in_force()
    items = [item for item in source_items(request.viewer, lead_id, in_force) if item["hand_over"]]
    if not items:
        raise Http404(_("这条线索不是移交来的"))
    context = {"lead": detail.lead, "detail": detail, "items": items, "now": request.now}
    return render(request, "web/leads/hand_over.html", context)


def _channel(source: Source) -> Channel | None:
    return next((c for c in campaign_in_force().plan.channels if c.slug == source.channel), None)


def _of_source(request: OfficeRequest, source: Source) -> Context:
    """The lead and the source an act is about, as they now stand."""
    items = source_items(request.viewer, source.lead_id, campaign_in_force())
    item = next(one for one in items if isinstance(one["source"], Source) and one["source"].id == source.id)
    return {**fresh(request, source.lead_id), "item": item}


def _one_text(
    request: OfficeRequest,
    source_id: UUID,
    *,
    template: str,
    field: Context,
    run: Callable[[str], object],
    done: str,
) -> HttpResponse:
    """A form of one text."""
    source = source_or_404(request.viewer, source_id)
    text = request.POST.get(str(field["name"]), "")

    def context() -> Context:
        return {**_of_source(request, source), "field": {"value": text, **field}}

    if request.method != "POST":
        return render(request, template, context())
    return perform(
        request, lambda: run(text), done=done, to=detail_url(source.lead_id), template=template, context=context
    )
