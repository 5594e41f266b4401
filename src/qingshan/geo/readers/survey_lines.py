"""Lines of a survey text (勘测定界坐标文本) sorted into blocks, plots and points; nothing is placed here.

Layout: ``[属性描述]`` with ``name=value`` lines, ``[地块坐标]`` with a head line for each plot (界址点数,面积,编号,
名称,图形属性,图幅号,用途,地类编码,@) and its points (点号,圈号,X,Y; X north, Y east). Programs differ in everything
else, so a head line is told by its ``@``, its 点/线/面 or its length, a point line by its numbers.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

POINT_KINDS = ("点", "线", "面")
_SECTION = re.compile(r"^\s*[\[【［]\s*(.{1,40}?)\s*[\]】］]\s*$")
_SEPARATOR = re.compile(r"[,，\t]")
_DEGREES = re.compile(
    r"""(?P<d>\d{1,3})\s*[°度˚º]\s*(?:(?P<m>\d{1,2})\s*['′’分]\s*)?(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:["″”秒]|''|′′))?"""
)
_LONG_HEAD = 7
MOST_FAULTS = 3


@dataclass(slots=True)
class SurveyPoint:
    """A point line (界址点): line of the file, name, ring number, first and second coordinate as they stand."""

    line: int
    name: str
    ring: str
    first: float
    second: float


@dataclass(slots=True)
class Plot:
    """A plot (地块): its head line split up, its points, faults that make it unusable."""

    line: int
    head: list[str]
    points: list[SurveyPoint] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A description and the plots it goes for (属性描述): a file put together from several has several."""

    properties: dict[str, str] = field(default_factory=dict)
    plots: list[Plot] = field(default_factory=list)


def read_blocks(text: str) -> list[Block]:
    """Sort the lines; every plot is kept, a line that cannot be understood is a fault of its plot."""
    blocks = [Block()]
    section = ""
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = raw.strip(" \t\0\x1a\ufeff\u3000")
        if not line:
            continue
        if found := _SECTION.match(line):
            section = found[1]
            if section == "属性描述" and blocks[-1].plots:
                blocks.append(Block())
        elif _is_property(line, section):
            name, _, value = line.partition("=") if "=" in line else line.partition("＝")
            blocks[-1].properties[name.strip()] = value.strip()
        else:
            _take_line(blocks[-1], number, line)
    return blocks


def _is_property(line: str, section: str) -> bool:
    """``name=value`` outside the coordinates, or before the first point of a line that has no numbers."""
    if "=" not in line and "＝" not in line:
        return section not in ("", "地块坐标")
    return section != "地块坐标" or not line[:1].isdigit()


def _take_line(block: Block, number: int, line: str) -> None:
    cells = split_cells(line)
    if is_head(cells):
        block.plots.append(Plot(line=number, head=cells))
        return
    if not block.plots:
        block.plots.append(Plot(line=number, head=[]))
    plot = block.plots[-1]
    point = _point(number, cells)
    if isinstance(point, SurveyPoint):
        plot.points.append(point)
    elif len(plot.faults) < MOST_FAULTS:
        plot.faults.append(point)


def split_cells(line: str) -> list[str]:
    """Cells of a line, by comma of either width or tab; a line without these by blanks."""
    parts = _SEPARATOR.split(line)
    if len(parts) < 3:
        parts = line.replace(";", " ").replace("；", " ").split()
    return [part.strip() for part in parts]


def is_head(cells: list[str]) -> bool:
    """Whether cells are the head line of a plot rather than a point."""
    filled = [cell for cell in cells if cell]
    if filled and unicodedata.normalize("NFKC", filled[-1]).endswith("@"):
        return True
    if len(cells) > 4 and any(cell in POINT_KINDS for cell in cells):
        return True
    return len(cells) >= _LONG_HEAD and not all(number_of(cell) is not None for cell in cells[2:4])


def _point(line: int, cells: list[str]) -> SurveyPoint | str:
    """The point of a line, or what is wrong with it."""
    if len(cells) < 3:
        return f"第 {line} 行“{','.join(cells)[:40]}”不是界址点（点号,圈号,X,Y）"
    name, ring, values = cells[0], cells[1], cells[2:4]
    if len(cells) == 3:
        ring, values = "1", cells[1:3]
    for label, value in zip(("X 坐标", "Y 坐标"), values, strict=False):
        if number_of(value) is None:
            return f"第 {line} 行（点 {name[:20]}）的{label}“{value[:40]}”不是数字"
    first, second = (number_of(value) for value in values)
    if first is None or second is None:
        return f"第 {line} 行的坐标不完整"
    return SurveyPoint(line=line, name=name, ring=ring, first=first, second=second)


def number_of(text: str) -> float | None:
    """A coordinate as people write it: full-width digits, degrees with minutes and seconds; None for anything else."""
    try:
        return float(text)  # nearly always
    except ValueError:
        plain = unicodedata.normalize("NFKC", text).strip()
    found = _DEGREES.match(plain.lstrip("东西南北纬经EN"))
    if found:
        return int(found["d"]) + int(found["m"] or 0) / 60 + float(found["s"] or 0) / 3600
    try:
        return float(plain.replace(" ", ""))
    except ValueError:
        return None


def rings_of(plot: Plot) -> Iterator[tuple[str, list[SurveyPoint]]]:
    """Ring number and points of every ring, without a closing point that repeats the first.

    A ring ends where it closes, where the ring number changes, or where the first point's name comes again: programs
    restart the numbering per ring or let it run on, close rings or not, and reuse ring 1 for further parts.
    """
    ring: list[SurveyPoint] = []
    for point in plot.points:
        if ring and point.ring != ring[0].ring:
            yield ring[0].ring, ring
            ring = []
        if ring and _closes(ring[0], point, len(ring)):
            yield ring[0].ring, ring
            ring = []
        elif ring and len(ring) > 2 and point.name == ring[0].name and point.name:
            yield ring[0].ring, ring
            ring = [point]
        else:
            ring.append(point)
    if ring:
        yield ring[0].ring, ring


def _closes(first: SurveyPoint, point: SurveyPoint, length: int) -> bool:
    """Whether a point comes back to the first: exactly, or under its name to within 1 cm (1e-7 degree)."""
    if length < 3 or (point.first, point.second) == (first.first, first.second):
        return length > 2
    near = 0.0105 if abs(first.first) > 360 else 1.5e-7
    return (
        point.name == first.name and abs(point.first - first.first) <= near and abs(point.second - first.second) <= near
    )
