"""Whether a file was read rightly (读取结果是否可信): outside the county, axes swapped, area unlike the declared one.

Worker and command line only. Nothing is refused here and nothing changed: a person is told, with the readings that
would put the file into the county.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.services.areas import area_note, area_tolerance
from qingshan.contexts.leads.services.placing import Gazetteer, gazetteer_of
from qingshan.contexts.leads.services.sorting import Sorted
from qingshan.domain.plan import Plan
from qingshan.geo.candidates import Candidate, fitting_readings
from qingshan.geo.crs import mu
from qingshan.geo.features import FeatureFile, Undecided
from qingshan.geo.readers import format_label

_UNITS = ((mu(1.0), "亩"), (0.0001, "公顷"), (0.000001, "平方公里"), (1 / mu(1.0), "平方米（列名却注明亩）"))
"""Ratio of a declared area to the measured one that a wrong unit gives, and the unit meant."""
MOST_KEPT = 5_000
"""Ratios kept for telling a wrong unit."""
_SWAP_WORD = "次序疑似颠倒"


@dataclass(slots=True)
class Plausibility:
    """Counts over the rows of a file, and what they mean; ``located``: rows whose file says a position."""

    plan: Plan
    located: int = 0
    swapped: int = 0
    outside: int = 0
    unlike: int = 0
    ratios: list[float] = field(default_factory=list)

    def add(self, rows: Sequence[Sorted]) -> None:
        """Look at rows as they were sorted."""
        tolerance = area_tolerance(self.plan)
        for row in rows:
            patch, swapped = row.patch, row.place is None and _SWAP_WORD in row.reason
            self.located += swapped or (patch is not None and not row.by_name)
            self.swapped += swapped
            self.outside += row.outside
            if patch is None or row.place is None or row.by_name:
                continue
            if patch.area_m2 and patch.declared_area_m2:
                ratio = patch.declared_area_m2 / patch.area_m2
                self.unlike += bool(area_note(patch.declared_area_m2, patch.area_m2, tolerance))
                if len(self.ratios) < MOST_KEPT:
                    self.ratios.append(ratio)

    def judge(self, file: FeatureFile, gazetteer: Gazetteer) -> dict[str, Any]:
        """Warnings in Chinese, and readings to try where most rows do not fit."""
        warnings = []
        strays = self.swapped + self.outside
        if self.swapped:
            warnings.append(f"{self.swapped} 行的坐标次序疑似颠倒（先纬度后经度，或横纵坐标互换）")
        if self.outside and strays * 2 >= self.located:
            warnings.append(f"{self.outside} 行落在县外，坐标系可能不对")
        if self.unlike:
            warnings.append(f"{self.unlike} 行的标称面积与图形面积不符{self._unit()}")
        found: list[Candidate] = []
        if strays and strays * 2 >= self.located:
            found = self._better(fitting_readings(file.sample, gazetteer.holds), file.crs_text)
        return {"warnings": warnings, "candidates": candidates_json(found)}

    def _better(self, found: Sequence[Candidate], now: str) -> list[Candidate]:
        """Readings worth offering: other than the one the file was read by, and placing more of it in the county."""
        kept = 1 - (self.swapped + self.outside) / self.located
        return [one for one in found if one.share > kept and (one.axes or one.label != now)]

    def _unit(self) -> str:
        """A word on the unit, when all areas are off by the same factor."""
        middle = median(self.ratios)
        near = (unit for factor, unit in _UNITS if abs(middle / factor - 1) < 0.1)
        unit = next(near, "")
        return f"：比例一致，面积的单位可能是{unit}" if unit else ""


def candidates_json(found: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Candidates as the preview keeps them; the share in whole percent."""
    return [{"crs": one.crs, "axes": one.axes, "label": one.label, "percent": round(one.share * 100)} for one in found]


def asked_of(error: Undecided) -> dict[str, Any]:
    """What is kept for the page of a file that needs a person's word: what is asked, and readings that fit."""
    try:
        gazetteer = gazetteer_of(campaign_in_force())
    except LookupError:
        return {"asks": list(error.asks), "candidates": []}
    return {"asks": list(error.asks), "candidates": candidates_json(fitting_readings(error.sample, gazetteer.holds))}


def file_facts(file: FeatureFile) -> dict[str, Any]:
    """What was decided about a file as a whole, for preview, result and journal."""
    return {
        "format": file.format,
        "format_text": format_label(file.format),
        "crs": file.crs_text,
        "encoding": file.encoding or "",
        "layers": list(file.layers),
        "notes": list(file.notes),
    }
