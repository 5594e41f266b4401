"""The list of orders as its address says it: tab, filters, key of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from qingshan.commons.assignments.selectors import Key, OrderFilter
from qingshan.domain.assignment import LineState, OrderKind, OrderState
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.views.lead_filters import read_uuid

ISSUED, MINE, COUNTY = "issued", "mine", "county"
FIELDS = ("tab", "state", "kind", "overdue", "q")
EVERY = "all"
"""State that asks for all of them; without a state the list shows what is still open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAddress:
    """The list's address; ``tab`` is always one that the viewer has."""

    tab: str
    values: Mapping[str, str]
    after: Key | None

    @classmethod
    def read(cls, query: QueryDict, tabs: tuple[str, ...]) -> "OrderAddress":
        """Read the query string; values that cannot be are left out, the first tab is the default."""
        values = {name: query.get(name, "").strip()[:120] for name in FIELDS}
        tab = values["tab"] if values["tab"] in tabs else tabs[0]
        known = {slug for slug, _label in state_options(tab)}
        if values["state"] not in known:
            values["state"] = ""
        if values["kind"] not in set(OrderKind):
            values["kind"] = ""
        values["overdue"] = "1" if values["overdue"] else ""
        return cls(tab=tab, values={n: v for n, v in values.items() if v}, after=read_key(query.get("after", "")))

    def get(self, name: str) -> str:
        """Value of one filter, "" when it is not set."""
        return self.values.get(name, "")

    def filter(self) -> OrderFilter:
        """The filter as the selectors take it."""
        state = self.get("state") or "open"
        return OrderFilter(
            state="" if state == EVERY else state,
            kind=self.get("kind"),
            overdue=bool(self.get("overdue")),
            text=self.get("q"),
            after=self.after,
        )

    def to(self, changed: Mapping[str, str] | None = None, *, after: Key | None = None) -> str:
        """Query string with some filters changed ("" takes one off), on the first page unless ``after`` is given."""
        query = QueryDict(mutable=True)
        for name in FIELDS:
            value = (changed or {}).get(name, self.tab if name == "tab" else self.get(name))
            if value:
                query[name] = value
        if after is not None:
            query["after"] = f"{after.due_at.isoformat()}~{after.id}"
        return f"?{query.urlencode()}"


def read_key(text: str) -> Key | None:
    """The key of a page as it stands in the address; None for anything else."""
    moment, _sep, row = text.partition("~")
    row_id: UUID | None = read_uuid(row)
    try:
        due_at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Key(due_at=due_at, id=row_id) if row_id is not None and due_at.tzinfo is not None else None


def state_options(tab: str) -> list[tuple[str, str]]:
    """States to choose from in a tab; the first is the default."""
    if tab != MINE:
        return [(s.value, str(labels.state_label("assignment", s.value).text)) for s in OrderState] + [
            (EVERY, _("全部"))
        ]
    return [
        ("open", _("待我单位办理")),
        (LineState.SENT.value, _("待签收")),
        ("to_reply", _("待反馈")),
        (LineState.REPLIED.value, _("待审核")),
        (LineState.ACCEPTED.value, _("已办结")),
        (LineState.WITHDRAWN.value, _("已撤回")),
        (LineState.TRANSFERRED.value, _("已转办")),
        (EVERY, _("全部")),
    ]


def filter_fields(address: OrderAddress) -> list[dict[str, object]]:
    """Fields of the filter bar."""
    kinds = [(slug, str(text)) for slug, text in labels.ORDER_KINDS.items()]
    return [
        {"name": "q", "label": _("编号、事项"), "value": address.get("q"), "placeholder": _("例如 0012 或 排查")},
        {
            "name": "state",
            "label": _("状态"),
            "value": address.get("state") or "open",
            "options": state_options(address.tab),
        },
        {"name": "kind", "label": _("来源"), "value": address.get("kind"), "options": [("", _("不限")), *kinds]},
        {
            "name": "overdue",
            "label": _("时限"),
            "value": address.get("overdue"),
            "options": [("", _("不限")), ("1", _("只看逾期"))],
        },
    ]
