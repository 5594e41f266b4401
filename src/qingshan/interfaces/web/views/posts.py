"""One post (职务): who holds it, who stands in, who held it before; appointing, ending, standing in, changing posts."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qingshan.commons.accounts.posts import (
    appoint_person,
    end_holding,
    name_substitute,
    register_person,
    transfer_person,
)
from qingshan.commons.people.models import Holding, Post
from qingshan.commons.people.selectors import (
    all_persons,
    all_posts,
    everybody_seated,
    history_of_post,
    holding_by_id,
    holdings_on,
    post_by_id,
)
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.account_words import ADMINISTRATORS, field, person_options, post_options, texts
from qingshan.interfaces.web.acting import acting_of, perform, read_day
from qingshan.interfaces.web.middleware import OfficeRequest

APPOINTER = "rights_admin"
FORM = "web/accounts/form.html"


def today_of(request: OfficeRequest) -> date:
    """The local day."""
    return timezone.localdate(request.now)


def _post_or_404(post_id: UUID) -> Post:
    post = post_by_id(post_id)
    if post is None:
        raise Http404(_("没有这个职务"))
    return post


def holding_or_404(holding_id: UUID) -> Holding:
    """One line of somebody's posts."""
    row = holding_by_id(holding_id)
    if row is None:
        raise Http404(_("没有这条任职记录"))
    return row


def wanted_day(text: str, label: str) -> date:
    """A day as typed; refused with its label when it is none."""
    day = read_day(text)
    if day is None:
        raise ActRefused("day", _("%(label)s没有填，或不是日期") % {"label": label})
    return day


def wanted_id(text: str, label: str) -> UUID:
    """A chosen id; refused with its label when nothing was chosen."""
    try:
        return UUID(text)
    except ValueError:
        raise ActRefused("choice", _("请选择%(label)s") % {"label": label}) from None


def history_rows(rows: list[Holding], today: date) -> list[dict[str, object]]:
    """Holdings with what they are on this day: ``now``, ``later``, ``past``."""
    return [
        {
            "row": row,
            "state": "later" if row.since > today else "past" if row.until and row.until < today else "now",
        }
        for row in rows
    ]


@page()
@require_safe
def post_detail(request: OfficeRequest, post_id: UUID) -> HttpResponse:
    """A post with its holders by time (任职沿革); who may appoint finds the acts here."""
    post, today = _post_or_404(post_id), today_of(request)
    rows = history_rows(history_of_post(post.id), today)
    current = next((r["row"] for r in rows if r["state"] == "now" and _kind(r) == "holder"), None)
    context = {
        "post": post,
        "rows": rows,
        "current": current,
        "substitute": next((r["row"] for r in rows if r["state"] == "now" and _kind(r) == "substitute"), None),
        "may_appoint": request.viewer.has(APPOINTER),
        "opens_persons": request.viewer.has(*ADMINISTRATORS),
        "now": request.now,
    }
    return render(request, "web/accounts/post.html", context)


def _kind(row: dict[str, object]) -> str:
    holding = row["row"]
    return holding.kind if isinstance(holding, Holding) else ""


def form_page(
    request: OfficeRequest,
    *,
    title: str,
    subject: str,
    back: str,
    fields: Callable[[dict[str, str]], list[dict[str, object]]],
    values: dict[str, str],
    run: Callable[[dict[str, str]], object],
    done: str,
    to: str = "",
    submit: str = "",
    note: str = "",
) -> HttpResponse:
    """A page with one form: shown, done, or shown again with the refusal."""

    def context() -> dict[str, object]:
        return {
            "title": title, "subject": subject, "back": back, "fields": fields(values), "submit": submit or title,
            "note": note, "now": request.now,
        }  # fmt: skip

    if request.method != "POST":
        return render(request, FORM, context())
    values.update(texts(request.POST, *values))
    return perform(request, lambda: run(values), done=done, to=to or back, template=FORM, context=context)


@page(APPOINTER)
@require_http_methods(["GET", "POST"])
def post_appoint(request: OfficeRequest, post_id: UUID) -> HttpResponse:
    """Appoint somebody known, or somebody new who needs no sign-in."""
    post, today = _post_or_404(post_id), today_of(request)
    back = reverse("web:post_detail", args=[post.id])

    def fields(values: dict[str, str]) -> list[dict[str, object]]:
        options = person_options(everybody_seated(today), all_persons())
        help_new = _("名单里没有的人填在这里；要登录系统的，先由系统管理员开设账号")
        return [
            field("person", _("人员"), values, "select", options=options, required=False),
            field("new_name", _("或新登记人员姓名"), values, required=False, help=help_new),
            field("since", _("任职开始日期"), values, "date"),
            field("until", _("结束日期"), values, "date", required=False, help=_("不填为长期任职")),
        ]

    def run(values: dict[str, str]) -> None:
        acting = acting_of(request)
        if values["new_name"] and values["person"]:
            raise ActRefused("choice", _("“人员”和“新登记人员姓名”只能填一项"))
        person_id = (
            register_person(name=values["new_name"], acting=acting).id
            if values["new_name"]
            else wanted_id(values["person"], _("人员"))
        )
        until = wanted_day(values["until"], _("结束日期")) if values["until"] else None
        since = wanted_day(values["since"], _("任职开始日期"))
        appoint_person(person_id=person_id, post_id=post.id, since=since, until=until, acting=acting)

    return form_page(
        request, title=_("任命"), subject=post.label, back=back, fields=fields, run=run,
        values={"person": "", "new_name": "", "since": today.isoformat(), "until": ""}, done=_("已任命"),
    )  # fmt: skip


