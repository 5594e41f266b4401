"""Accounts (账号): list with filters, one account, opening and stopping, first passwords on slips to print."""

from collections.abc import Callable, Container
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.accounts.keeping import open_account, set_account_active
from qingshan.commons.accounts.passwords import FIRST_DAYS, MOST_AT_ONCE, issue_first_passwords, password_state
from qingshan.commons.accounts.second_factor import drop_second_factor, has_second_factor
from qingshan.commons.accounts.selectors import FILTERS, AccountLine, account_by_id, accounts, administrators_among
from qingshan.commons.accounts.sessions import end_all_sessions, open_sessions
from qingshan.commons.accounts.sign_ins import locked_usernames, sign_ins, unlock_account
from qingshan.commons.people.models import Account, Holding
from qingshan.commons.people.selectors import holdings_of, units
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.account_words import ADMINISTRATORS, BAD_EVENTS, EVENTS, field, tabs_of
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.casework.listing import read_uuid
from qingshan.interfaces.web.gatekeeping import read_administration
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.posts import form_page, today_of

KEEPER = "system_admin"
PAGE, BIG_PAGE, SLIPS_A_PAGE = 50, MOST_AT_ONCE, 8
WORDS = {
    "no_post": gettext_lazy("无任职"),
    "never": gettext_lazy("从未登录"),
    "expired": gettext_lazy("口令到期"),
    "no_password": gettext_lazy("未发初始口令"),
    "locked": gettext_lazy("已锁定"),
    "stopped": gettext_lazy("已停用"),
}


@page(*ADMINISTRATORS)
@require_safe
def account_list(request: OfficeRequest) -> HttpResponse:
    """Accounts by user name; ``after`` is the key of the page above, ``size=all`` a page long enough to print all."""
    read_administration(request.viewer)
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "only", "unit", "after", "size")}
    asked = {name: value.replace("\x00", "") for name, value in asked.items()}
    only = asked["only"] if asked["only"] in FILTERS else ""
    size = BIG_PAGE if asked["size"] == "all" else PAGE
    locked = locked_usernames(at=timezone.now())
    found = accounts(
        text=asked["q"], only=only, unit_id=read_uuid(asked["unit"]), after=asked["after"], now=request.now,
        today=today_of(request), days=settings.QINGSHAN_PASSWORD_DAYS, locked=locked, limit=size + 1,
    )  # fmt: skip
    lines, more = found[:size], len(found) > size
    context = {
        "rows": [_row(request, line, locked) for line in lines],
        "kept_apart": {line.account.id for line in lines if any(_administers(held) for held in line.posts)},
        "fields": _filters(asked, only),
        "tabs": tabs_of(request.viewer, "account_list"),
        "may_keep": request.viewer.has(KEEPER),
        "first_url": _address(asked, after="") if asked["after"] else "",
        "next_url": _address(asked, after=lines[-1].account.username) if more else "",
        "all_url": _address(asked, after="", size="all") if more and size == PAGE else "",
        "filtered": bool(asked["q"] or only or asked["unit"]),
        "days": FIRST_DAYS,
        "now": request.now,
    }
    return render(request, "web/accounts/list.html", context)


def _administers(held: Holding) -> bool:
    return not set(ADMINISTRATORS).isdisjoint(held.post.roles)


def _row(request: OfficeRequest, line: AccountLine, locked: Container[str]) -> dict[str, object]:
    account = line.account
    return {
        "account": account,
        "posts": line.posts,
        "locked": account.username in locked,
        "password": _password_words(request, account),
    }


def _password_words(request: OfficeRequest, account: Account) -> str:
    """What there is to say about a password: none yet, not changed yet, void, too old."""
    if not account.has_usable_password():
        return _("未发初始口令")
    state = password_state(account, now=request.now, days=settings.QINGSHAN_PASSWORD_DAYS)
    if state == "first":
        void = account.first_until is not None and account.first_until < request.now
        return _("初始口令已过期") if void else _("初始口令未改")
    return _("口令到期") if state else ""


def _filters(asked: dict[str, str], only: str) -> list[dict[str, object]]:
    options = [("", _("全部"))] + [(name, str(WORDS[name])) for name in WORDS]
    unit_options = [("", _("全部单位"))] + [(str(u.id), u.short) for u in units() if u.level != "village"]
    return [
        {"name": "q", "label": _("姓名或用户名"), "value": asked["q"], "placeholder": _("输入一部分即可")},
        {"name": "only", "label": _("状态"), "value": only, "options": options},
        {"name": "unit", "label": _("单位"), "value": asked["unit"], "options": unit_options},
    ]


def _address(asked: dict[str, str], **changed: str) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in {**asked, **changed}.items() if value})
    return f"?{query.urlencode()}"


