"""Pausing the collector of cycles (内存回收) while a great many plain values are made, none of which forms a cycle."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection inside the block: over hundreds of thousands of new cells it finds nothing and costs half."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@contextmanager
def collector_slowed() -> Iterator[None]:
    """Seldom collections inside the block, for a stream of rows without end in sight: what forms a cycle still goes."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


_SELDOM = (200_000, 20, 50)
