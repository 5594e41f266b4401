"""Orders (交办): reading them, giving one, answering a line, steering the lines."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Field, Query, Router, Schema

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.selectors import (
    Key as PageKey,
)
from qingshan.commons.assignments.selectors import (
    OrderFilter,
    line_by_id,
    line_page,
    lines_of,
    order_by_id,
    order_page,
    replies_of,
)
from qingshan.commons.assignments.services.answering import receive_assignment, reply_assignment, transfer_line
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.assignments.services.steering import (
    REMIND_TEXT,
    accept_reply,
    extend,
    remind,
    send_back,
    withdraw,
)
from qingshan.commons.journal.selectors import history_of
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.domain.assignment import ISSUE_ROLES, Group, LineState, OrderKind, OrderState
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Body, Key, Moment, QuerySwitch, Short, Text
from qingshan.interfaces.api.shown_assignments import (
    LineOut,
    LinesOut,
    OrderOut,
    OrdersOut,
    line_out,
    line_row,
    order_out,
    order_row,
)
from qingshan.interfaces.api.shown_common import EntriesOut, entry_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["交办"])
READ = Spec(scope="assignments:read", roles=MATTER_ROLES)
READ_ORDER = Spec(scope="assignments:read", roles=MATTER_ROLES, matter="assignment_id")
READ_LINE = Spec(scope="assignments:read", roles=MATTER_ROLES, matter="line_id")
ANSWER = Spec(scope="assignments:write", roles=MATTER_ROLES, acts=True, matter="line_id", body="json")
RECEIVE = Spec(scope="assignments:write", roles=MATTER_ROLES, acts=True, matter="line_id")
ISSUE = Spec(scope="assignments:write", roles=ISSUE_ROLES, acts=True, body="json")
STEER = Spec(scope="assignments:write", roles=ISSUE_ROLES, acts=True, body="json")
ORDER, LINE = "/assignments/{uuid:assignment_id}", "/assignment-lines/{uuid:line_id}"
Ids = Annotated[list[Key], Field(max_length=500)]
Files = Annotated[list[Key], Field(max_length=20)]


class OrderQuery(Schema):
    """Filters; ``after`` is the last order of the page above."""

    state: OrderState | None = None
    kind: OrderKind | None = None
    overdue: QuerySwitch = False
    q: Short = ""
    after: Key | None = None


class LineQuery(Schema):
    """Filters of own lines; ``after`` is the last line of the page above."""

    state: LineState | None = None
    kind: OrderKind | None = None
    overdue: QuerySwitch = False
    q: Short = ""
    after: Key | None = None


def order_or_404(request: ApiRequest, assignment_id: UUID) -> Assignment:
    """The order, when the caller sees it."""
    order = order_by_id(request.viewer, assignment_id)
    if order is None:
        raise Http404("没有这件交办，或它与您的单位无关")
    return order


def line_or_404(request: ApiRequest, line_id: UUID) -> AssignmentLine:
    """The line, when the caller sees it."""
    line = line_by_id(request.viewer, line_id)
    if line is None:
        raise Http404("没有这一行，或它与您的单位无关")
    return line


def _wanted(filters: OrderQuery | LineQuery, after: PageKey | None) -> OrderFilter:
    return OrderFilter(
        state=filters.state.value if filters.state else "",
        kind=filters.kind.value if filters.kind else "",
        overdue=filters.overdue,
        text=filters.q,
        after=after,
    )


@operation(router, "GET", "/assignments", READ, summary="本单位交办的", answer=OrdersOut)
def list_assignments(request: ApiRequest, filters: Query[OrderQuery]) -> OrdersOut:
    """Orders that the caller's unit gave, by due moment."""
    after = None
    if filters.after is not None:
        last = order_by_id(request.viewer, filters.after)
        if last is None:
            raise one_fault("query", "after", "没有这件交办", code="not_found")
        after = PageKey(due_at=last.due_at, id=last.id)
    page = order_page(request.viewer, _wanted(filters, after), request.now)
    orders = [row.order for row in page.rows]
    return OrdersOut(assignments=[order_row(o) for o in orders], next=orders[-1].id if page.more else None)


@operation(router, "GET", "/assignment-lines", READ, summary="交给本单位的", answer=LinesOut)
def list_assignment_lines(request: ApiRequest, filters: Query[LineQuery]) -> LinesOut:
    """Lines that the caller's unit answers, by due moment."""
    after = None
    if filters.after is not None:
        last = line_by_id(request.viewer, filters.after)
        if last is None:
            raise one_fault("query", "after", "没有这一行", code="not_found")
        after = PageKey(due_at=last.due_at, id=last.id)
    page = line_page(request.viewer, _wanted(filters, after), request.now)
    rows = [line_row(line, line.assignment) for line in page.rows]
    return LinesOut(lines=rows, next=page.rows[-1].id if page.more else None)


@operation(router, "GET", ORDER, READ_ORDER, summary="一件交办", answer=OrderOut)
def get_assignment(request: ApiRequest, assignment_id: UUID) -> OrderOut:
    """The order with the lines that the caller sees."""
    order = order_or_404(request, assignment_id)
    return order_out(order, lines_of(request.viewer, assignment_id))


@operation(router, "GET", f"{ORDER}/entries", READ_ORDER, summary="交办的办理留痕", answer=EntriesOut)
def list_assignment_entries(request: ApiRequest, assignment_id: UUID) -> EntriesOut:
    """All entries of the order's journal, newest first."""
    order_or_404(request, assignment_id)
    return EntriesOut(entries=[entry_out(line) for line in history_of(assignment_id)], next=None)


