"""Taking numbers from a series without gaps, or in blocks whose gaps are explained (编号)."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.models import NumberBlock
from qingshan.commons.base.prepared import Prepared

_TAKE = (
    "INSERT INTO base_counter (key, value) VALUES ({}, {})"
    " ON CONFLICT (key) DO UPDATE SET value = base_counter.value + EXCLUDED.value RETURNING value"
)
_TAKEN = Prepared("base_take_numbers", ["text", "bigint"], _TAKE.format("$1", "$2"))


def take_numbers(key: str, count: int = 1, *, wrapper: BaseDatabaseWrapper | None = None) -> range:
    """Take ``count`` consecutive numbers of series ``key``; the row stays locked until the transaction ends."""
    if wrapper is None:
        last = int(_TAKEN.rows(key, count)[0][0])
    else:
        with wrapper.cursor() as cursor:
            cursor.execute(_TAKE.format("%s", "%s"), [key, count])
            last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


class Blocks:
    """Numbers for long work (预留号段): each block is reserved at once, in a short transaction of its own.

    Nobody waits for the work to end. Work that is undone leaves a gap, and the block stands there to say whose it was;
    the same work done again uses its blocks first.
    """

    def __init__(self, wrapper: BaseDatabaseWrapper, subject_id: UUID, now: datetime) -> None:
        """``wrapper``: a connection of its own; ``subject_id``: what the work is about, e.g. a batch."""
        self._wrapper, self._subject_id, self._now = wrapper, subject_id, now
        self._left: dict[str, deque[tuple[UUID, range]]] = {}
        self._used: list[UUID] = []

    def take(self, key: str, count: int) -> list[int]:
        """The next ``count`` numbers of the series."""
        if key not in self._left:
            self._left[key] = deque(self._unused(key))
        left = self._left[key]
        taken: list[int] = []
        while len(taken) < count:
            if not left:
                left.append(self._reserve(key, count - len(taken)))
            block_id, numbers = left.popleft()
            wanted = count - len(taken)
            taken += numbers[:wanted]
            if len(numbers) > wanted:
                left.appendleft((block_id, numbers[wanted:]))
            else:
                self._used.append(block_id)
        return taken

    def settle(self) -> None:
        """Mark the used blocks, in the transaction of the work: it is undone together with the work."""
        NumberBlock.objects.filter(id__in=self._used).update(used=True)
        for blocks in self._left.values():
            for block_id, numbers in blocks:
                first = NumberBlock.objects.get(id=block_id).first
                if numbers.start > first:
                    self._split(block_id, numbers)

    def _split(self, block_id: UUID, left: range) -> None:
        block = NumberBlock.objects.get(id=block_id)
        NumberBlock.objects.filter(id=block_id).update(last=left.start - 1, used=True)
        NumberBlock.objects.create(
            key=block.key, first=left.start, last=block.last, subject_id=block.subject_id, taken_at=block.taken_at
        )

    def _unused(self, key: str) -> list[tuple[UUID, range]]:
        with self._wrapper.cursor() as cursor:
            cursor.execute(
                "SELECT id, first, last FROM base_numberblock WHERE subject_id = %s AND key = %s AND NOT used"
                " ORDER BY first",
                [self._subject_id, key],
            )
            return [(block_id, range(first, last + 1)) for block_id, first, last in cursor.fetchall()]

    def _reserve(self, key: str, count: int) -> tuple[UUID, range]:
        block_id = new_id()
        with _atomic(self._wrapper):
            numbers = take_numbers(key, count, wrapper=self._wrapper)
            with self._wrapper.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO base_numberblock (id, key, first, last, subject_id, taken_at, used)"
                    " VALUES (%s, %s, %s, %s, %s, %s, false)",
                    [block_id, key, numbers.start, numbers.stop - 1, self._subject_id, self._now],
                )
        return block_id, numbers


@contextmanager
def _atomic(wrapper: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction on a connection that Django's own `atomic` does not know."""
    wrapper.set_autocommit(False)
    try:
        yield
        wrapper.commit()
    except BaseException:
        wrapper.rollback()
        raise
    finally:
        wrapper.set_autocommit(True)


@contextmanager
def reserved_blocks(subject_id: UUID, now: datetime) -> Iterator[Blocks]:
    """Blocks for one piece of work, reserved on a connection of their own."""
    wrapper = connections.create_connection("default")
    try:
        yield Blocks(wrapper, subject_id, now)
    finally:
        wrapper.close()


def unused_blocks(subject_id: UUID) -> list[NumberBlock]:
    """Blocks reserved for something that did not come about: they explain the gaps in their series."""
    return list(NumberBlock.objects.filter(subject_id=subject_id, used=False).order_by("key", "first"))
