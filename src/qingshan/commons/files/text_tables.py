"""Tables in text files (CSV、制表符分隔): encoding and separator told by the content. Worker and command line only."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from qingshan.commons.files.packages import SheetRefused

MAX_FILE: Final = 30 * 1024 * 1024
SEPARATORS: Final = ("\t", ";", ",", "；", "，", "|")
SAMPLE_ROWS, SAMPLE_CHARS = 40, 40_000
LONGEST_CELL: Final = 1 << 20
BOM: Final = "\ufeff"
_SAVE_AS: Final = "请用 Excel 或 WPS 另存为 .xlsx 后再传"


def read_text_rows(path: Path, *, most: int) -> Iterator[tuple[int, list[str]]]:
    """Number and values of every row of a text table that holds anything; raises `SheetRefused`.

    Byte order marks are taken out wherever they stand: files put one behind the other have them in the middle.
    """
    if path.stat().st_size > MAX_FILE:
        raise SheetRefused(f"文件超过 {MAX_FILE // 1024 // 1024} MB，请拆分后再传")
    text = decode_table(path.read_bytes()).replace(BOM, "").replace("\r\n", "\n").replace("\r", "\n")
    csv.field_size_limit(LONGEST_CELL)
    count = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator_of(text)), start=1):
            if not any(value.strip() for value in row):
                continue
            count += 1
            if count > most:
                raise SheetRefused(f"文件超过 {most} 行，请拆分后再传")
            yield number, row
    except csv.Error as error:
        raise SheetRefused(f"不是表格文件（引号不成对或单元格过长）：{_SAVE_AS}") from error


def decode_table(raw: bytes) -> str:
    """Text of a file in UTF-8, UTF-16 or GBK, with or without mark; raises `SheetRefused`."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in raw[:4096]:
        raise SheetRefused("不是表格文件：请上传 .xlsx、.xls 或 .csv")
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return _sound(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise SheetRefused(f"文字编码认不出：{_SAVE_AS}")


def _sound(text: str) -> str:
    """The text, unless all its Chinese has turned into accented letters (乱码) that nobody can turn back."""
    sample = text[:SAMPLE_CHARS]
    accented = sum("\u0080" <= c <= "\u00ff" for c in sample) - sample.count("°") - sample.count("²")
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in sample)
    if accented > 20 and not chinese:
        raise SheetRefused(
            "文字已经乱码（中文变成了“ÏßË÷”一类的字母），不能读取；请从原系统重新导出，或另存为 .xlsx 后再传"
        )
    return text


def separator_of(text: str) -> str:
    """The separator by which most of the first lines fall into equally many values."""
    sample = text[:SAMPLE_CHARS]
    best, most = ",", 0
    for candidate in SEPARATORS:
        try:
            rows = [r for r in islice(csv.reader(io.StringIO(sample), delimiter=candidate), SAMPLE_ROWS) if len(r) > 1]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        if count * min(width, 4) > most:
            best, most = candidate, count * min(width, 4)
    return best
