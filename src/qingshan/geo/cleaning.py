"""Attribute values made storable (属性值清理): no NUL, no half or broken characters, no NaN; each change is told."""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache

from qingshan.geo.features import Scalar
from qingshan.geo.text import mend_mojibake

REPLACEMENT = "\ufffd"


def clean_attributes(attributes: Mapping[str, object]) -> tuple[dict[str, Scalar], tuple[str, ...]]:
    """Return the attributes as JSON scalars and the notes about values that had to be changed."""
    cleaned: dict[str, Scalar] = {}
    notes: list[str] = []
    for name, value in attributes.items():
        key = _clean_name(name)
        kept, changed = _clean_value(value)
        if changed:
            notes.append(f"字段 {key} 的值含有无法保存的字符或数值，已替换")
        elif isinstance(kept, str) and not kept.isascii():
            kept, told = mend_mojibake(kept)
            if told:
                notes.append(f"字段 {key}：{told}")
        cleaned[key] = kept
    return cleaned, tuple(notes)


def clean_text(text: str) -> str:
    """Replace what UTF-8 or the database cannot hold: NUL characters and lone surrogates."""
    if _UNFIT.search(text) is None:
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", REPLACEMENT)


_UNFIT = re.compile("[\0\ud800-\udfff]")


@lru_cache(maxsize=4_096)
def _clean_name(name: object) -> str:
    return clean_text(str(name))


def _clean_value(value: object) -> tuple[Scalar, bool]:
    if type(value) is str:
        text = clean_text(value)
        return text, text is not value
    if value is None or isinstance(value, bool | int):
        return value, False
    if isinstance(value, float):
        return (value, False) if math.isfinite(value) else (None, True)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    cleaned = clean_text(text)
    return cleaned, cleaned != text
