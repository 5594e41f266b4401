"""What was measured against what is promised: var/bench/report.json and docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGETS = Path(__file__).with_name("targets.toml")
TABLE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure; ``rows``: leads stored (or rows worked on) when it was taken."""

    scenario: str
    metric: str
    value: float
    unit: str
    rows: int
    target: float | None = None
    met: bool | None = None


def judged(figures: Sequence[Measured]) -> list[Measured]:
    """Figures with their targets; a figure at a scale for which nothing is promised has none."""
    targets = {(t["scenario"], t["metric"]): t for t in tomllib.loads(TARGETS.read_text(encoding="utf-8"))["target"]}
    return [_judge(figure, targets.get((figure.scenario, figure.metric))) for figure in figures]


def _judge(figure: Measured, target: dict[str, float] | None) -> Measured:
    if target is None or figure.met is False:
        return figure
    bound = target.get("most", target.get("least", 0.0))
    met = figure.value <= bound if "most" in target else figure.value >= bound
    return Measured(**{**asdict(figure), "target": float(bound), "met": met})


def write_report(figures: Sequence[Measured], curve: Sequence[Measured], home: Path) -> Path:
    """Write both files; returns the path of the JSON."""
    rows = [asdict(f) for f in judged(figures)] + [asdict(f) for f in curve]
    home.mkdir(parents=True, exist_ok=True)
    path = home / "report.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    TABLE.write_text(_table(judged(figures), curve), encoding="utf-8")
    return path


def _table(figures: Sequence[Measured], curve: Sequence[Measured]) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"Measured on {date.today().isoformat()} by `make bench`: {machine()}.",  # noqa: DTZ011 - the machine's day
        "Two web workers and the worker for tasks, client on the same machine, fsync and row security on.",
        "All data are synthetic or, for the import, real detections moved into the county's hills.",
        "The stored leads count as compared with each other already, as they are in a county at work for months;",
        "those that come in during the measurement are compared by the worker while it goes on.",
        "",
        "| scenario | metric | value | target | met | leads stored or rows |",
        "|---|---|---:|---:|---|---:|",
    ]
    for f in figures:
        target = "" if f.target is None else f"{f.target:,g}"
        met = "" if f.met is None else ("yes" if f.met else "**no**")
        lines.append(f"| {f.scenario} | {f.metric} | {f.value:,.1f} | {target} | {met} | {f.rows:,} |")
    if curve:
        lines += ["", "## Cost by size of the county's ledger", ""]
        scales = sorted({f.rows for f in curve})
        lines += [
            "| figure | " + " | ".join(f"{s:,} leads" for s in scales) + " |",
            "|---|" + "---:|" * len(scales),
        ]
        for key in dict.fromkeys((f.scenario, f.metric) for f in curve):
            values = {f.rows: f.value for f in curve if (f.scenario, f.metric) == key}
            cells = " | ".join(f"{values[s]:,.1f}" if s in values else "" for s in scales)
            lines.append(f"| {key[0]}, {key[1]} | {cells} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Cores, memory, system and database of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = subprocess.run(
        ["/usr/lib/postgresql/15/bin/postgres", "--version"], capture_output=True, text=True, check=False
    )
    database = found.stdout.strip() or "PostgreSQL"
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {database}, load {load:.1f} at the end"
    )
