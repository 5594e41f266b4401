"""What runs inside Django: ``python -m bench.inside prepare|seed|facts|near|preview ...``; prints JSON."""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from qingshan.commons.people.viewer import Viewer

ORIGINALS = 8_000
"""Leads made one by one; a multiple of them is copied by the database."""
ZOOMS = (8, 10, 11, 12, 13, 14)


NOW = datetime(2024, 9, 20, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The installation's clock goes on from here."""


def _prepare() -> dict[str, int]:
    """The county and its people; their sign-ins lie in the data folder."""
    from bench.seeding import prepare
    from qingshan.commons.base.clock import start_demo_clock
    from qingshan.config.home import home_folder
    from qingshan.interfaces.cli.demo_people import write_accounts

    start_demo_clock(NOW)
    accounts = prepare()
    write_accounts(accounts, home_folder() / "demo-accounts.txt")
    return {"accounts": len(accounts)}


def _seed(leads: int, cases: int, seed: int) -> dict[str, float]:
    from bench.seeding import seed as fill
    from bench.seeding import settle

    began = time.perf_counter()
    times = (
        leads // ORIGINALS if leads > ORIGINALS and leads % ORIGINALS == 0 and cases % (leads // ORIGINALS) == 0 else 1
    )
    fill(leads=leads // times, cases=cases // times, seed=seed, copies=times - 1)
    seconds = time.perf_counter() - began
    settle()
    return {"seconds": seconds}


def _facts(sample: int) -> dict[str, list[str]]:
    from django.db import connection

    from qingshan.commons.base.scope import system_scope
    from qingshan.commons.places.selectors import county_bbox

    def ids(sql: str) -> list[str]:
        cursor.execute(sql, [sample])
        return [str(row[0]) for row in cursor.fetchall()]

    with system_scope(), connection.cursor() as cursor:
        facts = {
            "leads": ids("SELECT id FROM leads_lead ORDER BY md5(id::text) LIMIT %s"),
            "cases": ids("SELECT id FROM cases_case ORDER BY md5(id::text) LIMIT %s"),
            "places": ids(  # a patch on the border may have its middle outside, where nothing can be registered
                "SELECT ST_X(l.centre) || ' ' || ST_Y(l.centre) FROM leads_lead l JOIN places_area a"
                " ON a.current AND a.kind = 'county' AND ST_Contains(a.geom, l.centre)"
                " ORDER BY md5(l.id::text) LIMIT %s"
            ),
            "units": ids("SELECT id FROM people_unit WHERE level = 'township' ORDER BY sort LIMIT %s"),
            "dispatched": ids(
                "SELECT l.id FROM leads_lead l JOIN people_unit u ON u.id = l.unit_id"
                " WHERE l.state = 'dispatched' AND u.slug = 'sucun' ORDER BY l.id DESC LIMIT %s"
            ),
        }
        box = county_bbox()
        cursor.execute("SELECT count(*) FROM leads_lead")
        facts["count"] = [str(cursor.fetchone()[0])]
        cursor.execute("SELECT count(*) FROM journal_entry")
        facts["entries"] = [str(cursor.fetchone()[0])]
        facts["weakened"] = _weakened(cursor)
    if box is None:
        raise SystemExit("no county is loaded")
    return facts | {f"tiles {zoom}": _tiles(box, zoom) for zoom in ZOOMS}


def _weakened(cursor: CursorWrapper) -> list[str]:
    """What would make the figures better than those of a real installation; nothing, or the measurement is void."""
    cursor.execute(
        "SELECT name || ' = ' || setting FROM pg_settings WHERE (name, setting) IN"
        " (('fsync', 'off'), ('synchronous_commit', 'off'), ('full_page_writes', 'off'), ('row_security', 'off'))"
        " UNION ALL SELECT 'role ' || rolname || ' passes row security' FROM pg_roles"
        " WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"
        " UNION ALL SELECT 'no row security on ' || relname FROM pg_class"
        " WHERE relname IN ('leads_lead', 'cases_case', 'journal_matter', 'journal_entry') AND relkind = 'r'"
        " AND NOT relforcerowsecurity"
    )
    return [str(row[0]) for row in cursor.fetchall()]


def _tiles(box: tuple[float, float, float, float], zoom: int) -> list[str]:
    west, south, east, north = box
    (x0, y1), (x1, y0) = _tile(west, south, zoom), _tile(east, north, zoom)
    return [f"{zoom}/{x}/{y}" for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def _tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    size = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * size), int(y * size)


def _officer() -> Viewer:
    """A county officer, with row security."""
    from qingshan.commons.base.scope import system_scope
    from qingshan.commons.people.models import Account
    from qingshan.commons.people.viewer import viewer_of
    from qingshan.config.clock import now

    with system_scope():
        account = Account.objects.get(username="bureau-officer")
        viewer = viewer_of(account, today=now().date())
    if viewer is None:
        raise SystemExit("bureau-officer holds no post")
    return viewer


def _alike(count: int) -> dict[str, list[float]]:
    """Milliseconds of the duplicate search for one lead among all, as when a lead is registered."""
    from django.db import transaction

    from qingshan.contexts.campaigns.public import campaign_in_force
    from qingshan.contexts.leads.public import Lead, find_alike, probe_of

    viewer, in_force, times = _officer(), campaign_in_force(), []
    for lead_id in _facts(count)["leads"]:
        with transaction.atomic():
            viewer.apply_scope()
            probe = probe_of(Lead.objects.get(id=lead_id))
            began = time.perf_counter()
            find_alike(viewer, probe, in_force)
            times.append((time.perf_counter() - began) * 1000)
    return {"ms": times}


def _proof(count: int) -> dict[str, list[float]]:
    """Milliseconds of the completeness proof of now, as the county's page asks it.

    Copied leads share the batches of their originals, so the proof of a filled county does not add up; its cost does.
    """
    from django.db import transaction

    from qingshan.config.clock import now
    from qingshan.contexts.campaigns.public import campaign_in_force
    from qingshan.contexts.leads.public import prove

    viewer, in_force, times = _officer(), campaign_in_force(), []
    for _ in range(count):
        began = time.perf_counter()
        with transaction.atomic():
            viewer.apply_scope()
            prove(now(), now=now(), channels=in_force.plan.channels, county=True)
        times.append((time.perf_counter() - began) * 1000)
    return {"ms": times}


def _near(count: int) -> dict[str, list[float]]:
    """Milliseconds of looking for leads within 500 m of random places, as a county officer with row security."""
    from django.db import transaction

    from qingshan.contexts.leads.public import leads_near

    viewer, times = _officer(), []
    for place in _facts(count)["places"]:
        lon, lat = map(float, place.split())
        began = time.perf_counter()
        with transaction.atomic():
            viewer.apply_scope()
            list(leads_near(viewer, lon=lon, lat=lat, metres=500))
        times.append((time.perf_counter() - began) * 1000)
    return {"ms": times}


def _preview(file: Path) -> dict[str, list[str]]:
    """Seconds that the worker takes over the preview of a table, the file stored already."""
    from django.db import transaction

    from qingshan.commons.files.services import read_chunks, store_file
    from qingshan.commons.jobs.progress import Progress
    from qingshan.contexts.leads.public import register_batch
    from qingshan.contexts.leads.public_worker import inspect_batch
    from qingshan.interfaces.cli.acting import acting_as

    acting = acting_as(None)
    with transaction.atomic():
        acting.viewer.apply_scope()
        stored = store_file(
            chunks=read_chunks(file), name=file.name, uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        batch, _ = register_batch(
            file=stored, name="测速表格", channel="province-patch", crs="", dispatch=True, acting=acting
        )
    began = time.perf_counter()
    with transaction.atomic():
        acting.viewer.apply_scope()
        content = inspect_batch(batch_id=batch.id, acting=acting, progress=Progress(None, None, acting.clock))
    return {"s": [f"{time.perf_counter() - began:.3f}"], "received": [str(content["received"])]}


def main() -> None:
    """Do one thing and print what came of it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["prepare", "seed", "facts", "near", "alike", "proof", "preview"])
    parser.add_argument("--leads", type=int, default=0)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, default=Path())
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingshan.config.settings")
    import django

    django.setup()
    found: object
    if chosen.what == "prepare":
        found = _prepare()
    elif chosen.what == "seed":
        found = _seed(chosen.leads, chosen.cases, chosen.seed)
    elif chosen.what == "facts":
        found = _facts(2000)
    elif chosen.what == "preview":
        found = _preview(chosen.file)
    else:
        found = {"near": _near, "alike": _alike, "proof": _proof}[chosen.what](3 if chosen.what == "proof" else 300)
    print(json.dumps(found))  # noqa: T201 - read by the caller


if __name__ == "__main__":
    main()
