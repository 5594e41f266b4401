"""One person (人员): posts by time, account, what was done about him; handing his posts over with their open work."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qingshan.commons.accounts.posts import hand_over
from qingshan.commons.accounts.selectors import account_of
from qingshan.commons.assignments.selectors import on_turn
from qingshan.commons.journal.personal import read_personal
from qingshan.commons.journal.selectors import history_of
from qingshan.commons.people.models import Holding, Person
from qingshan.commons.people.selectors import all_persons, everybody_seated, holdings_of, person_by_id
from qingshan.commons.people.viewer import viewer_in
from qingshan.contexts.cases.public import cases_on_turn, without_case
from qingshan.contexts.leads.public import leads_on_turn
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.account_words import ADMINISTRATORS, field, history_entry, person_options, texts
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.gatekeeping import read_administration
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.posts import APPOINTER, history_rows, today_of, wanted_day, wanted_id

WAITING_FOR_APPROVAL = frozenset({"in_review", "county_recheck", "city_recheck"})
HAND_OVER = "web/accounts/hand_over.html"


def _person_or_404(person_id: UUID) -> Person:
    person = person_by_id(person_id)
    if person is None:
        raise Http404(_("没有这个人员"))
    return person


@page(*ADMINISTRATORS)
@require_safe
def person_detail(request: OfficeRequest, person_id: UUID) -> HttpResponse:
    """A person's posts and history; the phone number only for those who keep accounts."""
    person = _person_or_404(person_id)
    phone = ""
    if person.phone_ref is not None and not request.viewer.has("audit_admin"):
        phone = read_personal({person.phone_ref}).get(person.phone_ref, "")
    read_administration(request.viewer)
    rows = history_rows(holdings_of(person.id), today_of(request))
    context = {
        "person": person,
        "phone": phone,
        "rows": rows,
        "account": account_of(person.id),
        "entries": [history_entry(line) for line in history_of(person.id)],
        "may_appoint": request.viewer.has(APPOINTER),
        "holds": any(r["state"] != "past" for r in rows),
        "now": request.now,
    }
    return render(request, "web/accounts/person.html", context)


@page(APPOINTER)
@require_http_methods(["GET", "POST"])
def person_hand_over(request: OfficeRequest, person_id: UUID) -> HttpResponse:
    """Hand all or some posts over in one act; the page lists beforehand what goes with each (工作交接)."""
    person, today = _person_or_404(person_id), today_of(request)
    values = {"receiver": "", "since": today.isoformat(), "reason": ""}
    held = [row for row in holdings_of(person.id, after=today) if row.kind == "holder"]
    chosen = set(request.POST.getlist("holding")) if request.method == "POST" else {str(row.id) for row in held}

    def context() -> dict[str, object]:
        others = [p for p in all_persons() if p.id != person.id]
        options = person_options(everybody_seated(today), others)
        return {
            "person": person,
            "lines": [{"row": row, "picked": str(row.id) in chosen, **_work(request, row)} for row in held],
            "fields": [
                field("receiver", _("接手人"), values, "select", options=options),
                field("since", _("接手日期"), values, "date", help=_("原任职到前一天为止，从这一天起由接手人办理")),
                field("reason", _("原因"), values, help=_("例如：调离、退休、长期病假")),
            ],
            "now": request.now,
        }

    if request.method != "POST":
        return render(request, HAND_OVER, context())
    values.update(texts(request.POST, *values))

    def run() -> None:
        hand_over(
            giver_id=person.id,
            receiver_id=wanted_id(values["receiver"], _("接手人")),
            holding_ids=[wanted_id(text, _("职务")) for text in sorted(chosen)],
            since=wanted_day(values["since"], _("接手日期")),
            reason=values["reason"],
            acting=acting_of(request),
        )

    to = reverse("web:person_detail", args=[person.id])
    return perform(request, run, done=_("已交接"), to=to, template=HAND_OVER, context=context)


def _work(request: OfficeRequest, row: Holding) -> dict[str, object]:
    """How much work hangs on a post: numbers only, counted in the scope of whoever holds it."""
    holder = viewer_in(row)
    if not holder.has(*MATTER_ROLES):
        return {"leads": 0, "cases": 0, "approvals": 0, "orders": 0, "handles": False}
    holder.apply_scope()
    orders = on_turn(holder, request.now)
    leads = without_case(leads_on_turn(holder))
    numbers: dict[str, object] = {
        "leads": leads.count(),
        "approvals": leads.filter(state__in=WAITING_FOR_APPROVAL).count(),
        "cases": cases_on_turn(holder).count(),
        "orders": orders.to_receive + orders.to_reply + orders.to_accept,
        "handles": True,
    }
    request.viewer.apply_scope()
    return numbers
