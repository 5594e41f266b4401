"""One's own account (我的账号): devices, password, second factor."""

import base64
import io
import time
from typing import cast
from uuid import UUID

import qrcode
import qrcode.image.svg
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.accounts.passwords import OfficePasswordValidator, change_password, password_state
from qingshan.commons.accounts.second_factor import (
    check_code,
    has_second_factor,
    new_secret,
    phone_address,
    switch_off,
    switch_on,
)
from qingshan.commons.accounts.sessions import end_session, open_sessions, rename_session
from qingshan.commons.accounts.sign_ins import sign_ins, write_sign_in
from qingshan.commons.people.models import Account
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.account_words import BAD_EVENTS, EVENTS, field
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.gatekeeping import SECOND_KEY, client_of, required_step
from qingshan.interfaces.web.middleware import OfficeRequest

# The words of the validator, marked here for the catalogue of the pages.
_RULE = gettext_noop("至少 10 个字符，大写字母、小写字母、数字、其他符号中至少三类，不含用户名和姓名")

SECRET_KEY = "second_factor_secret"  # noqa: S105 - the name of a session value
PASSWORD, SECOND = "web/accounts/password.html", "web/accounts/second_factor.html"


def _account(request: OfficeRequest) -> Account:
    return cast("Account", request.user)


@page()
@require_safe
def my_account(request: OfficeRequest) -> HttpResponse:
    """Devices and the latest lines of one's own sign-in log."""
    account = _account(request)
    lines = sign_ins(account_id=account.id, limit=20)
    context = {
        "account": account,
        "sessions": open_sessions(account_id=account.id, limit=50),
        "own_key": request.session.session_key,
        "second": has_second_factor(account.id),
        "second_owed": bool(request.viewer.roles & settings.QINGSHAN_MFA_ROLES),
        "days": settings.QINGSHAN_PASSWORD_DAYS,
        "log": [
            {"line": row, "word": EVENTS.get(row.event, row.event), "bad": row.event in BAD_EVENTS} for row in lines
        ],
        "now": request.now,
    }
    return render(request, "web/accounts/me.html", context)


@page()
@require_POST
def session_end(request: OfficeRequest, session_id: UUID) -> HttpResponse:
    """End one device: one's own, or anybody's by the system administrator."""
    name = "web:session_list" if request.POST.get("from") == "list" else "web:my_account"
    return perform(
        request,
        lambda: end_session(session_id=session_id, acting=acting_of(request)),
        done=_("设备已退出"),
        to=reverse(name),
        template="web/accounts/refused.html",
        context=lambda: {"now": request.now},
    )


@sensitive_post_parameters("old", "new", "again")
@page()
@never_cache
@require_http_methods(["GET", "POST"])
def my_password(request: OfficeRequest) -> HttpResponse:
    """Change one's own password; other devices are signed out."""
    account = _account(request)

    def context() -> dict[str, object]:
        return {
            "why": password_state(account, now=request.now, days=settings.QINGSHAN_PASSWORD_DAYS),
            "days": settings.QINGSHAN_PASSWORD_DAYS,
            "username": account.username,
            "fields": [
                field("old", _("原口令"), {}, "password", attrs={"autocomplete": "current-password"}),
                field("new", _("新口令"), {}, "password", attrs={"autocomplete": "new-password"},
                      help=_(OfficePasswordValidator().get_help_text())),
                field("again", _("再输一遍新口令"), {}, "password", attrs={"autocomplete": "new-password"}),
            ],
            "now": request.now,
        }  # fmt: skip

    if request.method != "POST":
        return render(request, PASSWORD, context())
    # The submitted text is used as it is: a password may begin or end with a blank.
    old, new, again = (request.POST.get(name, "")[:200] for name in ("old", "new", "again"))
    key = request.session.session_key or ""

    failed: list[ActRefused] = []

    def run() -> None:
        try:
            change_password(
                account=account, old=old, new=new, again=again, keep_session=key, client=client_of(request),
                now=request.now,
            )  # fmt: skip
        except ActRefused as refusal:
            failed.append(refusal)
            raise

    response = perform(
        request,
        run,
        done=_("口令已修改，其他设备已退出，令牌已停用"),
        to=reverse("web:my_account"),
        template=PASSWORD,
        context=context,
    )
    if any(refusal.code == "old" for refusal in failed):
        write_sign_in(event="password_failure", account=account, client=client_of(request), now=request.now)
    if response.status_code in (204, 302):
        _stay_signed_in(request, account)
    return response


def _stay_signed_in(request: OfficeRequest, account: Account) -> None:
    """Keep this device's session: its mark follows the new password, its key changes with it."""
    before = request.session.session_key or ""
    update_session_auth_hash(request, account)
    rename_session(key=before, new_key=request.session.session_key or "")


@page()
@never_cache
@require_safe
def my_second_factor(request: OfficeRequest) -> HttpResponse:
    """Switch one-time codes on: the secret to scan, or that they are on."""
    return render(request, SECOND, _second_context(request))


def _second_context(request: OfficeRequest) -> dict[str, object]:
    account = _account(request)
    on = has_second_factor(account.id)
    context: dict[str, object] = {
        "on": on,
        "owed": required_step(request, account, request.viewer, now=request.now) == "web:my_second_factor",
        "compulsory": bool(request.viewer.roles & settings.QINGSHAN_MFA_ROLES),
        "now": request.now,
    }
    if not on:
        secret = request.session.setdefault(SECRET_KEY, new_secret())
        address = phone_address(secret=secret, username=account.username, issuer="青山")
        context |= {
            "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
            "picture": _picture(address),
        }
    return context


def _picture(text: str) -> str:
    """A code to scan, as an address of the page itself."""
    buffer = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=8, border=2).save(buffer)
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


@page()
@never_cache
@require_http_methods(["GET", "POST"])
def my_second_factor_on(request: OfficeRequest) -> HttpResponse:
    """Prove the phone by a code; the spare codes are shown once."""
    secret = request.session.get(SECRET_KEY)
    if request.method != "POST" or not secret:
        return redirect("web:my_second_factor")
    account, client = _account(request), client_of(request)
    try:
        with transaction.atomic():
            spare = switch_on(
                account=account, secret=secret, code=request.POST.get("code", "")[:20], client=client,
                at=time.time(), now=request.now,
            )  # fmt: skip
    except ActRefused as refusal:
        return render(request, SECOND, {**_second_context(request), "refusal": refusal}, status=422)
    request.session.pop(SECRET_KEY, None)
    request.session[SECOND_KEY] = True
    return render(request, "web/accounts/spare_codes.html", {"spare": spare, "now": request.now})


@page()
@require_POST
def my_second_factor_off(request: OfficeRequest) -> HttpResponse:
    """Switch one-time codes off again, proven by a code."""
    account, client = _account(request), client_of(request)
    refusal: ActRefused | None = None
    if request.viewer.roles & settings.QINGSHAN_MFA_ROLES:
        refusal = ActRefused("role", _("您的职务必须使用第二道验证，不能关闭"))
    else:
        try:
            check_code(
                account=account, code=request.POST.get("code", "")[:40], client=client, at=time.time(), now=request.now
            )
            switch_off(account=account, client=client, now=request.now)
        except ActRefused as error:
            refusal = error
    if refusal is not None:
        return render(request, SECOND, {**_second_context(request), "refusal": refusal}, status=422)
    request.session[SECOND_KEY] = False
    return HttpResponseRedirect(reverse("web:my_account"))
