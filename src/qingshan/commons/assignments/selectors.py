"""Reading orders and lines. Every selector takes the viewer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from qingshan.commons.assignments.models import Assignment, AssignmentLine, Reminder, Reply
from qingshan.commons.assignments.policy import visible_assignments, visible_lines
from qingshan.commons.files.models import FileUse
from qingshan.commons.people.models import Post, Unit
from qingshan.commons.people.viewer import Viewer
from qingshan.commons.places.selectors import county_code
from qingshan.domain.assignment import (
    COUNTY_ISSUERS,
    ISSUE_ROLES,
    OWED,
    LineState,
    OrderState,
    UnitFacts,
    may_address,
)

PAGE = 50
LINES_SHOWN = 400
"""Lines of one order shown on its page: more than a county has villages and units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Where the next page starts: after the row with this due moment and id."""

    due_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Filters of both lists; ``overdue``: only what the addressee is late with; ``after``: key of the page above."""

    state: str = ""
    kind: str = ""
    overdue: bool = False
    text: str = ""
    after: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order in the list of the issuer: lines late, waiting for the issuer, not yet received."""

    order: Assignment
    late: int
    to_accept: int
    unreceived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One page of orders, by key."""

    rows: list[OrderRow]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """One page of lines, by key."""

    rows: list[AssignmentLine]
    more: bool


def own_lines(viewer: Viewer) -> QuerySet[AssignmentLine]:
    """Lines that the viewer answers: of his unit or of his very post."""
    if viewer.unit_id is None:
        return AssignmentLine.objects.none()
    rows = visible_lines(viewer).filter(unit_id=viewer.unit_id)
    return rows.filter(Q(post_id__isnull=True) | Q(post_id=viewer.post_id))


def issued_orders(viewer: Viewer, *, whole_county: bool = False) -> QuerySet[Assignment]:
    """Orders of the viewer's unit; ``whole_county``: all that he sees."""
    rows = visible_assignments(viewer)
    return rows if whole_county else rows.filter(issuer_unit_id=viewer.unit_id)


def order_page(viewer: Viewer, wanted: OrderFilter, now: datetime, *, whole_county: bool = False) -> OrderPage:
    """Orders by due moment, the longest overdue first; one page, by key."""
    rows = issued_orders(viewer, whole_county=whole_county)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.overdue:
        late = AssignmentLine.objects.filter(state__in=OWED, due_at__lt=now).values("assignment_id")
        rows = rows.filter(state=OrderState.OPEN.value, id__in=late)
    if wanted.text:
        rows = rows.filter(Q(number__icontains=wanted.text) | Q(title__icontains=wanted.text))
    if wanted.after is not None:
        rows = rows.filter(Q(due_at__gt=wanted.after.due_at) | Q(due_at=wanted.after.due_at, id__gt=wanted.after.id))
    found = list(rows.select_related("issuer_unit", "owner_unit").defer("text").order_by("due_at", "id")[: PAGE + 1])
    return OrderPage(rows=_with_counts(found[:PAGE], now), more=len(found) > PAGE)


def _with_counts(orders: list[Assignment], now: datetime) -> list[OrderRow]:
    counted = {
        row["assignment_id"]: row
        for row in AssignmentLine.objects.filter(assignment_id__in=[o.id for o in orders])
        .values("assignment_id")
        .annotate(
            late=Count("id", filter=Q(state__in=OWED, due_at__lt=now)),
            to_accept=Count("id", filter=Q(state=LineState.REPLIED.value)),
            unreceived=Count("id", filter=Q(state=LineState.SENT.value)),
        )
        .order_by()
    }
    none: Mapping[str, int] = {"late": 0, "to_accept": 0, "unreceived": 0}
    return [
        OrderRow(order=o, late=c["late"], to_accept=c["to_accept"], unreceived=c["unreceived"])
        for o in orders
        for c in [counted.get(o.id, none)]
    ]


def line_page(viewer: Viewer, wanted: OrderFilter, now: datetime) -> LinePage:
    """The viewer's own lines by due moment, the longest overdue first; one page, by key."""
    rows = own_lines(viewer)
    if wanted.state:
        rows = rows.filter(state__in=states_of(wanted.state))
    if wanted.kind:
        rows = rows.filter(assignment__kind=wanted.kind)
    if wanted.overdue:
        rows = rows.filter(state__in=OWED, due_at__lt=now)
    if wanted.text:
        rows = rows.filter(Q(assignment__number__icontains=wanted.text) | Q(assignment__title__icontains=wanted.text))
    if wanted.after is not None:
        rows = rows.filter(Q(due_at__gt=wanted.after.due_at) | Q(due_at=wanted.after.due_at, id__gt=wanted.after.id))
    found = list(rows.order_by("due_at", "id").values_list("id", flat=True)[: PAGE + 1])
    return LinePage(rows=_with_orders(viewer, found[:PAGE]), more=len(found) > PAGE)


def _with_orders(viewer: Viewer, line_ids: list[UUID]) -> list[AssignmentLine]:
    """The lines with their orders, in order: orders are looked up for the shown lines only."""
    rows = visible_lines(viewer).filter(id__in=line_ids).select_related("assignment__issuer_unit", "unit", "post")
    return list(rows.defer("assignment__text").order_by("due_at", "id"))


