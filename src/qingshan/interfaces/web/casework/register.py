"""The register of cases as a list: what it offers to whom, and an address read as a filter."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.selectors import villages_in
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.public import CaseFilter
from qingshan.domain.case import CaseState
from qingshan.domain.plan import Plan
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.casework.cells import CELLS
from qingshan.interfaces.web.listing.address import ListAddress
from qingshan.interfaces.web.listing.spec import Column, Filter, Kind, ListSpec, Options

SLUG = "cases"
COLUMNS = (
    Column(slug="number", label=gettext_lazy("台账编号"), sort="number", fixed=True, nowrap=True),
    Column(slug="subject", label=gettext_lazy("违法情形与地点")),
    Column(slug="lead", label=gettext_lazy("线索编号"), nowrap=True, shown=False),
    Column(slug="area", label=gettext_lazy("面积"), sort="area", falls_first=True, number=True),
    Column(slug="tracks", label=gettext_lazy("办理线"), main=True),
    Column(slug="state", label=gettext_lazy("状态")),
    Column(slug="opened", label=gettext_lazy("列入台账"), sort="opened", falls_first=True, nowrap=True, shown=False),
    Column(slug="due", label=gettext_lazy("最近时限"), sort="due"),
    Column(slug="due_on", label=gettext_lazy("整改期限"), nowrap=True, shown=False),
    Column(slug="unit", label=gettext_lazy("责任单位"), nowrap=True),
    Column(slug="close_out", label=gettext_lazy("销号编号"), nowrap=True, shown=False),
)
SORTS = {
    "newest": gettext_lazy("最新列入在前"),
    "oldest": gettext_lazy("最早列入在前"),
    "due": gettext_lazy("最急的在前"),
    "-due": gettext_lazy("时限最晚的在前"),
    "-opened": gettext_lazy("列入时间从近到远"),
    "opened": gettext_lazy("列入时间从远到近"),
    "-area": gettext_lazy("面积从大到小"),
    "area": gettext_lazy("面积从小到大"),
    "number": gettext_lazy("编号从小到大"),
    "-number": gettext_lazy("编号从大到小"),
}
EXPORTED = {"subject": ("category", "subcode", "township", "village"), "tracks": ()}
"""Columns of the page that hold more than one thing, or nothing that a table can hold."""


def case_spec(viewer: Viewer, in_force: InForce, *, unit_id: str = "") -> ListSpec:
    """What the list offers this person; villages are offered once one unit is chosen."""
    wide = viewer.prefix is not None and len(viewer.prefix) <= 6
    units = township_level_units() if wide else []
    division = next((u.division_id for u in units if str(u.id) == unit_id), None)
    villages: Options = villages_in(division) if division else []
    return ListSpec(
        slug=SLUG,
        path=reverse("web:case_list"),
        title=_("台账问题"),
        filters=_filters(in_force.plan, [(str(u.id), u.short) for u in units], villages),
        columns=COLUMNS,
        sorts=SORTS,
        cells=CELLS,
    )


def _filters(plan: Plan, units: Options, villages: Options) -> tuple[Filter, ...]:
    states = [(s.value, str(labels.state_label("case", s).text)) for s in CaseState]
    return (
        Filter(name="state", label=_("状态"), kind=Kind.CHOICES, options=states, tabbed=True),
        Filter(
            name="category",
            label=_("类别"),
            kind=Kind.CHOICES,
            options=[(c.slug, c.label) for c in plan.categories],
            hidden=True,
        ),
        Filter(name="subcode", label=_("违法情形"), kind=Kind.CHOICES, options=subcode_options(plan), main=True),
        Filter(name="unit", label=_("责任单位"), kind=Kind.CHOICES, options=units, ids=True, main=True),
        Filter(name="village", label=_("村"), kind=Kind.CHOICE, options=villages),
        Filter(name="overdue", label=_("时限"), kind=Kind.FLAG, word=_("只看逾期"), main=True),
        Filter(name="due", label=_("最近时限"), kind=Kind.DATES),
        Filter(name="opened", label=_("列入台账"), kind=Kind.DATES),
        Filter(name="area", label=_("面积"), kind=Kind.NUMBERS, suffix="（m²）"),
        Filter(name="reopened", label=_("重新打开"), kind=Kind.FLAG, word=_("只看重新打开过的")),
        Filter(name="taken_over", label=_("旧台账"), kind=Kind.FLAG, word=_("只看接管来的")),
        Filter(
            name="q",
            label=_("查找"),
            kind=Kind.TEXT,
            placeholder=_("编号、地点、销号编号"),
            main=True,
        ),
    )


def subcode_options(plan: Plan) -> Options:
    """Sub-codes of all categories and types of projects, each once."""
    found: dict[str, str] = {}
    for category in plan.categories:
        found |= {s.code: s.label for s in category.subcodes}
    found |= {t.code: t.label for t in plan.project_types if t.code not in found}
    return list(found.items())


def case_filter(address: ListAddress) -> CaseFilter:
    """The filter as the selectors take it."""
    return CaseFilter(
        states=address.words("state"),
        categories=address.words("category"),
        subcodes=address.words("subcode"),
        units=tuple(found for word in address.words("unit") if (found := read_uuid(word))),
        village=address.get("village"),
        overdue=bool(address.get("overdue")),
        reopened=bool(address.get("reopened")),
        taken_over=bool(address.get("taken_over")),
        opened_from=address.day("opened_from"),
        opened_to=address.day("opened_to"),
        due_from=address.day("due_from"),
        due_to=address.day("due_to"),
        area_min=address.number("area_min"),
        area_max=address.number("area_max"),
        text=address.get("q"),
    )


def state_tabs(address: ListAddress, counts: Mapping[str, int] | None) -> list[dict[str, object]]:
    """One tab per state with its count under the other filters; closed before the take-over only where it occurs.

    Without counts (too many rows to count) every state has its tab.
    """
    chosen = address.words("state")
    whole = None if counts is None else sum(counts.values())
    tabs: list[dict[str, object]] = [
        {"label": _("全部"), "url": address.to(state=""), "count": whole, "active": not chosen}
    ]
    return tabs + [
        {
            "label": labels.state_label("case", state).text,
            "url": address.to(state=state.value),
            "count": None if counts is None else counts.get(state, 0),
            "active": chosen == (state.value,),
        }
        for state in CaseState
        if state is not CaseState.CLOSED_BEFORE or counts is None or counts.get(state) or state in chosen
    ]


def category_links(
    address: ListAddress, in_force: InForce, counts: Mapping[str, tuple[int, int]]
) -> list[dict[str, object]]:
    """A link per category with its cases and those not closed; the chosen one takes the filter off (四-1⑥)."""
    chosen = address.words("category")
    return [
        {
            "slug": c.slug,
            "label": c.short,
            "all": counts.get(c.slug, (0, 0))[0],
            "open": counts.get(c.slug, (0, 0))[1],
            "url": address.to(category="" if chosen == (c.slug,) else c.slug),
            "active": c.slug in chosen,
        }
        for c in in_force.plan.categories
    ]
