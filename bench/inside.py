"""The part of the measurement that runs inside Django: ``python -m bench.inside seed|facts|near ...``; prints JSON."""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time

INSIDE = (114.20, 37.70, 114.45, 37.85)
"""West, south, east, north of a box in the county where leads are registered."""
ZOOMS = (8, 10, 11, 12, 13, 14)


def _seed(leads: int, cases: int, seed: int) -> dict[str, float]:
    from django.db import connection

    from bench.seeding import seed as fill

    began = time.perf_counter()
    fill(leads=leads, cases=cases, seed=seed)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
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
            "units": ids("SELECT id FROM people_unit WHERE level = 'township' ORDER BY sort LIMIT %s"),
            "dispatched": ids(
                "SELECT l.id FROM leads_lead l JOIN people_unit u ON u.id = l.unit_id"
                " WHERE l.state = 'dispatched' AND u.slug = 'sucun' ORDER BY l.id DESC LIMIT %s"
            ),
        }
        box = county_bbox() or INSIDE
        cursor.execute("SELECT count(*) FROM leads_lead")
        facts["count"] = [str(cursor.fetchone()[0])]
        cursor.execute("SELECT count(*) FROM journal_entry")
        facts["entries"] = [str(cursor.fetchone()[0])]
    facts["inside"] = [json.dumps(INSIDE)]
    return facts | {f"tiles {zoom}": _tiles(box, zoom) for zoom in ZOOMS}


def _tiles(box: tuple[float, float, float, float], zoom: int) -> list[str]:
    west, south, east, north = box
    (x0, y1), (x1, y0) = _tile(west, south, zoom), _tile(east, north, zoom)
    return [f"{zoom}/{x}/{y}" for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def _tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    size = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * size), int(y * size)


def _near(count: int) -> dict[str, list[float]]:
    """Milliseconds of looking for leads within 500 m of random places, as a township officer with row security."""
    from django.db import transaction

    from qingshan.commons.base.scope import system_scope
    from qingshan.commons.people.models import Account
    from qingshan.commons.people.viewer import viewer_of
    from qingshan.config.clock import now
    from qingshan.contexts.leads.public import leads_near

    with system_scope():
        account = Account.objects.get(username="bureau-officer")
        viewer = viewer_of(account, today=now().date())
    if viewer is None:
        raise SystemExit("bureau-officer holds no post")
    places, times = random.Random(3), []  # noqa: S311 - places, no secrets
    for _ in range(count):
        lon, lat = places.uniform(INSIDE[0], INSIDE[2]), places.uniform(INSIDE[1], INSIDE[3])
        began = time.perf_counter()
        with transaction.atomic():
            viewer.apply_scope()
            list(leads_near(viewer, lon, lat, 500.0))
        times.append((time.perf_counter() - began) * 1000)
    return {"ms": times}


def main() -> None:
    """Do one thing and print what came of it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["seed", "facts", "near"])
    parser.add_argument("--leads", type=int, default=0)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingshan.config.settings")
    import django

    django.setup()
    found: object
    if chosen.what == "seed":
        found = _seed(chosen.leads, chosen.cases, chosen.seed)
    elif chosen.what == "facts":
        found = _facts(2000)
    else:
        found = _near(300)
    print(json.dumps(found))  # noqa: T201 - read by the caller


if __name__ == "__main__":
    main()
