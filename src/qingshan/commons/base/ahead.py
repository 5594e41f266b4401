"""Work in a process of its own, piece by piece ahead of whoever takes the pieces (并行准备).

Reading a file and cutting shapes needs no database; done beside the writing, both processors are at work. The other
process is a fork: it knows everything that was made ready before, and must not touch the database.
"""

import ctypes
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Queue
from threading import Thread
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
HELD = 2
"""Pieces that wait to be sent: memory does not grow with the file."""
_DIE_WITH_PARENT = 1
_END: Any = object()


class PieceMakerLost(RuntimeError):
    """The other process ended without a word: it was killed, or memory ran out."""


@contextmanager
def made_ahead(make: Callable[[], Iterator[T]]) -> Iterator[Iterator[T]]:
    """The pieces of ``make()``, made in a forked process; what it raises is raised where the piece would have come.

    Leaving the block ends the process, also in the middle.
    """
    context = get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(make, reader, writer), daemon=True)
    process.start()
    writer.close()
    try:
        yield _taken(reader)
    finally:
        reader.close()
        process.kill()
        process.join()


def _taken(reader: "Connection[Any, Any]") -> Iterator[Any]:
    while True:
        try:
            kind, content = pickle.loads(reader.recv_bytes())  # noqa: S301 - written by our own fork
        except EOFError:
            raise PieceMakerLost("读取文件的进程意外结束（可能内存不足），没有写入任何内容") from None
        if kind == "end":
            return
        if kind == "error":
            raise content
        yield content


def _make(make: Callable[[], Iterator[Any]], reader: "Connection[Any, Any]", writer: "Connection[Any, Any]") -> None:
    """In the fork: make pieces while a thread sends those that are made."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    reader.close()
    _let_go_of_the_database()
    waiting: Queue[Any] = Queue(HELD)
    sender = Thread(target=_send, args=(waiting, writer))
    sender.start()
    try:
        for piece in make():
            waiting.put(pickle.dumps(("piece", piece), pickle.HIGHEST_PROTOCOL))
        waiting.put(pickle.dumps(("end", None)))
    except Exception as error:
        waiting.put(_packed(error))
    waiting.put(_END)
    sender.join()
    os._exit(0)  # nothing of the parent's is closed or flushed twice


def _send(waiting: "Queue[Any]", writer: "Connection[Any, Any]") -> None:
    with suppress(BrokenPipeError):
        while (piece := waiting.get()) is not _END:
            writer.send_bytes(piece)
        return
    os._exit(1)  # nobody takes anything any more


def _let_go_of_the_database() -> None:
    """Close the fork's copies of the sockets: a server must see at once when the parent is gone."""
    for wrapper in connections.all(initialized_only=True):
        if wrapper.connection is not None:
            os.close(wrapper.connection.fileno())


def _packed(error: Exception) -> bytes:
    try:
        packed = pickle.dumps(("error", error))
        pickle.loads(packed)  # noqa: S301 - our own, made a line above
    except Exception:
        return pickle.dumps(("error", RuntimeError(f"{type(error).__name__}: {error}")))
    return packed
