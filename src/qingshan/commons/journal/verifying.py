"""Verification (校验): every entry, chain and head, personal values, seals, and what the state tables say besides.

A million entries are read in pieces of matters, on request by several processes at once. Each piece reads entries and
heads in one statement, so acts that are done meanwhile raise no false alarm.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.heads import Head, StateTable, check_head, head_query
from qingshan.commons.journal.models import PersonalValue
from qingshan.commons.journal.payloads import FORM
from qingshan.commons.journal.personal import personal_digest
from qingshan.commons.journal.sealing import check_seals
from qingshan.domain.journal import GENESIS, Break, StoredEntry, check_entry, text_form

COLUMNS = (
    "id", "act_id", "matter_id", "seq", "act", "act_version", "account_id", "actor", "door", "acted_at",
    "recorded_at", "algorithm",
)  # fmt: skip
_NUMBERS = frozenset({"seq", "act_version"})
_MOMENTS = frozenset({"acted_at", "recorded_at"})
_MARK = "\x1f"
"""Stands between the columns of an entry when they are compared as one text."""
_FETCH = 2_000
PIECES = 32
"""Pieces that several processes share out among themselves."""
_LAST = 2_147_483_647
"""Number under which a matter's own row comes after all its entries."""
_NOTHING_PERSONAL = '"personal":{}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Result of a verification: what was read, and everything that is broken."""

    entries: int
    chains: int
    seals: int
    breaks: tuple[Break, ...]


@dataclass(slots=True)
class _Found:
    """What reading a piece brought."""

    entries: int = 0
    chains: int = 0
    breaks: list[Break] = field(default_factory=list)
    personal: dict[str, tuple[str, str]] = field(default_factory=dict)


def verify_journal(*, tables: Sequence[StateTable] = (), processes: int = 1) -> Verification:
    """Read every entry, chain and seal and report what is broken. Needs the system scope.

    ``tables``: state tables that must say what the last entries say. With more than one of ``processes`` only what is
    committed is read.
    """
    with transaction.atomic():
        bounds = _bounds(PIECES if processes > 1 else 1)
        if processes > 1:
            with get_context("fork").Pool(processes) as pool:
                sealed = pool.apply_async(_seals_apart)
                pieces = pool.starmap(_read_apart, [(low, high, tuple(tables)) for low, high in bounds], chunksize=1)
                seals, seal_breaks = sealed.get()
        else:
            pieces = [_read(low, high, tables) for low, high in bounds]
            seals, seal_breaks = check_seals()
        wanted = {value: told for piece in pieces for value, told in piece.personal.items()}
        breaks = [b for piece in pieces for b in piece.breaks] + _check_personal(wanted) + seal_breaks
    return Verification(
        entries=sum(piece.entries for piece in pieces),
        chains=sum(piece.chains for piece in pieces),
        seals=seals,
        breaks=tuple(breaks),
    )


