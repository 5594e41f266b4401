"""Reading an uploaded roster (名册文件) with calamine, under limits. Runs in the worker only: the file is hostile."""

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

from qingshan.commons.accounts.roster_rows import RowInput, plain
from qingshan.commons.files.packages import SheetRefused, scan_workbook

MOST_BYTES = 40 * 1024 * 1024
"""Unpacked; a list of some hundred people has a hundredth of it."""
MOST_MEMBERS, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 200, 3000, 40, 200
MOST_HEIGHT, MOST_WIDTH = 20_000, 500
HEADINGS = {
    "name": ("姓名",),
    "unit": ("单位",),
    "post": ("职务", "岗位"),
    "username": ("用户名", "账号"),
    "phone": ("手机", "电话", "手机号"),
}
_NEEDED = ("name", "unit", "post")


class RosterUnreadable(Exception):
    """The file is no roster; the text says why and what to do (Chinese)."""


def read_roster(path: Path) -> list[RowInput]:
    """Rows of the first sheet with the headings; rows without a name are left out (the template lists vacant posts)."""
    _check_package(path)
    sheet = _sheet(path, _check_extents(path))
    columns, start = _columns(sheet)
    rows = [
        RowInput(number=number, **{key: _typed(key, _text(row, column)) for key, column in columns.items()})
        for number, row in enumerate(sheet[start:], start + 1)
    ]
    filled = [row for row in rows if row.name]
    if not filled:
        raise RosterUnreadable("名册里没有填写姓名的行，请填写后再上传")
    if len(filled) > MOST_ROWS:
        raise RosterUnreadable(f"名册有 {len(filled)} 人，一次最多 {MOST_ROWS} 人，请分开上传")
    return filled


def _typed(key: str, text: str) -> str:
    """User names and phone numbers may be typed full-width (１３８…)."""
    return unicodedata.normalize("NFKC", text) if key in ("username", "phone") else text


def _check_package(path: Path) -> None:
    """Unpack every part, counting, and keep nothing: declared sizes are not believed."""
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
            if len(members) > MOST_MEMBERS:
                raise RosterUnreadable("文件里的部件太多，不是普通的 Excel 名册")
            total = 0
            for member in members:
                with package.open(member) as part:
                    while chunk := part.read(1 << 16):
                        total += len(chunk)
                        if total > MOST_BYTES:
                            raise RosterUnreadable("文件展开后过大，不是普通的 Excel 名册")
                        _refuse_entities(member.filename, chunk)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise RosterUnreadable("文件打不开（已损坏、加密或不是 .xlsx），请用模板另存为 .xlsx 后再上传") from error


def _refuse_entities(name: str, chunk: bytes) -> None:
    if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk):
        raise RosterUnreadable("文件里含有外部引用声明，不能读取；请用模板另存为 .xlsx 后再上传")


def _check_extents(path: Path) -> set[str]:
    """Names of the sheets; refuses a huge one before the reader lays out its whole rectangle."""
    try:
        scanned, _notes = scan_workbook(path)
    except SheetRefused as refused:
        raise RosterUnreadable(str(refused)) from refused
    if any(one.last_row > MOST_HEIGHT or one.last_column > MOST_WIDTH for one in scanned.values()):
        raise RosterUnreadable("工作表过大，不是名册；请用模板填写")
    return set(scanned)


def _sheet(path: Path, scanned: set[str]) -> list[list[object]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        sheet = book.get_sheet_by_name(next(name for name in book.sheet_names[:1] if name in scanned))
    except Exception as error:  # the reader raises kinds of its own for each format
        raise RosterUnreadable("文件打不开（已损坏、加密或不是 .xlsx），请用模板另存为 .xlsx 后再上传") from error
    if sheet.total_height > MOST_HEIGHT or sheet.total_width > MOST_WIDTH:
        raise RosterUnreadable("工作表过大，不是名册；请用模板填写")
    return [list(row[:MOST_COLUMNS]) for row in sheet.to_python(skip_empty_area=False)]


def _columns(sheet: Sequence[Sequence[object]]) -> tuple[dict[str, int], int]:
    """Where each heading stands, and the row after the headings."""
    for index, row in enumerate(sheet[:20]):
        texts = [plain(_cell(value)) for value in row]
        found = {
            key: next((n for n, text in enumerate(texts) if any(text.startswith(word) for word in words)), None)
            for key, words in HEADINGS.items()
        }
        if all(found[key] is not None for key in _NEEDED):
            return {key: n for key, n in found.items() if n is not None}, index + 1
    raise RosterUnreadable("前 20 行里没有找到表头“姓名、单位、职务”，请用模板填写")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _text(row: Sequence[object], column: int) -> str:
    return _cell(row[column])[:MOST_CHARACTERS] if column < len(row) else ""
