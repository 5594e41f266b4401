"""Signing in and out, choosing the acting post, language."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from qingshan.interfaces.web.access import open_page, page
from qingshan.interfaces.web.middleware import POST_KEY, OfficeRequest


class SignInForm(AuthenticationForm):
    """Account and password, in the words of the office."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.error_messages = {
            "invalid_login": _("账号或密码不对，请重新输入；连续输错五次会锁定半小时。"),
            "inactive": _("此账号已停用，请找本单位的系统管理人员。"),
        }


@open_page
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; five failures lock the account for half an hour."""
    form = SignInForm(request, data=request.POST or None)
    target = request.POST.get("next") or request.GET.get("next") or ""
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return HttpResponseRedirect(target if _is_own(request, target) else "/")
    status = 422 if request.method == "POST" else 200
    return render(request, "web/signin.html", {"form": form, "next": target}, status=status)


def _is_own(request: HttpRequest, target: str) -> bool:
    return bool(target) and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


@open_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
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