def _bounds(pieces: int) -> list[tuple[UUID | None, UUID | None]]:
    """Ranges of matters, equal in number; together they hold every matter, also one that only entries name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total"
            " FROM journal_matter) m WHERE n %% greatest(total / %s, 1) = 0 ORDER BY id",
            [pieces],
        )
        cuts = [row[0] for row in cursor.fetchall()][: pieces - 1]
    return list(zip([None, *cuts], [*cuts, None], strict=True))


def _own_connection() -> None:
    """Give this process a connection of its own: the one it was born with belongs to its parent."""
    connections["default"] = connections.create_connection("default")


def _read_apart(low: UUID | None, high: UUID | None, tables: Sequence[StateTable]) -> _Found:
    _own_connection()
    try:
        with system_scope():
            return _read(low, high, tables)
    finally:
        connection.close()


def _seals_apart() -> tuple[int, list[Break]]:
    _own_connection()
    try:
        with system_scope():
            return check_seals()
    finally:
        connection.close()


def _text_of(column: str) -> str:
    """A column as it stands in the payload, for comparing all at once; an absent one gives no text."""
    if column in _MOMENTS:
        return f"to_char(e.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"
    return f"e.{column}::text"


def _query(low: UUID | None, high: UUID | None, tables: Sequence[StateTable]) -> tuple[str, list[UUID | str]]:
    joined = f" || E'{_MARK}' || ".join(f"coalesce({_text_of(name)}, '')" for name in COLUMNS)
    heads, head_values = head_query(tables)
    own, own_values = _between("e.matter_id", low, high)
    its, its_values = _between("m.id", low, high)
    statement = (  # nothing in it but our own names
        f"SELECT e.matter_id, e.seq, e.payload, e.previous_hash, e.hash, {joined}, false"  # noqa: S608
        f" FROM journal_entry e WHERE {own}"
        f" UNION ALL SELECT m.id, {_LAST}, h.told, '', m.head_hash, m.seq::text, true"
        f" FROM journal_matter m JOIN ({heads}) h ON h.id = m.id WHERE {its} ORDER BY 1, 2"
    )
    return statement, [*own_values, *head_values, *its_values]


def _between(column: str, low: UUID | None, high: UUID | None) -> tuple[str, list[UUID | str]]:
    conditions, values = ["true"], list[UUID | str]()
    if low is not None:
        conditions.append(f"{column} > %s")
        values.append(low)
    if high is not None:
        conditions.append(f"{column} <= %s")
        values.append(high)
    return " AND ".join(conditions), values


_Row = tuple[UUID, int, str, str, str, str, bool]


def _read(low: UUID | None, high: UUID | None, tables: Sequence[StateTable]) -> _Found:
    """Read the matters of a range, chain by chain."""
    found = _Found()
    reading = _Chain(found, {table.kind: table for table in tables})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # a piece is put in order without being laid on disk
    with connection.chunked_cursor() as cursor:
        cursor.execute(*_query(low, high, tables))
        while rows := cursor.fetchmany(_FETCH):
            for row in rows:
                reading.take(row)
    reading.end()
    return found


class _Chain:
    """Checks one chain after the other, as entries and then the matter's own row come in."""

    def __init__(self, found: _Found, tables: Mapping[str, StateTable]) -> None:
        self._found, self._tables = found, tables
        self._matter: UUID | None = None
        self._start()

    def _start(self) -> None:
        self._expected, self._previous = 1, GENESIS
        self._text = ""
        self._breaks: list[Break] = []
        self._personal: dict[str, tuple[str, str]] = {}

    def take(self, row: _Row) -> None:
        """The next entry, or the matter's own row, which ends its chain."""
        if row[0] != self._matter:
            self.end()
            self._matter = row[0]
        if row[6]:
            self._close(Head.of(str(row[0]), row[5], row[4], row[2]))
        else:
            self._entry(row)

    def _entry(self, row: _Row) -> None:
        matter, seq, text, previous, own_hash, told, _ = row
        self._found.entries += 1
        sound = seq == self._expected and previous == self._previous
        sound = sound and (_says(text, told) or _joined(_taken_apart(text)) == told)
        if not sound or sha256(f"{previous}\n{text}".encode()).hexdigest() != own_hash:
            entry = _stored(matter, seq, text, previous, own_hash)
            self._breaks += check_entry(entry, expected=self._expected, previous=self._previous)
        if _NOTHING_PERSONAL not in text:
            for value_id, digest in _references(_taken_apart(text)):
                self._personal[value_id] = (f"事项 {matter} 第 {seq} 条", digest)
        self._expected, self._previous, self._text = seq + 1, own_hash, text

    def _close(self, head: Head) -> None:
        if self._expected == 1:
            self._found.breaks.append(Break(where=head.where, what="有链头而没有记录（记录被删除）"))
        else:
            self._found.chains += 1
            last = (self._expected - 1, self._previous)
            self._breaks += check_head(head, last=last, payload=_taken_apart(self._text), tables=self._tables)
            self._hand_over(head.number)
        self._matter = None
        self._start()

    def end(self) -> None:
        """Nothing more of this matter comes; without its own row it is not whole."""
        if self._matter is not None:
            self._found.chains += 1
            self._breaks.append(Break(where=f"事项 {self._matter}", what="有记录而没有事项"))
            self._hand_over("")
        self._matter = None
        self._start()

    def _hand_over(self, number: str) -> None:
        if self._breaks:
            self._found.breaks += [Break(where=_named(b.where, number), what=b.what) for b in self._breaks]
        for value_id, (where, digest) in self._personal.items():
            self._found.personal[value_id] = (_named(where, number), digest)


def _taken_apart(text: str) -> dict[str, Any]:
    """A payload's fields; none of one that was damaged."""
    try:
        payload = json.loads(text)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _joined(payload: Mapping[str, Any]) -> str | None:
    """The columns that a payload names, as the database joins them; None when it does not name all."""
    try:
        return _MARK.join(["" if (value := payload[name]) is None else str(value) for name in COLUMNS])
    except KeyError:
        return None


def _says(text: str, told: str) -> bool:
    """Whether a payload names these columns, seen by its form (sorted keys, no spaces) without taking it apart.

    True is certain: the first keys stand at the very beginning, the last at the very end, those between with their
    neighbours. False says nothing: an entry of an older form has to be taken apart.
    """
    parts = told.split(_MARK)
    if len(parts) != len(COLUMNS):
        return False
    own, act_id, matter, seq, act, version, account, actor, door, acted, recorded, algorithm = parts
    by = f'"{account}"' if account else "null"
    first = (
        f'{{"account_id":{by},"act":"{act}","act_id":"{act_id}","act_version":{version},"acted_at":"{acted}",'
        f'"actor":{text_form(actor)},"algorithm":"{algorithm}",'
    )
    last = f',"recorded_at":"{recorded}","seq":{seq},"unit_id":'
    return (
        text.startswith(first)
        and text.startswith(last, len(text) - len(last) - (5 if text.endswith(":null}") else 39))
        and f'","door":"{door}","form":{FORM},"id":"{own}","kind":"' in text
        and f'}},"matter_id":"{matter}","number":"' in text
    )


def _named(where: str, number: str) -> str:
    matter = where.split()[1]
    return where.replace(matter, f"{number}（{matter}）") if number and "（" not in where else where


def _stored(matter: UUID, seq: int, text: str, previous: str, own_hash: str) -> StoredEntry:
    """An entry with its columns as they stand, to say what exactly is wrong with it."""
    names = ", ".join(_text_of(name) for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM journal_entry e WHERE e.matter_id = %s AND e.seq = %s",  # noqa: S608 - our columns
            [matter, seq],
        )
        row = cursor.fetchone() or ("",) * len(COLUMNS)
    columns = {
        name: int(value) if name in _NUMBERS and value else value for name, value in zip(COLUMNS, row, strict=True)
    }
    return StoredEntry(
        matter_id=str(matter), seq=seq, payload=text, previous_hash=previous, hash=own_hash, columns=columns
    )


def _references(payload: object) -> Iterator[tuple[str, str]]:
    """Id and digest of each personal value that an entry names; nothing of an entry that was damaged."""
    personal = payload.get("personal") if isinstance(payload, dict) else None
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
