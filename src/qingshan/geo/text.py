"""Which encoding a foreign text has (文字编码识别), and its mended form: marks in the middle, broken characters."""

import codecs
import re
from dataclasses import dataclass

from qingshan.geo.features import Undecided

NAMES = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "big5": "BIG5",
}
"""Codecs with the name to show."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ADVICE = "请在“文字编码”里指定，或用记事本另存为 UTF-8 编码后再导入"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text with the codec it was read by, and what was noticed."""

    text: str
    codec: str
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name of the encoding to show."""
        return NAMES.get(self.codec, self.codec.upper())


def decode(raw: bytes, wanted: str = "") -> Decoded:
    """Decode a whole text, strictly. ``wanted``: the encoding a person chose, else marks, NULs, UTF-8, GB18030.

    Marks in the middle (several files put together) are taken out and told. Raises `Undecided` when nothing fits.
    """
    codec = find_codec(raw, wanted)
    text = raw.decode(codec)
    text, marks = text.removeprefix("\ufeff"), text.removeprefix("\ufeff").count("\ufeff")
    notes = [f"文件不是 UTF-8 编码，已按 {NAMES.get(codec, codec)} 读取"] if codec != "utf-8" else []
    if marks:
        text = text.replace("\ufeff", "")
        notes.append(f"文件中间有 {marks} 个字节序标记（BOM），已去除")
    return Decoded(text=text, codec=codec, notes=tuple(notes))


def find_codec(raw: bytes, wanted: str = "") -> str:
    """Codec of a whole text, by which every byte of it can be read; raises `Undecided` when there is none."""
    for candidate in _candidates(raw, wanted):
        try:
            raw.decode(candidate)
        except UnicodeDecodeError:
            continue
        return candidate
    if wanted:
        raise Undecided(f"文字不能按指定的 {NAMES.get(wanted, wanted)} 编码读取", ADVICE, asks=("encoding",))
    raise Undecided("文字既不是 UTF-8、UTF-16 也不是 GBK/GB18030 编码", ADVICE, asks=("encoding",))


def _candidates(raw: bytes, wanted: str) -> list[str]:
    marked = next((codec for mark, codec in _BOMS if raw.startswith(mark)), "")
    if wanted:
        return [marked or "utf-16-le"] if wanted == "utf-16" else [wanted]
    head = raw[:4096]
    if not marked and b"\0" in head:
        marked = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return [marked] if marked.startswith("utf-16") else ["utf-8", "gb18030"]


_SUSPECT = re.compile("[\x80-\xff\u0152-\u0178\u02c6\u02dc\u2013-\u2122]{2}|锟斤拷|烫烫|\ufffd")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LOST = re.compile("锟斤拷|烫烫烫|\ufffd")


def mend_mojibake(text: str) -> tuple[str, str]:
    """A text that was decoded by a wrong encoding put right again (乱码): the text and what to tell, empty if sound.

    Only where the way back gives Chinese without a fault; what is lost for good is told and left as it is.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return text, ""
    if _LOST.search(text):
        return text, "文字已在来源处损坏（乱码），无法还原，请向提供单位索取原文"
    if _CHINESE.search(text):
        return text, ""
    for wrong in ("cp1252", "latin-1"):
        for right in ("utf-8", "gb18030"):
            try:
                found = text.encode(wrong).decode(right)
            except UnicodeError:
                continue
            if _CHINESE.search(found) and not _SUSPECT.search(found):
                return found, f"文字为乱码，已还原为“{found[:40]}”"
    return text, ""
