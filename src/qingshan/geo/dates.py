"""Dates as people write them in tables (日期写法): read to the day, month, quarter or year, or not at all."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from qingshan.geo.features import Scalar

Precision = Literal["day", "month", "quarter", "year"]
EARLIEST, LATEST = date(1970, 1, 1), date(2099, 12, 31)
"""Images and papers outside these years are slips of the keyboard."""
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_FROM, _EXCEL_TO = 25_569, 73_050  # 1970-01-01 to 2099-12-31
_TIME = r"(?:[T ]\s*\d{1,2}[:时]\d{1,2}.*)?"
_TIME_BEHIND = r"(?:[T ]?\s*\d{1,2}[:时点]\d{1,2}.*)?"
_CLOCK = re.compile(r"[T 日号]\s*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2}))?")
_PATTERNS: tuple[tuple[re.Pattern[str], Precision], ...] = (
    (re.compile(rf"(\d{{4}})[-./](\d{{1,2}})[-./](\d{{1,2}}){_TIME}"), "day"),
    (re.compile(rf"(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})[日号]?{_TIME_BEHIND}"), "day"),
    (re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?"), "day"),
    (re.compile(r"(\d{4})[-./](\d{1,2})"), "month"),
    (re.compile(r"(\d{4})年(\d{1,2})月份?"), "month"),
    (re.compile(r"(\d{4})(0[1-9]|1[0-2])"), "month"),
    (re.compile(r"(\d{4})(?:年)?第?(?:[Qq])?([1-4一二三四])(?:季度|季)"), "quarter"),
    (re.compile(r"(\d{4})[-年]?[Qq]([1-4])"), "quarter"),
    (re.compile(r"(\d{4})年?(?:度)?"), "year"),
)
_REMEMBERED = 40
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDate:
    """A date and how exactly the text gave it; the earliest day stands for a month, quarter or year."""

    value: date
    precision: Precision


def read_date(value: Scalar) -> ReadDate | None:
    """Read a date; None when it is empty, impossible, outside 1970–2099, or leaves two readings (25/7/2024).

    Forms: 2024-07-25, 20240725, 2024年7月25日, 2024.7.25, 2024/7/25, each also with a time; table serial 45498; 202407,
    2024年7月, 2024-07; 2024年第2季度, 2024Q2; 2024.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not value.is_integer():
            return _from_serial(int(value)) if _EXCEL_FROM <= value <= _EXCEL_TO else None
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if text.isdigit() and len(text) == 5:
        return _from_serial(int(text))
    for pattern, precision in _PATTERNS:
        match = pattern.fullmatch(re.sub(r"\s*([-./年月日])\s*", r"\1", text))
        if match:
            return _build(match.groups(), precision)
    return None


def read_moment(value: Scalar) -> datetime | None:
    """A local moment (naive): a day as `read_date` reads it, with the clock time behind it, else midnight.

    Short values are remembered: a column repeats few days, and each is read twice.
    """
    return _moment_of(value) if isinstance(value, str) and len(value) > _REMEMBERED else _known_moment(value)


def _moment_of(value: Scalar) -> datetime | None:
    found = read_date(value)
    if found is None or found.precision != "day":
        return None
    day = datetime.combine(found.value, time())
    if isinstance(value, float):
        return day + timedelta(minutes=round(value % 1 * 1440))
    clock = _CLOCK.search(unicodedata.normalize("NFKC", str(value)))
    if clock is None:
        return day
    hour, minute, second = (int(part or 0) for part in clock.groups())
    return day.replace(hour=hour, minute=minute, second=second) if hour < 24 and minute < 60 > second else None


_known_moment = lru_cache(maxsize=4_096, typed=True)(_moment_of)


def _from_serial(serial: int) -> ReadDate | None:
    if not _EXCEL_FROM <= serial <= _EXCEL_TO:
        return None
    return ReadDate(value=_EXCEL_EPOCH + timedelta(days=serial), precision="day")


def _build(groups: tuple[str, ...], precision: Precision) -> ReadDate | None:
    year = int(groups[0])
    month, day = 1, 1
    if precision == "quarter":
        quarter = _QUARTERS.get(groups[1]) or int(groups[1])
        month = 3 * quarter - 2
    elif precision in {"month", "day"}:
        month = int(groups[1])
    if precision == "day":
        day = int(groups[2])
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return ReadDate(value=found, precision=precision) if EARLIEST <= found <= LATEST else None
