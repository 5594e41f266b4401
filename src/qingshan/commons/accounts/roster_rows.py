"""Judging the rows of a roster (名册逐行判定): new, same, or refused with the reason and what to do."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize
from uuid import UUID

from django.db.models import Q

from qingshan.commons.accounts.keeping import name_problem, phone_problem, username_problem
from qingshan.commons.people.models import Account, Holding, Post, Unit
from qingshan.commons.people.selectors import full_name
from qingshan.domain.posts import Span, combination_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RowInput:
    """A row as it was written; ``number`` is the row of the sheet."""

    number: int
    name: str
    unit: str
    post: str
    username: str = ""
    phone: str = ""


@dataclass(slots=True, kw_only=True)
class Judged:
    """What was found for a row. ``person_id``: somebody known already who gets the post."""

    row: RowInput
    outcome: str = "refused"
    note: str = ""
    unit: Unit | None = None
    post: Post | None = None
    username: str = ""
    person_id: UUID | None = None
    account: Account | None = None


def plain(text: str) -> str:
    """A text as it is compared: half-width, without blanks, lower case."""
    return "".join(normalize("NFKC", text).split()).casefold()


@dataclass(slots=True, kw_only=True)
class Known:
    """Units, posts, holders and accounts as they stand, read once for all rows."""

    today: date
    units: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    posts: dict[UUID, list[Post]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[UUID, Holding] = field(default_factory=dict)
    spans: dict[UUID, list[Span]] = field(default_factory=lambda: defaultdict(list))
    by_username: dict[str, Account] = field(default_factory=dict)
    by_person: dict[UUID, Account] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @classmethod
    def now(cls, today: date) -> "Known":
        """Read everything; a county has some hundred units and posts."""
        known = cls(today=today)
        for unit in Unit.objects.select_related("parent").order_by("sort"):
            for text in {plain(unit.name), plain(unit.short), plain(full_name(unit)), unit.slug}:
                known.units[text].append(unit)
        for post in Post.objects.select_related("unit").order_by("sort"):
            known.posts[post.unit_id].append(post)
        held = Holding.objects.filter(Q(until__isnull=True) | Q(until__gte=today)).select_related("person", "post")
        for row in held.order_by("-since"):
            if row.kind == "holder":
                known.holders[row.post_id] = row
            span = Span(label=row.post.title, roles=frozenset(row.post.roles), since=row.since, until=row.until)
            known.spans[row.person_id].append(span)
        for account in Account.objects.select_related("person"):
            known.by_username[account.username] = account
            if account.person_id is not None and account.person is not None:
                known.by_person[account.person_id] = account
                known.names.add(account.person.name)
        return known


class Refused(Exception):
    """A row cannot be taken in; the text says why."""


def judge(rows: Sequence[RowInput], *, today: date) -> list[Judged]:
    """Judge every row against what stands now and against the rows above it. Nothing is written."""
    known, seen = Known.now(today), _Seen()
    return [_judged(row, known, seen) for row in rows]


@dataclass(slots=True)
class _Seen:
    """What the rows above took."""

    posts: dict[UUID, int] = field(default_factory=dict)
    usernames: dict[str, tuple[int, str]] = field(default_factory=dict)
    spans: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


def _judged(row: RowInput, known: Known, seen: _Seen) -> Judged:
    judged = Judged(row=row, username=row.username.lower())
    try:
        _check_texts(row, judged)
        judged.unit = _unit(row.unit, known)
        judged.post = _post(row, judged.unit, known, seen)
        _settle(judged, judged.unit, judged.post, known, seen)
    except Refused as refusal:
        judged.outcome, judged.note = "refused", str(refusal)[:300]
    return judged


def _check_texts(row: RowInput, judged: Judged) -> None:
    problems = [name_problem(row.name), phone_problem(row.phone)]
    if judged.username:
        problems.append(username_problem(judged.username))
    for problem in problems:
        if problem:
            raise Refused(problem)


def _unit(text: str, known: Known) -> Unit:
    found = known.units.get(plain(text), []) if text else []
    if not found:
        raise Refused(f"没有单位“{text[:40]}”，请按“单位与职务”表填写" if text else "没有填单位")
    if len({unit.id for unit in found}) > 1:
        raise Refused(f"“{text[:40]}”有多个单位，请写明乡镇：{'、'.join(full_name(u) for u in found[:3])}")
    return found[0]


def _post(row: RowInput, unit: Unit, known: Known, seen: _Seen) -> Post:
    """The post by its title; a title without its number means the holder's own or the first vacant one."""
    if not row.post:
        raise Refused("没有填职务")
    wanted, own = _bare(row.post, unit), known.posts.get(unit.id, [])
    exact = [p for p in own if _bare(p.title, unit) == wanted or p.slug == row.post]
    if exact:
        return exact[0]
    numbered = [p for p in own if _bare(p.title, unit).split("(")[0] == wanted]
    if not numbered:
        raise Refused(f"{unit.short}没有职务“{row.post[:40]}”，请按“单位与职务”表填写")
    same = [p for p in numbered if p.id in known.holders and known.holders[p.id].person.name == row.name]
    vacant = [p for p in numbered if p.id not in known.holders and p.id not in seen.posts]
    return (same or vacant or numbered)[0]


