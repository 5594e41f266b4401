"""Signing in and out, choosing the acting post, language."""

import time
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from qingshan.commons.accounts.passwords import is_void
from qingshan.commons.accounts.second_factor import check_code, has_second_factor
from qingshan.commons.accounts.sign_ins import write_failure, write_sign_in
from qingshan.commons.base.scope import set_scope
from qingshan.commons.people.models import Account
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import open_page, page
from qingshan.interfaces.web.gatekeeping import begin_session, client_of, end_own_session
from qingshan.interfaces.web.middleware import POST_KEY, OfficeRequest


class SignInForm(AuthenticationForm):
    """Account and password, in the words of the office."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = gettext_lazy("用户名")
        self.fields["password"].label = gettext_lazy("口令")
        self.error_messages = {
            "invalid_login": gettext_lazy("用户名或口令不对，请重新输入；连续输错五次会锁定半小时。"),
            "inactive": gettext_lazy("此账号已停用，请找本单位的系统管理人员。"),
        }


PENDING_KEY = "pending_sign_in"
PENDING_SECONDS = 300
BACKEND = "qingshan.commons.accounts.backend.AccountBackend"


@open_page
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; five failures lock the account for half an hour."""
    form = SignInForm(request, data=request.POST or None)
    target = request.POST.get("next") or request.GET.get("next") or ""
    problem = ""
    if request.method == "POST":
        if form.is_valid():
            account = form.get_user()
            problem = _void(request, account)
            if not problem:
                return _let_in(request, account, target)
        else:
            _note_failure(request)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "next": target, "problem": problem}
    return render(request, "web/signin.html", context, status=status)


def _void(request: HttpRequest, account: Account) -> str:
    if not is_void(account, now=_now(request)):
        return ""
    write_sign_in(event="void", account=account, client=client_of(request), now=_now(request))
    return _("初始口令已过期，请找系统管理员重新发放。")


def _let_in(request: HttpRequest, account: Account, target: str) -> HttpResponse:
    """On to the second factor where there is one, else in."""
    with transaction.atomic():
        set_scope(account=account.id)
        if not has_second_factor(account.id):
            login(request, account, backend=BACKEND)
            begin_session(request, account, now=_now(request), second=False)
            return HttpResponseRedirect(target if _is_own(request, target) else "/")
    request.session.cycle_key()
    request.session[PENDING_KEY] = {"account": str(account.id), "at": int(time.time()), "next": target}
    return redirect("web:second_step")


def _note_failure(request: HttpRequest) -> None:
    username = request.POST.get("username", "").strip()[:60]
    known = None if "\x00" in username else Account.objects.filter(username=username).first()
    event = "locked" if getattr(request, "axes_locked_out", False) else "failure"
    write_failure(event=event, account=known, client=client_of(request), now=_now(request))


def locked_out(request: HttpRequest, _response: object = None, _credentials: object = None) -> HttpResponse:
    """Told to whoever tries an account that is locked."""
    form = SignInForm(request)
    problem = _("连续输错五次，这个账号已锁定半小时。请稍后再试，或请系统管理员解除。")
    return render(request, "web/signin.html", {"form": form, "next": "", "problem": problem}, status=429)


@open_page
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password: of the phone, or a spare one."""
    pending = request.session.get(PENDING_KEY) or {}
    fresh = pending and time.time() - pending["at"] <= PENDING_SECONDS
    account = Account.objects.filter(id=pending["account"], is_active=True).first() if fresh else None
    if account is None:
        request.session.pop(PENDING_KEY, None)
        return redirect("web:sign_in")
    if request.method != "POST":
        return render(request, "web/accounts/second_step.html")
    with transaction.atomic():
        set_scope(account=account.id)
        refusal = _code_refusal(request, account)
        if refusal is None:
            login(request, account, backend=BACKEND)
            request.session.pop(PENDING_KEY, None)
            begin_session(request, account, now=_now(request), second=True)
            target = pending["next"]
            return HttpResponseRedirect(target if _is_own(request, target) else "/")
    return render(request, "web/accounts/second_step.html", {"refusal": refusal}, status=422)


def _code_refusal(request: HttpRequest, account: Account) -> ActRefused | None:
    """The transaction is kept, so that failures count."""
    code = request.POST.get("code", "")[:40]
    try:
        check_code(account=account, code=code, client=client_of(request), at=time.time(), now=_now(request))
    except ActRefused as refusal:
        return refusal
    return None


def _now(request: HttpRequest) -> datetime:
    return cast("datetime", request.now)  # type: ignore[attr-defined]


def _is_own(request: HttpRequest, target: str) -> bool:
    return bool(target) and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


@open_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    account = request.user
    if isinstance(account, Account):
        with transaction.atomic():
            set_scope(account=account.id)
            end_own_session(request, account, how="sign_out", now=_now(request))
    logout(request)
    return redirect("web:sign_in")


@open_page
def no_post(request: HttpRequest) -> HttpResponse:
    """Told to somebody who is signed in but holds no post today."""
    return render(request, "web/no_post.html", status=403)


@open_page
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, kept in a cookie of this device."""
    target = request.POST.get("next", "")
    response = HttpResponseRedirect(target if _is_own(request, target) else "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@page()
@require_POST
def choose_post(request: OfficeRequest) -> HttpResponse:
    """Act in another of one's own posts."""
    wanted = request.POST.get("post", "")
    own = {str(post_id) for post_id, _label in request.viewer.posts}
    if wanted in own:
        request.session[POST_KEY] = str(UUID(wanted))
    return redirect("web:workbench")
