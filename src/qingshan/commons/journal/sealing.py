"""Seals and verification (封签与校验)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection, transaction

from qingshan.commons.journal.models import Seal
from qingshan.commons.journal.services import WRITERS_LOCK, stamp
from qingshan.domain.journal import GENESIS, Break, StoredEntry, check_chain, seal_root

_COLUMNS = (
    "id",
    "act_id",
    "matter_id",
    "seq",
    "act",
    "act_version",
    "account_id",
    "actor",
    "door",
    "acted_at",
    "recorded_at",
    "algorithm",
)

_ALL_ENTRIES = """
SELECT id, act_id, matter_id, seq, act, act_version, account_id, actor, door, acted_at, recorded_at, algorithm,
       payload, previous_hash, hash
FROM journal_entry ORDER BY matter_id, seq
"""


def make_seal(*, now: datetime, day: date, reason: str, partition: str = "open") -> Seal:
    """Seal every entry recorded since the last seal (决定8: at every freeze and at the end of every day).

    Waits for the writers in flight and keeps new ones waiting until the seal stands. Needs the system scope.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])
        last = Seal.objects.filter(partition=partition).order_by("-number").first()
        hashes = _hashes(partition, last.until if last else None, now)
        previous = last.root if last else GENESIS
        return Seal.objects.create(
            partition=partition,
            number=last.number + 1 if last else 1,
            day=day,
            after=last.until if last else None,
            until=now,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Result of a verification: what was read, and everything that is broken."""

    entries: int
    chains: int
    seals: int
    breaks: tuple[Break, ...]


def verify_journal() -> Verification:
    """Read every entry, chain and seal and report what is broken. Needs the system scope."""
    counter = {"entries": 0, "chains": 0}
    breaks: list[Break] = []
    with transaction.atomic():
        heads = _heads()
        numbers = {matter: head[2] for matter, head in heads.items()}
        breaks += [
            Break(where=_named(b.where, numbers), what=b.what) for b in check_chain(_stored(heads, counter, breaks))
        ]
        seals, seal_breaks = _check_seals()
        breaks += seal_breaks
    breaks += [
        Break(where=f"事项 {number or matter}", what="有链头而没有记录（记录被删除）")
        for matter, (_, _, number) in heads.items()
    ]
    return Verification(entries=counter["entries"], chains=counter["chains"], seals=seals, breaks=tuple(breaks))


def _named(where: str, numbers: dict[str, str]) -> str:
    matter = where.split()[1]
    return where.replace(matter, f"{numbers.get(matter, '')}（{matter}）") if numbers.get(matter) else where


def _heads() -> dict[str, tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, seq, head_hash, number FROM journal_matter")
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def _stored(
    heads: dict[str, tuple[int, str, str]], counter: dict[str, int], breaks: list[Break]
) -> Iterator[StoredEntry]:
    """Entries by matter and number; checks each chain's end against its head and drops the head when seen."""
    last: StoredEntry | None = None
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL_ENTRIES)
        while rows := cursor.fetchmany(5000):
            for row in rows:
                entry = _from_row(row)
                if last is not None and last.matter_id != entry.matter_id:
                    _close_chain(last, heads, counter, breaks)
                counter["entries"] += 1
                last = entry
                yield entry
    if last is not None:
        _close_chain(last, heads, counter, breaks)


def _from_row(row: tuple[object, ...]) -> StoredEntry:
    columns: dict[str, str | int | None] = {}
    for name, value in zip(_COLUMNS, row[: len(_COLUMNS)], strict=True):
        if isinstance(value, datetime):
            columns[name] = stamp(value)
        elif value is None or isinstance(value, int):
            columns[name] = value
        else:
            columns[name] = str(value)
    payload, previous_hash, own_hash = row[len(_COLUMNS) :]
    return StoredEntry(
        matter_id=str(columns["matter_id"]),
        seq=int(columns["seq"] or 0),
        payload=str(payload),
        previous_hash=str(previous_hash),
        hash=str(own_hash),
        columns=columns,
    )


def _close_chain(
    last: StoredEntry, heads: dict[str, tuple[int, str, str]], counter: dict[str, int], breaks: list[Break]
) -> None:
    counter["chains"] += 1
    head = heads.pop(last.matter_id, None)
    if head is None:
        breaks.append(Break(where=f"事项 {last.matter_id}", what="有记录而没有事项"))
    elif (head[0], head[1]) != (last.seq, last.hash):
        breaks.append(
            Break(
                where=f"事项 {head[2]}（{last.matter_id}）",
                what=f"链尾应为第 {head[0]} 条，实为第 {last.seq} 条（末尾被删改）",
            )
        )


def _check_seals() -> tuple[int, list[Break]]:
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
