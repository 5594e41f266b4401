"""Coordinates as people type them (坐标写法): decimal degrees, degrees-minutes-seconds, metres; one, a pair, a list.

Pure. Nothing is guessed: what leaves two readings is a `CoordinateProblem` whose Chinese text says how to write it.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HOW: Final = "请写成 114.345678、114°20′44.4″ 或米制坐标"
LONGEST: Final = 400_000
"""Characters of one cell that are looked at; more corners than these hold are refused elsewhere."""
_BEFORE: Final = str.maketrans(
    {"º": "°", "˚": "°", "∘": "°", "〃": '"', "″": '"', "＂": '"', "”": '"', "“": '"', "﹒": "."}
)
_AFTER: Final = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "´": "'", "度": "°", "分": "'", "秒": '"', "。": ".", "−": "-"}
)
_WORDS: Final = (("东经", "E"), ("北纬", "N"), ("西经", "W"), ("南纬", "S"), ("经度", "E"), ("纬度", "N"))
_NUMBER: Final = r"[+-]?\d{1,9}(?:\.\d{0,20})?"
_DMS: Final = (
    r"[+-]?\d{1,3}(?:\.\d{0,12})?\s*°"
    r"(?:\s*\d{1,2}(?:\.\d{0,12})?\s*'(?:\s*\d{1,2}(?:\.\d{0,12})?\s*(?:\"|''))?)?"
)
_TOKEN: Final = re.compile(rf"([ENWS])\s*[:=]?\s*({_DMS}|{_NUMBER})|({_DMS}|{_NUMBER})\s*([ENWS](?![A-Z]))?")
_PARTS: Final = re.compile(r"\d+(?:\.\d*)?")
_DASHED: Final = re.compile(r"(\d{1,3})[-: ](\d{1,2})[-: ](\d{1,2}(?:\.\d{1,12})?)")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SCIENTIFIC: Final = re.compile(r"\dE[+-]\d|^[+-]?\d+(?:\.\d+)?E\d+$")
_LABEL: Final = re.compile(
    r"(?:(?:界址点|拐点|点号|点|(?<![A-Z])[JPD])\s*(?:号\s*)?\d{1,6})\s*[:、,.号)\s]*|[XY]\s*[:=]\s*"
)
_JUNK: Final = re.compile(r"[\s,;:、|/()\[\]{}<>，；：。_—\\]*")
_RING: Final = re.compile(r"[|\\/]|\n\s*\n")


class CoordinateProblem(ValueError):
    """A text is no coordinate; the Chinese text says why and how to write it."""


@dataclass(frozen=True, slots=True)
class Ordinate:
    """One number of a position: degrees or metres; ``letter`` E or N where the text says which it is."""

    value: float
    degrees: bool
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers of a position as they stood; ``lonlat``: letters said which is which and they stand in order."""

    first: float
    second: float
    degrees: bool
    lonlat: bool = False


def plain(text: str) -> str:
    """The text with half-width digits, one kind of sign for degrees, minutes, seconds, letters for compass words."""
    if len(text) > LONGEST:
        raise CoordinateProblem(f"内容过长（{len(text)} 个字）：请分成多行填写")
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).upper()
    for word, letter in _WORDS:
        text = text.replace(word, letter)
    return text.translate(_AFTER).replace("\u200b", "").replace("\ufeff", "").strip()


