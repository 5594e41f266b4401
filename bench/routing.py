"""Speed of routing by location: ``python bench/routing.py [PATCHES]`` prints patches per second for 216 villages."""

import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.geo.routing import AreaRow, Placement, Router
from qingshan.geo.synthetic import special_area, village_cells

PLAN = Path(__file__).parents[1] / "plans" / "130132-2024"


def build_router() -> tuple[Router, BaseGeometry]:
    """The county's areas as the set-up generates them, with one special area."""
    document = json.loads((PLAN / "county.geojson").read_text(encoding="utf-8"))
    county = shapely.from_geojson(json.dumps(document["features"][0]["geometry"]))
    with (PLAN / "divisions.csv").open(encoding="utf-8") as stream:
        villages = Counter(row["code"][:9] for row in csv.DictReader(stream) if len(row["code"]) == 12)
    cells = village_cells(county, [(code, count, None) for code, count in sorted(villages.items())], seed=1)
    rows = [
        AreaRow(key=key, name=key, kind="village", township_key=key[:9], geometry=shape) for key, shape in cells.items()
    ]
    zone = special_area(county, (114.53, 37.76), 12.0)
    rows.append(AreaRow(key="zone", name="zone", kind="unit", township_key="", geometry=zone))
    return Router(rows, county, border_share=0.05), county


def random_patches(county: BaseGeometry, count: int) -> npt.NDArray[np.object_]:
    """Patches of eight corners and 30 to 300 m across in the county's box, some of them outside."""
    random = np.random.default_rng(1)
    west, south, east, north = county.bounds
    middles = np.column_stack((random.uniform(west, east, count), random.uniform(south, north, count)))
    angles = np.sort(random.uniform(0, 2 * np.pi, (count, 8)), axis=1)
    radii = random.uniform(15, 150, (count, 1)) / 100_000
    rings = middles[:, None, :] + radii[..., None] * np.stack((np.cos(angles), np.sin(angles)), axis=2)
    return np.asarray(shapely.polygons(np.concatenate((rings, rings[:, :1]), axis=1)), dtype=object)


def timed(router: Router, patches: npt.NDArray[np.object_]) -> tuple[list[Placement], float]:
    """Place all patches and say how many seconds it took."""
    started = time.perf_counter()
    placements = router.place_many(patches)
    return placements, time.perf_counter() - started


def main(count: int) -> None:
    """Measure three rounds and print the best."""
    router, county = build_router()
    patches = random_patches(county, count)
    placements, best = timed(router, patches)
    for _ in range(2):
        best = min(best, timed(router, patches)[1])
    outside = sum(placement.unit is None for placement in placements)
    border = sum(placement.border for placement in placements)
    sys.stdout.write(
        f"{count / best:,.0f} patches/s ({count:,} in {best:.2f} s; {border:,} on a border, {outside:,} outside)\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
