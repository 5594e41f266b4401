"""Placemarks out of a KML text (KML 解析): pushed piece by piece through expat, without document types or entities.

A document type or an entity is refused before it is read, so nothing can be expanded or fetched. Elements are known by
their local name: files without name space and with undeclared prefixes are common.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.parsers import expat

from qingshan.geo.features import ReadError

DEEPEST = 200
MOST_CHARS = 64 * 1024 * 1024
"""Characters of the longest text of one element."""
_ADVICE = "请在 Google Earth、奥维或 GIS 软件中打开检查后重新导出"
_SHAPES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model"}
_TEXTS = {"name": "名称", "description": "描述", "address": "地址", "Snippet": "摘要", "phoneNumber": "电话"}
_TIMES = {"when": "时间", "begin": "开始时间", "end": "结束时间"}
_OVERLAYS = {"GroundOverlay": "叠加图片", "PhotoOverlay": "叠加照片", "NetworkLink": "网络链接"}
_CAPTURED = {*_TEXTS, *_TIMES, "coordinates", "coord", "value", "SimpleData"}


@dataclass(slots=True)
class Shape:
    """A part of a placemark: kind, and its rings or lines as they are written; the first of a polygon is the outer."""

    kind: str
    outer: list[str] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Placemark:
    """A placemark (地标): texts and data, parts of its geometry, names of the folders it lies in."""

    attributes: dict[str, str] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)
    folders: tuple[str, ...] = ()


class KmlWalk:
    """Feed pieces of text, take finished placemarks from ``ready``; ``left_out`` counts what is no placemark."""

    def __init__(self) -> None:
        """A fresh walk."""
        self.ready: list[Placemark] = []
        self.left_out: dict[str, int] = {}
        self.title = ""
        self._stack: list[str] = []
        self._folders: list[str] = []
        self._mark: Placemark | None = None
        self._shape: list[Shape] = []
        self._data = ""
        self._text: list[str] | None = None
        self._chars = 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse
        self._parser.ExternalEntityRefHandler = _refuse

    def feed(self, text: str, *, last: bool = False) -> None:
        """Read on; raises `ReadError` where the text is no XML or no KML."""
        try:
            self._parser.Parse(text, last)
        except expat.ExpatError as error:
            where = f"第 {error.lineno} 行第 {error.offset + 1} 列"
            raise ReadError(
                f"KML 在{where}处语法有误或文件不完整（{expat.ErrorString(error.code)}）", _ADVICE
            ) from error
        except UnicodeEncodeError as error:
            raise ReadError("KML 中有不成对的字符", _ADVICE) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._push(local)
        if local == "Placemark":
            self._mark = Placemark(folders=tuple(name for name in self._folders if name))
            self._shape = []
        elif local in ("Folder", "Document"):
            self._folders.append("")
        elif self._is_shape(local) and self._mark is not None:
            self._shape.append(Shape(kind=local))
        elif local in _OVERLAYS:
            self.left_out[_OVERLAYS[local]] = self.left_out.get(_OVERLAYS[local], 0) + 1
        elif local in ("Data", "SimpleData"):
            self._data = attributes.get("name", "")
        if local in _CAPTURED:
            self._text, self._chars = [], 0

    def _push(self, local: str) -> None:
        """Go down into an element; raises `ReadError` for what is no KML or nested beyond reason."""
        if not self._stack and local.lower() not in {"kml", "ovkml", "document", "folder", "placemark"}:
            raise ReadError(f"XML 文件的根元素是“{local[:40]}”，不是 KML", "请导出为 KML/KMZ 后再导入")
        if len(self._stack) >= DEEPEST:
            raise ReadError("KML 嵌套层数过多", _ADVICE)
        self._stack.append(local)

    def _is_shape(self, local: str) -> bool:
        """Whether an element is a part of its own; the rings of a polygon belong to it."""
        bounds = "outerBoundaryIs" in self._stack or "innerBoundaryIs" in self._stack
        return local in _SHAPES and not (bounds and local == "LinearRing")

    def _characters(self, text: str) -> None:
        if self._text is None:
            return
        self._chars += len(text)
        if self._chars > MOST_CHARS:
            raise ReadError(f"KML 中单个元素超过 {MOST_CHARS // 1024 // 1024} MB", _ADVICE)
        self._text.append(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._stack.pop()
        if local in _CAPTURED and self._text is not None:
            self._take(local, "".join(self._text).strip())
            self._text = None
        if local in ("Folder", "Document") and self._folders:
            self._folders.pop()
        elif self._is_shape(local) and self._shape and self._mark is not None:
            self._mark.shapes.append(self._shape.pop())
        elif local == "Placemark" and self._mark is not None:
            self.ready.append(self._mark)
            self._mark = None

    def _take(self, local: str, text: str) -> None:
        parent = self._stack[-1] if self._stack else ""
        if local == "coordinates" and self._shape:
            inner = "innerBoundaryIs" in self._stack
            (self._shape[-1].inner if inner else self._shape[-1].outer).append(text)
        elif local == "coord" and self._shape:
            self._shape[-1].outer.append(",".join(text.split()))
        elif self._mark is None:
            if local == "name" and parent in ("Folder", "Document") and self._folders:
                self._folders[-1] = text
                self.title = self.title or text
        elif local in ("value", "SimpleData"):
            self._mark.attributes[self._data or "数据"] = text
        elif text and parent == "Placemark" and local in _TEXTS:
            self._keep_text(local, text, self._mark)
        elif text and local in _TIMES:
            self._mark.attributes[_TIMES[local]] = text

    def _keep_text(self, local: str, text: str, mark: Placemark) -> None:
        if local == "description" and "<" in text:
            read = _Balloon()
            read.feed(text)
            read.close()
            for name, value in read.pairs():
                mark.attributes.setdefault(name, value)
            text = read.plain()
        if text:
            mark.attributes[_TEXTS[local]] = text


def _refuse(*_: object) -> int:
    raise ReadError("KML 含有文档类型或实体声明（DOCTYPE/ENTITY），可能有害，已拒绝", _ADVICE)


class _Balloon(HTMLParser):
    """The HTML of a description: its plain text, and name and value of every row of two cells (字段表)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._cells: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row, a cell, or something that is not to be seen."""
        if tag == "tr":
            self._cells = []
        elif tag in ("td", "th"):
            self._cells.append([])
        elif tag in ("style", "script"):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        """Close it; a row of two cells is a field with its value."""
        if tag == "tr":
            self._rows.append(["".join(cell).strip() for cell in self._cells])
            self._cells = []
        elif tag in ("style", "script"):
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        """Words of the text and of the open cell."""
        if self._hidden:
            return
        self._words.append(data)
        if self._cells:
            self._cells[-1].append(data)

    def pairs(self) -> list[tuple[str, str]]:
        """Field and value of every row of two cells."""
        return [(row[0], row[1]) for row in self._rows if len(row) == 2 and row[0]]

    def plain(self) -> str:
        """The text without marks; empty when it is only a table of fields."""
        return "" if self.pairs() else re.sub(r"\s+", " ", "".join(self._words)).strip()
