"""The web server's processes share new connections evenly."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from qingshan.config import web_threads

APP = """
import os


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(str(os.getpid()))))])
    return [str(os.getpid()).encode()]
"""
SECONDS = 20


def test_kept_connections_lie_evenly_on_the_processes(tmp_path: Path) -> None:
    """Each of two processes holds half of twelve kept connections, whoever woke first."""
    (tmp_path / "told.py").write_text(APP)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--no-control-socket", f"--bind=127.0.0.1:{port}", "--workers=2"),
            *("--threads=4", "--keep-alive=15", "--worker-class=qingshan.config.web_threads.EvenWorker", "told"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    connections: list[socket.socket] = []
    try:
        _both_up(port)
        answered: Counter[str] = Counter()
        for _ in range(12):
            connections.append(socket.create_connection(("127.0.0.1", port), timeout=SECONDS))
            answered[_ask(connections[-1])] += 1
    finally:
        for one in connections:
            one.close()
        server.send_signal(signal.SIGTERM)
        server.wait(SECONDS)
    assert len(answered) == 2
    assert min(answered.values()) >= 5, answered


def _both_up(port: int) -> None:
    """Wait until both processes have answered short connections."""
    seen: set[str] = set()
    until = time.monotonic() + SECONDS
    while len(seen) < 2 and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as one:
                seen.add(_ask(one))
                with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as other:
                    seen.add(_ask(other))
        except OSError:
            time.sleep(0.1)
    time.sleep(0.2)  # closed connections are given up


def _ask(one: socket.socket) -> str:
    one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = b""
    while not answer.partition(b"\r\n\r\n")[2]:
        part = one.recv(4096)
        if not part:
            raise OSError
        answer += part
    return answer.partition(b"\r\n\r\n")[2].decode()


def test_an_ended_process_counts_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process held that is gone holds nobody back."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    board = memoryview(bytearray(web_threads.SLOTS * 8)).cast("i")
    monkeypatch.setattr(web_threads, "_BOARD", board)
    board[0], board[1], board[2], board[3] = ended.pid, 0, os.getpid(), 7
    assert web_threads.least_of(but=4, otherwise=3) == 7
    assert web_threads.least_of(but=2, otherwise=3) == 3
