"""Runs several programs as one service: all of them up, or none.

Children stay in the supervisor's process group. Their output is passed on line by line, each line with the program's
name in front. A child that ends by itself is started again; one that cannot stay up ends the whole service with an
error, so that whoever watches it (systemd, a person) sees it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

STOP_SECONDS = 9.0
"""Time for open requests and jobs to end after a stop signal; then the children are killed."""
MOST_RESTARTS = 3
RESTART_WINDOW_SECONDS = 60.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program: name shown before its lines, command, variables added to the environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class _Child:
    """A running program, its printer, and when it was started again lately."""

    program: Program
    process: subprocess.Popen[str]
    printer: threading.Thread
    restarts: deque[float] = field(default_factory=deque)


class Supervisor:
    """Starts the programs, keeps them up, stops them on SIGTERM or SIGINT."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._programs = programs
        self._children: list[_Child] = []
        self._stopping = False

    def run(self) -> int:
        """Return when everything has ended: 0 after a stop signal, 1 when a program could not be kept up."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        self._children = [self._start(program) for program in self._programs]
        failed = False
        while not self._stopping and not failed:
            time.sleep(POLL_SECONDS)
            failed = not all(self._keep_up(child) for child in self._children)
        self._stop_all()
        return 1 if failed else 0

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: only notes the wish."""
        self._stopping = True

    def _start(self, program: Program) -> _Child:
        """Start a program; should this process be killed, the kernel tells the child to stop."""
        guard = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
        process = subprocess.Popen(  # noqa: S603 - commands come from this package
            [*guard, *program.command],
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        printer = threading.Thread(target=_pass_on, args=(program.name, process.stdout), daemon=True)
        printer.start()
        return _Child(program=program, process=process, printer=printer)

    def _keep_up(self, child: _Child) -> bool:
        """Start a child that ended again; returns False when it ended too often."""
        code = child.process.poll()
        if code is None or self._stopping:
            return True
        now = time.monotonic()
        child.restarts.append(now)
        while child.restarts[0] < now - RESTART_WINDOW_SECONDS:
            child.restarts.popleft()
        if len(child.restarts) > MOST_RESTARTS:
            _tell(f"{child.program.name} ended {len(child.restarts)} times within a minute, giving up")
            return False
        _tell(f"{child.program.name} ended with code {code}, starting it again")
        fresh = self._start(child.program)
        child.process, child.printer = fresh.process, fresh.printer
        return True

    def _stop_all(self) -> None:
        """Ask every child to stop, wait, kill what is left, and print its last lines."""
        _tell("stopping")
        running = [child for child in self._children if child.process.poll() is None]
        for child in running:
            child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in running:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _tell(f"{child.program.name} did not stop within {STOP_SECONDS:.0f} s, killing it")
                child.process.kill()
                child.process.wait()
        for child in self._children:
            child.printer.join(timeout=0.5)
        _tell("stopped")


def _pass_on(name: str, source: IO[str] | None) -> None:
    """Print a child's lines until it closes its output."""
    for line in source or ():
        sys.stdout.write(f"{name:<6} | {line}")
        sys.stdout.flush()


def _tell(text: str) -> None:
    """Print a line of the supervisor itself."""
    sys.stdout.write(f"{'serve':<6} | {text}\n")
    sys.stdout.flush()
