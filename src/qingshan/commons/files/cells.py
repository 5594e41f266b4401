"""Values of foreign cells (单元格取值) as texts, numbers, days and moments: what people type, cleaned, never guessed.

Pure. Each reader returns None (or "") for an empty cell and raises `CellProblem` with a Chinese text for a value that
cannot be meant; the caller adds row and column.
"""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Value = str | int | float | bool | date | datetime | time | timedelta | None
_BLANKS = re.compile("[\\s\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff]+")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]")
_DAY = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?$")
_BARE_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_CLOCK = re.compile(r"^(\d{1,2})\s*[:：时点]\s*(\d{1,2})?\s*(?:[:：分]\s*(\d{1,2})?\s*秒?)?$")
_EMPTY_WORDS: Final = frozenset({"", "-", "—", "——", "/", "／", "无", "\\", "－"})
_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(29221, 73051)
"""Serial numbers of 1980 to 2099: a day whose cell was not formatted as one."""
_YES: Final = frozenset({"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "已", "对"})
_NO: Final = frozenset({"否", "无", "×", "✗", "x", "n", "no", "false", "0", "未", "没有"})
MAX_EXACT: Final = 10**15
"""Excel keeps 15 digits of a number; a longer one has already lost its end."""


class CellProblem(ValueError):
    """The value of a cell cannot be used; the text says why and how to write it (Chinese)."""


def plain_text(value: Value) -> str:
    """A value as a clerk reads it: blanks around and doubled inside taken out, numbers without ".0", days as days."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _BLANKS.sub(" ", _INVISIBLE.sub("", value)).strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return number_text(value)
    return _time_text(value)


def _time_text(value: date | datetime | time | timedelta) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    minutes = int(value.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"


def number_text(value: float) -> str:
    """A number without needless digits: 3.0 → "3", 0.1 → "0.1"."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.10f}".rstrip("0").rstrip(".")


def code_text(value: Value) -> str:
    """A number or code (编号): like `plain_text`, full-width digits and letters narrowed, no blanks inside."""
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= MAX_EXACT:
        raise CellProblem("是超过 15 位的数字，Excel 已丢失末位；请把该列设为“文本”后重新填写")
    return _BLANKS.sub("", narrow(plain_text(value)))


def narrow(text: str) -> str:
    """Full-width digits, letters and signs between them made half-width; Chinese punctuation stays."""
    return "".join(
        unicodedata.normalize("NFKC", c) if "\uff10" <= c <= "\uff5a" or c in "．－／：" else c for c in text
    )


def heading_key(value: Value) -> str:
    """A heading as it is compared: without blanks, marks of required fields and brackets, half-width, lower case."""
    text = unicodedata.normalize("NFKC", plain_text(value)).casefold()
    return re.sub(r"[\s*＊:：()\[\]【】〔〕、,，.。·/\\_-]+", "", text)


def is_blank(value: Value) -> bool:
    """Whether a cell says nothing: empty, blanks, or a dash."""
    return value is None or (isinstance(value, str) and plain_text(value) in _EMPTY_WORDS)


def number_of(value: Value, *, units: str = "") -> float | None:
    """A number: thousands' commas, full-width digits and a unit behind it allowed ("1,200.5 亩" with units="亩")."""
    if is_blank(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = _BLANKS.sub("", narrow(plain_text(value))).replace(",", "").replace("，", "")
    text = re.sub(f"({'|'.join(map(re.escape, units.split()))})$", "", text) if units else text
    try:
        number = float(text)
    except ValueError:
        raise CellProblem(f"“{plain_text(value)[:40]}”不是数字") from None
    if not math.isfinite(number):
        raise CellProblem(f"“{plain_text(value)[:40]}”不是数字")
    return number


def day_of(value: Value) -> date | None:
    """A day: a date cell, 2024-08-05, 2024.8.5, 2024/8/5, 2024年8月5日, 20240805, or the serial number of a day."""
    if is_blank(value):
        return None
    if isinstance(value, datetime):
        return _sensible(value.date(), value)
    if isinstance(value, date):
        return _sensible(value, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if int(value) in _SERIALS:
            return _EPOCH + timedelta(days=int(value))
        value = number_text(value)
    if isinstance(value, str):
        return _typed_day(narrow(plain_text(value)), value)
    raise CellProblem(f"“{plain_text(value)[:40]}”不是日期，请写成 2024-08-05")


def _typed_day(text: str, original: Value) -> date:
    found = _DAY.match(text) or _BARE_DAY.match(text) or _DAY.match(text.split(" ", 1)[0])
    if found is None:
        raise CellProblem(f"“{plain_text(original)[:40]}”不是日期，请写成 2024-08-05")
    try:
        return _sensible(date(int(found[1]), int(found[2]), int(found[3])), original)
    except ValueError:
        raise CellProblem(f"“{plain_text(original)[:40]}”不是存在的日期") from None


def _sensible(day: date, original: Value) -> date:
    if not 1980 <= day.year <= 2099:
        raise CellProblem(f"“{plain_text(original)[:40]}”的年份不对")
    return day


def moment_of(value: Value, zone: ZoneInfo) -> datetime | None:
    """A local moment: a date cell with a time, or a typed day with an optional clock time ("2024年8月5日 15:30")."""
    if is_blank(value):
        return None
    if isinstance(value, datetime):
        _sensible(value.date(), value)
        return value.replace(tzinfo=value.tzinfo or zone)
    if isinstance(value, float) and int(value) in _SERIALS:
        return datetime.combine(_EPOCH, time(), tzinfo=zone) + timedelta(minutes=round(value * 1440))
    if not isinstance(value, str):
        day = day_of(value)
        return None if day is None else datetime.combine(day, time(), tzinfo=zone)
    text = narrow(plain_text(value)).replace("T", " ")
    head, _, tail = _split_moment(text)
    day = day_of(head)
    return None if day is None else datetime.combine(day, _clock(tail, value), tzinfo=zone)


def _split_moment(text: str) -> tuple[str, str, str]:
    found = re.search(r"[日号]", text)
    if found and found.end() < len(text):
        return text[: found.end()], "", text[found.end() :].strip()
    return text.partition(" ")


def _clock(text: str, original: Value) -> time:
    if not text.strip():
        return time()
    found = _CLOCK.match(text.strip())
    if found is None:
        raise CellProblem(f"“{plain_text(original)[:40]}”不是时刻，请写成 2024-08-05 15:30")
    try:
        return time(int(found[1]), int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        raise CellProblem(f"“{plain_text(original)[:40]}”不是存在的时刻") from None


def yes_of(value: Value) -> bool | None:
    """Yes or no (是、否、√、×); None for an empty cell."""
    if isinstance(value, bool):
        return value
    text = narrow(plain_text(value)).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if is_blank(value):
        return None
    raise CellProblem(f"“{plain_text(value)[:40]}”不是“是”或“否”")


def column_letters(column: int) -> str:
    """Letters of a column counted from 1: 6 → "F", 28 → "AB"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
