"""A browser's part of a measurement: signs in, keeps its connection, times each answer."""

from __future__ import annotations

import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MESSAGES = "messages"
"""Cookie in which words for the next page wait."""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """One signed-in client on one kept connection."""

    def __init__(self, port: int, username: str, password: str) -> None:
        """Sign in; ends the measurement when that fails."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = self.get("/sign-in/").token
        status = self.post("/sign-in/", {"username": username, "password": password}).status
        if status != 302:
            raise SystemExit(f"{username} cannot sign in: answer {status}")
        self.token = self.get("/").token

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Fetch a page."""
        return self._ask("GET", path, None, headers or {})

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form with its CSRF token."""
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
        return self._ask("POST", path, body, FORM)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        began = time.perf_counter()
        self.connection.request(method, path, body, {"Cookie": cookie, "Accept-Language": "zh-CN", **headers})
        response = self.connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - began) * 1000
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        # A browser goes on to the next page, which shows what is said there and clears it; here only acts are timed.
        self.cookies.pop(MESSAGES, None)
        return Answer(response.status, content, took, response.headers.get("Location") or "")


class Answer:
    """Status, body and time of one answer."""

    __slots__ = ("content", "location", "ms", "status")

    def __init__(self, status: int, content: bytes, ms: float, location: str) -> None:
        self.status, self.content, self.ms, self.location = status, content, ms, location

    @property
    def text(self) -> str:
        """Body as text."""
        return self.content.decode()

    @property
    def token(self) -> str:
        """CSRF token of the page's first form."""
        found = TOKEN.search(self.text)
        return found.group(1) if found else ""


def p95(times: Sequence[float]) -> float:
    """95th percentile."""
    return statistics.quantiles(times, n=20, method="inclusive")[18] if len(times) > 1 else times[0]


def timed_gets(browser: Browser, paths: Sequence[str]) -> list[float]:
    """Milliseconds of each page; ends the measurement when one is not answered with 200."""
    times = []
    for path in paths:
        answer = browser.get(path)
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        times.append(answer.ms)
    return times


def side_by_side(work: Sequence[Callable[[], list[float]]]) -> tuple[list[float], float]:
    """Run several clients at once; returns all their times and the wall seconds."""
    results: list[list[float]] = [[] for _ in work]
    faults: list[BaseException] = []

    def run(number: int) -> None:
        try:
            results[number] = work[number]()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(work))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(str(faults[0]))
    return [ms for times in results for ms in times], time.perf_counter() - began
