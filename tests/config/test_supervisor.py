"""Web and worker live and die together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = """
import sys
from qingshan.config import supervisor
supervisor.STOP_SECONDS = float(sys.argv[1])
programs = [
    supervisor.Program(name=f"p{number}", command=[sys.executable, "-u", "-c", code], environment={"SHOWN": "yes"})
    for number, code in enumerate(sys.argv[2:])
]
sys.exit(supervisor.Supervisor(programs).run())
"""
STEADY = "import os, time; print('up', os.environ['SHOWN'], os.getpid()); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"


def supervise(*programs: str, stop_seconds: float = 5) -> subprocess.Popen[str]:
    """Start a supervisor over Python one-liners."""
    return subprocess.Popen([sys.executable, "-u", "-c", SCRIPT, str(stop_seconds), *programs],
                            stdout=subprocess.PIPE, text=True)  # fmt: skip


def lines_until(process: subprocess.Popen[str], wanted: int, mark: str) -> list[str]:
    """Read lines until `wanted` of them hold the mark."""
    assert process.stdout
    lines = []
    while sum(mark in line for line in lines) < wanted:
        line = process.stdout.readline()
        assert line, lines
        lines.append(line)
    return lines


def test_stop_signal_ends_all_with_code_zero() -> None:
    process = supervise(STEADY, STEADY)
    started = lines_until(process, 2, "up yes")
    pids = [int(line.split()[-1]) for line in started if "up yes" in line]
    assert {line.split("|")[0].strip() for line in started} == {"p0", "p1"}
    assert {os.getpgid(pid) for pid in pids} == {os.getpgid(process.pid)}
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "stopped" in rest
    assert not any(Path("/proc", str(pid)).exists() for pid in pids)


def test_a_child_that_died_is_started_again() -> None:
    process = supervise(STEADY)
    first = int(lines_until(process, 1, "up yes")[-1].split()[-1])
    os.kill(first, signal.SIGKILL)
    second = int(lines_until(process, 1, "up yes")[-1].split()[-1])
    assert first != second
    process.terminate()
    process.communicate(timeout=10)


def test_a_child_that_cannot_stay_up_ends_the_service_with_an_error() -> None:
    process = supervise(STEADY, "raise SystemExit(3)")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "giving up" in output


def test_a_child_that_will_not_stop_is_killed_in_time() -> None:
    process = supervise(STUBBORN, stop_seconds=0.5)
    lines_until(process, 1, "deaf")
    began = time.monotonic()
    process.terminate()
    output, _ = process.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert "killing it" in output


def test_children_do_not_outlive_a_killed_supervisor() -> None:
    process = supervise(STEADY)
    child = int(lines_until(process, 1, "up yes")[-1].split()[-1])
    process.kill()
    process.communicate(timeout=10)
    deadline = time.monotonic() + 5
    while Path("/proc", str(child)).exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