def shown_line(request: ApiRequest, line_id: UUID) -> LineOut:
    """The line as it now stands."""
    return line_out(line_or_404(request, line_id), replies_of([line_id]))


@operation(router, "GET", LINE, READ_LINE, summary="一行交办", answer=LineOut)
def get_assignment_line(request: ApiRequest, line_id: UUID) -> LineOut:
    """The line with its replies."""
    return shown_line(request, line_id)


class OrderIn(Body):
    """An order: to units, posts or whole groups; a due moment, or a limit of the plan."""

    kind: OrderKind
    title: Annotated[str, Field(max_length=120)]
    text: Annotated[str, Field(max_length=8000)]
    clause: Annotated[str, Field(max_length=40)] = ""
    basis: Annotated[str, Field(max_length=300)] = ""
    unit_ids: Ids = Field(default_factory=list)
    post_ids: Ids = Field(default_factory=list)
    groups: Annotated[list[Group], Field(max_length=10)] = Field(default_factory=list)
    owner_id: Key | None = None
    due_at: Moment | None = None
    limit: Annotated[str, Field(max_length=60)] = ""
    subject_id: Key | None = None
    file_ids: Files = Field(default_factory=list)


@operation(router, "POST", "/assignments", ISSUE, summary="交办", answer=OrderOut, status=201)
def create_assignment(request: ApiRequest, content: OrderIn, response: HttpResponse) -> OrderOut:
    """Give an order to its addressees (四-2-0①): one line each."""
    plan = campaign_in_force().plan
    if content.limit and content.limit not in plan.limits:
        raise one_fault("body", "limit", "方案中没有这个时限", code="literal_error")
    form = OrderForm(
        kind=content.kind.value,
        title=content.title,
        text=content.text,
        clause=content.clause,
        basis=content.basis,
        unit_ids=tuple(content.unit_ids),
        post_ids=tuple(content.post_ids),
        groups=tuple(group.value for group in content.groups),
        owner_id=content.owner_id,
        due_at=content.due_at,
        limit=plan.limits[content.limit] if content.limit else None,
        subject_id=content.subject_id,
        file_ids=tuple(content.file_ids),
    )
    pattern = plan.numbering["assignment"].pattern
    order = issue_assignment(form=form, numbering=pattern, acting=acting_of(request))
    response.headers["Location"] = f"/api/v1/assignments/{order.id}"
    return order_out(order_or_404(request, order.id), lines_of(request.viewer, order.id))


@operation(router, "POST", f"{LINE}/receive", RECEIVE, summary="签收交办", answer=LineOut)
def receive_line(request: ApiRequest, line_id: UUID) -> LineOut:
    """Sign for a line."""
    line_or_404(request, line_id)
    receive_assignment(line_id=line_id, acting=acting_of(request))
    return shown_line(request, line_id)


class ReplyIn(Body):
    """What was done, with papers and photos."""

    text: Text
    file_ids: Files = Field(default_factory=list)


@operation(router, "POST", f"{LINE}/reply", ANSWER, summary="反馈", answer=LineOut)
def reply_line(request: ApiRequest, line_id: UUID, content: ReplyIn) -> LineOut:
    """Reply on a line; the issuer accepts it or sends it back."""
    line_or_404(request, line_id)
    reply_assignment(line_id=line_id, text=content.text, file_ids=content.file_ids, acting=acting_of(request))
    return shown_line(request, line_id)


class TransferIn(Body):
    """To which unit, and why."""

    unit_id: Key
    reason: Text


@operation(router, "POST", f"{LINE}/transfer", ANSWER, summary="转办", answer=LineOut)
def hand_on(request: ApiRequest, line_id: UUID, content: TransferIn) -> LineOut:
    """Hand a line on to another unit; answers with the line that ended by it."""
    line_or_404(request, line_id)
    transfer_line(line_id=line_id, unit_id=content.unit_id, reason=content.reason, acting=acting_of(request))
    return shown_line(request, line_id)


class SteerIn(Body):
    """What the issuer does with lines: these, or all that it applies to where ``line_ids`` is left out.

    ``accept`` and ``send_back`` need ``line_ids``, ``extend`` needs ``due_at``, all but
    ``accept`` and ``remind`` a text.
    """

    act: Literal["accept", "send_back", "remind", "extend", "withdraw"]
    line_ids: Ids | None = None
    text: Text = ""
    due_at: Moment | None = None


@operation(router, "POST", f"{ORDER}/steer", STEER, summary="审核、催办、延期、撤回", answer=OrderOut)
def steer(request: ApiRequest, assignment_id: UUID, content: SteerIn) -> OrderOut:
    """Accept replies, send them back, remind, extend or withdraw, by who gave the order."""
    order_or_404(request, assignment_id)
    _steer(request, assignment_id, content)
    return order_out(order_or_404(request, assignment_id), lines_of(request.viewer, assignment_id))


def _steer(request: ApiRequest, order_id: UUID, content: SteerIn) -> None:
    acting, lines, text = acting_of(request), content.line_ids, content.text
    if content.act == "accept":
        accept_reply(assignment_id=order_id, line_ids=lines or [], opinion=text, acting=acting)
    elif content.act == "send_back":
        send_back(assignment_id=order_id, line_ids=lines or [], reason=text, acting=acting)
    elif content.act == "remind":
        remind(assignment_id=order_id, line_ids=lines, text=text or REMIND_TEXT, acting=acting)
    elif content.act == "extend":
        extend(assignment_id=order_id, line_ids=lines, due_at=content.due_at, reason=text, acting=acting)
    else:
        withdraw(assignment_id=order_id, line_ids=lines, reason=text, acting=acting)
