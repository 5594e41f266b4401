"""Saved views of the registers: saved, renamed, shared, deleted."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.savedviews.selectors import view_by_id
from qingshan.commons.savedviews.services import change_view, delete_view, save_view
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.casework.register import case_spec
from qingshan.interfaces.web.listing.page import BLANK, address_of
from qingshan.interfaces.web.listing.spec import ListSpec
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.lead_register import lead_spec

SPECS: dict[str, Callable[[Viewer, InForce], ListSpec]] = {"leads": lead_spec, "cases": case_spec}
"""Registers that have saved views, by their name."""
LISTS = {"leads": "web:lead_list", "cases": "web:case_list"}


@page(*MATTER_ROLES)
@require_POST
def view_save(request: OfficeRequest, slug: str) -> HttpResponse:
    """Save the view that is being looked at; only what the register knows is kept of it."""
    if slug not in SPECS:
        raise Http404(_("没有这个列表"))
    query = address_of(SPECS[slug](request.viewer, campaign_in_force()), request.POST.get("query", "")).query()
    return _answer(
        request,
        lambda: save_view(
            list_slug=slug,
            name=request.POST.get("name", ""),
            query=query,
            shared=bool(request.POST.get("shared")),
            is_default=bool(request.POST.get("default")),
            viewer=request.viewer,
            now=request.now,
        ),
        done=_("视图已保存"),
        to=_list(slug, query),
    )


@page(*MATTER_ROLES)
@require_POST
def view_change(request: OfficeRequest, view_id: UUID) -> HttpResponse:
    """Rename one's own view, share it, make it the one the list opens with."""
    row = view_by_id(view_id)
    if row is None:
        raise Http404(_("没有这个视图"))
    return _answer(
        request,
        lambda: change_view(
            view_id=view_id,
            name=request.POST.get("name", ""),
            shared=bool(request.POST.get("shared")),
            is_default=bool(request.POST.get("default")),
            viewer=request.viewer,
        ),
        done=_("视图已修改"),
        to=_list(row.list_slug, row.query),
    )


@page(*MATTER_ROLES)
@require_POST
def view_delete(request: OfficeRequest, view_id: UUID) -> HttpResponse:
    """Delete one's own view; the list stays as it is."""
    row = view_by_id(view_id)
    if row is None:
        raise Http404(_("没有这个视图"))
    return _answer(
        request,
        lambda: delete_view(view_id=view_id, viewer=request.viewer),
        done=_("视图已删除"),
        to=_list(row.list_slug, row.query),
    )


def _list(slug: str, query: str) -> str:
    return reverse(LISTS[slug]) + (f"?{query}" if query else BLANK)


def _answer(request: OfficeRequest, run: Callable[[], object], *, done: str, to: str) -> HttpResponse:
    try:
        with transaction.atomic():
            run()
    except ActRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(to)