def read_ordinate(value: object) -> Ordinate | None:
    """One number of a position from a cell; None for an empty one; raises `CoordinateProblem`."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CoordinateProblem(f"不是坐标（{HOW}）")
    if isinstance(value, int | float):
        return _of_number(float(value))
    text = plain(value)
    if text in {"", "-", "—", "——", "/", "无"}:
        return None
    return _of_text(text)


def _of_number(number: float) -> Ordinate:
    if not math.isfinite(number):
        raise CoordinateProblem(f"不是有限的数（{HOW}）")
    return Ordinate(number, abs(number) <= 360)


def _of_text(text: str) -> Ordinate:
    _refuse_scientific(text)
    if _THOUSANDS.fullmatch(text):
        return _of_number(float(text.replace(",", "")))
    dashed = _DASHED.fullmatch(text)
    if dashed:
        return Ordinate(_sexagesimal([float(part) for part in dashed.groups()]), True)
    bare = text.removesuffix("M").removesuffix("米").strip()
    found = _TOKEN.fullmatch(bare)
    if found is None:
        raise CoordinateProblem(f"不是坐标（{HOW}）")
    return _ordinate(found)


def _refuse_scientific(text: str) -> None:
    if _SCIENTIFIC.search(text):
        raise CoordinateProblem("是科学计数法，末位已丢失：请把该列设为“文本”后重新填写")


def _ordinate(found: re.Match[str]) -> Ordinate:
    before, marked, unmarked, after = found.groups()
    letter, number = before or after or "", marked or unmarked
    if "°" not in number:
        made = _of_number(float(number))
        value, degrees = made.value, made.degrees
    else:
        value, degrees = _sexagesimal([float(part) for part in _PARTS.findall(number)]), True
        value = -value if number.startswith("-") else value
    if letter in {"W", "S"}:
        value, letter = -value, {"W": "E", "S": "N"}[letter]
    return Ordinate(value, degrees, letter)


def _sexagesimal(parts: Sequence[float]) -> float:
    if any(part >= 60 for part in parts[1:]):
        raise CoordinateProblem("分、秒须小于 60：请核对度分秒")
    if len(parts) > 1 and any(part != int(part) for part in parts[:-1]):
        raise CoordinateProblem("度分秒里只有最后一位可以带小数：请核对")
    return float(sum(part / 60.0**power for power, part in enumerate(parts)))


def pair_of(first: Ordinate, second: Ordinate) -> Pair:
    """Two numbers as a position; raises `CoordinateProblem` when one is in degrees and the other in metres."""
    if first.degrees != second.degrees:
        raise CoordinateProblem("两个值一个像经纬度、一个像米制坐标：请核对")
    letters = (first.letter, second.letter)
    if letters in {("N", "E"), ("N", ""), ("", "E")}:
        return Pair(second.value, first.value, first.degrees, lonlat=True)
    if first.letter and first.letter == second.letter:
        raise CoordinateProblem("两个值都标为经度（或都标为纬度）：请核对")
    return Pair(first.value, second.value, first.degrees, lonlat=bool(first.letter or second.letter))


def read_pair(value: object) -> Pair | None:
    """A position in one cell ("115.1E 37.2N", "114°20′44″,37°50′12″"); None for an empty one."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise CoordinateProblem("只有一个数：一格坐标要有两个值，例如 114.345678,37.850123")
    text = plain(value)
    if text in {"", "-", "—", "——", "/", "无"}:
        return None
    numbers = _dashed_pair(text) or read_numbers(text)
    if len(numbers) == 3 and numbers[0].degrees and numbers[1].degrees and not numbers[2].letter:
        numbers = numbers[:2]  # a height behind the position
    if len(numbers) != 2:
        raise CoordinateProblem(f"有 {len(numbers)} 个值：一格坐标要有两个，例如 114.345678,37.850123")
    return pair_of(*numbers)


def _dashed_pair(text: str) -> list[Ordinate]:
    """Two values such as 114-20-44, 37-50-12; nothing for other texts."""
    halves = [half.strip() for half in re.split(r"[,;]", text)]
    if len(halves) != 2 or not all(_DASHED.fullmatch(half) for half in halves):
        return []
    return [_of_text(half) for half in halves]


def read_numbers(text: str) -> list[Ordinate]:
    """All numbers of a text (made `plain`) in order, labels of corners (J1, 点1：) passed over.

    Raises `CoordinateProblem` for other words.
    """
    _refuse_scientific(text)
    found: list[Ordinate] = []
    at = 0
    while at < len(text):
        junk = _JUNK.match(text, at)
        at = junk.end() if junk else at
        if at >= len(text):
            break
        label = _LABEL.match(text, at)
        if label:
            at = label.end()
            continue
        token = _TOKEN.match(text, at)
        if token is None or token.end() == at:
            raise CoordinateProblem(f"“{text[at : at + 12]}”处读不懂（{HOW}）")
        found.append(_ordinate(token))
        at = token.end()
    return found


def read_corners(value: object) -> list[list[Pair]]:
    """Rings of corners in one cell; rings are parted by "|", "/" or an empty line. Empty list for an empty cell.

    Corners may carry labels (J1, 点1：) or running numbers before them. Raises `CoordinateProblem`.
    """
    if value is None or value == "":
        return []
    if not isinstance(value, str):
        raise CoordinateProblem("不是界址点坐标串：请写成 114.3456,37.8501;114.3467,37.8501;…")
    text = plain(value)
    return [_corners_of(part) for part in _RING.split(text) if part.strip()]


def _corners_of(text: str) -> list[Pair]:
    numbers = _without_serials(read_numbers(text))
    if len(numbers) % 2:
        raise CoordinateProblem(f"坐标串里有 {len(numbers)} 个值，不成对：请核对是否缺了一个")
    return [pair_of(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), 2)]


def _without_serials(numbers: list[Ordinate]) -> list[Ordinate]:
    """Without the running numbers 1, 2, 3, … in front of each corner."""
    serials = numbers[::3]
    if len(numbers) < 9 or len(numbers) % 3 or any(one.letter for one in serials):
        return numbers
    wanted = range(1, len(serials) + 1)
    closed = [*wanted[:-1], 1]
    values = [one.value for one in serials]
    if values not in (list(map(float, wanted)), list(map(float, closed))):
        return numbers
    return [one for at, one in enumerate(numbers) if at % 3]


def hand_position(text: str) -> tuple[float, float] | None:
    """Longitude and latitude that a person typed, in either order; None for nothing, raises `CoordinateProblem`."""
    try:
        pair = read_pair(text.strip())
    except CoordinateProblem as problem:
        raise CoordinateProblem(f"位置“{text[:40]}”{problem}") from problem
    if pair is None:
        return None
    lon, lat = (pair.second, pair.first) if abs(pair.first) < abs(pair.second) else (pair.first, pair.second)
    if not pair.degrees or not 70 <= lon <= 140 or not 0 < lat <= 60:
        raise CoordinateProblem(f"位置“{text[:40]}”不是我国的经纬度：请写成 114.345678,37.850123")
    return lon, lat
