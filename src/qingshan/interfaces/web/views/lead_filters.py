"""The list of leads as its address says it: filters read from the query string, addresses with one filter changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public import LeadFilter
from qingshan.domain.lead import LeadState
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.formats import is_chinese

FIELDS = ("state", "channel", "direction", "unit", "batch", "overdue", "q")
"""Filters in the order in which they stand in the address."""

Options = list[tuple[str, str]]


def read_uuid(text: str) -> UUID | None:
    """An id as it stands in an address; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """The list's address: filters that are set, and the key of the page."""

    values: Mapping[str, str]
    before: UUID | None

    @classmethod
    def read(cls, query: QueryDict) -> "ListAddress":
        """Read the query string; values that cannot be are left out."""
        values = {name: query.get(name, "").strip()[:120] for name in FIELDS}
        if values["state"] not in set(LeadState):
            values["state"] = ""
        if values["direction"] not in labels.DIRECTIONS:
            values["direction"] = ""
        for name in ("unit", "batch"):
            values[name] = str(read_uuid(values[name]) or "")
        values["overdue"] = "1" if values["overdue"] else ""
        return cls(
            values={name: value for name, value in values.items() if value}, before=read_uuid(query.get("before", ""))
        )

    def get(self, name: str) -> str:
        """Value of one filter, "" when it is not set."""
        return self.values.get(name, "")

    def filter(self) -> LeadFilter:
        """The filter as the selectors take it."""
        return LeadFilter(
            state=self.get("state"),
            channel=self.get("channel"),
            direction=self.get("direction"),
            unit_id=read_uuid(self.get("unit")),
            batch_id=read_uuid(self.get("batch")),
            overdue=bool(self.get("overdue")),
            text=self.get("q"),
            before=self.before,
        )

    def to(self, changed: Mapping[str, str] | None = None, *, before: UUID | None = None) -> str:
        """Query string with some filters changed ("" takes one off), on the first page unless ``before`` is given."""
        query = QueryDict(mutable=True)
        for name in FIELDS:
            value = (changed or {}).get(name, self.get(name))
            if value:
                query[name] = value
        if before is not None:
            query["before"] = str(before)
        return f"?{query.urlencode()}" if query else "?"


def channel_text(slug: str, in_force: InForce) -> str:
    """Word for a channel: the plan's own, in English the translated one."""
    words = {c.slug: c.label for c in in_force.plan.channels}
    if is_chinese() and slug in words:
        return words[slug]
    return str(labels.CHANNELS.get(slug) or words.get(slug, slug))


def channel_options(in_force: InForce) -> Options:
    """Channels of the plan to choose from."""
    return [(c.slug, channel_text(c.slug, in_force)) for c in in_force.plan.channels]


def state_tabs(address: ListAddress, counts: Mapping[str, int]) -> list[dict[str, object]]:
    """One tab per state with its count; states without leads are left out unless chosen."""
    tabs: list[dict[str, object]] = [
        {
            "label": _("全部"),
            "url": address.to({"state": ""}),
            "count": sum(counts.values()),
            "active": not address.get("state"),
        }
    ]
    for state in LeadState:
        chosen = address.get("state") == state
        if counts.get(state) or chosen:
            tabs.append(
                {
                    "label": labels.state_label("lead", state).text,
                    "url": address.to({"state": state.value}),
                    "count": counts.get(state, 0),
                    "active": chosen,
                }
            )
    return tabs


def filter_fields(address: ListAddress, in_force: InForce, units: Options, batches: Options) -> list[dict[str, object]]:
    """Fields of the filter bar; a choice between one thing is not offered."""
    fields: list[dict[str, object]] = [
        {
            "name": "q",
            "label": _("编号、地点、名称"),
            "value": address.get("q"),
            "placeholder": _("例如 00012 或村名"),
        },
        _select("channel", _("渠道"), address, channel_options(in_force)),
        _select("direction", _("来向"), address, [(slug, str(text)) for slug, text in labels.DIRECTIONS.items()]),
    ]
    if len(units) > 1:
        fields.append(_select("unit", _("责任单位"), address, units))
    if batches:
        fields.append(_select("batch", _("批次"), address, batches))
    fields.append(_select("overdue", _("时限"), address, [("1", _("只看逾期"))]))
    return fields


def _select(name: str, label: str, address: ListAddress, options: Options) -> dict[str, object]:
    return {"name": name, "label": label, "value": address.get(name), "options": [("", _("不限")), *options]}


def chips(address: ListAddress, in_force: InForce, units: Options, batches: Options) -> list[dict[str, object]]:
    """Filters that are set, each with the address that takes it off; the state has its tabs."""
    words: dict[str, tuple[str, Mapping[str, str]]] = {
        "q": (_("查找"), {}),
        "channel": (_("渠道"), dict(channel_options(in_force))),
        "direction": (_("来向"), {slug: str(text) for slug, text in labels.DIRECTIONS.items()}),
        "unit": (_("责任单位"), dict(units)),
        "batch": (_("批次"), dict(batches)),
        "overdue": (_("时限"), {"1": _("只看逾期")}),
    }
    return [
        {
            "label": label,
            "value": known.get(address.get(name), address.get(name)),
            "remove_url": address.to({name: ""}),
        }
        for name, (label, known) in words.items()
        if address.get(name)
    ]


def is_late(due_at: datetime | None, now: datetime) -> bool:
    """Whether a stored due date has passed."""
    return due_at is not None and due_at < now
