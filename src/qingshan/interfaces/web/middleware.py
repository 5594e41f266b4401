"""One transaction per request, opened with the scope of whoever is signed in. Deny by default.

The outermost layer: sign-in is checked here, the scope of row security is set here, and only here.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from qingshan.commons.base.clock import server_clock
from qingshan.commons.journal.busy import is_busy
from qingshan.commons.people.models import Account
from qingshan.commons.people.opening import viewer_at
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import InForce, one_reading
from qingshan.interfaces.web.access import is_open, roles_of
from qingshan.interfaces.web.gatekeeping import FREE, end_own_session, is_idle, note_use, required_step

POST_KEY = "acting_post"


class OfficeRequest(HttpRequest):
    """A request that carries who is looking; ``viewer`` is present on every page behind the sign-in."""

    viewer: Viewer
    now: datetime
    in_force: InForce
    """The plan as the view has read it, if it did; the frame asks no second time."""


class ScopeMiddleware:
    """Opens the transaction, finds the viewer, sets his scope; unknown visitors get to the sign-in page only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.now = server_clock()()  # type: ignore[attr-defined]
        if is_open(match.func):
            return self.get_response(request)
        with transaction.atomic(), one_reading():
            viewer = _viewer(request)
            if viewer is None:
                return _to_sign_in(request)
            viewer.apply_scope()
            request.viewer = viewer  # type: ignore[attr-defined]
            if first := _first(request, viewer, match.url_name or ""):
                return first
            if roles_of(match.func) is None:
                raise PermissionDenied(_("此页没有访问规则"))
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return _to_page(request) if _is_form_address(request, response, match.namespace) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Busy is no error of the program: say so and ask to try again."""
        return render(request, "web/errors/503.html", status=503) if is_busy(exception) else None


def _is_form_address(request: HttpRequest, response: HttpResponseBase, namespace: str) -> bool:
    """Whether somebody opened an address that only takes what a form sends: after a sign-in, from a bookmark."""
    asked = response.status_code == 405 and request.method == "GET" and namespace == "web"
    return asked and not request.headers.get("HX-Request")


def _page_above(path: str) -> str:
    """The nearest address above ``path`` that the office knows; "" for none."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        try:
            match = resolve(above)
        except Resolver404:
            continue
        if roles_of(match.func) is not None:
            return above
    return ""


def _to_page(request: HttpRequest) -> HttpResponse:
    """The nearest page above an address that only takes forms, which says why one is there."""
    path = _page_above(request.path_info) or reverse("web:workbench")
    messages.warning(request, _("这一步要在页面上点按钮办理，没有办成任何事；已为您打开上一级页面"))
    return redirect(path)


def _viewer(request: HttpRequest) -> Viewer | None:
    chosen = request.session.get(POST_KEY)
    now: datetime = request.now  # type: ignore[attr-defined]
    return viewer_at(request.user, now=now, post_id=UUID(chosen) if chosen else None)


def _first(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponse | None:
    """What comes before the page: an idle session is ended, a password that is due is changed."""
    account, now = request.user, request.now  # type: ignore[attr-defined]
    if not isinstance(account, Account):
        return None
    if is_idle(request):
        end_own_session(request, account, how="idle", now=now)
        logout(request)
        return _to_sign_in(request)
    note_use(request, now=now)
    step = "" if name in FREE else required_step(request, account, viewer, now=now)
    if not step:
        return None
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(step)})
    return redirect(step)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
    if request.user.is_authenticated:
        return redirect("web:no_post")
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
