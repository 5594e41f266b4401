"""DBF tables (属性表): exact values, size check, and the code page of the texts, found out from all bytes."""

import codecs
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qingshan.geo.cleaning import clean_text
from qingshan.geo.features import ReadError, Scalar, Undecided

LANGUAGE_IDS = {
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x4F: "big5",
    0x78: "big5",
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x57: "cp1252",
}
"""Language id (byte 29) → code page; 0x57 is what GDAL writes whatever the text is, so it counts little."""
_WEAK = {0x01, 0x02, 0x03, 0x57}
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "BIG5"}
_KNOWN = {*LANGUAGE_IDS.values(), "utf-8", "iso8859-1"}
_NAME_BYTES = 10
_ADVICE = "请确认 .dbf 传输完整，重新导出后再导入"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table: raw name, type letter, bytes from ``start`` to ``end`` of a record, decimals."""

    name: bytes
    kind: str
    start: int
    end: int
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An attribute table (属性表), its head checked against its size."""

    path: Path
    records: int
    language_id: int
    columns: tuple[Column, ...]
    head_size: int
    record_size: int

    def raw_records(self) -> Iterator[bytes]:
        """Every record with its deletion mark, in order."""
        with self.path.open("rb") as stream:
            stream.seek(self.head_size)
            for _ in range(self.records):
                yield stream.read(self.record_size)


