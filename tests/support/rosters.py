"""Workbooks for rosters: good ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence

import xlsxwriter

HEAD = ("姓名", "单位", "职务", "用户名（可空）", "手机（可空）")


def workbook(rows: Iterable[Sequence[object]], head: Sequence[str] = HEAD) -> bytes:
    """An Excel file with these rows under the headings."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("名册")
        for number, row in enumerate((head, *rows)):
            sheet.write_row(number, 0, list(row))
    return buffer.getvalue()


def packed(**parts: bytes) -> bytes:
    """A zip file with these parts, names with ``__`` for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def bomb() -> bytes:
    """A workbook that unpacks to 64 MB of blanks."""
    return packed(**{"xl__worksheets__sheet1.xml": b" " * (64 << 20)})


def with_entities() -> bytes:
    """A workbook whose text table declares an outside entity."""
    good = zipfile.ZipFile(io.BytesIO(workbook([("演示·新甲", "x", "y")])))
    parts = {name: good.read(name) for name in good.namelist()}
    parts["xl/sharedStrings.xml"] = (
        b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>'
    )
    return packed(**{name.replace("/", "__"): data for name, data in parts.items()})


def stretched(part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A small workbook with one cell at the far end, its sheet's part under this name."""
    good = zipfile.ZipFile(io.BytesIO(workbook([("演示·新甲", "x", "y")])))
    parts = {name: good.read(name) for name in good.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml")
    parts[part] = sheet.replace(b'r="C2"', b'r="XFD1048576"')
    return packed(**{name.replace("/", "__"): data for name, data in parts.items()})
