"""The register of leads as a list: what it offers to whom, and an address read as a filter."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.commons.inbox.selectors import batch_names
from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.selectors import villages_in
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public import LeadFilter
from qingshan.domain.lead import LeadState
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.acting import read_uuid
from qingshan.interfaces.web.listing.address import ListAddress
from qingshan.interfaces.web.listing.spec import Column, Filter, Kind, ListSpec, Options
from qingshan.interfaces.web.views.lead_cells import CELLS
from qingshan.interfaces.web.views.lead_filters import channel_options

SLUG = "leads"
COLUMNS = (
    Column(slug="number", label=gettext_lazy("编号"), sort="number", fixed=True),
    Column(slug="title", label=gettext_lazy("线索"), main=True),
    Column(slug="state", label=gettext_lazy("状态")),
    Column(slug="unit", label=gettext_lazy("责任单位"), nowrap=True),
    Column(slug="channel", label=gettext_lazy("渠道")),
    Column(slug="direction", label=gettext_lazy("来向"), nowrap=True, shown=False),
    Column(slug="batch", label=gettext_lazy("批次"), shown=False),
    Column(slug="area", label=gettext_lazy("面积"), sort="area", falls_first=True, number=True),
    Column(slug="verdict", label=gettext_lazy("结论"), shown=False),
    Column(slug="verifiers", label=gettext_lazy("核查人"), shown=False),
    Column(slug="received", label=gettext_lazy("接收"), sort="received", falls_first=True, nowrap=True, shown=False),
    Column(slug="due", label=gettext_lazy("时限"), sort="due"),
)
SORTS = {
    "newest": gettext_lazy("最新登记在前"),
    "oldest": gettext_lazy("最早登记在前"),
    "due": gettext_lazy("最急的在前"),
    "-due": gettext_lazy("时限最晚的在前"),
    "-received": gettext_lazy("最近接收在前"),
    "received": gettext_lazy("最早接收在前"),
    "-area": gettext_lazy("面积从大到小"),
    "area": gettext_lazy("面积从小到大"),
    "number": gettext_lazy("编号从小到大"),
    "-number": gettext_lazy("编号从大到小"),
}
EXPORTED = {"title": ("title", "township", "village"), "number": ("number", "source_no")}
"""Columns of the page that hold more than one thing."""


def sees_county(viewer: Viewer) -> bool:
    """Whether the viewer's scope is at least the whole county."""
    return viewer.prefix is not None and len(viewer.prefix) <= 6


def lead_spec(viewer: Viewer, in_force: InForce, *, unit_id: str = "") -> ListSpec:
    """What the list offers this person; villages are offered once one unit is chosen (or is the viewer's own)."""
    units = township_level_units() if sees_county(viewer) else []
    division = next((u.division_id for u in units if str(u.id) == unit_id), None)
    villages: Options = villages_in(division) if division else []
    batches: Options = [(str(i), name) for i, name in batch_names(50)] if sees_county(viewer) else []
    return ListSpec(
        slug=SLUG,
        path=reverse("web:lead_list"),
        title=_("线索"),
        filters=(*_main_filters(in_force, [(str(u.id), u.short) for u in units]), *_more_filters(villages, batches)),
        columns=COLUMNS,
        sorts=SORTS,
        cells=CELLS,
    )


def _main_filters(in_force: InForce, units: Options) -> tuple[Filter, ...]:
    states = [(s.value, str(labels.state_label("lead", s).text)) for s in LeadState]
    return (
        Filter(name="state", label=_("状态"), kind=Kind.CHOICES, options=states, tabbed=True),
        Filter(name="channel", label=_("渠道"), kind=Kind.CHOICES, options=channel_options(in_force), main=True),
        Filter(
            name="direction",
            label=_("来向"),
            kind=Kind.CHOICE,
            options=[(slug, str(text)) for slug, text in labels.DIRECTIONS.items()],
        ),
        Filter(name="unit", label=_("责任单位"), kind=Kind.CHOICES, options=units, ids=True, main=True),
    )


def _more_filters(villages: Options, batches: Options) -> tuple[Filter, ...]:
    verdicts = [(slug, str(label.text)) for slug, label in labels.STATES["verdict"].items()]
    return (
        Filter(name="village", label=_("村"), kind=Kind.CHOICE, options=villages),
        Filter(name="batch", label=_("批次"), kind=Kind.CHOICE, options=batches, ids=True),
        Filter(name="overdue", label=_("时限"), kind=Kind.FLAG, word=_("只看逾期"), main=True),
        Filter(name="due", label=_("时限"), kind=Kind.DATES),
        Filter(name="received", label=_("接收"), kind=Kind.DATES),
        Filter(name="area", label=_("面积"), kind=Kind.NUMBERS, suffix="（m²）"),
        Filter(name="verdict", label=_("结论"), kind=Kind.CHOICES, options=verdicts),
        Filter(
            name="ledger", label=_("台账"), kind=Kind.CHOICE, options=[("yes", _("已列入台账")), ("no", _("未列入"))]
        ),
        Filter(name="active", label=_("正在实施"), kind=Kind.FLAG, word=_("只看正在实施")),
        Filter(name="taken_over", label=_("旧台账"), kind=Kind.FLAG, word=_("只看接管来的")),
        Filter(
            name="q",
            label=_("查找"),
            kind=Kind.TEXT,
            placeholder=_("编号、地点、名称"),
            main=True,
        ),
    )


def lead_filter(address: ListAddress) -> LeadFilter:
    """The filter as the selectors take it."""
    ledger = address.get("ledger")
    return LeadFilter(
        states=address.words("state"),
        channels=address.words("channel"),
        direction=address.get("direction"),
        verdicts=address.words("verdict"),
        units=tuple(found for word in address.words("unit") if (found := read_uuid(word))),
        village=address.get("village"),
        batch_id=address.uuid("batch"),
        overdue=bool(address.get("overdue")),
        active=bool(address.get("active")),
        taken_over=bool(address.get("taken_over")),
        has_case={"yes": True, "no": False}.get(ledger),
        received_from=address.day("received_from"),
        received_to=address.day("received_to"),
        due_from=address.day("due_from"),
        due_to=address.day("due_to"),
        area_min=address.number("area_min"),
        area_max=address.number("area_max"),
        text=address.get("q"),
    )


def exported_columns(address: ListAddress, parts: dict[str, tuple[str, ...]]) -> list[str]:
    """Columns of the file for the shown columns of the page."""
    return [name for slug in address.columns for name in parts.get(slug, (slug,))]
