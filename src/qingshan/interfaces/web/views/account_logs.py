"""What administrators read: devices signed in, the sign-in log, acts on persons and accounts; all by key."""

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.accounts.selectors import administrators_among
from qingshan.commons.accounts.sessions import open_sessions
from qingshan.commons.accounts.sign_ins import EVENTS as KNOWN
from qingshan.commons.accounts.sign_ins import sign_ins
from qingshan.commons.journal.selectors import recent_entries
from qingshan.domain.acts import CATALOGUE
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.account_words import ADMINISTRATORS, BAD_EVENTS, EVENTS, history_entry, tabs_of
from qingshan.interfaces.web.casework.listing import read_uuid
from qingshan.interfaces.web.gatekeeping import read_administration
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.posts import today_of

PAGE = 50


def _pager(request: OfficeRequest, keep: dict[str, str], last: UUID | None) -> dict[str, str]:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in keep.items() if value})
    first = f"?{query.urlencode()}" if request.GET.get("before") else ""
    if last is not None:
        query["before"] = str(last)
    return {"first_url": first, "next_url": f"?{query.urlencode()}" if last is not None else ""}


@page("system_admin")
@require_safe
def session_list(request: OfficeRequest) -> HttpResponse:
    """Devices signed in now, newest first, each with a button to end it."""
    found = open_sessions(before=read_uuid(request.GET.get("before", "")), limit=PAGE + 1)
    rows = found[:PAGE]
    apart = administrators_among({row.account_id for row in rows}, today=today_of(request))
    context = {
        "sessions": rows,
        "kept_apart": apart - {request.viewer.account_id},
        "tabs": tabs_of(request.viewer, "session_list"),
        "own_key": request.session.session_key,
        "now": request.now,
        **_pager(request, {}, rows[-1].id if len(found) > PAGE else None),
    }
    return render(request, "web/accounts/sessions.html", context)


@page("system_admin", "audit_admin")
@require_safe
def sign_in_list(request: OfficeRequest) -> HttpResponse:
    """The sign-in log, newest first; kept for good, the database refuses to change it."""
    read_administration(request.viewer)
    event = request.GET.get("event", "")
    event = event if event in KNOWN else ""
    account = read_uuid(request.GET.get("account", ""))
    before = read_uuid(request.GET.get("before", ""))
    found = sign_ins(account_id=account, event=event, before=before, limit=PAGE + 1)
    lines = found[:PAGE]
    options = [("", _("全部")), *((name, str(EVENTS[name])) for name in KNOWN)]
    keep = {"event": event, "account": str(account) if account else ""}
    context = {
        "log": [
            {"line": row, "word": EVENTS.get(row.event, row.event), "bad": row.event in BAD_EVENTS} for row in lines
        ],
        "fields": [{"name": "event", "label": _("事件"), "value": event, "options": options}],
        "keep": [{"name": "account", "value": keep["account"]}] if account else [],
        "tabs": tabs_of(request.viewer, "sign_in_list"),
        "now": request.now,
        **_pager(request, keep, lines[-1].id if len(found) > PAGE else None),
    }
    return render(request, "web/accounts/sign_ins.html", context)


@page(*ADMINISTRATORS)
@require_safe
def account_acts(request: OfficeRequest) -> HttpResponse:
    """What was done to persons, posts and accounts: the administrators' part of the journal."""
    read_administration(request.viewer)
    act = request.GET.get("act", "")
    act = act if act in CATALOGUE and act.startswith("person.") else ""
    found = recent_entries(before=read_uuid(request.GET.get("before", "")), act=act, limit=PAGE + 1)
    lines = found[:PAGE]
    options = [("", _("全部")), *((n, str(labels.word("act", n))) for n in CATALOGUE if n.startswith("person."))]
    context = {
        "rows": [history_entry(line) for line in lines],
        "fields": [{"name": "act", "label": _("办理"), "value": act, "options": options}],
        "tabs": tabs_of(request.viewer, "account_acts"),
        "now": request.now,
        **_pager(request, {"act": act}, lines[-1].entry_id if len(found) > PAGE else None),
    }
    return render(request, "web/accounts/acts.html", context)
