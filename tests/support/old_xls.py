"""A workbook of Excel 97 (.xls), written byte by byte, for reading only: no library at hand writes the old format.

One sheet of texts and numbers in BIFF8 records, kept as the only stream of a compound file.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Merged = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


def xls(name: str, rows: Sequence[Sequence[str | float | None]], *, merged: Sequence[Merged] = ()) -> bytes:
    """A workbook with one sheet."""
    return _compound(_workbook(name, rows, merged))


def _record(kind: int, body: bytes) -> bytes:
    return pack("<HH", kind, len(body)) + body


def _text(text: str) -> bytes:
    return b"\x01" + text.encode("utf-16-le")


def _workbook(name: str, rows: Sequence[Sequence[str | float | None]], merged: Sequence[Merged]) -> bytes:
    head = _record(0x0809, pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6)) + _record(0x0042, pack("<H", 1200))
    title = pack("<BBB", 0, 0, len(name)) + _text(name)
    start = len(head) + 4 + 4 + len(title) + 4
    globals_ = head + _record(0x0085, pack("<I", start) + title) + _record(0x000A, b"")
    return globals_ + _sheet(rows, merged)


def _sheet(rows: Sequence[Sequence[str | float | None]], merged: Sequence[Merged]) -> bytes:
    width = max(map(len, rows))
    body = _record(0x0809, pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
    body += _record(0x0200, pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, line in enumerate(rows):
        for column, value in enumerate(line):
            where = pack("<HHH", number, column, 0)
            if isinstance(value, str):
                body += _record(0x0204, where + pack("<H", len(value)) + _text(value))
            elif value is not None:
                body += _record(0x0203, where + pack("<d", value))
    if merged:
        areas = b"".join(pack("<HHHH", one[0], one[2], one[1], one[3]) for one in merged)
        body += _record(0x00E5, pack("<H", len(merged)) + areas)
    return body + _record(0x000A, b"")


def _compound(stream: bytes) -> bytes:
    """A compound file: table of sectors, directory, then the one stream in a row."""
    stream = stream.ljust(4096, b"\x00")  # shorter ones would go to the small sectors
    count = -(-len(stream) // SECTOR)
    if count + 2 > SECTOR // 4:
        raise ValueError("too long for one table of sectors")
    chain = [FAT, END, *range(3, count + 2), END]
    table = pack(f"<{SECTOR // 4}I", *(chain + [FREE] * (SECTOR // 4 - len(chain))))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6) + pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0, 0)
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 2, len(stream), child=FREE)
    directory += (bytes(64) + pack("<HBB", 0, 0, 0) + pack("<III", FREE, FREE, FREE)).ljust(128, b"\x00") * 2
    return header.ljust(SECTOR, b"\xff") + table + directory + stream.ljust(count * SECTOR, b"\x00")


def _entry(name: str, kind: int, start: int, size: int, *, child: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return (
        text.ljust(64, b"\x00")
        + pack("<HBB", len(text), kind, 1)
        + pack("<III", FREE, FREE, child)
        + bytes(36)
        + pack("<IQ", start, size)
    )
