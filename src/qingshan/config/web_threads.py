"""The web server's processes share new connections evenly (连接均分).

All of them wait on one socket, and whoever wakes first takes the connection. A browser keeps its connection, so four
officers at work could all sit in one process, on one processor, while the other one idles. Each process therefore
writes down how many connections it holds; one that holds more than another leaves it a moment to be first.
"""

from __future__ import annotations

import mmap
import os
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SLOTS = 64
"""Processes that can be told apart: more than a county's server will ever run."""
MOMENT = 0.001
"""Seconds that a process waits for each connection it holds more than the least busy one."""
LONGEST = 5 * MOMENT
_BOARD = memoryview(mmap.mmap(-1, SLOTS * 8)).cast("i")
"""Process id and open connections by slot; made before the processes are forked, so they all see it."""


class EvenWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, which lets a less busy one go first."""

    @property
    def nr_conns(self) -> int:
        """Open connections of this process."""
        return self._open

    @nr_conns.setter
    def nr_conns(self, count: int) -> None:
        """Keep the count where the others can read it."""
        self._open = count
        _BOARD[self._slot + 1] = count

    @property
    def _slot(self) -> int:
        return int(self.age) % SLOTS * 2

    def init_process(self) -> None:
        """In the new process: take the slot, then serve."""
        _BOARD[self._slot] = os.getpid()
        super().init_process()

    def accept(self, listener: socket.socket | Any) -> None:
        """Take a connection, after a moment in which a less busy process may take it."""
        more = self.nr_conns - least_of(but=self._slot, otherwise=self.nr_conns)
        if more > 0:
            time.sleep(min(more * MOMENT, LONGEST))
        super().accept(listener)


def least_of(*, but: int, otherwise: int) -> int:
    """Fewest connections that another living process holds; ``otherwise`` when there is none."""
    held = [_BOARD[slot + 1] for slot in range(0, SLOTS * 2, 2) if slot != but and _lives(_BOARD[slot])]
    return min(held, default=otherwise)


def _lives(pid: int) -> bool:
    """Whether a process id is that of a process; one that ended leaves its slot behind."""
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
