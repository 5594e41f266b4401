"""The server's clock: real time, or in a demonstration the simulated time that its data folder names."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from qingshan.config.home import home_folder

FILE = "demo-clock.json"


def clock_file() -> Path:
    """Where a demonstration keeps by how much its clock is shifted."""
    return home_folder() / FILE


@lru_cache(maxsize=4)
def _path(_named: str) -> Path:
    """The file's path, worked out once: the clock is read a dozen times in a request."""
    return clock_file()


@lru_cache(maxsize=4)
def _shift_at(path: Path, _changed_ns: int) -> timedelta:
    return timedelta(seconds=float(json.loads(path.read_text(encoding="ascii"))["shift_seconds"]))


def shift() -> timedelta:
    """By how much this installation's clock differs from real time; zero outside demonstrations."""
    path = _path(os.environ.get("QINGSHAN_HOME", ""))
    try:
        return _shift_at(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return timedelta(0)


def now() -> datetime:
    """The moment it is for this installation (UTC, zone-aware)."""
    return datetime.now(UTC) + shift()


def set_shift(start: datetime) -> None:
    """Let this installation's clock go on from ``start`` now; for demonstrations only."""
    seconds = (start - datetime.now(UTC)).total_seconds()
    clock_file().write_text(json.dumps({"shift_seconds": seconds, "note": "demonstration only"}), encoding="ascii")
