"""Writing the journal: one act, one entry per matter it changes, in the transaction of the act."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.prepared import Prepared
from qingshan.commons.journal.chains import lock_heads, write_link
from qingshan.commons.journal.models import Entry, Matter, Seal, Tenure
from qingshan.commons.journal.payloads import entry_columns, payload_of
from qingshan.commons.journal.personal import store_personal
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import act_kind
from qingshan.domain.journal import ALGORITHM, canonical, entry_hash

WRITERS_LOCK = 7_316_001


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterChange:
    """What an act did to one matter: its scope and ledger fields afterwards, and what the act said.

    ``personal`` values are encrypted outside; the entry holds their digests, its ledger ``<name>_ref`` their ids.
    ``fresh``: made by this act, so its chain is opened without being looked for first.
    """

    kind: str
    matter_id: UUID
    number: str
    division: str
    unit_id: UUID | None
    ledger: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    also_unit_id: UUID | None = None
    parties: Sequence[UUID] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActReceipt:
    """Proof of a recorded act; ``personal`` gives the ids of stored personal values by field, per matter."""

    act_id: UUID
    recorded_at: datetime
    personal: Mapping[UUID, Mapping[str, str]]


@contextmanager
def act_transaction() -> Iterator[None]:
    """The one transaction of an act. Takes the writers' lock first, before any row is locked.

    Readers of an "as of" moment wait for the writers in flight, so ``recorded_at`` order is what they see.
    """
    ready = _READY.get()
    if ready:
        _READY.set(False)
    with transaction.atomic(savepoint=not ready):
        _LOCK_SHARED.rows()
        yield


@contextmanager
def undone_together() -> Iterator[None]:
    """A savepoint around an act, for doors that go on with their transaction when it is refused.

    The act inside needs no savepoint of its own: its refusal must leave this block.
    """
    with transaction.atomic():
        token = _READY.set(True)
        try:
            yield
        finally:
            _READY.reset(token)


_READY: ContextVar[bool] = ContextVar("savepoint_ready", default=False)


_LOCK_SHARED = Prepared("journal_writer", [], f"SELECT pg_advisory_xact_lock_shared({WRITERS_LOCK})")


class JournalBusy(Exception):
    """Acts that started before still run, a long import perhaps; the same question can be asked again later."""


_WRITERS = """
SELECT pid, virtualtransaction FROM pg_locks
WHERE locktype = 'advisory' AND objid = %s AND mode = 'ShareLock' AND granted AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_PAUSE = 0.05


def wait_for_writers(*, seconds: float | None = None) -> None:
    """Return when every act that started before this call has ended; new acts go on meanwhile.

    Asking for the lock itself would make every new act queue behind the asker. After ``seconds`` (None: never) it gives
    up with `JournalBusy`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [WRITERS_LOCK])
        running = set(cursor.fetchall())
        waited = 0.0
        while running:
            if seconds is not None and waited >= seconds:
                raise JournalBusy("正在导入批次或封签，请稍后再试")
            cursor.execute("SELECT pg_sleep(%s)", [_PAUSE])
            waited += _PAUSE
            cursor.execute(_WRITERS, [WRITERS_LOCK])
            running &= set(cursor.fetchall())


def take_writers_lock() -> None:
    """Hold off new acts until the transaction ends, once none is under way; waits without making others queue."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITERS_LOCK])
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(%s)", [_PAUSE])


def recording_moment(acting: Acting) -> datetime:
    """Server time of an entry, but always after the last seal: a sealed span stays as it was sealed.

    Matters when a machine's clock lags behind the one that sealed. Must run inside `act_transaction`, which keeps new
    seals waiting.
    """
    return _after_seal(Seal.objects.aggregate(until=Max("until"))["until"], acting.now())


def _after_seal(sealed: datetime | None, now: datetime) -> datetime:
    return max(now, sealed + timedelta(microseconds=1)) if sealed else now


def record_act(*, act: str, acting: Acting, changes: Sequence[MatterChange], act_id: UUID | None = None) -> ActReceipt:
    """Write one entry per changed matter; must run inside `act_transaction`.

    Matters are locked in the order of their ids; a matter that does not exist yet is opened.
    """
    kind = act_kind(act)
    act_id = act_id or new_id()
    ordered = sorted(changes, key=lambda c: c.matter_id)
    heads = lock_heads(ordered)
    recorded_at = _after_seal(heads.sealed, acting.now())
    stored: dict[UUID, dict[str, str]] = {}
    for change in ordered:
        refs = store_personal(matter_id=change.matter_id, values=change.personal)
        stored[change.matter_id] = {name: ref["id"] for name, ref in refs.items()}
        head = heads[change.matter_id]
        entry = _entry(kind.name, kind.version, act_id, acting, recorded_at, change, (head.seq, head.head_hash), refs)
        _hand_on(head, change, entry)
        write_link(change, entry)
    return ActReceipt(act_id=act_id, recorded_at=recorded_at, personal=stored)


def _hand_on(head: Matter, change: MatterChange, entry: Entry) -> None:
    """Keep who held the matter until now, when the act gives it to another unit or place (承办期)."""
    now_held = (change.division, change.unit_id, change.also_unit_id)
    if head.seq == 0 or (head.division, head.unit_id, head.also_unit_id) == now_held:
        return
    last = Tenure.objects.filter(matter_id=head.id).aggregate(until=Max("until"))["until"]
    Tenure.objects.create(
        matter_id=head.id,
        kind=head.kind,
        number=head.number,
        division=head.division,
        unit_id=head.unit_id,
        also_unit_id=head.also_unit_id,
        since=last,
        until=entry.recorded_at,
        until_seq=entry.seq,
    )


def actor_text(acting: Acting) -> str:
    """Name, post and unit as they stand in the entry: later transfers do not change it."""
    viewer = acting.viewer
    return f"{viewer.name}（{viewer.unit_name}·{viewer.post_title}）"


def _entry(
    act: str,
    version: int,
    act_id: UUID,
    acting: Acting,
    recorded_at: datetime,
    change: MatterChange,
    head: tuple[int, str],
    personal: Mapping[str, Mapping[str, str]],
) -> Entry:
    entry = Entry(
        id=new_id(),
        act_id=act_id,
        matter_id=change.matter_id,
        seq=head[0] + 1,
        act=act,
        act_version=version,
        account_id=acting.viewer.account_id,
        actor=actor_text(acting),
        door=acting.door,
        acted_at=acting.claimed_at(),
        recorded_at=recorded_at,
        previous_hash=head[1],
        algorithm=ALGORITHM,
    )
    entry.payload = canonical(
        payload_of(
            entry_columns(entry),
            kind=change.kind,
            number=change.number,
            division=change.division,
            unit_id=change.unit_id,
            also_unit_id=change.also_unit_id,
            ledger=change.ledger,
            details=change.details,
            personal=personal,
        )
    )
    entry.hash = entry_hash(entry.previous_hash, entry.payload)
    return entry
