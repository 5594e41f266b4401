"""How many orders carry out a clause (按条款统计交办): open ones and all, of what the viewer sees."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from qingshan.commons.assignments.policy import visible_assignments
from qingshan.commons.people.viewer import Viewer
from qingshan.domain.assignment import OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCount:
    """Orders of one clause: still open, and ever given."""

    open: int
    given: int


def orders_by_clause(viewer: Viewer) -> Mapping[str, OrderCount]:
    """Orders by the clause they name (H-2), without withdrawn ones."""
    rows = (
        visible_assignments(viewer)
        .exclude(clause="")
        .exclude(state=OrderState.WITHDRAWN.value)
        .values("clause")
        .annotate(given=Count("id"), open=Count("id", filter=Q(state=OrderState.OPEN.value)))
        .order_by()
    )
    return {row["clause"]: OrderCount(open=row["open"], given=row["given"]) for row in rows}
