"""Appointing (任职): taking up a post, leaving it, changing it, standing in, handing over; each an act of its own.

Work hangs on posts: whoever holds or stands in a post finds its open matters, nothing is moved row by row.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from qingshan.commons.accounts.keeping import name_problem
from qingshan.commons.accounts.recording import local_day, lock_persons, post_text, record_on_persons, require
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Holding, Person, Post
from qingshan.commons.people.selectors import holdings_of
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from qingshan.domain.posts import Span, combination_problem, order_problem

APPOINTER = "rights_admin"
DAY = timedelta(days=1)


def today_of(acting: Acting) -> date:
    """The local day of the act."""
    return local_day(acting.now())


def register_person(*, name: str, acting: Acting) -> Person:
    """Register somebody who needs a post but no sign-in (登记人员)."""
    require(acting, APPOINTER)
    name = name.strip()
    if problem := name_problem(name):
        raise ActRefused("name", problem)
    with act_transaction():
        person = Person.objects.create(name=name)
        record_on_persons(act="person.register", acting=acting, details={person.id: {}})
    return person


def appoint_person(
    *, person_id: UUID, post_id: UUID, since: date, acting: Acting, until: date | None = None
) -> Holding:
    """A person takes up a vacant post (任命)."""
    require(acting, APPOINTER)
    with act_transaction():
        person, post = _person(person_id, acting), _lock_posts([post_id])[post_id]
        row = _take_up(person, post, since=since, until=until)
        said = {"post": post_text(post), "since": since.isoformat(), "until": until.isoformat() if until else ""}
        record_on_persons(act="person.appoint", acting=acting, details={person.id: said})
    return row


def end_holding(*, holding_id: UUID, last_day: date, reason: str, acting: Acting) -> None:
    """A holding, or a substitute's time, ends on ``last_day`` (结束任职)."""
    require(acting, APPOINTER)
    with act_transaction():
        row = _lock_holding(holding_id)
        _end(row, last_day, _said(reason))
        said = {"post": post_text(row), "until": last_day.isoformat(), "reason": reason.strip()}
        record_on_persons(act="person.end_post", acting=acting, details={row.person_id: said})


def transfer_person(*, holding_id: UUID, post_id: UUID, since: date, reason: str, acting: Acting) -> Holding:
    """A person leaves one post and takes up another on the next day (调岗)."""
    require(acting, APPOINTER)
    with act_transaction():
        row = _lock_holding(holding_id)
        person = _person(row.person_id, acting, locked=True)
        if row.post_id == post_id:
            raise ActRefused("same", "新职务和原职务相同，不用调岗")
        post = _lock_posts([post_id])[post_id]
        _end(row, since - DAY, _said(reason))
        taken = _take_up(person, post, since=since, until=None)
        said = {
            "from": post_text(row), "post": post_text(post), "since": since.isoformat(), "reason": reason.strip(),
        }  # fmt: skip
        record_on_persons(act="person.transfer", acting=acting, details={person.id: said})
    return taken


def name_substitute(
    *, holding_id: UUID, person_id: UUID, since: date, until: date | None, reason: str, acting: Acting
) -> Holding:
    """Somebody stands in for the holder of a post on the days set (代岗、AB 岗); the holder keeps it."""
    require(acting, APPOINTER)
    if until is None:
        raise ActRefused("until", "代岗要写明结束日期")
    with act_transaction():
        row = _lock_holding(holding_id, person_id)
        person = _person(person_id, acting, locked=True)
        _check_substitute(row, person, since=since, until=until)
        _check_free(row.post, "substitute", since=since, until=until)
        taken = _take_up(
            person, row.post, since=since, until=until, stands_in_for=row.person, reason=_said(reason), free=True
        )
        said = {
            "post": post_text(row), "for": row.person.name, "since": since.isoformat(), "until": until.isoformat(),
            "reason": reason.strip(),
        }  # fmt: skip
        record_on_persons(act="person.substitute", acting=acting, details={person.id: said})
    return taken


def _check_substitute(row: Holding, person: Person, *, since: date, until: date) -> None:
    if row.kind != "holder":
        raise ActRefused("kind", "代岗的人不能再由别人代")
    if row.person_id == person.id:
        raise ActRefused("self", "不能代自己的岗")
    if since < row.since or (row.until is not None and until > row.until):
        raise ActRefused("span", f"代岗日期要在 {row.person.name} 的任职期内（{_span(row)}）")


def hand_over(
    *, giver_id: UUID, receiver_id: UUID, holding_ids: Sequence[UUID], since: date, reason: str, acting: Acting
) -> int:
    """All chosen posts of one person go to another from ``since`` in one act (交接); returns how many.

    ``holding_ids`` are the posts as the page listed them: one that moved meanwhile refuses the whole.
    """
    require(acting, APPOINTER)
    if giver_id == receiver_id:
        raise ActRefused("self", "交出人和接手人是同一个人")
    if not holding_ids:
        raise ActRefused("none", "没有选择要交接的职务")
    with act_transaction():
        persons = lock_persons([giver_id, receiver_id])
        receiver = _person(receiver_id, acting, locked=True)
        rows = _open_holdings(giver_id, holding_ids, since)
        _lock_posts(row.post_id for row in rows)
        for row in rows:
            until = row.until
            _end(row, since - DAY, _said(reason))
            _end_substitutes(row, since)
            _take_up(receiver, row.post, since=since, until=until)
        posts = "、".join(post_text(row) for row in rows)
        said = {"post": posts, "since": since.isoformat(), "reason": reason.strip()}
        record_on_persons(
            act="person.hand_over",
            acting=acting,
            details={
                giver_id: {**said, "to": receiver.name},
                receiver_id: {**said, "from": persons[giver_id].name},
            },
        )
    return len(rows)


