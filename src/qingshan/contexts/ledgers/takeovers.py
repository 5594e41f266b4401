"""Reading take-overs (接管旧台账): the list, one, its rows by key, its sums for the reconciliation."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from qingshan.commons.people.selectors import in_plan_order
from qingshan.contexts.ledgers.models import TakeOver, TakeOverMapping, TakeOverRow
from qingshan.domain.takeover import OLD_STATE_LABELS, GroupSum

PAGE = 50
KINDS = ("total", "township", "category", "state")
UNSAID = "（未写明）"
NO_CASE = "（未列入台账）"


def take_overs() -> list[TakeOver]:
    """Take-overs in scope, newest first; a county has a handful."""
    return list(TakeOver.objects.defer("content", "mapping").order_by("-created_at")[:200])


def take_over_by_id(take_over_id: UUID) -> TakeOver | None:
    """One take-over, when row security lets the viewer see it."""
    return TakeOver.objects.filter(id=take_over_id).first()


def named_mappings() -> list[TakeOverMapping]:
    """Mappings that were given a name, by name."""
    return list(TakeOverMapping.objects.order_by("name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPage:
    """One page of rows by position."""

    rows: list[TakeOverRow]
    more: bool


def rows_of_take_over(take_over_id: UUID, *, outcome: str = "", after: int = 0) -> RowPage:
    """Rows of one outcome (all without one), by position, one page by key."""
    rows = TakeOverRow.objects.filter(take_over=take_over_id, position__gt=after)
    if outcome:
        rows = rows.filter(outcome=outcome)
    found = list(rows.order_by("position")[: PAGE + 1])
    return RowPage(rows=found[:PAGE], more=len(found) > PAGE)


def sums_of(row: TakeOver) -> dict[str, tuple[GroupSum, ...]]:
    """The reconciliation: per total, township, category and state what the file holds and what the old ledger says."""
    groups: dict[str, dict[str, dict[str, int]]] = row.counts.get("groups", {})
    found = {}
    for kind in KINDS:
        typed = row.totals.get(kind, {})
        found[kind] = tuple(
            GroupSum(
                name=name,
                rows=sum(n.values()),
                taken=n.get("ready", 0) + n.get("warning", 0),
                known=n.get("known", 0),
                refused=n.get("refused", 0),
                typed=typed.get(name),
            )
            for name, n in _ordered(kind, groups.get(kind, {}))
        )
    return found


def _ordered(kind: str, groups: Mapping[str, dict[str, int]]) -> list[tuple[str, dict[str, int]]]:
    """Townships in the order of their codes, states in that of the work, the rest by name."""
    if kind == "township":
        return [(name, groups[name]) for name in in_plan_order(groups)]
    states = [str(label) for label in OLD_STATE_LABELS.values()]
    places = {name: number for number, name in enumerate(states)} if kind == "state" else {}
    return sorted(groups.items(), key=lambda item: (places.get(item[0], len(states)), item[0]))


def refused_rows(row: TakeOver) -> int:
    """How many rows of the file are refused."""
    return int(row.counts.get("outcomes", {}).get("refused", 0))
