"""Cells of old ledgers as days, degrees and areas (旧台账取值): the many ways in which clerks write them. Pure."""

import re
from datetime import date

from qingshan.commons.files.cells import CellProblem, Value, day_of, is_blank, narrow, number_of, plain_text

_MONTH_DAY = re.compile(r"^(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号]?$")
_SHORT_YEAR = re.compile(r"^(\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?$")
_NUMBER = r"\d+(?:\.\d+)?"
_DMS = re.compile(rf"({_NUMBER})\s*[°度º]\s*(?:({_NUMBER})\s*[′'分’‘])?\s*(?:({_NUMBER})\s*(?:[″\"秒”“]|''|′′))?")
_PLAIN = re.compile(rf"(?<![\d.])({_NUMBER})(?![\d.])")
_UNITS = {"平方公里": 1_000_000.0, "平方米": 1.0, "公顷": 10_000.0, "m2": 1.0, "㎡": 1.0, "平米": 1.0, "亩": 2000 / 3}
MU = "mu"


def old_day(value: Value, year: int) -> date | None:
    """A day, with ``year`` for one that names none ("7月3日", "7.3"); raises `CellProblem`."""
    if isinstance(value, str) and not is_blank(value):
        text = narrow(plain_text(value))
        short = _SHORT_YEAR.match(text)
        if short:
            return _day(2000 + int(short[1]), int(short[2]), int(short[3]), text)
        if text.isdigit() and len(text) == 5:
            return day_of(float(text))  # the serial number of a day, kept as text
        found = _MONTH_DAY.match(text)
        if found:
            return _day(year, int(found[1]), int(found[2]), text)
    if isinstance(value, float) and not value.is_integer() and value < 13:
        raise CellProblem(f"“{plain_text(value)}”分不清是几日（7.1 还是 7.10），请写成 {year}-07-10")
    return day_of(value)


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise CellProblem(f"“{text[:40]}”不是存在的日期") from None


def degrees_of(value: Value) -> float | None:
    """Degrees from a decimal number or degrees, minutes, seconds; raises `CellProblem`."""
    if is_blank(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _sensible(float(value), plain_text(value))
    found = _all_degrees(narrow(plain_text(value)))
    if len(found) != 1:
        raise CellProblem(f"“{plain_text(value)[:40]}”不是经纬度，请写成 114.345678 或 114°20′44″")
    return _sensible(found[0], plain_text(value))


def both_degrees_of(value: Value) -> tuple[float, float] | None:
    """Two degrees from one cell ("E114°20′44″ N37°50′12″", "114.34,37.85"); raises `CellProblem`."""
    if is_blank(value):
        return None
    found = _all_degrees(narrow(plain_text(value)))
    if len(found) != 2:
        raise CellProblem(f"“{plain_text(value)[:40]}”不是一对经纬度，请写成 114.345678,37.850123")
    return _sensible(found[0], plain_text(value)), _sensible(found[1], plain_text(value))


def _all_degrees(text: str) -> list[float]:
    found = [
        float(d) + float(m or 0) / 60 + float(s or 0) / 3600
        for d, m, s in _DMS.findall(text)
        if float(m or 0) < 60 and float(s or 0) < 60
    ]
    return found or [float(n) for n in _PLAIN.findall(text)]


def _sensible(degrees: float, text: str) -> float:
    if not 0 < degrees <= 180:
        raise CellProblem(f"“{text[:40]}”不是度数：平面坐标请先换算成经纬度")
    return degrees


def in_order(first: float, second: float) -> tuple[float, float, bool]:
    """Longitude and latitude of China from two degrees in any order; True: they were given the other way round."""
    return (second, first, True) if first < 60 < second else (first, second, False)


def area_m2_of(value: Value, unit: str, heading: str) -> float | None:
    """Area in m²: a unit in the cell wins, then one in the heading, else ``unit`` (``mu`` or ``m2``)."""
    if is_blank(value):
        return None
    text = narrow(plain_text(value))
    named = next((u for u in _UNITS if text.endswith(u)), "")
    number = number_of(text.removesuffix(named).removesuffix("约") if named else value)
    if number is None:
        return None
    if number < 0:
        raise CellProblem(f"面积“{text[:40]}”小于零")
    factor = _UNITS.get(named) or next((f for u, f in _UNITS.items() if u in heading), None)
    square = number * (factor or (_UNITS["亩"] if unit == MU else 1.0))
    if square >= 10**11:
        raise CellProblem(f"面积“{text[:40]}”过大：请核对单位")
    return square
