"""Run the scenarios: ``python -m bench.run [--leads 80000] [--curve 8000,80000,800000] [--patches FOLDER] [--keep]``.

``--again`` measures the installation that an earlier run kept, without filling it anew.

The measured installation lives in a data folder of its own (``var/bench``) with a private cluster; the demonstration
county is loaded first, then synthetic leads and cases; each size has a database of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from http.client import HTTPException
from pathlib import Path

from bench.client import p95
from bench.installation import ROOT, Installation
from bench.made_files import write_million, write_workbook
from bench.patches import write_package, write_patches
from bench.report import Measured, judged, write_report
from bench.scenarios import CURVE, FULL, Bench

HOME = ROOT / "var" / "bench"
LEDGER_ROWS = 100_000
ENTRIES = 1_000_000


def _tell(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def _inside(place: Installation, what: str, **values: int | str) -> dict[str, list[str]]:
    arguments = [part for name, value in values.items() for part in (f"--{name}", str(value))]
    ran = place.run("-m", "bench.inside", what, *arguments, python=True)
    found: dict[str, list[str]] = json.loads(ran.output.splitlines()[-1])
    return found


def _fill(place: Installation, leads: int) -> dict[str, list[str]]:
    """A new county with so many leads, and a tenth as many cases."""
    place.prepare()
    _tell(f"storing {leads:,} leads")
    _inside(place, "seed", leads=leads, cases=leads // 10)
    return _inside(place, "facts")


def _kept(place: Installation) -> dict[str, list[str]]:
    """The county that an earlier run left, its tables brought to this release."""
    place.run("cluster", "start")
    place.run("migrate")
    return _inside(place, "facts")


def _over_http(place: Installation, facts: dict[str, list[str]], scenarios: tuple, rows: int) -> list[Measured]:  # type: ignore[type-arg]
    figures: list[Measured] = []
    if facts["weakened"]:
        raise SystemExit("not measured, the installation is no real one: " + "; ".join(facts["weakened"]))
    with place.serving() as service:
        bench = Bench(service=service, accounts=place.accounts(), facts=facts, rows=rows)
        for scenario in scenarios:
            try:
                made = scenario(bench)
            except (
                SystemExit,
                OSError,
                HTTPException,
            ) as fault:  # the other figures still count; this one is reported as missed
                _tell(f"{scenario.__name__}: {str(fault)[:400]}")
                made = [Measured(scenario=scenario.__name__, metric="fault", value=1, unit="", rows=rows, met=False)]
            figures += made
            for figure in made:
                _tell(f"{figure.scenario}: {figure.metric} {figure.value:,}")
    return figures


def _reads(place: Installation, rows: int) -> list[Measured]:
    """Questions asked inside the program: what lies near, what may be the same, whether all is accounted for."""
    near, alike, proof = ([float(ms) for ms in _inside(place, what)["ms"]] for what in ("near", "alike", "proof"))
    return [
        Measured(scenario="near a point, 500 m", metric="p95 ms", value=round(p95(near), 2), unit="ms", rows=rows),
        Measured(scenario="duplicate search", metric="p95 ms", value=round(p95(alike), 2), unit="ms", rows=rows),
        Measured(scenario="completeness proof", metric="s", value=round(max(proof) / 1000, 2), unit="s", rows=rows),
    ]


def _import(place: Installation, patches: Path | None) -> list[Measured]:
    """Take files of patches in from the command line: reading, routing, leads, journal, one transaction each."""
    figures: list[Measured] = []
    for kind, name in (("gpkg", "import with routing and journal"), ("geojson", "import of GeoJSON")):
        file = place.home / "patches.geojson"
        count = write_patches(patches, file, mark=f"合成{kind}")
        if kind == "gpkg":
            write_package(file, file := place.home / "patches.gpkg")
        _tell(f"importing {count:,} patches ({kind})")
        figures += _intake(place, file, name, f"测速批次 {kind}", count)
    return figures


def _intake(place: Installation, file: Path, name: str, batch: str, count: int) -> list[Measured]:
    ran = place.run("intake", str(file), "--channel", "province-patch", "--batch", batch, "--json", watch=True)
    return [
        Measured(scenario=name, metric="patches/s", value=round(count / ran.seconds, 1), unit="1/s", rows=count),
        Measured(scenario=name, metric="peak MB", value=round(ran.peak_mb, 1), unit="MB", rows=count),
    ]


def _million(place: Installation) -> list[Measured]:
    """One file of a million drawn patches, half a gigabyte, in one transaction."""
    file = place.home / "million.gpkg"
    count = write_million(file)
    _tell(f"importing {count:,} patches, {file.stat().st_size / 1e6:,.0f} MB")
    figures = _intake(place, file, "import of 1,000,000 patches", "测速批次 百万", count)
    file.unlink()
    return figures


def _preview(place: Installation) -> Measured:
    """What the worker does with a big workbook before anybody accepts it."""
    file = place.home / "table.xlsx"
    count = write_workbook(file)
    seconds = float(_inside(place, "preview", file=str(file))["s"][0])
    name = f"Excel of {count:,} rows previewed"
    return Measured(scenario=name, metric="s", value=round(seconds, 2), unit="s", rows=count)


def _ledger(place: Installation) -> list[Measured]:
    ran = place.run("ledger", "--out", str(place.home / "ledger.xlsx"))
    _tell(ran.output.strip())
    rows = int(ran.output.split("：")[1].split(" 行")[0].replace(",", ""))
    name = "ledger of 100,000 rows" if rows >= LEDGER_ROWS else f"ledger of {rows:,} rows"
    return [
        Measured(scenario=name, metric="s", value=round(ran.seconds, 1), unit="s", rows=rows),
        Measured(scenario=name, metric="peak MB", value=round(ran.peak_mb, 1), unit="MB", rows=rows),
    ]


def _verify(place: Installation) -> Measured:
    ran = place.run("journal", "verify", "--json")
    entries = int(json.loads(ran.output.splitlines()[-1])["entries"])
    name = "journal verify, 1,000,000 entries" if entries >= ENTRIES else f"journal verify, {entries:,} entries"
    return Measured(scenario=name, metric="s", value=round(ran.seconds, 1), unit="s", rows=entries)


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=80_000, help="leads stored for the figures with targets")
    parser.add_argument("--curve", default="", help="further sizes, smaller and larger, for the curve")
    parser.add_argument("--patches", type=Path, help="folder of GeoJSON detections for the import (else drawn)")
    parser.add_argument("--million", action="store_true", help="take a file of 1,000,000 patches in as well (minutes)")
    parser.add_argument("--keep", action="store_true", help="keep the database of var/bench afterwards")
    parser.add_argument("--again", action="store_true", help="measure the kept database; nothing is filled")
    chosen = parser.parse_args()
    sizes = sorted({int(size) for size in chosen.curve.split(",") if size} | {chosen.leads})
    place = Installation(home=HOME)
    HOME.mkdir(parents=True, exist_ok=True)
    figures: list[Measured] = []
    curve: list[Measured] = []
    for size in sizes:
        facts, full = _kept(place) if chosen.again else _fill(place, size), size == chosen.leads
        made = [*_over_http(place, facts, FULL if full else CURVE, size), *_reads(place, size)]
        curve += made if len(sizes) > 1 else []
        if full:
            figures += [*made, *_import(place, chosen.patches), _preview(place)]
            figures += _million(place) if chosen.million else []
        if size == sizes[-1]:
            figures += [*_ledger(place), _verify(place)]
        write_report(figures, curve, HOME)
    _tell(f"written: {write_report(figures, curve, HOME)}")
    if not (chosen.keep or chosen.again):
        place.destroy()
    if missed := [f for f in judged(figures) if f.met is False]:
        _tell("short of target: " + "; ".join(f"{f.scenario} {f.metric} {f.value:,}" for f in missed))


if __name__ == "__main__":
    main()
