"""Issuing an order (交办): one row, one line per addressee, one journal entry each, written in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.selectors import Addressable, addressable_units
from qingshan.commons.assignments.services.acting import line_change, order_change, uploaded
from qingshan.commons.base.calendar import load_calendar
from qingshan.commons.base.counters import take_numbers
from qingshan.commons.base.ids import new_id
from qingshan.commons.base.once import claim_once
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import use_files
from qingshan.commons.journal.models import Matter
from qingshan.commons.journal.openings import record_openings
from qingshan.commons.journal.services import MatterChange, act_transaction, actor_text
from qingshan.commons.people.models import Post, Unit
from qingshan.commons.people.viewer import Acting
from qingshan.commons.places.selectors import county_code
from qingshan.domain.acts import ActRefused
from qingshan.domain.assignment import (
    ISSUE_ROLES,
    Group,
    Part,
    check_order,
    due_by_day,
    due_by_limit,
    in_group,
)
from qingshan.domain.limits import CHINA, Due, Limit
from qingshan.domain.numbering import Series

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """An order as written. ``due_at`` or ``limit`` sets when; ``groups`` are spelled out into their units.

    ``owner_id`` (牵头) must be among the addressees; without one each answers for itself. ``subject_id`` is a matter.
    """

    kind: str
    title: str
    text: str
    clause: str = ""
    basis: str = ""
    unit_ids: tuple[UUID, ...] = ()
    post_ids: tuple[UUID, ...] = ()
    groups: tuple[str, ...] = ()
    owner_id: UUID | None = None
    due_at: datetime | None = None
    limit: Limit | None = None
    subject_id: UUID | None = None
    file_ids: tuple[UUID, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """One addressee: a unit, or one post of it."""

    unit: Unit
    division: str
    post: Post | None = None


def issue_assignment(
    *, form: OrderForm, numbering: str, acting: Acting, assignment_id: UUID | None = None
) -> Assignment:
    """Give an order to its addressees (四-2-0①). ``numbering`` is the plan's pattern of order numbers.

    ``assignment_id`` is the id the form brought: the same form handed in twice makes one order.
    """
    viewer, now = acting.viewer, acting.now()
    if not viewer.roles & ISSUE_ROLES or viewer.unit_id is None:
        raise ActRefused("role", "您的职务不能交办：由县领导、县局、专班办公室或乡镇负责人交办")
    with act_transaction():
        files = uploaded(form.file_ids, acting)
        key = assignment_id or new_id()
        if not claim_once(
            key=key, purpose="assignment", content=_content(form, files), account_id=viewer.account_id, now=now
        ):
            return Assignment.objects.select_related("issuer_unit", "owner_unit").get(id=key)
        targets = _targets(form, addressable_units(viewer))
        due = _due(form, now)
        check_order(
            kind=form.kind,
            title=form.title,
            text=form.text,
            addressees=len(targets),
            due_at=due.at if due else None,
            now=now,
        )
        order = _order(key, form, numbering, targets, due, acting)
        lines = _lines(order, targets, now)
        _write(order, lines, files, acting)
        return order


def _content(form: OrderForm, files: Sequence[StoredFile]) -> dict[str, object]:
    """What makes two forms the same; files by their bytes, because each sending uploads them anew."""
    return {
        "kind": form.kind,
        "title": form.title.strip(),
        "text": form.text.strip(),
        "clause": form.clause,
        "basis": form.basis.strip(),
        "units": sorted(str(i) for i in form.unit_ids),
        "posts": sorted(str(i) for i in form.post_ids),
        "groups": sorted(form.groups),
        "owner": str(form.owner_id or ""),
        "due": form.due_at.isoformat() if form.due_at else "",
        "limit": form.limit.slug if form.limit else "",
        "subject": str(form.subject_id or ""),
        "files": sorted(f.sha256 for f in files),
    }


def _targets(form: OrderForm, allowed: Sequence[Addressable]) -> list[_Target]:
    """The addressees in the order of the plan; raises `ActRefused` for one that may not be ordered."""
    groups = {Group(g) for g in form.groups if g in set(Group)}
    units, posts = set(form.unit_ids), set(form.post_ids)
    found: list[_Target] = []
    for one in allowed:
        division = one.facts.division
        if one.unit.id in units or any(in_group(group, one.facts) for group in groups):
            found.append(_Target(unit=one.unit, division=division))
        found += [_Target(unit=one.unit, division=division, post=post) for post in one.posts if post.id in posts]
    known_units, known_posts = {a.unit.id for a in allowed}, {p.id for a in allowed for p in a.posts}
    if units - known_units or posts - known_posts:
        raise ActRefused("addressee", "有承办单位或职务不能由您交办，请重新选择")
    if form.owner_id is not None and form.owner_id not in {t.unit.id for t in found if t.post is None}:
        raise ActRefused("owner", "牵头单位须在承办单位之内，请把它一并选上")
    return found


def _due(form: OrderForm, now: datetime) -> Due | None:
    if form.limit is not None:
        return due_by_limit(limit=form.limit, start=now, calendar=load_calendar())
    if form.due_at is None or form.due_at <= now:
        return None if form.due_at is None else Due(at=form.due_at, explanation=(), known=True)
    return due_by_day(at=form.due_at, start=now, calendar=load_calendar())


def _order(
    key: UUID, form: OrderForm, numbering: str, targets: Sequence[_Target], due: Due | None, acting: Acting
) -> Assignment:
    viewer, now = acting.viewer, acting.now()
    if due is None or due.at is None or viewer.unit_id is None:
        raise ActRefused("incomplete", "还不能交办", ("办理时限未定",))
    series = Series(kind="assignment", year=now.astimezone(CHINA).year, pattern=numbering)
    unit = Unit.objects.get(id=viewer.unit_id)
    owner = next((t for t in targets if t.post is None and t.unit.id == form.owner_id), None)
    subject = _subject(form.subject_id)
    return Assignment(
        id=key,
        number=series.format(take_numbers(series.key)[0]),
        kind=form.kind,
        title=form.title.strip(),
        text=form.text.strip(),
        clause=form.clause,
        basis=form.basis.strip(),
        division=viewer.prefix or unit.division_id or county_code(),
        issuer_unit=unit,
        issuer_post_id=viewer.post_id,
        issued_by=actor_text(acting),
        issued_at=now,
        owner_unit=owner.unit if owner else None,
        owner_division=owner.unit.division_id or "" if owner else "",
        subject=subject,
        subject_kind=subject.kind if subject else "",
        subject_number=subject.number if subject else "",
        due_at=due.at,
        due_limit=form.limit.slug if form.limit else "",
        due_why=list(due.explanation),
        lines_total=len(targets),
    )


def _subject(subject_id: UUID | None) -> Matter | None:
    """The matter the order is about; only one that the issuer sees himself."""
    if subject_id is None:
        return None
    subject = Matter.objects.filter(id=subject_id).first()
    if subject is None:
        raise ActRefused("subject", "关联的事项不存在，或不在您的辖区内")
    return subject


def _lines(order: Assignment, targets: Sequence[_Target], now: datetime) -> list[AssignmentLine]:
    return [
        AssignmentLine(
            id=new_id(),
            assignment=order,
            unit=target.unit,
            post=target.post,
            part=_part(order, target).value,
            position=number,
            state_since=now,
            due_at=order.due_at,
            division=target.division,
            issuer_unit=order.issuer_unit,
            owner_unit=order.owner_unit,
            owner_division=order.owner_division,
            sent_at=now,
        )
        for number, target in enumerate(targets, start=1)
    ]


def _part(order: Assignment, target: _Target) -> Part:
    if order.owner_unit_id is None:
        return Part.EACH
    return Part.OWNER if target.post is None and target.unit.id == order.owner_unit_id else Part.ASSIST


def _write(order: Assignment, lines: Sequence[AssignmentLine], files: Sequence[StoredFile], acting: Acting) -> None:
    order.save(force_insert=True)
    AssignmentLine.objects.bulk_create(lines, batch_size=BATCH)
    said = {"text": order.text, "by": order.issued_by, "files": [f.sha256 for f in files], "due_why": order.due_why}
    changes: list[MatterChange] = [order_change(order, {**said, "addressees": len(lines)})]
    changes += [line_change(line, said) for line in lines]
    record_openings(act="assignment.issue", acting=acting, changes=changes)
    if files:
        use_files(
            file_ids=[f.id for f in files],
            matter_ids=[order.id, *(line.id for line in lines)],
            purpose="assignment",
            label=order.number,
            now=acting.now(),
        )
