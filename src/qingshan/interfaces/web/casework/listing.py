"""The list of cases as its address says it, and its rows with their tracks as small marks of progress."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.public import CaseFilter, CasePage, Track
from qingshan.domain.case import CaseState
from qingshan.domain.plan import Plan
from qingshan.domain.tracks import machine_of
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.casework.reading import place_text, short_track, subcode_label

FIELDS = ("state", "category", "unit", "overdue", "q")
"""Filters in the order in which they stand in the address."""

Options = list[tuple[str, str]]


def read_uuid(text: str) -> UUID | None:
    """An id as it stands in an address; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAddress:
    """The list's address: filters that are set, and the key of the page."""

    values: Mapping[str, str]
    before: UUID | None

    @classmethod
    def read(cls, query: QueryDict, categories: set[str]) -> "CaseAddress":
        """Read the query string; values that cannot be are left out."""
        values = {name: query.get(name, "").strip()[:120] for name in FIELDS}
        if values["state"] not in set(CaseState):
            values["state"] = ""
        if values["category"] not in categories:
            values["category"] = ""
        values["unit"] = str(read_uuid(values["unit"]) or "")
        values["overdue"] = "1" if values["overdue"] else ""
        return cls(
            values={name: value for name, value in values.items() if value}, before=read_uuid(query.get("before", ""))
        )

    def get(self, name: str) -> str:
        """Value of one filter, "" when it is not set."""
        return self.values.get(name, "")

    def filter(self) -> CaseFilter:
        """The filter as the selectors take it."""
        return CaseFilter(
            state=self.get("state"),
            category=self.get("category"),
            unit_id=read_uuid(self.get("unit")),
            overdue=bool(self.get("overdue")),
            text=self.get("q"),
            before=self.before,
        )

    def without(self, name: str) -> str:
        """Query string with one filter taken off."""
        return CaseAddress(values={k: v for k, v in self.values.items() if k != name}, before=None).to()

    def to(self, *, before: UUID | None = None, **changed: str) -> str:
        """Query string with some filters changed ("" takes one off), from the first page unless ``before`` is given."""
        query = QueryDict(mutable=True)
        for name in FIELDS:
            value = changed.get(name, self.get(name))
            if value:
                query[name] = value
        if before is not None:
            query["before"] = str(before)
        return f"?{query.urlencode()}" if query else "?"


def state_tabs(address: CaseAddress, counts: Mapping[str, int]) -> list[dict[str, object]]:
    """One tab per state with its count under the other filters."""
    tabs: list[dict[str, object]] = [
        {
            "label": _("全部"),
            "url": address.to(state=""),
            "count": sum(counts.values()),
            "active": not address.get("state"),
        }
    ]
    return tabs + [
        {
            "label": labels.state_label("case", state).text,
            "url": address.to(state=state.value),
            "count": counts.get(state, 0),
            "active": address.get("state") == state,
        }
        for state in CaseState
    ]


def category_links(
    address: CaseAddress, in_force: InForce, counts: Mapping[str, tuple[int, int]]
) -> list[dict[str, object]]:
    """A link per category with its cases and those not closed; the chosen one takes the filter off (四-1⑥)."""
    return [
        {
            "slug": c.slug,
            "label": c.short,
            "all": counts.get(c.slug, (0, 0))[0],
            "open": counts.get(c.slug, (0, 0))[1],
            "url": address.to(category="" if address.get("category") == c.slug else c.slug),
            "active": address.get("category") == c.slug,
        }
        for c in in_force.plan.categories
    ]


def filter_fields(address: CaseAddress, units: Options) -> list[dict[str, object]]:
    """Fields of the filter bar; a choice between one thing is not offered."""
    fields: list[dict[str, object]] = [
        {
            "name": "q",
            "label": _("台账编号、地点、销号编号"),
            "value": address.get("q"),
            "placeholder": _("例如 0087 或 乡镇名"),
        }
    ]
    if len(units) > 1:
        fields.append(_select("unit", _("责任单位"), address, units))
    fields.append(_select("overdue", _("时限"), address, [("1", _("只看逾期"))]))
    return fields


def _select(name: str, label: str, address: CaseAddress, options: Options) -> dict[str, object]:
    return {"name": name, "label": label, "value": address.get(name), "options": [("", _("不限")), *options]}


def chips(address: CaseAddress, in_force: InForce, units: Options) -> list[dict[str, object]]:
    """Filters that are set, each with the address that takes it off; the state has its tabs."""
    words: dict[str, tuple[str, Mapping[str, str]]] = {
        "q": (_("查找"), {}),
        "category": (_("类别"), {c.slug: c.label for c in in_force.plan.categories}),
        "unit": (_("责任单位"), dict(units)),
        "overdue": (_("时限"), {"1": _("只看逾期")}),
    }
    return [
        {
            "label": label,
            "value": known.get(address.get(name), address.get(name)),
            "remove_url": address.without(name),
        }
        for name, (label, known) in words.items()
        if address.get(name)
    ]


def case_rows(page: CasePage, plan: Plan, now: datetime) -> list[dict[str, object]]:
    """Rows of the list."""
    return [
        {
            "case": case,
            "place": place_text(case),
            "subcode": subcode_label(plan, case.category, case.subcode),
            "late": case.next_due_at is not None and case.next_due_at < now,
            "tracks": [track_mark(track, plan) for track in page.tracks.get(case.id, ())],
        }
        for case in page.rows
    ]


def track_mark(track: Track, plan: Plan) -> dict[str, object]:
    """Progress of one track in a word, a mark and a fraction."""
    total = len(machine_of(track.kind).stations)
    mark = "mark-done" if track.complete else "mark-half" if track.steps else "mark-open"
    label = short_track(plan.track_defs[track.kind].label)
    return {"label": label, "done": track.steps, "total": total, "mark": mark, "complete": track.complete}