def _bare(title: str, unit: Unit) -> str:
    """A title without the unit that most of them begin with."""
    return plain(title).removeprefix(plain(unit.short))


def _settle(judged: Judged, unit: Unit, post: Post, known: Known, seen: _Seen) -> None:
    row, holder = judged.row, known.holders.get(post.id)
    if post.id in seen.posts:
        raise Refused(f"与第 {seen.posts[post.id]} 行重复：“{post.label}”一岗一人")
    if holder is not None and holder.person.name != row.name:
        raise Refused(f"“{post.label}”已由 {holder.person.name} 担任；换人请先办理调岗或交接")
    if holder is not None:
        judged.person_id = holder.person_id
        judged.account = known.by_person.get(holder.person_id)
    _username(judged, unit, known, seen)
    if holder is not None and judged.account is not None:
        judged.outcome, judged.note = "same", f"已有账号 {judged.account.username}，不作改动"
    else:
        _new(judged, post, known, seen)
    seen.posts[post.id] = row.number


def _username(judged: Judged, unit: Unit, known: Known, seen: _Seen) -> None:
    row, name = judged.row, judged.username
    if judged.account is not None:
        if name and name != judged.account.username:
            raise Refused(f"{row.name} 已有账号 {judged.account.username}，一人只能有一个账号")
        judged.username = judged.account.username
        return
    owner = known.by_username.get(name)
    if owner is not None:
        if owner.person is None or owner.person.name != row.name:
            raise Refused(f"用户名“{name}”已被别人使用，请换一个或留空")
        judged.account, judged.person_id = owner, owner.person_id
        return
    if name in seen.usernames and seen.usernames[name][1] != row.name:
        raise Refused(f"用户名“{name}”与第 {seen.usernames[name][0]} 行重复")
    judged.username = name or _free(unit.slug, known, seen)


def _free(stem: str, known: Known, seen: _Seen) -> str:
    number = 1
    while (name := f"{stem}-{number:02d}") in known.by_username or name in seen.usernames:
        number += 1
    return name


def _new(judged: Judged, post: Post, known: Known, seen: _Seen) -> None:
    row = judged.row
    held: list[Span] = [*seen.spans[judged.username]]
    if judged.person_id is not None:
        held += [s for s in known.spans[judged.person_id] if s.label != post.title]
    new = Span(label=post.title, roles=frozenset(post.roles), since=known.today)
    if problem := combination_problem(new, held):
        raise Refused(problem)
    again = judged.username in seen.usernames
    if judged.account is not None or again:
        judged.note = "同一人的又一职务"
    elif judged.person_id is not None:
        judged.note = "现任人员，开设账号"
    elif row.name in known.names:
        judged.note = "已有同名人员，按另一人登记；是同一人的请填其用户名"
    judged.outcome = "new"
    seen.spans[judged.username].append(new)
    seen.usernames[judged.username] = (row.number, row.name)


def counts(rows: Iterable[Judged]) -> dict[str, int]:
    """How many of each outcome."""
    numbers = {"new": 0, "same": 0, "refused": 0}
    for row in rows:
        numbers[row.outcome] += 1
    return numbers
