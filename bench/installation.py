"""An installation of its own to measure: private cluster, invented county, service on a free loopback port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qingshan.config import cluster

ROOT = Path(__file__).parents[1]
QINGSHAN = Path(sys.executable).with_name("qingshan")
START_SECONDS = 60
WATCH_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A finished command: wall seconds, peak megabytes, what it printed.

    ``peak_mb``: of its largest process; watched, of all its processes and of the database's that work for it: what
    several share is counted once, the server's own buffers, which are there whoever works, not at all.
    """

    seconds: float
    peak_mb: float
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Data folder and environment of the measured installation."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Environment of its processes."""
        return {**os.environ, "QINGSHAN_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "qingshan.config.settings"}

    def run(self, *arguments: str, python: bool = False, watch: bool = False) -> Ran:
        """Run ``qingshan ARGUMENTS`` (or ``python ARGUMENTS``); ends the measurement when it fails."""
        command = [sys.executable if python else str(QINGSHAN), *arguments]
        began = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - our own programs
            command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            with _watched(process.pid, self._server()) if watch else contextlib.nullcontext([0.0]) as peak:
                output = process.stdout.read() if process.stdout else ""
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
        return Ran(seconds=seconds, peak_mb=peak[0] or usage.ru_maxrss / 1024, output=output)

    def _server(self) -> int:
        """Process id of the private cluster."""
        pid = cluster.status(self.home).pid
        if pid is None:
            raise SystemExit("the cluster does not run")
        return pid

    def prepare(self) -> None:
        """Make cluster, tables and the county with invented people, anew."""
        self.run("cluster", "destroy", "--yes")
        self.run("cluster", "start")
        self.run("migrate")
        self.run("-m", "bench.inside", "prepare", python=True)

    def destroy(self) -> None:
        """Remove cluster and data."""
        self.run("cluster", "destroy", "--yes")

    def accounts(self) -> dict[str, str]:
        """Demonstration accounts: user name to password."""
        lines = (self.home / "demo-accounts.txt").read_text(encoding="utf-8").splitlines()
        return {name: password for _role, name, password in (line.split("\t") for line in lines)}

    @contextlib.contextmanager
    def serving(self) -> Iterator[Service]:
        """The service as `qingshan serve` runs it: two web workers and the worker for tasks."""
        port = _free_port()
        log = self.home / "serve.log"
        with log.open("w") as out:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [str(QINGSHAN), "serve", "--bind", f"127.0.0.1:{port}"],
                env=self.environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                _wait_for(port, process)
                yield Service(port=port, pid=process.pid)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service."""

    port: int
    pid: int

    def web_workers_mb(self) -> list[float]:
        """Resident megabytes of the gunicorn workers (children of its master)."""
        masters = [pid for pid in _children(self.pid) if b"gunicorn" in _command(pid)]
        workers = [child for master in masters for child in _children(master)]
        return [_resident_mb(pid) for pid in workers]


@contextlib.contextmanager
def _watched(pid: int, server: int) -> Iterator[list[float]]:
    """Sum up the memory of a process, of those it starts and of the database behind them, several times a second."""
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_SECONDS):
            beside = [one for one in _children(server) if b"qingshan_app" in _command(one)]
            own = sum(map(_own_mb, _family(pid))) + sum(_own_mb(one, buffers=False) for one in beside)
            peak[0] = max(peak[0], own)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        found += _children(one)
    return found


def _own_mb(pid: int, *, buffers: bool = True) -> float:
    """Megabytes of a process, what it shares with others divided among them; ``buffers``: shared memory too."""
    left_out = () if buffers else ("Pss_Shmem:",)
    total = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, *rest = line.split()
            if name == "Pss:":
                total += int(rest[0])
            elif name in left_out:
                total -= int(rest[0])
    return total / 1024


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"the service ended with {process.returncode}; see serve.log")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit("the service did not answer in time; see serve.log")


def _children(pid: int) -> Sequence[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            found += [int(child) for child in task.read_text().split()]
    return found


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
