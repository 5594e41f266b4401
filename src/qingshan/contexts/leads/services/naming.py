"""Placing by name (按名称落位): township and village as an old list writes them, and the inner point of that place."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry import Point

from qingshan.commons.people.models import Unit
from qingshan.commons.people.selectors import township_level_units
from qingshan.commons.places.selectors import county_code, current_areas, division_names
from qingshan.contexts.leads.services.registering import Place
from qingshan.domain.plan import short_village_name

_TAILS = re.compile(r"(社区居民委员会|社区居委会|村民委员会|居民委员会|村委会|居委会|社区|村)$")
_TOWN_TAILS = re.compile(r"(人民政府|政府|街道办事处|管理委员会|管委会)$")
_COUNTY = re.compile(r"^.{1,4}?县")

MOST_NEAR = 3
"""Townships that may be meant, named at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place found by its name: where it is shown, how exact that is, and what was noted."""

    place: Place
    point: Point
    precision: str
    note: str = ""


class PlaceNames:
    """Townships, special units and villages by the names that people write."""

    def __init__(self) -> None:
        """Read areas, units and names once."""
        self._points: dict[str, Point] = {}
        for area in current_areas("township", "special", "village"):
            shape = shapely.from_wkb(bytes(area.geom.wkb))
            inner = shape.representative_point()
            self._points[area.key] = Point(inner.x, inner.y)
        names = division_names(set(self._points))
        self._units: dict[str, Unit] = {}
        for unit in township_level_units():
            for text in (unit.name, unit.short, names.get(unit.division_id or "", "")):
                if text:
                    self._units.setdefault(town_key(text), unit)
                    self._units.setdefault(town_key(text).removesuffix("镇").removesuffix("乡"), unit)
            if unit.division_id is None:  # 元氏经济开发区 is also written 经济开发区
                self._units.setdefault(town_key(unit.name)[2:], unit)
        self._villages: dict[str, dict[str, list[str]]] = {}
        self._short: dict[str, str] = {}
        for code, name in names.items():
            if len(code) == 12:
                self._villages.setdefault(code[:9], {}).setdefault(village_key(name), []).append(code)
                self._short[code] = short_village_name(name)
        self._township_names = {code: name for code, name in names.items() if len(code) == 9}

    def unit_of(self, township: str) -> Unit | None:
        """The responsible unit behind a written township; None when there is none of that name."""
        return self._units.get(town_key(township)) or self._units.get(town_key(township).removesuffix("镇"))

    def unknown(self, township: str) -> str:
        """What to tell of a township that is not ours; one that is written nearly so is named."""
        near = difflib.get_close_matches(town_key(township), list(self._units), n=6, cutoff=0.6)
        shown = sorted({self._units[key].short for key in near})[:MOST_NEAR]
        meant = f"，是不是“{'”或“'.join(shown)}”" if shown else ""
        return f"乡镇“{township[:30]}”不在本县名单内{meant}：请改成本县乡镇的全称"

    def find(self, township: str, village: str) -> Named | str:
        """The place of a written township and village, or why there is none (Chinese)."""
        unit = self.unit_of(township) if township else None
        if unit is None and township:
            return self.unknown(township)
        if unit is None:
            return self._by_village(village)
        if unit.division_id is None:
            return self._special(unit)
        return self._within(unit, village)

    def find_in(self, text: str) -> Named | str:
        """The place that a text names somewhere in it: a township, a village, or both."""
        bare = re.sub(r"\s+", "", text)
        unit = next(
            (self._units[k] for k in sorted(self._units, key=len, reverse=True) if len(k) > 1 and k in bare), None
        )
        own = [(unit.division_id or "")] if unit is not None else list(self._villages)
        found = {
            code
            for township in own
            for key, codes in self._villages.get(township, {}).items()
            if f"{key}村" in bare or f"{key}社区" in bare
            for code in codes
        }
        if len(found) == 1:
            code = found.pop()
            home = unit or next((u for u in self._units.values() if u.division_id == code[:9]), None)
            if home is not None:
                return self._village(home, code)
        if unit is None:
            return f"没有坐标，“{text[:30]}”里也认不出本县的一个乡镇或村：请补填乡镇、村"
        return self._special(unit) if unit.division_id is None else self._within(unit, "")

    def _by_village(self, village: str) -> Named | str:
        """A village whose name is the only one of the county needs no township."""
        if not village:
            return "乡镇未填：没有坐标时须写明乡镇"
        codes = [c for names in self._villages.values() for c in names.get(village_key(village), ())]
        if len(codes) != 1:
            return f"乡镇未填，村名“{village[:30]}”全县有 {len(codes)} 个：请填乡镇"
        unit = next((u for u in self._units.values() if u.division_id == codes[0][:9]), None)
        return self._village(unit, codes[0]) if unit is not None else "乡镇未填：请填乡镇"

    def _within(self, unit: Unit, village: str) -> Named | str:
        code = unit.division_id or ""
        codes = self._villages.get(code, {}).get(village_key(village), []) if village else []
        if len(codes) == 1:
            return self._village(unit, codes[0])
        note = ""
        if village:
            said = "有同名村" if codes else "不在该乡镇名单内"
            note = f"村名“{village[:30]}”{said}，只落到{unit.name}"
        point = self._points.get(code)
        if point is None:
            return f"{unit.name}没有范围数据，请填坐标"
        place = Place(
            division=code,
            township_name=self._township_names.get(code, unit.name),
            village_name="",
            unit=unit,
            border=False,
            shares=((unit.short, 100),),
        )
        return Named(place=place, point=point, precision="township", note=note)

    def _village(self, unit: Unit, code: str) -> Named:
        point = self._points[code]
        place = Place(
            division=code,
            township_name=self._township_names.get(code[:9], unit.name),
            village_name=self._short[code],
            unit=unit,
            border=False,
            shares=((unit.short, 100),),
        )
        return Named(place=place, point=point, precision="village")

    def _special(self, unit: Unit) -> Named | str:
        point = self._points.get(unit.slug)
        if point is None:
            return f"{unit.name}没有范围数据，请填坐标"
        place = Place(
            division=county_code(),
            township_name=unit.name,
            village_name="",
            unit=unit,
            border=False,
            shares=((unit.short, 100),),
        )
        return Named(place=place, point=point, precision="township")


@lru_cache(maxsize=512)
def town_key(text: str) -> str:
    """A township's name as it is compared: without the county before it and the office behind it."""
    bare = re.sub(r"\s+", "", text)
    return _TOWN_TAILS.sub("", _COUNTY.sub("", bare) or bare)


def village_key(text: str) -> str:
    """A village's name as it is compared: without its kind at the end."""
    bare = re.sub(r"\s+", "", text)
    for _ in range(2):  # 南苏村村委会 → 南苏村 → 南苏
        bare = _TAILS.sub("", bare) or bare
    return bare
