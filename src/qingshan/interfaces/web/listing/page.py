"""The page of a register: fields, chips, heads, pages, columns to choose from, saved views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from qingshan.commons.base.paging import KeyPage, Sort, read_key
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.savedviews.models import SavedView
from qingshan.commons.savedviews.selectors import views_of
from qingshan.interfaces.web.formats import NOTHING
from qingshan.interfaces.web.listing.address import ListAddress, read_address
from qingshan.interfaces.web.listing.spec import Filter, Kind, ListSpec

BLANK = "?all=1"
"""The plain view for those whose list opens with a saved one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request asks of a register: the view, and the saved views of whoever asks."""

    address: ListAddress
    views: list[SavedView]
    viewer: Viewer

    @property
    def default(self) -> SavedView | None:
        """The view with which the list opens for this person."""
        return next((v for v in self.views if v.is_default and v.account_id == self.viewer.account_id), None)


def read_wanted(request: HttpRequest, spec: ListSpec, viewer: Viewer) -> Wanted:
    """Read the request; the query string as it came, and the saved views."""
    views = views_of(viewer, spec.slug)
    has_default = any(v.is_default and v.account_id == viewer.account_id for v in views)
    address = read_address(spec, request.GET, blank=BLANK if has_default else "?")
    return Wanted(address=address, views=views, viewer=viewer)


def opens_elsewhere(request: HttpRequest, spec: ListSpec, wanted: Wanted) -> HttpResponse | None:
    """An address without any view leads to the person's default one."""
    if request.GET or is_swap(request, spec) or wanted.default is None or not wanted.default.query:
        return None
    return HttpResponseRedirect(f"{spec.path}?{wanted.default.query}")


def is_swap(request: HttpRequest, spec: ListSpec) -> bool:
    """Whether only the rows are asked for; the browser's own history gets the whole page."""
    headers = request.headers
    wanted = headers.get("HX-Target") == spec.rows_id and headers.get("HX-History-Restore-Request") != "true"
    return bool(headers.get("HX-Request")) and wanted


def list_response(
    request: HttpRequest, spec: ListSpec, address: ListAddress, context: Mapping[str, object], template: str
) -> HttpResponse:
    """The page, or its rows alone with the address as we write it, without the empty fields of the filter bar."""
    swap = is_swap(request, spec)
    rows = cast("Sequence[Mapping[str, object]]", context["rows"])
    shown = {**context, "any_pick": any(row["pick"] for row in rows)}
    response = render(request, "web/listing/_rows.html" if swap else template, shown)
    if swap:
        response.headers["HX-Push-Url"] = spec.path + address.url(page=True).removesuffix("?")
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def keys_of(spec_sort: Sort, address: ListAddress, model: Any) -> dict[str, Any]:
    """The keys of the page as the selectors take them; a key of another order is the first page."""
    return {
        "after": read_key(model, spec_sort, address.after) if address.after else None,
        "before": read_key(model, spec_sort, address.before) if address.before else None,
    }


MOST_COUNTED = 5000
"""Rows with a looked-for word that are counted; beyond, the page says that there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many rows a view has: by state (None: too many to count), in the chosen states; ``over``: or more."""

    by_state: Mapping[str, int] | None
    total: int | None
    over: bool = False


def totals_of(counts: Mapping[str, int], address: ListAddress, *, bounded: bool) -> Totals:
    """Totals from counts by state; ``bounded``: counted up to `MOST_COUNTED` rows and one."""
    states = address.words("state")
    if bounded and sum(counts.values()) > MOST_COUNTED:
        return Totals(by_state=None, total=None if states else MOST_COUNTED, over=True)
    return Totals(by_state=counts, total=sum(n for state, n in counts.items() if not states or state in states))


def frame(wanted: Wanted, found: KeyPage[Any], sort: Sort, totals: Totals) -> dict[str, object]:
    """Everything around the rows that follows from the view and the page that was found."""
    address = wanted.address
    spec = address.spec
    next_key, previous_key = found.next_key(sort), found.previous_key(sort)
    tabbed = {name for f in spec.filters if f.tabbed for name in f.names}
    return {
        "spec": spec,
        "address": address,
        "rows_id": spec.rows_id,
        "total": totals.total,
        "over": totals.over,
        "bulk_all": not totals.over and (totals.total or 0) > len(found.rows),
        "shown": len(found.rows),
        "fields": [field for f in spec.filters if f.main for field in fields_of(f, address)],
        "more_fields": [
            field for f in spec.filters if not (f.main or f.tabbed or f.hidden) for field in fields_of(f, address)
        ],
        "more_open": any(address.get(n) for f in spec.filters if not (f.main or f.tabbed) for n in f.names),
        "chips": chips(address),
        "ignored": address.ignored,
        "tidy_url": address.url(),
        "clear_url": address.cleared(),
        "blank_url": address.blank,
        "keep": _keep(address, {*tabbed, "sort", "cols"}),
        "heads": heads(address),
        "chooser": chooser(address),
        "chooser_keep": _keep(address, {"sort", *(n for f in spec.filters for n in f.names)}),
        "sorts": [
            {"slug": slug, "label": label, "url": address.sorted_by(slug), "active": slug == address.sort}
            for slug, label in spec.sorts.items()
        ],
        "first_url": address.page() if address.after or address.before else "",
        "next_url": address.page(after=next_key) if next_key else "",
        "prev_url": address.page(before=previous_key) if previous_key else "",
        "filtered": bool(address.values),
        "view_query": address.query(),
        "views": view_tabs(wanted),
        "view_now": view_now(wanted),
    }


