"""Faults of fields in Chinese, from what the validator found."""

from collections.abc import Iterable, Mapping
from typing import Any

from qingshan.interfaces.api.problems import Fault, Problem

_WORDS = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段",
    "string_type": "须为文字",
    "string_unicode": "含有不能保存的字符",
    "string_too_long": "太长，最多 {max_length} 个字符",
    "string_too_short": "太短，至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式不对",
    "bool_type": "须为 true 或 false",
    "int_type": "须为整数",
    "float_type": "须为数字",
    "finite_number": "须为有限的数字",
    "less_than_equal": "不能大于 {le}",
    "greater_than_equal": "不能小于 {ge}",
    "literal_error": "不在可选范围内，可用：{expected}",
    "enum": "不在可选范围内，可用：{expected}",
    "list_type": "须为列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "dict_type": "须为对象",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
}


def invalid(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """The problem that names every fault the validator found."""
    faults = [_fault(error) for error in errors]
    return Problem(422, "invalid", _summary(faults), faults=faults)


def one_fault(where: str, field: str, message: str, *, code: str) -> Problem:
    """The problem of a single field."""
    fault = Fault(where=where, field=field, message=message, code=code)
    return Problem(422, "invalid", _summary([fault]), faults=[fault])


def _summary(faults: list[Fault]) -> str:
    if not faults:
        return "内容不合要求"
    first = faults[0]
    more = f"；另有 {len(faults) - 1} 处" if len(faults) > 1 else ""
    return f"{first.field or first.where}：{first.message}{more}"


def _fault(error: Mapping[str, Any]) -> Fault:
    where, *path = [str(part) for part in error["loc"]]
    if path and path[0] in ("content", "filters"):
        path = path[1:]
    kind = str(error["type"])
    return Fault(where=where, field=_clean(".".join(path)), message=_words(kind, error), code=kind)


def _words(kind: str, error: Mapping[str, Any]) -> str:
    if kind == "value_error":
        return _clean(str(error["msg"]).removeprefix("Value error, "))
    try:
        return _WORDS[kind].format(**error.get("ctx", {}))
    except KeyError:
        return _clean(str(error["msg"]))


def _clean(text: str) -> str:
    """Text that can be sent back: no lone surrogates, no control characters, not endless."""
    kept = "".join(char if char.isprintable() else "�" for char in text[:300])
    return kept.encode("utf-8", "replace").decode()
