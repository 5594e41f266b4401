"""Saved views of the lists (视图): one's own and those shared with one's unit, the same as on the pages."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from ninja import Field, Query, Router, Schema

from qingshan.commons.savedviews.models import SavedView
from qingshan.commons.savedviews.selectors import view_by_id, views_of
from qingshan.commons.savedviews.services import LONGEST_NAME, LONGEST_QUERY, delete_view, save_view
from qingshan.domain.acts import ActRefused
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Flag
from qingshan.interfaces.api.filters import NOT_OF_THE_VIEW, CaseView, LeadView, ListQuery, view_of
from qingshan.interfaces.api.problems import Problem
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["视图"])
READ = Spec(roles=MATTER_ROLES)
SAVE = Spec(roles=MATTER_ROLES, acts=True, body="json")
DELETE = Spec(roles=MATTER_ROLES, acts=True)
LIST_KINDS: Mapping[str, type[ListQuery]] = {"leads": LeadView, "cases": CaseView}
ListName = Literal["leads", "cases"]


class ViewOut(Answer):
    """A saved view; ``query`` goes behind ``/leads?`` or ``/cases?``, ``columns`` are those of the page."""

    id: UUID
    list: str
    name: str
    query: str
    columns: str
    own: bool
    shared: bool
    default: bool
    owner: str


class ViewsOut(Answer):
    """Views of one list: own ones by name, then those shared with the unit."""

    views: list[ViewOut]


class ViewQuery(Schema):
    """Of which list."""

    list: ListName


class ViewIn(Body):
    """A view to be kept; the same name replaces one's own of that name."""

    list: ListName
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    query: Annotated[str, Field(max_length=LONGEST_QUERY)]
    shared: Flag = False
    default: Flag = False


def _check_scope(request: ApiRequest, name: str) -> None:
    scope = f"{name}:read"
    if scope not in request.token.scopes:
        raise Problem(403, "scope", f"令牌没有“{scope}”权限")


def _out(request: ApiRequest, row: SavedView) -> ViewOut:
    parts = parse_qsl(row.query)
    return ViewOut(
        id=row.id,
        list=row.list_slug,
        name=row.name,
        query=urlencode([part for part in parts if part[0] != "cols"]),
        columns=dict(parts).get("cols", ""),
        own=row.account_id == request.viewer.account_id,
        shared=row.unit_id is not None,
        default=row.is_default,
        owner=row.owner_name,
    )


@operation(router, "GET", "/views", READ, summary="视图", answer=ViewsOut)
def list_views(request: ApiRequest, filters: Query[ViewQuery]) -> ViewsOut:
    """Saved views of a list."""
    _check_scope(request, filters.list)
    return ViewsOut(views=[_out(request, row) for row in views_of(request.viewer, filters.list)])


@operation(router, "POST", "/views", SAVE, summary="保存视图", answer=ViewOut, status=201)
def keep_view(request: ApiRequest, content: ViewIn) -> ViewOut:
    """Save a view for the page and for programs; ``default``: the page opens with it."""
    _check_scope(request, content.list)
    view_of(LIST_KINDS[content.list], content.query, "query")
    kept = [part for part in parse_qsl(content.query.removeprefix("?")) if part[0] not in NOT_OF_THE_VIEW]
    row = save_view(
        list_slug=content.list,
        name=content.name,
        query=urlencode(kept),
        shared=content.shared,
        is_default=content.default,
        viewer=request.viewer,
        now=request.now,
    )
    return _out(request, row)


@operation(router, "POST", "/views/{uuid:view_id}/delete", DELETE, summary="删除视图", answer=ViewOut)
def drop_view(request: ApiRequest, view_id: UUID) -> ViewOut:
    """Delete one's own view; the answer is what it was."""
    row = view_by_id(view_id)
    if row is None:
        raise ActRefused("not_found", "没有这个视图，或它不是您保存的")
    _check_scope(request, row.list_slug)
    shown = _out(request, row)
    delete_view(view_id=view_id, viewer=request.viewer)
    return shown