def _keep(address: ListAddress, names: set[str]) -> list[dict[str, str]]:
    return [{"name": n, "value": v} for n, v in address.parts(page=False).items() if n in names]


def fields_of(f: Filter, address: ListAddress) -> list[dict[str, object]]:
    """A filter as fields of the bar; a range is two of them, a choice between one thing is not offered."""
    label = str(f.label)
    if f.kind in (Kind.DATES, Kind.NUMBERS):
        kind = "date" if f.kind == Kind.DATES else "number"
        ends = (_("起"), _("止")) if f.kind == Kind.DATES else (_("不小于"), _("不大于"))
        return [
            {
                "name": name,
                "label": f"{label}{f.suffix} {end}",
                "kind": kind,
                "value": address.get(name),
                "min": "0" if kind == "number" else "",
            }
            for name, end in zip(f.names, ends, strict=True)
        ]
    if f.kind == Kind.TEXT:
        value = address.get(f.name)
        return [{"name": f.name, "label": label, "kind": "search", "value": value, "placeholder": str(f.placeholder)}]
    if f.kind == Kind.FLAG:
        options = [("", _("不限")), ("1", str(f.word))]
        return [{"name": f.name, "label": label, "value": address.get(f.name), "options": options}]
    if f.kind == Kind.CHOICES:
        chosen = set(address.words(f.name))
        boxes = [{"value": slug, "text": text, "on": slug in chosen} for slug, text in f.options]
        return [{"name": f.name, "label": label, "boxes": boxes, "chosen": _said(f, address)}] if boxes else []
    if len(f.options) < 2:
        return []
    return [{"name": f.name, "label": label, "value": address.get(f.name), "options": [("", _("不限")), *f.options]}]


def _said(f: Filter, address: ListAddress) -> str:
    words = dict(f.options)
    return "、".join(words.get(slug, slug) for slug in address.words(f.name))


def chips(address: ListAddress) -> list[dict[str, object]]:
    """Filters that are set, each with the address that takes it off; those with tabs are shown by these."""
    found: list[dict[str, object]] = []
    for f in address.spec.filters:
        if not any(address.get(name) for name in f.names):
            continue
        if f.tabbed and len(address.words(f.name)) < 2:
            continue
        off = address.to(**dict.fromkeys(f.names, ""))
        found.append({"label": str(f.label), "value": _chip_text(f, address), "remove_url": off})
    return found


def _chip_text(f: Filter, address: ListAddress) -> str:
    if f.kind in (Kind.DATES, Kind.NUMBERS):
        low, high = (address.get(name) for name in f.names)
        return f"{low or NOTHING} ～ {high or NOTHING}{f.suffix}"
    if f.kind == Kind.FLAG:
        return str(f.word)
    return address.get(f.name) if f.kind == Kind.TEXT else _said(f, address)


def heads(address: ListAddress) -> list[dict[str, object]]:
    """Heads of the shown columns with the address that sorts by them, the other way round the second time."""
    found: list[dict[str, object]] = []
    for column in address.spec.columns:
        if column.slug not in address.columns:
            continue
        rising, falling = column.sort, f"-{column.sort}"
        at = {rising: "ascending", falling: "descending"}.get(address.sort, "") if column.sort else ""
        first = falling if column.falls_first else rising
        other = {"ascending": falling, "descending": rising}.get(at, first)
        found.append({"column": column, "sorted": at, "url": address.sorted_by(other) if column.sort else ""})
    return found


def chooser(address: ListAddress) -> list[dict[str, object]]:
    """Columns to choose from."""
    return [{"column": column, "on": column.slug in address.columns} for column in address.spec.columns]


def view_tabs(wanted: Wanted) -> list[dict[str, object]]:
    """Saved views as tabs behind the plain one."""
    if not wanted.views:
        return []
    address, query = wanted.address, wanted.address.query()
    plain: dict[str, object] = {"label": _("全部"), "url": address.blank, "count": None, "active": not query}
    own = wanted.viewer.account_id
    saved: list[dict[str, object]] = [
        {
            "label": view.name if view.account_id == own else f"{view.name}（{view.owner_name}）",
            "url": f"?{view.query}" if view.query else address.blank,
            "count": None,
            "active": view.query == query and bool(query),
        }
        for view in wanted.views
    ]
    return [plain, *saved]


def view_now(wanted: Wanted) -> SavedView | None:
    """One's own saved view that is being looked at."""
    query = wanted.address.query()
    own = (v for v in wanted.views if v.account_id == wanted.viewer.account_id)
    return next((v for v in own if v.query == query), None)


def address_of(spec: ListSpec, query: str) -> ListAddress:
    """A view from its query string, as forms carry it."""
    return read_address(spec, QueryDict(query[:4000]))


def picked_ids(texts: Sequence[str], most: int) -> list[UUID]:
    """Ids that were ticked, each once."""
    found: list[UUID] = []
    for text in texts[: most + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