@page(KEEPER)
@require_http_methods(["GET", "POST"])
def account_new(request: OfficeRequest) -> HttpResponse:
    """Open one account; the post is given by the rights administrator."""

    def fields(values: dict[str, str]) -> list[dict[str, object]]:
        return [
            field("name", _("姓名"), values),
            field("username", _("用户名"), values, help=_("小写字母、数字、点、横线，例如 sucun-03")),
            field("phone", _("手机"), values, "tel", required=False, help=_("加密保存，只有管理人员看得到")),
        ]

    return form_page(
        request, title=_("开设账号"), subject="", back=reverse("web:account_list"), fields=fields,
        values={"name": "", "username": "", "phone": ""},
        run=lambda values: open_account(acting=acting_of(request), **values),
        done=_("账号已开设。发放初始口令后才能登录；职务由权限管理员任命"),
        to=f"{reverse('web:account_list')}?only=no_password",
    )  # fmt: skip


def _account_or_404(account_id: UUID) -> Account:
    account = account_by_id(account_id)
    if account is None:
        raise Http404(_("没有这个账号"))
    return account


def _detail_context(request: OfficeRequest, account_id: UUID) -> dict[str, object]:
    account = _account_or_404(account_id)
    locked = locked_usernames(at=timezone.now())
    log = sign_ins(account_id=account.id, limit=20)
    held = holdings_of(account.person_id, after=today_of(request)) if account.person_id else []
    may_keep, own = request.viewer.has(KEEPER), account.id == request.viewer.account_id
    operators = account.id in administrators_among([account.id], today=today_of(request))
    return {
        "account": account,
        "posts": [row for row in held if row.since <= today_of(request)],
        "locked": account.username in locked,
        "locked_until": locked.get(account.username),
        "password": _password_words(request, account),
        "second": has_second_factor(account.id),
        "sessions": open_sessions(account_id=account.id, limit=20),
        "log": [
            {"line": line, "word": EVENTS.get(line.event, line.event), "bad": line.event in BAD_EVENTS} for line in log
        ],
        "may_keep": may_keep,
        "may_read_log": request.viewer.has(KEEPER, "audit_admin"),
        "may_end": may_keep and (own or not operators),
        "operators": may_keep and operators and not own,
        "may_act": may_keep and not own and not operators,
        "days": FIRST_DAYS,
        "now": request.now,
    }


DETAIL = "web/accounts/account.html"


@page(*ADMINISTRATORS)
@require_safe
def account_detail(request: OfficeRequest, account_id: UUID) -> HttpResponse:
    """One account: state, posts, devices, sign-in log."""
    read_administration(request.viewer)
    return render(request, DETAIL, _detail_context(request, account_id))


def _do(request: OfficeRequest, account_id: UUID, run: Callable[[], object], done: str) -> HttpResponse:
    """An act on one account; refused: its page again with the reason."""
    _account_or_404(account_id)
    return perform(
        request,
        run,
        done=done,
        to=reverse("web:account_detail", args=[account_id]),
        template=DETAIL,
        context=lambda: _detail_context(request, account_id),
    )


@page(KEEPER)
@require_POST
def account_state(request: OfficeRequest, account_id: UUID) -> HttpResponse:
    """Stop an account or open it again, with a reason."""
    active, reason = request.POST.get("active") == "1", request.POST.get("reason", "")
    return _do(
        request,
        account_id,
        lambda: set_account_active(account_id=account_id, active=active, reason=reason, acting=acting_of(request)),
        _("账号已启用") if active else _("账号已停用，登录中的设备已全部退出，令牌已停用"),
    )


@page(KEEPER)
@require_POST
def account_unlock(request: OfficeRequest, account_id: UUID) -> HttpResponse:
    """Lift the lock after wrong passwords."""
    return _do(
        request,
        account_id,
        lambda: unlock_account(account_id=account_id, at=timezone.now(), acting=acting_of(request)),
        _("已解除锁定"),
    )


@page(KEEPER)
@require_POST
def account_sign_out(request: OfficeRequest, account_id: UUID) -> HttpResponse:
    """End all sessions of somebody."""
    return _do(
        request,
        account_id,
        lambda: end_all_sessions(account_id=account_id, acting=acting_of(request)),
        _("该账号的设备已全部退出，令牌已停用"),
    )


@page(KEEPER)
@require_POST
def account_drop_factor(request: OfficeRequest, account_id: UUID) -> HttpResponse:
    """Take the second factor of somebody who lost his phone."""
    return _do(
        request,
        account_id,
        lambda: drop_second_factor(account_id=account_id, acting=acting_of(request)),
        _("已取消第二道验证"),
    )


@page(KEEPER)
@never_cache
@require_POST
def account_slips(request: OfficeRequest) -> HttpResponse:
    """New first passwords for the chosen accounts, shown once as slips to print; they are kept nowhere."""
    chosen = [i for i in (read_uuid(text) for text in request.POST.getlist("id")) if i is not None]
    try:
        with transaction.atomic():
            slips = issue_first_passwords(account_ids=chosen, acting=acting_of(request))
    except ActRefused as refusal:
        return render(request, "web/accounts/refused.html", {"refusal": refusal, "now": request.now}, status=422)
    pages = [slips[n : n + SLIPS_A_PAGE] for n in range(0, len(slips), SLIPS_A_PAGE)]
    context = {"pages": pages, "address": request.build_absolute_uri("/"), "n": len(slips), "days": FIRST_DAYS}
    return render(request, "web/accounts/slips.html", context)
