"""What lies in an uploaded workbook (xlsx) before a reader opens it: sizes, sheets, formulas, extents.

A workbook is a zip of XML written by anybody. Here its members are read as a stream under limits, so that no reader is
ever handed a bomb: no document types, no million columns, no gigabytes. Worker and command line only.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

from qingshan.commons.files.sheet_scan import MAX_COLUMN, MAX_ROW, Scanned, quick_scan

__all__ = ["MAX_AREA", "Scanned", "SheetRefused", "scan_workbook"]

MAX_UNPACKED = 400 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_AREA = 8_000_000
"""Cells of one sheet's rectangle: a reader lays it out whole, 24 bytes each."""
MAX_FORMULAS = 500_000
MACROS = "工作簿带有宏，宏不执行也不保留"
_CHUNK = 1 << 18
Attributes = Mapping[str, str]


class SheetRefused(Exception):
    """The workbook cannot be read; the text says why and what to do (Chinese)."""


def scan_workbook(path: Path) -> tuple[dict[str, Scanned], list[str]]:
    """Sheets by name, and what is noted about the whole workbook; raises `SheetRefused`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _scan(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise SheetRefused("文件打不开（已损坏或不是 Excel 工作簿），请用 Excel 或 WPS 另存为 .xlsx 后再传") from error


def _scan(archive: zipfile.ZipFile) -> tuple[dict[str, Scanned], list[str]]:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise SheetRefused("文件解开后过大，不能读取；请只保留需要的工作表后再传")
    names = {m.filename.lower(): m.filename for m in members}
    if len(names) != len(members):
        raise SheetRefused("文件里有重名的部件，不能读取；请用 Excel 或 WPS 另存为 .xlsx 后再传")
    if "xl/workbook.xml" not in names:
        raise SheetRefused("不是 Excel 工作簿（.xlsx），请用 Excel 或 WPS 另存为 .xlsx 后再传")
    titles = _titles(archive, names)
    found: dict[str, Scanned] = {}
    for member in members:
        if member.filename in titles:
            scanned = _scan_sheet(archive, member.filename)
            scanned.name = titles[member.filename]
            found[scanned.name] = scanned
        elif member.filename.lower().endswith((".xml", ".rels")):
            _parse(archive, member.filename, lambda _name, _attributes: None)
        else:
            _drain(archive, member)
    return found, _notes(names)


def _notes(names: Mapping[str, str]) -> list[str]:
    notes = []
    if any(name.endswith("vbaproject.bin") for name in names):
        notes.append(MACROS)
    if any(name.startswith("xl/externallinks/") for name in names):
        notes.append("工作簿引用了别的文件，引用不保留")
    return notes


def _drain(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read a member to its end, so that its stated size and checksum are known to be true."""
    with archive.open(member) as stream:
        while stream.read(_CHUNK):
            pass


def _titles(archive: zipfile.ZipFile, names: Mapping[str, str]) -> dict[str, str]:
    """Title of each part that a reader takes for a sheet; readers do not heed case, so ``names`` goes by lower case."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(name: str, attributes: Attributes) -> None:
        if name.endswith("Relationship"):
            target = attributes.get("Target", "").replace("\\", "/").lower()
            rooted = target.startswith(("/", "xl/"))
            targets[attributes.get("Id", "")] = target.lstrip("/") if rooted else posixpath.normpath(f"xl/{target}")

    def sheet(name: str, attributes: Attributes) -> None:
        if name.rpartition(":")[2] == "sheet":
            reference = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets.append((attributes.get("name", ""), reference))

    if "xl/_rels/workbook.xml.rels" in names:
        _parse(archive, names["xl/_rels/workbook.xml.rels"], relation)
    _parse(archive, names["xl/workbook.xml"], sheet)
    parts = [names.get(targets.get(reference, "")) for _title, reference in sheets]
    titles = {part: title for part, (title, _reference) in zip(parts, sheets, strict=True) if part is not None}
    if len(titles) != len(sheets) or len(set(titles.values())) != len(sheets):
        raise SheetRefused("工作簿里有找不到内容或重名的工作表，请用 Excel 或 WPS 打开后另存为 .xlsx 再传")
    return titles


def _scan_sheet(archive: zipfile.ZipFile, name: str) -> Scanned:
    found = _quick(archive, name)
    if found is None:
        scan = _SheetScan()
        _parse(archive, name, scan.start)
        found = scan.found
    if found.last_row * found.last_column > MAX_AREA:
        raise SheetRefused(
            f"工作表范围过大（到第 {found.last_row} 行、第 {found.last_column} 列），"
            "请删除数据区以外的内容（选中空白行、列后删除）再传"
        )
    return found


def _quick(archive: zipfile.ZipFile, name: str) -> Scanned | None:
    """The quick look, and the member read to its end, so that its checksum is known to be true."""
    with archive.open(name) as stream:
        found = quick_scan(stream, most_marked=MAX_FORMULAS)
        while stream.read(_CHUNK):
            pass
    return found


class _SheetScan:
    """Looks at the cells of one sheet as they pass by."""

    def __init__(self) -> None:
        self.found = Scanned()
        self._row = self._column = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """One element begins."""
        local = name.rpartition(":")[2]
        if local == "row":
            text = attributes.get("r", "")
            self._row = _bounded(int(text) if text.isdigit() else self._row + 1, MAX_ROW)
            self._column = 0
        elif local == "c":
            self.found.cells += 1
            self._cell(attributes.get("r", ""))
            if attributes.get("t") == "e":
                self._mark(self.found.errors)
        elif local in ("v", "is", "f"):
            self.found.last_row = max(self.found.last_row, self._row)
            self.found.last_column = max(self.found.last_column, self._column)
            if local == "f":
                self._mark(self.found.formulas)

    def _cell(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        if not reference:
            self._column = _bounded(self._column + 1, MAX_COLUMN)
            return
        number = 0
        for letter in letters.upper():
            if not "A" <= letter <= "Z":
                raise SheetRefused("工作表的单元格编号不对，请用 Excel 或 WPS 另存为 .xlsx 后再传")
            number = number * 26 + ord(letter) - 64
        digits = reference[len(letters) :]
        self._column = _bounded(number, MAX_COLUMN)
        self._row = _bounded(int(digits) if digits.isdigit() else self._row, MAX_ROW)

    def _mark(self, marked: set[tuple[int, int]]) -> None:
        if len(marked) >= MAX_FORMULAS:
            raise SheetRefused("工作表里公式或错误值太多，请把公式粘贴为数值后再传")
        marked.add((self._row, self._column))


def _bounded(number: int, limit: int) -> int:
    if not 0 < number <= limit:
        raise SheetRefused("工作表的单元格编号不对，请用 Excel 或 WPS 另存为 .xlsx 后再传")
    return number


def _parse(archive: zipfile.ZipFile, name: str, start: Callable[[str, Attributes], None]) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SheetRefused("文件内容已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx 再传") from error


def _refuse_doctype(*_parts: object) -> None:
    raise SheetRefused("文件里带有不允许的声明，不能读取；请用 Excel 或 WPS 另存为 .xlsx 后再传")
