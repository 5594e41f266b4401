"""Putting a plan folder into the database: campaign, units, divisions, synthetic areas, workday calendar."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.commons.base.calendar_load import announced_years, calendar_rows
from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.models import CalendarDay
from qingshan.commons.base.scope import system_scope
from qingshan.commons.places.services import AreaInput
from qingshan.contexts.campaigns.public import Loaded, campaign_in_force, load_campaign
from qingshan.contexts.leads.public import settle_all_sources
from qingshan.domain.plan import Plan, load_plan
from qingshan.geo.synthetic import TownshipHint, name_cells, special_area, village_cells

SEED = 7
SYNTHETIC = "合成范围：乡镇、村界线未公开，由程序按县界生成，仅供演示，可导入真实界线替换"


def load_folder(directory: Path, *, now: datetime, loaded_by: str) -> Loaded:
    """Load a plan folder; the same folder again changes nothing. Raises `PlanError` with its findings."""
    plan = load_plan(directory)
    load_calendar_years(range(plan.start.year - 1, now.year + 1))
    found = load_campaign(plan=plan, areas=areas_of(plan, directory), now=now, loaded_by=loaded_by)
    if found.new:
        settle_all_sources(campaign_in_force())
    return found


def load_and_tell(directory: Path) -> str:
    """Load a plan folder as the operator of this server and say what happened."""
    with system_scope():
        found = load_folder(directory, now=server_clock()(), loaded_by="命令行操作员")
    if not found.new:
        return f"方案 {found.campaign} 第 {found.version} 版已在用，没有变化"
    return f"方案 {found.campaign} 第 {found.version} 版已载入，新增范围 {found.areas} 个"


def load_calendar_years(years: range) -> int:
    """Fill the calendar table for years it does not hold yet; edited rows are not touched. Returns rows added."""
    known = set(CalendarDay.objects.values_list("day__year", flat=True).distinct())
    rows = [
        CalendarDay(day=row.date, kind=row.kind, name=row.name, source="chinesecalendar")
        for row in calendar_rows(year for year in years if year in announced_years() and year not in known)
    ]
    return len(CalendarDay.objects.bulk_create(rows))


def areas_of(plan: Plan, directory: Path) -> list[AreaInput]:
    """County outline from the folder; villages, townships and areas without a code generated and marked so."""
    outline = directory / plan.county_area
    county = _county(outline)
    found = [
        AreaInput(
            key=plan.county_code,
            kind="county",
            name=plan.county_name,
            wkb=shapely.to_wkb(county),
            synthetic=False,
            source=f"方案 {plan.code} 县界",
        )
    ]
    names = {d.code: d.name for d in plan.divisions}
    hints = _hints(directory / "area_hints.csv")
    villages = _villages(plan)
    places: list[TownshipHint] = [(code, len(codes), hints.get(code)) for code, codes in villages.items()]
    cells = name_cells(village_cells(county, places, SEED), villages)
    found += [_area(code, "village", names[code], cell) for code, cell in sorted(cells.items())]
    for code in sorted({code[:9] for code in cells}):
        parts = [cell for village, cell in cells.items() if village.startswith(code)]
        found.append(_area(code, "township", names[code], union(parts)))
    for special in plan.unit_areas:
        if special.source == "synthetic" and special.near in hints:
            shape = special_area(county, hints[special.near], float(special.size_km2))
            found.append(_area(special.unit, "special", plan.unit(special.unit).name, shape))
    return found


def _area(key: str, kind: str, name: str, shape: BaseGeometry) -> AreaInput:
    return AreaInput(key=key, kind=kind, name=name, wkb=shapely.to_wkb(shape), synthetic=True, source=SYNTHETIC)


def _county(path: Path) -> BaseGeometry:
    content = json.loads(path.read_text(encoding="utf-8"))
    return union([shapely.from_geojson(json.dumps(f["geometry"])) for f in content["features"]])


def union(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    """Parts as one geometry."""
    whole: BaseGeometry = shapely.union_all(parts)
    return whole


def _hints(path: Path) -> Mapping[str, tuple[float, float]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return {row["code"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(handle)}


def _villages(plan: Plan) -> dict[str, list[str]]:
    codes = [d.code for d in plan.villages()]
    return {d.code: [c for c in codes if c.startswith(d.code)] for d in plan.divisions if not d.is_village}
