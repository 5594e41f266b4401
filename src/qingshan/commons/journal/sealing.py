"""Seals and verification (封签与校验)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from qingshan.commons.journal.models import PersonalValue, Seal
from qingshan.commons.journal.payloads import stamp
from qingshan.commons.journal.personal import personal_digest
from qingshan.commons.journal.services import take_writers_lock
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

_COPIES = ("number", "division", "unit_id")
"""What a matter's row repeats of its last entry."""

_EVERYTHING = """
SELECT e.id, e.act_id, e.matter_id, e.seq, e.act, e.act_version, e.account_id, e.actor, e.door, e.acted_at,
       e.recorded_at, e.algorithm, e.payload, e.previous_hash, e.hash,
       m.id, m.seq, m.head_hash, m.number, m.division, m.unit_id
FROM journal_entry e FULL JOIN journal_matter m ON m.id = e.matter_id
ORDER BY coalesce(e.matter_id, m.id), e.seq
"""

_NOTHING_PERSONAL = '"personal":{}'


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Result of a verification: what was read, and everything that is broken."""

    entries: int
    chains: int
    seals: int
    breaks: tuple[Break, ...]


def verify_journal() -> Verification:
    """Read every entry, chain and seal and report what is broken. Needs the system scope.

    Entries and heads are read in one statement, so acts that are done meanwhile raise no false alarm.
    """
    with transaction.atomic():
        reading = _Reading()
        chained = [*check_chain(reading.entries_in_order())]
        chained += _check_personal(reading.personal)
        breaks = [Break(where=_named(b.where, reading.numbers), what=b.what) for b in chained]
        seals, seal_breaks = _check_seals()
        breaks += [*reading.breaks, *seal_breaks]
    return Verification(entries=reading.entries, chains=reading.chains, seals=seals, breaks=tuple(breaks))


def _named(where: str, numbers: dict[str, str]) -> str:
    matter = where.split()[1]
    return where.replace(matter, f"{numbers.get(matter, '')}（{matter}）") if numbers.get(matter) else where


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """A matter's own row: end of its chain, and the copies it keeps of its last entry."""

    matter_id: str
    seq: int
    hash: str
    copies: Mapping[str, str | None]

    @property
    def where(self) -> str:
        return (
            f"事项 {self.copies['number']}（{self.matter_id}）" if self.copies["number"] else f"事项 {self.matter_id}"
        )


class _Reading:
    """Reads the journal once, chain by chain, and checks each chain's end against its matter."""

    def __init__(self) -> None:
        self.entries = self.chains = 0
        self.breaks: list[Break] = []
        self.numbers: dict[str, str] = {}
        self.personal: dict[str, tuple[str, str]] = {}

    def entries_in_order(self) -> Iterator[StoredEntry]:
        """Entries by matter and number."""
        last: tuple[StoredEntry, _Head | None] | None = None
        with connection.chunked_cursor() as cursor:
            cursor.execute(_EVERYTHING)
            while rows := cursor.fetchmany(5000):
                for row in rows:
                    entry, head = _from_row(row)
                    if last is not None and (entry is None or last[0].matter_id != entry.matter_id):
                        self._close(*last)
                        last = None
                    if entry is None:
                        self._report_empty(head)
                        continue
                    self._note(entry, head)
                    last = (entry, head)
                    yield entry
        if last is not None:
            self._close(*last)

    def _note(self, entry: StoredEntry, head: _Head | None) -> None:
        self.entries += 1
        if head is not None:
            self.numbers[entry.matter_id] = head.copies["number"] or ""
        if _NOTHING_PERSONAL not in entry.payload:
            for value_id, digest in _references(entry.payload):
                self.personal[value_id] = (f"事项 {entry.matter_id} 第 {entry.seq} 条", digest)

    def _report_empty(self, head: _Head | None) -> None:
        if head is not None:
            self.breaks.append(Break(where=head.where, what="有链头而没有记录（记录被删除）"))

    def _close(self, last: StoredEntry, head: _Head | None) -> None:
        self.chains += 1
        if head is None:
            self.breaks.append(Break(where=f"事项 {last.matter_id}", what="有记录而没有事项"))
            return
        if (head.seq, head.hash) != (last.seq, last.hash):
            what = f"链尾应为第 {head.seq} 条，实为第 {last.seq} 条（末尾被删改）"
            self.breaks.append(Break(where=head.where, what=what))
            return
        payload = _json(last.payload)
        for name, value in head.copies.items():
            if payload.get(name) != value:
                what = f"事项的 {name} 与末条记录不符：{value!r} ≠ {payload.get(name)!r}"
                self.breaks.append(Break(where=head.where, what=what))


def _json(text: str) -> dict[str, Any]:
    try:
        payload = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _references(text: str) -> Iterator[tuple[str, str]]:
    """Id and digest of each personal value that an entry names; nothing of an entry that was damaged."""
    personal = _json(text).get("personal")
    for ref in personal.values() if isinstance(personal, dict) else ():
        if isinstance(ref, dict):
            yield str(ref.get("id", "")), str(ref.get("digest", ""))


def _check_personal(wanted: Mapping[str, tuple[str, str]]) -> list[Break]:
    """Each personal value that entries name must still stand there as it was encrypted; its key may be erased."""
    found = {
        str(row.id): personal_digest(bytes(row.nonce), bytes(row.ciphertext))
        for row in PersonalValue.objects.only("id", "nonce", "ciphertext").iterator()
    }
    breaks = []
    for value_id, (where, digest) in wanted.items():
        if value_id not in found:
            breaks.append(Break(where=where, what=f"个人信息密文 {value_id} 已不在"))
        elif found[value_id] != digest:
            breaks.append(Break(where=where, what=f"个人信息密文 {value_id} 被改动"))
    return breaks


def _from_row(row: tuple[object, ...]) -> tuple[StoredEntry | None, _Head | None]:
    own, (matter, seq, head_hash, *copies) = row[: len(_COLUMNS) + 3], row[len(_COLUMNS) + 3 :]
    head = None
    if matter is not None:
        texts = [None if value is None else str(value) for value in copies]
        head = _Head(
            matter_id=str(matter), seq=int(str(seq)), hash=str(head_hash),
            copies=dict(zip(_COPIES, texts, strict=True)),
        )  # fmt: skip
    return (None if own[0] is None else _entry(own)), head


def _entry(row: tuple[object, ...]) -> StoredEntry:
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
