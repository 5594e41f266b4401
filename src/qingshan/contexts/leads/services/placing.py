"""Placing a geometry: which village, which responsible unit, or why it cannot be placed (按位置派单)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.commons.people.models import Unit
from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.places.models import Area
from qingshan.commons.places.selectors import areas_version, current_areas, division_names
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.services.registering import Place
from qingshan.domain.plan import short_village_name
from qingshan.geo.crs import FloatArray, distance_m
from qingshan.geo.routing import AreaRow, Placement, Router


class Gazetteer:
    """The county's areas ready for routing: special areas first, then villages (决定15)."""

    def __init__(self, in_force: InForce) -> None:
        """Read areas, units and names once; raises LookupError when the county has no areas."""
        rows = {kind: current_areas(kind) for kind in ("county", "special", "village", "outline")}
        if not rows["county"] or not rows["village"]:
            raise LookupError("尚未载入县界和村级范围，请先执行 qingshan plan load")
        self._county = _shape(rows["county"][0])
        self._outlines = [(a.name, _shape(a)) for a in rows["outline"]]
        self._routing = in_force.plan.routing
        units = township_level_units()
        self._by_slug = {u.slug: u for u in units}
        self._by_division = {u.division_id: u for u in units if u.division_id}
        self._names = division_names({a.key for a in rows["village"]} | set(self._by_division))
        cells = [
            AreaRow(key=a.key, name=a.name, kind="unit", township_key=a.key, geometry=_shape(a))
            for a in rows["special"]
        ]
        cells += [
            AreaRow(key=a.key, name=a.name, kind="village", township_key=a.key[:9], geometry=_shape(a))
            for a in rows["village"]
        ]
        self._whole: dict[tuple[str, str | None], Place] = {}
        self._router = Router(cells, self._county, border_share=self._routing.border_share)

    def place_many(self, geometries: Sequence[BaseGeometry]) -> list[Place | str]:
        """A place for each geometry, or the Chinese reason why it has none."""
        return [
            self._place(placement, geometry)
            for placement, geometry in zip(self._router.place_many(geometries), geometries, strict=True)
        ]

    def holds(self, corners: FloatArray) -> FloatArray:
        """1 for each longitude, latitude inside the county, 0 for the others."""
        shapely.prepare(self._county)
        return np.asarray(shapely.contains_xy(self._county, corners[:, 0], corners[:, 1]), dtype=float)

    def _place(self, placement: Placement, geometry: BaseGeometry) -> Place | str:
        if placement.unit is None or len(placement.shares) > 1 or placement.inside_share < 1:
            return self._place_anew(placement, geometry)
        key = (placement.unit, placement.village)  # wholly inside one area: the same place as all others there
        known = self._whole.get(key)
        if known is None:
            made = self._place_anew(placement, geometry)
            if isinstance(made, str):
                return made
            known = self._whole[key] = made
        return known

    def _place_anew(self, placement: Placement, geometry: BaseGeometry) -> Place | str:
        if placement.unit is None or placement.inside_share < self._routing.min_inside_share:
            return self._outside(placement.inside_share, geometry)
        unit = self._unit_of(placement.unit)
        village = placement.village or ""
        township = self._names.get(village[:9], unit.name)
        return Place(
            division=village or (unit.division_id or ""),
            township_name=unit.name if unit.division_id is None else township,
            village_name=short_village_name(self._names.get(village, "")),
            unit=unit,
            border=placement.border,
            shares=tuple((self._unit_of(key).short, round(share * 100)) for key, share in placement.unit_shares),
        )

    def _unit_of(self, key: str) -> Unit:
        return self._by_slug[key] if key in self._by_slug else self._by_division[key]

    def _outside(self, inside_share: float, geometry: BaseGeometry) -> str:
        centre = geometry.representative_point()
        where = next((name for name, shape in self._outlines if shape.intersects(centre)), "")
        near = shapely.shortest_line(self._county, centre)
        away = distance_m(near.coords[0][0], near.coords[0][1], centre.x, centre.y) / 1000
        at = f"（中心点 {centre.x:.5f}，{centre.y:.5f}）"
        if inside_share > 0:
            share = round(inside_share * 100)
            return f"大部分在县外，只有 {share}% 在本县{at}：请核对坐标系，或转交{where or '所在县'}"
        if where:
            return f"不在本县，位于{where}{at}：请转交该县"
        return f"不在本县，距县界约 {away:.1f} 公里{at}：请核对坐标系（可重新导入并指定）或转交所在县"


def gazetteer_of(in_force: InForce) -> Gazetteer:
    """The gazetteer of the areas and units as they stand; kept until one of them changes."""
    return _kept(_Key(in_force=in_force, plan_id=in_force.plan_id, areas=areas_version()))


@dataclass(frozen=True, slots=True)
class _Key:
    """What a gazetteer depends on; the plan itself does not count, its version does."""

    in_force: InForce = field(compare=False)
    plan_id: UUID
    areas: tuple[int, UUID | None]


@lru_cache(maxsize=2)
def _kept(key: _Key) -> Gazetteer:
    return Gazetteer(key.in_force)


def _shape(area: Area) -> BaseGeometry:
    shape: BaseGeometry = shapely.from_wkb(bytes(area.geom.wkb))
    return shape
