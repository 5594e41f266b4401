"""The workbench of those who keep accounts and posts: what waits for them, each line with the page that does it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingshan.commons.accounts.selectors import account_counts, rosters, seated_without_account
from qingshan.commons.accounts.sign_ins import failures_since, locked_usernames
from qingshan.commons.people.models import Holding, Post
from qingshan.commons.people.selectors import holdings_ending, vacant_posts
from qingshan.domain.duty import DutyState, duty_state
from qingshan.interfaces.web.account_words import ADMINISTRATORS
from qingshan.interfaces.web.acting import end_of_day
from qingshan.interfaces.web.gatekeeping import read_administration
from qingshan.interfaces.web.middleware import OfficeRequest

AHEAD = 14
"""Days ahead in which an ending post or substitution is shown."""
SHOWN = 12
"""Lines of one group; the rest stands on the page behind it."""
Line = dict[str, Any]


def admin_bench(request: OfficeRequest) -> HttpResponse:
    """Groups of lines by what is to be done, and the figures beside them."""
    viewer, today = request.viewer, timezone.localdate(request.now)
    read_administration(viewer)
    groups: list[dict[str, Any]] = []
    if viewer.has("rights_admin"):
        groups += [_endings(request, today), _vacant(today), _rosters()]
    if viewer.has("system_admin"):
        groups += [_keeping(request, today), _without_account(today)]
    if viewer.has("audit_admin"):
        groups.append(_watching(request))
    shown = [group for group in groups if group["items"]]
    context = {
        "groups": shown,
        "total": sum(len(group["items"]) for group in shown),
        "links": _links(request),
        "now": request.now,
    }
    return render(request, "web/workbench/admin.html", context)


def is_administrator(request: OfficeRequest) -> bool:
    """Whether the viewer keeps accounts, posts or the audit, and no matters."""
    return request.viewer.has(*ADMINISTRATORS)


def _group(label: str, items: list[Line], *, count: int | None = None, late: bool = False) -> dict[str, Any]:
    total = len(items) if count is None else count
    shown = items[:SHOWN]
    return {"label": label, "items": shown, "count": total, "hidden": max(0, total - len(shown)), "late": late}


def _line(title: str, place: str, url: str, action: str, **more: Any) -> Line:
    return {
        "title": title,
        "place": place,
        "url": url,
        "action_url": url,
        "action": action,
        "clause": "",
        "timeless": "due" not in more,
        **more,
    }


def _endings(request: OfficeRequest, today: date) -> dict[str, Any]:
    """Substitutions and posts that end soon: prolong, or name somebody else."""
    found = holdings_ending(today, today + timedelta(days=AHEAD))
    return _group(_("快到期的代岗和任职"), [_ending(request, row) for row in found])


def _ending(request: OfficeRequest, row: Holding) -> Line:
    substitute = row.kind == "substitute" and row.stands_in_for is not None
    what = _("代岗到期") if substitute else _("任职到期")
    who = (
        _("%(name)s 代 %(other)s") % {"name": row.person.name, "other": row.stands_in_for.name}
        if substitute and row.stands_in_for is not None
        else row.person.name
    )
    due = end_of_day(row.until)
    urgent = duty_state(due, request.now) in (DutyState.OVERDUE, DutyState.TODAY)
    url = reverse("web:post_detail", args=[row.post_id])
    return _line(f"{what} · {row.post.label}", who, url, _("续任或换人"), due=due, primary=urgent)


def _vacant(today: date) -> dict[str, Any]:
    """Posts without a holder; the responsible ones of townships first (四-2-1②)."""
    found, count = vacant_posts(today, limit=SHOWN)
    return _group(_("空缺的职务"), [_vacancy(post) for post in found], count=count)


def _vacancy(post: Post) -> Line:
    url = reverse("web:post_detail", args=[post.id])
    note = _("属地责任人") if post.duty else ""
    line = _line(f"{_('任命')} · {post.label}", note, url, _("任命"), primary=bool(post.duty), clause=post.clause)
    return {**line, "action_url": reverse("web:post_appoint", args=[post.id])}


def _rosters() -> dict[str, Any]:
    """Rosters that were read and wait for whoever gives posts."""
    waiting = [row for row in rosters(limit=20) if row.state == "read"]
    items = [
        _line(row.name, row.created_by_text, reverse("web:roster_detail", args=[row.id]), _("核对并任命"), primary=True)
        for row in waiting
    ]
    return _group(_("待办理的名册"), items)


def _keeping(request: OfficeRequest, today: date) -> dict[str, Any]:
    """Accounts that cannot be used, by why; each line leads to the list of them."""
    locked = locked_usernames(at=timezone.now())
    counts = account_counts(now=request.now, today=today, days=settings.QINGSHAN_PASSWORD_DAYS, locked=locked)
    kinds: Mapping[str, tuple[str, str, str]] = {
        "locked": (_("%(n)d 个账号被锁定"), _("连续输错口令；确认是本人后解锁"), _("去解锁")),
        "no_password": (_("%(n)d 个账号没有发初始口令"), _("发放后打印口令条，本人当面领取"), _("发口令")),
        "expired": (_("%(n)d 个账号口令到期"), _("本人登录时会要求修改；初始口令过期的须重发"), _("去看")),
        "no_post": (_("%(n)d 个账号没有任职"), _("可能已离任：请权限管理员任命，或停用账号"), _("去看")),
    }
    list_url = reverse("web:account_list")
    items = [
        _line(text % {"n": counts[kind]}, note, f"{list_url}?only={kind}", action, primary=kind == "locked")
        for kind, (text, note, action) in kinds.items()
        if counts[kind]
    ]
    return _group(_("账号"), items)


def _without_account(today: date) -> dict[str, Any]:
    """People who hold a post and cannot sign in."""
    found, count = seated_without_account(today, limit=SHOWN)
    items = [
        _line(f"{_('开设账号')} · {row.person.name}", row.post.label, reverse("web:account_new"), _("开设"))
        for row in found
    ]
    return _group(_("在任但没有账号的人"), items, count=count)


def _watching(request: OfficeRequest) -> dict[str, Any]:
    """What the audit looks at: failures of the last day, and the seals."""
    failures = failures_since(request.now - timedelta(days=1))
    log, seals = reverse("web:sign_in_list"), reverse("web:journal_seals")
    items = [
        _line(_("核对封签"), _("每天对一次记录链的根，打印存档"), seals, _("看封签")),
        _line(_("看任职与账号留痕"), _("谁给谁开了账号、给了什么职务"), reverse("web:account_acts"), _("去看")),
    ]
    if failures:
        title = _("最近一天登录失败 %(n)d 次") % {"n": failures}
        items.insert(0, _line(title, _("口令错误、锁定、动态口令错误"), log, _("看登录日志"), primary=True))
    return _group(_("审计"), items)


def _links(request: OfficeRequest) -> list[dict[str, str]]:
    """Pages of this post's daily work."""
    rows = (
        (_("按名册批量开户"), "roster_upload", ("system_admin",), ""),
        (_("全部账号"), "account_list", ADMINISTRATORS, ""),
        (_("名册"), "roster_list", ("system_admin", "rights_admin"), ""),
        (_("空缺职务"), "units", ("rights_admin",), "?only=vacant"),
        (_("登录设备"), "session_list", ("system_admin",), ""),
        (_("登录日志"), "sign_in_list", ("system_admin", "audit_admin"), ""),
    )
    return [
        {"label": label, "url": reverse(f"web:{name}") + query}
        for label, name, roles, query in rows
        if request.viewer.has(*roles)
    ]