def states_of(choice: str) -> tuple[str, ...]:
    """Line states behind one choice of the list: what the addressee has to do next, or how it ended."""
    return {
        "to_reply": (LineState.RECEIVED.value, LineState.SENT_BACK.value),
        "open": tuple(sorted(OWED)),
    }.get(choice, (choice,))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTurn:
    """Counts of what waits for the viewer: to sign for, to reply to, to look at, and how many are late."""

    to_receive: int
    to_reply: int
    late: int
    to_accept: int
    overdue_issued: int

    @property
    def any(self) -> bool:
        """Whether anything waits at all."""
        return bool(self.to_receive or self.to_reply or self.to_accept or self.overdue_issued)


def on_turn(viewer: Viewer, now: datetime) -> OnTurn:
    """What waits for the viewer at ``now``: two counting queries."""
    late = Q(state__in=OWED, due_at__lt=now)
    own = own_lines(viewer).aggregate(
        sent=Count("id", filter=Q(state=LineState.SENT.value)),
        reply=Count("id", filter=Q(state__in=states_of("to_reply"))),
        late=Count("id", filter=late),
    )
    issued = {"accept": 0, "late": 0}
    if viewer.roles & ISSUE_ROLES and viewer.unit_id is not None:
        rows = visible_lines(viewer).filter(issuer_unit_id=viewer.unit_id, state__in=[*OWED, LineState.REPLIED.value])
        issued = rows.aggregate(
            accept=Count("id", filter=Q(state=LineState.REPLIED.value)), late=Count("id", filter=late)
        )
    return OnTurn(
        to_receive=own["sent"],
        to_reply=own["reply"],
        late=own["late"],
        to_accept=issued["accept"],
        overdue_issued=issued["late"],
    )


def urgent_lines(viewer: Viewer, limit: int = 20) -> list[AssignmentLine]:
    """The viewer's own lines that wait for him, the most urgent first."""
    rows = own_lines(viewer).filter(state__in=OWED).order_by("due_at", "id")
    return _with_orders(viewer, list(rows.values_list("id", flat=True)[:limit]))


def order_by_id(viewer: Viewer, assignment_id: UUID) -> Assignment | None:
    """One order in the viewer's scope, or None."""
    rows = visible_assignments(viewer).select_related("issuer_unit", "owner_unit")
    return rows.filter(id=assignment_id).first()


def line_by_id(viewer: Viewer, line_id: UUID) -> AssignmentLine | None:
    """One line in the viewer's scope, or None."""
    rows = visible_lines(viewer).select_related("assignment__issuer_unit", "assignment__owner_unit", "unit", "post")
    return rows.filter(id=line_id).first()


def lines_of(viewer: Viewer, assignment_id: UUID) -> list[AssignmentLine]:
    """Lines of an order that the viewer sees, in their order."""
    rows = visible_lines(viewer).filter(assignment_id=assignment_id).select_related("unit", "post", "came_from__unit")
    return list(rows.order_by("position", "id")[:LINES_SHOWN])


def replies_of(line_ids: list[UUID]) -> list[Reply]:
    """Replies on lines, the latest round first."""
    return list(Reply.objects.filter(line_id__in=line_ids).order_by("line_id", "-round"))


def reminders_of(line_id: UUID) -> list[Reminder]:
    """Reminders on a line, newest first."""
    return list(Reminder.objects.filter(line_id=line_id).order_by("-id"))


def files_of(matter_id: UUID) -> list[FileUse]:
    """Files of an order or a line, oldest first; purposes ``assignment`` and ``reply-<round>``."""
    return list(FileUse.objects.filter(matter_id=matter_id).select_related("file").order_by("used_at", "id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressable:
    """A unit that the viewer may order, with the posts of it that he may name."""

    unit: Unit
    facts: UnitFacts
    posts: list[Post] = field(default_factory=list)


def facts_of(unit: Unit, county: str) -> UnitFacts:
    """What the rules ask of a unit; one without a division belongs to the county."""
    return UnitFacts(
        id=unit.id,
        level=unit.level,
        division=unit.division_id or county,
        parent_id=unit.parent_id,
        reports=unit.reports,
    )


def addressable_units(viewer: Viewer, *, posts: bool = True) -> list[Addressable]:
    """Units that the viewer may order, in the order of the plan; posts of village units are not named singly."""
    if not viewer.roles & ISSUE_ROLES:
        return []
    county = county_code()
    found = []
    for unit in Unit.objects.order_by("sort", "slug"):
        facts = facts_of(unit, county)
        if may_address(roles=viewer.roles, unit_id=viewer.unit_id, prefix=viewer.prefix, target=facts):
            found.append(Addressable(unit=unit, facts=facts))
    if posts:
        by_unit = {a.unit.id: a.posts for a in found if a.unit.level != "village"}
        for post in Post.objects.filter(unit_id__in=list(by_unit)).exclude(roles=[]).order_by("sort", "slug"):
            by_unit[post.unit_id].append(post)
    return found


def issues_for_county(viewer: Viewer) -> bool:
    """Whether the viewer's orders go out to the whole county."""
    return bool(viewer.roles & COUNTY_ISSUERS)
