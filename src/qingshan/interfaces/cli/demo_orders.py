"""Orders in the played weeks of the demonstration (演示交办): to all units, to a leading unit, about a late lead."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.policy import visible_lines
from qingshan.commons.assignments.services.answering import receive_assignment, reply_assignment
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.assignments.services.steering import accept_reply, remind, send_back
from qingshan.commons.people.models import Unit
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.public import Lead
from qingshan.domain.plan import Plan
from qingshan.interfaces.cli.demo_stage import OFFICE, Stage, at

Step: TypeAlias = tuple[datetime, Callable[[Stage], None]]
COUNTY = "county-government.deputy-head"
WEEKLY, PROJECTS = "报送百日行动排查摸底进展（演示）", "核对在建工程土石方去向（演示）"
ANSWERED = ("sucun", "heishuihe", "nanzuo", "songcao", "jicun")
RECEIVED = ("yincun", "macun", "suyang")


def order_steps(plan: Plan, late: Lead, officer: str) -> Iterator[Step]:
    """Acts on three orders with their moments; ``late`` is a lead whose visit is overdue, ``officer`` its officer."""
    pattern = plan.numbering["assignment"].pattern
    yield from _weekly(pattern)
    yield from _projects(pattern)
    about = OrderForm(
        kind="order",
        title=f"督促核查线索 {late.number}（演示）"[:120],
        text="该线索核查时限已近，请到现场核查并报结论（演示）。",
        clause="三-1-2①c",
        unit_ids=(late.unit_id,),
        due_at=at(8, 14, 18),
        subject_id=late.id,
    )
    yield at(8, 12, 10), _do(OFFICE, lambda a: issue_assignment(form=about, numbering=pattern, acting=a))
    yield at(8, 12, 15), _do(officer, lambda a: receive_assignment(line_id=_line(a, about.title).id, acting=a))


def _weekly(pattern: str) -> Iterator[Step]:
    """An order of the task-force office to all units: some answered, some late and reminded."""

    def issue(acting: Acting) -> object:
        form = OrderForm(
            kind="order",
            title=WEEKLY,
            text="请报送本单位排查的点位数、发现的问题、已采取的措施和下步安排（演示）。",
            clause="四-2-0①",
            groups=("units",),
            due_at=at(8, 9, 18),
        )
        return issue_assignment(form=form, numbering=pattern, acting=acting)

    yield at(8, 5, 9), _do(OFFICE, issue)
    for number, slug in enumerate((*ANSWERED, *RECEIVED)):
        receive = _do(f"{slug}.township-officer", lambda a: receive_assignment(line_id=_line(a, WEEKLY).id, acting=a))
        yield at(8, 5, 14, number), receive
    for number, slug in enumerate(ANSWERED):
        text = f"已排查 {12 + number} 处点位，发现问题 {number} 处，均已登记（演示）。"
        yield at(8, 8, 10, number), _do(f"{slug}.township-officer", _reply(WEEKLY, text))
    yield at(8, 9, 9), _do(OFFICE, _accept(WEEKLY, ANSWERED[:3]))
    yield at(8, 9, 9, 30), _do(OFFICE, _send_back(WEEKLY, ANSWERED[3:4], "请补充已采取的措施（演示）"))
    yield at(8, 12, 9), _do(OFFICE, lambda a: remind(assignment_id=_line(a, WEEKLY).assignment_id, acting=a))


def _projects(pattern: str) -> Iterator[Step]:
    """A written instruction of a county leader with a leading unit."""

    def issue(acting: Acting) -> object:
        slugs = ("transport", "water", "agriculture", "sucun")
        ids = dict(Unit.objects.filter(slug__in=slugs).values_list("slug", "id"))
        form = OrderForm(
            kind="leader_instruction",
            title=PROJECTS,
            text="请牵头单位会同有关单位核对在建工程土石方去向，列出疑点清单（演示）。",
            basis="专班第二次调度会（演示）",
            unit_ids=tuple(ids.values()),
            owner_id=ids.get("transport"),
            due_at=at(8, 23, 18),
        )
        return issue_assignment(form=form, numbering=pattern, acting=acting)

    yield at(8, 13, 11), _do(COUNTY, issue)
    post = "transport.department-officer"
    yield at(8, 13, 16), _do(post, lambda a: receive_assignment(line_id=_line(a, PROJECTS).id, acting=a))


def _do(post: str, act: Callable[[Acting], object]) -> Callable[[Stage], None]:
    return lambda stage: stage.perform(post, act)


def _line(acting: Acting, title: str) -> AssignmentLine:
    """The actor's own line of an order, or any of it for the issuer."""
    rows = visible_lines(acting.viewer).filter(assignment__title=title).select_related("unit")
    return next((row for row in rows if row.unit_id == acting.viewer.unit_id), rows[0])


def _lines(acting: Acting, title: str, slugs: Sequence[str]) -> tuple[UUID, list[UUID]]:
    rows = visible_lines(acting.viewer).filter(assignment__title=title, unit__slug__in=slugs)
    order = Assignment.objects.get(title=title)
    return order.id, list(rows.values_list("id", flat=True))


def _reply(title: str, text: str) -> Callable[[Acting], object]:
    return lambda acting: reply_assignment(line_id=_line(acting, title).id, text=text, acting=acting)


def _accept(title: str, slugs: Sequence[str]) -> Callable[[Acting], object]:
    def act(acting: Acting) -> object:
        order, lines = _lines(acting, title, slugs)
        return accept_reply(assignment_id=order, line_ids=lines, opinion="情况清楚（演示）", acting=acting)

    return act


def _send_back(title: str, slugs: Sequence[str], reason: str) -> Callable[[Acting], object]:
    def act(acting: Acting) -> object:
        order, lines = _lines(acting, title, slugs)
        return send_back(assignment_id=order, line_ids=lines, reason=reason, acting=acting)

    return act
