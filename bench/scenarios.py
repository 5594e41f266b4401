"""The scenarios over HTTP: what officers do all day, at a given number of stored leads."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.client import Browser, p95, side_by_side, timed_gets
from bench.installation import Service
from bench.report import Measured

LEAD_FILTERS = (
    "", "?state=in_review", "?state=substantiated", "?channel=province-patch", "?direction=from_above",
    "?overdue=1", "?state=under_verification&overdue=1", "?q=%E6%BC%94%E7%A4%BA", "?q=00012",
)  # fmt: skip
CASE_FILTERS = ("", "?state=open", "?state=closed", "?category=unlicensed", "?overdue=1", "?q=%E8%8B%8F%E6%9D%91")
QUESTIONS = (
    "苏村", "演示", "黑水河", "00012", "采矿", "推堆", "山坡", "局", "元线 00077", "裸岩石砾地 苏村", "没有这个词组",
    "130132SJBG", "北正乡", "推平", "南营",
)  # fmt: skip
NEXT_PAGE = re.compile(r'href="(\?[^"]*)"[^>]*rel="next"|rel="next"[^>]*href="(\?[^"]*)"')
PAGES = 1000
TILE_ZOOMS = (8, 10, 11, 12, 13, 14)
TILES_AT_MOST = 40
WEB_WORKERS = 2


@dataclass(slots=True, kw_only=True)
class Bench:
    """What scenarios share: the service, the people, ids to open, how many leads there are."""

    service: Service
    accounts: dict[str, str]
    facts: dict[str, list[str]]
    rows: int
    random: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - a choice of pages

    def browser(self, username: str = "bureau-officer") -> Browser:
        """A signed-in client."""
        return Browser(self.service.port, username, self.accounts[username])

    def figure(self, scenario: str, metric: str, value: float, unit: str) -> Measured:
        """One figure at the present scale."""
        return Measured(scenario=scenario, metric=metric, value=round(value, 2), unit=unit, rows=self.rows)

    def p95(self, scenario: str, times: Sequence[float]) -> Measured:
        """The 95th percentile of answers."""
        return self.figure(scenario, "p95 ms", p95(times), "ms")

    def some(self, kind: str, count: int) -> list[str]:
        """Ids picked at random."""
        known = self.facts[kind]
        return [self.random.choice(known) for _ in range(count)]


def lists(bench: Bench) -> list[Measured]:
    """Lists of 50 with filters: one client, then four."""
    browser = bench.browser()
    leads = [f"/leads/{f}" for f in LEAD_FILTERS] + [f"/leads/?unit={u}" for u in bench.facts["units"][:3]]
    cases = [f"/cases/{f}" for f in CASE_FILTERS]
    timed_gets(browser, [*leads, *cases])
    alone = timed_gets(browser, leads * 15)
    on_cases = timed_gets(browser, cases * 15)
    four = [bench.browser() for _ in range(4)]
    together, _ = side_by_side([_gets(one, leads * 8) for one in four])
    return [
        bench.p95("list of leads, filters, 1 client", alone),
        bench.p95("list of leads, filters, 4 clients", together),
        bench.p95("list of cases, filters, 1 client", on_cases),
    ]


def _gets(browser: Browser, paths: Sequence[str]) -> Callable[[], list[float]]:
    return lambda: timed_gets(browser, paths)


def deep_pages(bench: Bench) -> list[Measured]:
    """Page after page of the whole list to the thousandth: the last fifty against the first fifty."""
    browser, path, times = bench.browser(), "/leads/", []
    for _ in range(PAGES):
        answer = browser.get(path)
        times.append(answer.ms)
        found = NEXT_PAGE.search(answer.text)
        if found is None:
            break
        path = "/leads/" + (found.group(1) or found.group(2)).replace("&amp;", "&")
    if len(times) < PAGES:
        return []
    first, last = p95(times[:50]), p95(times[950:])
    return [
        bench.p95("list of leads, pages 950 to 1000", times[950:]),
        bench.figure("list of leads, pages 950 to 1000", "p95 over that of pages 1 to 50", last / first, ""),
    ]


def matter_pages(bench: Bench) -> list[Measured]:
    """Pages of single leads and cases picked at random."""
    browser = bench.browser()
    leads = [f"/leads/{i}/" for i in bench.some("leads", 250)]
    cases = [f"/cases/{i}/" for i in bench.some("cases", 200)]
    timed_gets(browser, [*leads[:10], *cases[:10]])
    return [
        bench.p95("lead page", timed_gets(browser, leads)),
        bench.p95("case page", timed_gets(browser, cases)),
    ]


def searches(bench: Bench) -> list[Measured]:
    """Everyday questions: places, kinds, numbers, parties, and one without an answer."""
    from urllib.parse import quote

    browser = bench.browser()
    paths = [f"/search/?q={quote(q)}" for q in QUESTIONS]
    timed_gets(browser, paths)
    return [bench.p95("search", timed_gets(browser, paths * 12))]


def creation(bench: Bench) -> list[Measured]:
    """Leads registered by the form of the page, four clients at once."""
    each = 150
    browsers = [bench.browser() for _ in range(4)]

    def work(number: int) -> Callable[[], list[float]]:
        places = random.Random(number).choices(bench.facts["places"], k=each)  # noqa: S311 - no secrets

        def run() -> list[float]:
            return [
                _register(
                    browsers[number], bench.rows * 10 + number * each + n, *map(float, places[n].split())
                )
                for n in range(each)
            ]  # fmt: skip

        return run

    times, seconds = side_by_side([work(n) for n in range(4)])
    return [
        bench.figure("creation, 4 clients", "leads/s", len(times) / seconds, "1/s"),
        bench.p95("creation, 4 clients", times),
    ]


def _register(browser: Browser, serial: int, lon: float, lat: float) -> float:
    answer = browser.post(
        "/leads/new/",
        {
            "channel": "hotline-12345", "source_no": f"测速{os.getpid()}-{serial}", "discovered_at": "2024-08-14T09:00",
            "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "place_text": "测速用合成位置", "description": "测速用合成线索",
        },
    )  # fmt: skip
    if answer.status != 302:
        raise SystemExit(f"a lead was not registered: answer {answer.status}\n{answer.text}")
    return answer.ms


def state_changes(bench: Bench) -> list[Measured]:
    """A township officer signs for leads one by one."""
    browser = bench.browser("sucun-officer")
    times = []
    for lead_id in bench.facts["dispatched"][:150]:
        answer = browser.post(f"/leads/{lead_id}/receive/", {})
        if answer.status != 302:
            raise SystemExit(f"a lead was not signed for: answer {answer.status}")
        times.append(answer.ms)
    return [bench.p95("state change", times)] if len(times) >= 20 else []


def tiles(bench: Bench) -> list[Measured]:
    """Every tile of the county to zoom 11, and as many of the closer ones as time allows."""
    browser = bench.browser()
    times, largest = [], 0
    for zoom in TILE_ZOOMS:
        chosen = bench.facts[f"tiles {zoom}"]
        for tile in chosen if len(chosen) <= TILES_AT_MOST else bench.random.sample(chosen, TILES_AT_MOST):
            answer = browser.get(f"/tiles/matters/{tile}.mvt")
            if answer.status != 200:
                raise SystemExit(f"tile {tile} answered {answer.status}")
            times.append(answer.ms)
            largest = max(largest, len(answer.content))
    return [bench.p95("map tiles", times), bench.figure("map tiles", "largest kB", largest / 1000, "kB")]


def memory(bench: Bench) -> list[Measured]:
    """The larger of the web workers after everything else."""
    workers = bench.service.web_workers_mb()
    if len(workers) != WEB_WORKERS:
        raise SystemExit(f"{len(workers)} web workers are running, {WEB_WORKERS} are promised")
    return [bench.figure("web worker", "RSS MB", max(workers), "MB")]


FULL = (lists, deep_pages, matter_pages, searches, tiles, state_changes, creation, memory)
CURVE = (lists, matter_pages, searches, tiles, state_changes, creation)
