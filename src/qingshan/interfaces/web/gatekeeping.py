"""Between sign-in and page: where a request comes from, idle sessions, what somebody has to do first.

Idle time goes by the machine's clock, which no demonstration shifts.
"""

import time
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from qingshan.commons.accounts.passwords import password_state
from qingshan.commons.accounts.sessions import close_session, open_session, see_session
from qingshan.commons.accounts.sign_ins import Client, device_words, write_sign_in
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import ADMIN_DIVISION, Viewer

SEEN_KEY, SECOND_KEY = "seen", "second_factor"
POLL_HEADER = "Qingshan-Poll"
"""Sent by parts of a page that ask again by themselves: nobody is at the desk for that."""
EVERY = 60
"""Seconds after which a session in use is written again."""
FREE = frozenset({"my_password", "my_second_factor", "my_second_factor_on"})
"""Pages that lead out of a step that must be done first."""


def client_of(request: HttpRequest) -> Client:
    """Address and device. Behind a proxy that ends TLS, the address that proxy saw."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.headers.get("X-Forwarded-For", address).split(",")[-1].strip()
    return Client(address=address, device=device_words(request.headers.get("User-Agent", "")))


def begin_session(request: HttpRequest, account: Account, *, now: datetime, second: bool) -> None:
    """After `login`: note the session. Needs the account's scope."""
    request.session[SEEN_KEY] = int(time.time())
    request.session[SECOND_KEY] = second
    client = client_of(request)
    Account.objects.filter(id=account.id).update(last_login=now)
    if request.session.session_key is not None:
        open_session(account=account, key=request.session.session_key, client=client, now=now)
    write_sign_in(event="sign_in", account=account, client=client, now=now)


def is_idle(request: HttpRequest) -> bool:
    """Whether the session was left alone for too long; one that does not say since when, was."""
    seen, minutes = request.session.get(SEEN_KEY), settings.QINGSHAN_IDLE_MINUTES
    return bool(minutes) and not (isinstance(seen, int) and time.time() - seen <= minutes * 60)


def note_use(request: HttpRequest, *, now: datetime) -> None:
    """Write, at most once a minute, that somebody uses the session. Needs the viewer's scope."""
    seen = None if request.headers.get(POLL_HEADER) else request.session.get(SEEN_KEY)
    if isinstance(seen, int) and time.time() - seen > EVERY:
        request.session[SEEN_KEY] = int(time.time())
        if request.session.session_key is not None:
            see_session(key=request.session.session_key, client=client_of(request), now=now)


def end_own_session(request: HttpRequest, account: Account, *, how: str, now: datetime) -> None:
    """Note that a session ends by itself: signed out, idle. Needs the account's scope."""
    if request.session.session_key is not None:
        close_session(key=request.session.session_key, how=how, now=now)
    write_sign_in(event=how, account=account, client=client_of(request), now=now)


def required_step(request: HttpRequest, account: Account, viewer: Viewer, *, now: datetime) -> str:
    """Name of the page that comes before all others: a new password, a second factor; "" when nothing is owed."""
    if password_state(account, now=now, days=settings.QINGSHAN_PASSWORD_DAYS):
        return "web:my_password"
    if viewer.roles & settings.QINGSHAN_MFA_ROLES and not request.session.get(SECOND_KEY):
        return "web:my_second_factor"
    return ""


def read_administration(viewer: Viewer) -> None:
    """Let the audit administrator read account data on this page; who keeps it has that scope already."""
    replace(viewer, prefix=ADMIN_DIVISION, unit_ids=()).apply_scope()
