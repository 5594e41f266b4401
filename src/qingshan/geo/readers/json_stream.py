"""GeoJSON read piece by piece (流式读取): memory is bounded by the largest single feature, not by the file."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from qingshan.geo.features import ReadError

BLOCK = 1024 * 1024
MAX_FEATURE_CHARS = 64 * 1024 * 1024
"""The longest single feature or member that is read."""
_MAX_DIGITS = 100
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_SYNTAX_ADVICE = "请用导出软件重新导出为标准 GeoJSON（FeatureCollection）"


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, empty at the end."""
        ...


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _MAX_DIGITS else text


_DECODER = json.JSONDecoder(parse_int=_integer)


@dataclass(slots=True)
class Window:
    """A sliding piece of the text; what has been read is dropped."""

    source: Readable
    decode: Callable[[bytes, bool], str]
    text: str = ""
    at: int = 0
    dropped: int = field(default=0)
    ended: bool = field(default=False)

    @property
    def position(self) -> int:
        """Characters read so far."""
        return self.dropped + self.at

    def grow(self, size: int = BLOCK) -> bool:
        """Drop what is done and read on; False at the end of the file."""
        if self.ended:
            return False
        block = self.source.read(size)
        self.ended = not block
        self.dropped += self.at
        self.text = self.text[self.at :] + self.decode(block, self.ended)
        self.at = 0
        return True

    def peek(self) -> str:
        """Next character after white space, empty at the end; it stays unread."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.grow():
                return ""

    def take(self, expected: str) -> None:
        """Read one of the ``expected`` characters; raises `ReadError` otherwise."""
        found = self.peek()
        if not found or found not in expected:
            raise self.fault(f"应为 {' 或 '.join(expected)}，实为 {found or '文件结尾'}")
        self.at += 1

    def value(self) -> object:
        """Read one whole JSON value."""
        self.peek()
        size = BLOCK
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise self.fault("嵌套层数过多") from None
            except ValueError as error:
                reason = str(error).partition(":")[0]
            else:
                if end < len(self.text) or self.ended:
                    self.at = end
                    return value
                reason = ""
            if len(self.text) - self.at > MAX_FEATURE_CHARS:
                raise self.fault(f"单个要素超过 {MAX_FEATURE_CHARS // 1024 // 1024} MB 或语法有误（{reason}）")
            if not self.grow(size):
                raise self.fault(f"语法有误或文件不完整（{reason}）")
            size = min(size * 4, MAX_FEATURE_CHARS // 4)

    def fault(self, reason: str) -> ReadError:
        """The error for the present place."""
        return ReadError(f"GeoJSON 第 {self.dropped + self.at + 1} 个字符附近：{reason}", _SYNTAX_ADVICE)


def open_window(source: Readable, encoding: str) -> Window:
    """A window over ``source`` with strict decoding; raises UnicodeDecodeError while reading when it does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    return Window(source, decoder.decode)


@dataclass(slots=True)
class Walk:
    """One pass over a GeoJSON file: yields features, collects the other members of the collection."""

    window: Window
    members: dict[str, object] = field(default_factory=dict)

    def features(self) -> Iterator[object]:
        """Yield every feature; a file that is a single Feature or geometry gives one. Raises `ReadError`."""
        self.window.take("{")
        found = False
        while self.window.peek() != "}":
            name = self._name()
            if name == "features" and not found:
                found = True
                yield from self._array()
            else:
                self.members[name] = self.window.value()
            if self.window.peek() == "}":
                break
            self.window.take(",}")
        self.window.take("}")
        if self.window.peek():
            raise self.window.fault("文件末尾有多余内容")
        if not found:
            yield self._single()

    def _name(self) -> str:
        if self.window.peek() != '"':
            raise self.window.fault("应为字段名")
        name = self.window.value()
        self.window.take(":")
        return str(name)

    def _array(self) -> Iterator[object]:
        self.window.take("[")
        if self.window.peek() == "]":
            self.window.take("]")
            return
        while True:
            yield self.window.value()
            if self.window.peek() == "]":
                break
            self.window.take(",")
        self.window.take("]")

    def _single(self) -> object:
        kind = self.members.get("type")
        if kind == "Feature":
            return self.members
        if isinstance(kind, str) and ("coordinates" in self.members or "geometries" in self.members):
            return {"type": "Feature", "properties": {}, "geometry": self.members}
        raise ReadError("不是 GeoJSON：没有 features", _SYNTAX_ADVICE)