@page(APPOINTER)
@require_http_methods(["GET", "POST"])
def holding_end(request: OfficeRequest, holding_id: UUID) -> HttpResponse:
    """End a holding or a substitute's time."""
    row = holding_or_404(holding_id)

    def fields(values: dict[str, str]) -> list[dict[str, object]]:
        return [
            field("last_day", _("最后一天"), values, "date", help=_("这一天仍在任")),
            field("reason", _("原因"), values, help=_("例如：调离、退休、假期提前结束")),
        ]

    def run(values: dict[str, str]) -> None:
        day = wanted_day(values["last_day"], _("最后一天"))
        end_holding(holding_id=row.id, last_day=day, reason=values["reason"], acting=acting_of(request))

    return form_page(
        request, title=_("结束任职") if row.kind == "holder" else _("结束代岗"), subject=_subject(row),
        back=reverse("web:post_detail", args=[row.post_id]), fields=fields, run=run,
        values={"last_day": today_of(request).isoformat(), "reason": ""}, done=_("已登记结束"),
        note=_("结束后职务空缺，在办事项留在单位名下。有人接手的，请用“工作交接”。") if row.kind == "holder" else "",
    )  # fmt: skip


def _subject(row: Holding) -> str:
    return f"{row.person.name} · {row.post.label}"


@page(APPOINTER)
@require_http_methods(["GET", "POST"])
def holding_substitute(request: OfficeRequest, holding_id: UUID) -> HttpResponse:
    """Name somebody who stands in for the holder on the days set (AB 岗、请假)."""
    row, today = holding_or_404(holding_id), today_of(request)

    def fields(values: dict[str, str]) -> list[dict[str, object]]:
        others = [p for p in all_persons() if p.id != row.person_id]
        return [
            field("person", _("代岗人"), values, "select", options=person_options(everybody_seated(today), others)),
            field("since", _("从"), values, "date"),
            field("until", _("到"), values, "date", help=_("这一天仍代岗；到期自动结束")),
            field("reason", _("原因"), values, help=_("例如：请假、出差、AB 岗")),
        ]

    def run(values: dict[str, str]) -> None:
        name_substitute(
            holding_id=row.id,
            person_id=wanted_id(values["person"], _("代岗人")),
            since=wanted_day(values["since"], _("开始日期")),
            until=wanted_day(values["until"], _("结束日期")),
            reason=values["reason"],
            acting=acting_of(request),
        )

    return form_page(
        request, title=_("指定代岗"), subject=_subject(row), back=reverse("web:post_detail", args=[row.post_id]),
        fields=fields, run=run, values={"person": "", "since": today.isoformat(), "until": "", "reason": ""},
        done=_("已指定代岗"), note=_("代岗人以“代某某”名义办理，留痕写明；本人仍可办理。"),
    )  # fmt: skip


@page(APPOINTER)
@require_http_methods(["GET", "POST"])
def holding_transfer(request: OfficeRequest, holding_id: UUID) -> HttpResponse:
    """Move somebody from this post to a vacant one (调岗)."""
    row, today = holding_or_404(holding_id), today_of(request)

    def fields(values: dict[str, str]) -> list[dict[str, object]]:
        posts = all_posts()
        held = {h.post_id for h in holdings_on([p.id for p in posts], today) if h.kind == "holder"}
        return [
            field("post", _("新职务"), values, "select", options=post_options(posts, held), help=_("只列空缺的职务")),
            field("since", _("到任日期"), values, "date", help=_("原职务到前一天为止")),
            field("reason", _("原因"), values),
        ]

    def run(values: dict[str, str]) -> None:
        transfer_person(
            holding_id=row.id,
            post_id=wanted_id(values["post"], _("新职务")),
            since=wanted_day(values["since"], _("到任日期")),
            reason=values["reason"],
            acting=acting_of(request),
        )

    return form_page(
        request, title=_("调岗"), subject=_subject(row), back=reverse("web:post_detail", args=[row.post_id]),
        fields=fields, run=run, values={"post": "", "since": today.isoformat(), "reason": ""}, done=_("已调岗"),
        to=reverse("web:person_detail", args=[row.person_id]),
    )  # fmt: skip