def _open_holdings(giver_id: UUID, holding_ids: Sequence[UUID], since: date) -> list[Holding]:
    wanted = set(holding_ids)
    rows = [r for r in holdings_of(giver_id, after=since) if r.id in wanted and r.kind == "holder"]
    if len(rows) != len(wanted):
        raise ActRefused("race", "职务在您查看之后有变动，请刷新后重新交接")
    return sorted(rows, key=lambda row: row.post_id)


def _end_substitutes(row: Holding, since: date) -> None:
    """Whoever stood in for the giver stands in no longer."""
    standing = Holding.objects.filter(post_id=row.post_id, kind="substitute", stands_in_for=row.person_id)
    for one in standing.filter(until__gte=since):
        if one.since >= since:
            one.delete()
        else:
            Holding.objects.filter(id=one.id).update(until=since - DAY, end_reason="职务已交接")


def _said(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise ActRefused("reason", "请写明原因")
    if len(text) > 200:
        raise ActRefused("reason", "原因请写在 200 字以内")
    return text


def _span(row: Holding) -> str:
    return f"{row.since:%Y-%m-%d} 起" if row.until is None else f"{row.since:%Y-%m-%d} 至 {row.until:%Y-%m-%d}"


def _person(person_id: UUID, acting: Acting, *, locked: bool = False) -> Person:
    """The one who gets a post; nobody gives himself one."""
    if acting.viewer.person_id == person_id:
        raise ActRefused("self", "不能给自己安排职务，请由另一名权限管理员办理")
    return Person.objects.get(id=person_id) if locked else lock_persons([person_id])[person_id]


def _lock_posts(ids: Iterable[UUID]) -> dict[UUID, Post]:
    wanted = set(ids)
    rows = Post.objects.select_for_update(of=("self",)).select_related("unit").filter(id__in=wanted).order_by("id")
    found = {row.id: row for row in rows}
    if len(found) != len(wanted):
        raise ActRefused("post", "没有这个职务，请重新选择")
    return found


def _lock_holding(holding_id: UUID, *more: UUID) -> Holding:
    """The holding as it stands once its person is locked."""
    seen = Holding.objects.filter(id=holding_id).first()
    if seen is None:
        raise ActRefused("holding", "没有这条任职记录")
    lock_persons([seen.person_id, *more])
    _lock_posts([seen.post_id])
    row = Holding.objects.select_related("post__unit", "person").filter(id=holding_id).first()
    if row is None:
        raise ActRefused("race", "这条任职刚刚被改动，请刷新后重试")
    return row


def _end(row: Holding, last_day: date, reason: str) -> None:
    if last_day < row.since:
        raise ActRefused("span", f"“{post_text(row)}”自 {row.since:%Y-%m-%d} 才开始，不能在 {last_day:%Y-%m-%d} 结束")
    if row.until is not None and row.until <= last_day:
        raise ActRefused("done", f"“{post_text(row)}”的任职已定于 {row.until:%Y-%m-%d} 结束")
    won = Holding.objects.filter(id=row.id, until=row.until).update(until=last_day, end_reason=reason)
    if not won:
        raise ActRefused("race", "这条任职刚刚被改动，请刷新后重试")


def _check_free(post: Post, kind: str, *, since: date, until: date | None) -> None:
    rows = Holding.objects.filter(post=post, kind=kind).select_related("person")
    rows = rows.exclude(until__lt=since)
    other = next((row for row in rows if until is None or row.since <= until), None)
    if other is not None:
        word = "由" if kind == "holder" else "代岗由"
        raise ActRefused("state", f"“{post_text(post)}”{word} {other.person.name} 担任（{_span(other)}），日期重叠")


def _take_up(
    person: Person,
    post: Post,
    *,
    since: date,
    until: date | None,
    stands_in_for: Person | None = None,
    reason: str = "",
    free: bool = False,
) -> Holding:
    if problem := order_problem(since, until):
        raise ActRefused("span", problem)
    if not free:
        _check_free(post, "holder", since=since, until=until)
    held = holdings_of(person.id, after=since)
    if any(row.post_id == post.id and (until is None or row.since <= until) for row in held):
        raise ActRefused("state", f"{person.name} 这段时间已在“{post_text(post)}”任职或代岗")
    spans = [_as_span(row) for row in held]
    new = Span(label=post_text(post), roles=frozenset(post.roles), since=since, until=until)
    if problem := combination_problem(new, spans):
        raise ActRefused("combination", problem)
    return Holding.objects.create(
        person=person,
        post=post,
        since=since,
        until=until,
        kind="substitute" if stands_in_for else "holder",
        stands_in_for=stands_in_for,
        reason=reason,
    )


def _as_span(row: Holding) -> Span:
    return Span(label=post_text(row), roles=frozenset(row.post.roles), since=row.since, until=row.until)
