"""Readings that a file's numbers leave open (坐标系候选): each tried on a sample, so that the map can say which fits.

Used where a file does not say its datum, or where what it says puts it outside the county. Nothing is chosen here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from qingshan.geo.datum import FIRST_LONG_ZONE, LAST_LONG_ZONE, crs_label, grid_epsg, parse_crs
from qingshan.geo.features import FloatArray, ReadError
from qingshan.geo.offsets import BD09, GCJ02, LABELS
from qingshan.geo.placing import classify, decide_placing
from qingshan.geo.reading import Reading

MOST = 5
"""Candidates worth showing."""
WORTH = 0.5
"""Share of the corners that have to fall into the county for a reading to be worth showing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A reading that fits (候选): what would be chosen, its name, share of the corners inside the county (0 to 1)."""

    crs: str
    axes: str
    label: str
    share: float


def fitting_readings(sample: FloatArray, inside: Callable[[FloatArray], FloatArray]) -> list[Candidate]:
    """The readings under which at least half of the corners fall into the county, best first.

    ``sample``: coordinate pairs as the file has them. ``inside``: True or 1 for each longitude, latitude in the county.
    """
    finite = sample[np.isfinite(sample).all(axis=1)]
    if not len(finite):
        return []
    found = []
    for axes in ("", "yx"):
        turned = finite[:, ::-1] if axes else finite
        kinds = classify(turned)
        names, counts = np.unique(kinds, return_counts=True)
        main = str(names[np.argmax(counts)])
        for crs in _systems(main, turned[kinds == main]):
            share = _share(crs, axes, finite, inside)
            if share >= WORTH:
                found.append(Candidate(crs=crs, axes=axes, label=_label(crs, axes), share=share))
    found.sort(key=lambda one: (-round(one.share, 2), one.axes, one.crs in (GCJ02, BD09)))
    return found[:MOST]


def _systems(main: str, corners: FloatArray) -> Iterator[str]:
    """Systems that numbers of this look can belong to; swapped ones are tried the other way round."""
    if main == "lonlat":
        yield from ("EPSG:4490", GCJ02, BD09)
    elif main == "prefixed":
        zone = int(np.median(corners[:, 0]) // 1_000_000)
        yield f"EPSG:{grid_epsg(zone)}"
    elif main == "plain":
        yield from (f"EPSG:{code}" for code in range(4534, 4555))
        yield from (f"EPSG:{4502 + zone}" for zone in range(LAST_LONG_ZONE - FIRST_LONG_ZONE + 1))


def _share(crs: str, axes: str, finite: FloatArray, inside: Callable[[FloatArray], FloatArray]) -> float:
    try:
        placing = decide_placing(declared=None, reading=Reading(crs=crs, axes=axes), sample=finite)
    except ReadError:
        return 0.0
    placed = placing.place(finite)
    good = np.isfinite(placed).all(axis=1)
    return float(np.sum(inside(placed[good]))) / len(finite)


def _label(crs: str, axes: str) -> str:
    name = LABELS.get(crs) or crs_label(parse_crs(crs))
    return f"{name}，坐标先纵后横" if axes else name