def open_table(path: Path) -> Table:
    """Read and check the head; raises `ReadError` when the table is cut off or not a DBF."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(32)
        if len(head) < 32:
            raise ReadError("属性表 .dbf 为空或不完整", _ADVICE)
        records, head_size, record_size = struct.unpack("<IHH", head[4:12])
        described = stream.read(max(head_size - 32, 0))
    columns = tuple(_columns(described))
    whole = head_size + records * record_size
    if head_size < 33 or size < whole or (columns and columns[-1].end > record_size) or (records and not columns):
        raise ReadError(f"属性表 .dbf 不完整：表头记有 {records} 条记录，文件长度或字段长度不符", _ADVICE)
    return Table(
        path=path,
        records=records,
        language_id=head[29],
        columns=columns,
        head_size=head_size,
        record_size=record_size,
    )


def _columns(described: bytes) -> Iterator[Column]:
    start = 1
    for at in range(0, len(described) - 31, 32):
        if described[at] == 0x0D:
            return
        field = described[at : at + 32]
        kind, width = chr(field[11]), field[16]
        decimals = 0 if kind == "C" else field[17]
        if kind == "C":
            width += field[17] * 256
        yield Column(name=field[:11].split(b"\0")[0], kind=kind, start=start, end=start + width, decimals=decimals)
        start += width


def read_attributes(table: Table, codec: str) -> Iterator[dict[str, Scalar] | None]:
    """Yield the attributes of every record, None for one marked as deleted. Numbers are exact, dates ISO text."""
    names = _unique([_decoded(column.name, codec) or "" for column in table.columns])
    for record in table.raw_records():
        if record[:1] == b"*":
            yield None
        else:
            yield {
                name: _value(record[column.start : column.end], column, codec)
                for name, column in zip(names, table.columns, strict=True)
            }


def _unique(names: list[str]) -> list[str]:
    """Give repeated or empty column names a number, so that no column is lost."""
    taken: set[str] = set()
    for at, name in enumerate(names):
        wanted, number = name or f"列{at + 1}", 2
        while wanted in taken:
            wanted, number = f"{name or f'列{at + 1}'}_{number}", number + 1
        taken.add(wanted)
        names[at] = wanted
    return names


def _value(raw: bytes, column: Column, codec: str) -> Scalar:
    text = (_decoded(raw, codec) if column.kind == "C" else raw.decode("latin-1")) or ""
    text = text.strip(" \0")
    if not text:
        return None
    if column.kind in "NF":
        return _number(text, column.decimals)
    if column.kind == "D" and len(text) == 8 and text.isdigit():
        return None if text == "00000000" else f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if column.kind == "L":
        return {"Y": True, "T": True, "N": False, "F": False}.get(text.upper())
    return text


def _number(text: str, decimals: int) -> Scalar:
    """The number, or the text itself when it is none (overflow is written as asterisks)."""
    try:
        number = float(text)
        if not math.isfinite(number):
            return text
        return int(text) if decimals == 0 and text.lstrip("+-").isdigit() else number
    except ValueError:
        return text


def find_encoding(table: Table, declared: str | None, chosen: str = "") -> tuple[str, str, str | None]:
    """Return the codec of the texts, its name to show, and a note when the declared one does not fit.

    ``chosen`` by a person goes before everything; raises `Undecided` when the texts cannot be read by it.

    Order: text that can only be UTF-8, the .cpg file, the language id, UTF-8, GB18030; each is taken only when every
    text of the table can be read with it. Raises `ReadError` when none fits.
    """
    if chosen:
        if not _fits(table, chosen):
            told = _NAMES.get(chosen, chosen.upper())
            raise Undecided(f"属性表的文字不能按指定的 {told} 编码读取", "请改选文字编码", asks=("encoding",))
        return chosen, _NAMES.get(chosen, chosen.upper()), None
    wanted = _codec(declared)
    by_id = LANGUAGE_IDS.get(table.language_id)
    strong = by_id if table.language_id not in _WEAK else None
    sure = "utf-8" if _is_surely_utf8(table) else None
    candidates = [sure, wanted, strong, "utf-8", "gb18030", by_id]
    for candidate in dict.fromkeys(name for name in candidates if name):
        if _fits(table, candidate):
            label = _NAMES.get(candidate, candidate.upper())
            if declared is not None and candidate != wanted:
                return candidate, label, f".cpg 注明的编码“{clean_text(declared[:20])}”与内容不符，已按 {label} 读取"
            return candidate, label, None
    raise Undecided(
        "属性表的文字既不是 UTF-8 也不是 GBK/GB18030 编码",
        "请指定文字编码，或用 GIS 软件另存为 UTF-8 编码（附 .cpg）",
        asks=("encoding",),
    )


def _codec(declared: str | None) -> str | None:
    """Python name of what a .cpg says; everything of the GB family is read as GB18030."""
    if declared is None:
        return None
    text = declared.strip().strip("\ufeff\0").lower().replace("ansi", "").strip(" _-")
    if text.isdigit():
        text = {"65001": "utf-8", "936": "gb18030", "54936": "gb18030"}.get(text, f"cp{text}")
    try:
        name = codecs.lookup(text).name
    except (LookupError, ValueError):
        return None
    return "gb18030" if name in {"gbk", "gb2312", "cp936"} else name if name in _KNOWN else None


def _texts(table: Table) -> Iterator[bytes]:
    """Every column name and text value that is not plain ASCII, with its padding."""
    yield from (column.name for column in table.columns if not column.name.isascii())
    texts = [(column.start, column.end) for column in table.columns if column.kind == "C"]
    for record in table.raw_records():
        if not record.isascii():
            yield from (text for start, end in texts if not (text := record[start:end]).isascii())


def _fits(table: Table, encoding: str) -> bool:
    return all(_decoded(text, encoding) is not None for text in _texts(table))


def _is_surely_utf8(table: Table) -> bool:
    """Whether there is text, all of it UTF-8, and none of it the two-byte forms that GBK text can be taken for."""
    found = False
    for text in _texts(table):
        decoded = _decoded(text, "utf-8")
        if decoded is None or any("\x80" <= character < "\u2000" for character in decoded):
            return False
        found = True
    return found


def _decoded(text: bytes, encoding: str) -> str | None:
    """The text, or None; a last character cut off by the width of the column is allowed."""
    stripped = text.rstrip(b" \0")
    full = len(stripped) == len(text) or len(text) <= _NAME_BYTES
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        return decoder.decode(stripped, final=not full)
    except UnicodeDecodeError:
        return None
