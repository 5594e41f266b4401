"""Seals (封签): a root over all entries since the last one, and what a printed root still says."""

from datetime import UTC, date, datetime

from django.db import connection, transaction

from qingshan.commons.journal.models import Seal
from qingshan.commons.journal.services import take_writers_lock
from qingshan.domain.journal import GENESIS, Break, seal_root


def make_seal(*, now: datetime, day: date, reason: str, partition: str = "open") -> Seal:
    """Seal every entry recorded since the last seal (决定8: at every freeze and at the end of every day).

    Waits for the writers in flight and keeps new ones waiting until the seal stands. Needs the system scope.
    """
    with transaction.atomic():
        take_writers_lock()
        last = Seal.objects.filter(partition=partition).order_by("-number").first()
        hashes = _hashes(partition, last.until if last else None, now)
        previous = last.root if last else GENESIS
        return Seal.objects.create(
            partition=partition,
            number=last.number + 1 if last else 1,
            day=day,
            after=last.until if last else None,
            until=max(now, last.until) if last else now,
            entries=len(hashes),
            previous_root=previous,
            root=seal_root(previous, hashes),
            reason=reason,
        )


def _hashes(partition: str, after: datetime | None, until: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.hash FROM journal_entry e JOIN journal_matter m ON m.id = e.matter_id"
            " WHERE m.partition = %s AND e.recorded_at > %s AND e.recorded_at <= %s ORDER BY e.recorded_at, e.id",
            [partition, after or datetime.min.replace(tzinfo=UTC), until],
        )
        return [row[0] for row in cursor.fetchall()]


def check_seals() -> tuple[int, list[Break]]:
    """How many seals there are, and those that do not follow or no longer hold for the entries as they stand."""
    breaks: list[Break] = []
    expected: dict[str, tuple[int, str, datetime | None]] = {}
    count = 0
    for seal in Seal.objects.order_by("partition", "number").iterator():
        count += 1
        number, previous, until = expected.get(seal.partition, (1, GENESIS, None))
        where = f"封签 第 {seal.number} 号（{seal.day}）"
        if (seal.number, seal.previous_root, seal.after) != (number, previous, until):
            breaks.append(Break(where=where, what="与上一封签不相接"))
        hashes = _hashes(seal.partition, seal.after, seal.until)
        if len(hashes) != seal.entries or seal_root(seal.previous_root, hashes) != seal.root:
            breaks.append(Break(where=where, what=f"封存 {seal.entries} 条，现有 {len(hashes)} 条，根值不符"))
        expected[seal.partition] = (seal.number + 1, seal.root, seal.until)
    return count, breaks


def check_printed(*, day: date, root: str) -> tuple[bool, str]:
    """Compare a printed root of ``day`` with one re-computed from the entries as they stand now.

    The whole chain of seals up to that day is computed anew from the entries; stored seals only give the moments.
    """
    previous = GENESIS
    found: list[tuple[int, str]] = []
    for seal in Seal.objects.filter(partition="open", day__lte=day).order_by("number").iterator():
        previous = seal_root(previous, _hashes(seal.partition, seal.after, seal.until))
        if seal.day == day:
            found.append((seal.number, previous))
    if not found:
        return False, f"{day} 没有封签"
    for number, computed in found:
        if computed == root.strip().lower():
            return True, f"{day} 第 {number} 号封签与打印的根值一致"
    listed = "、".join(f"第 {n} 号 {r}" for n, r in found)
    return False, f"{day} 按现有记录算得的根值（{listed}）与打印的不一致：记录在打印之后被改动，或打印件有误"
