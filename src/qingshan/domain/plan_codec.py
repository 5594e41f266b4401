"""Reading and writing the parts of a plan: from TOML, CSV and JSON values to the frozen dataclasses and back.

The dataclasses are the schema. Reading never stops at the first fault: every fault becomes a `Finding` that names the
file, the entry, what is wrong, and what is expected (all in Chinese, for the person who writes the plan).
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime, time
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Severity = Literal["error", "warning", "info"]
TYPE_LABELS: dict[object, str] = {
    str: "文字",
    int: "整数",
    bool: "true 或 false",
    date: "日期，如 2024-07-25",
    time: "时刻，如 17:00:00",
}
_HINTS: dict[type[Any], dict[str, Any]] = {}
YES, NO = ("是", "true", "yes"), ("否", "false", "no", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of a plan folder (检查结果): file, entry in it, what is wrong, what is expected."""

    file: str
    entry: str
    message: str
    expectation: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.file}｜{self.entry}｜{self.message}｜{self.expectation}"


class Bad(Exception):
    """A value cannot be read; says why and what is expected."""

    def __init__(self, message: str, expectation: str) -> None:
        """Keep both texts."""
        super().__init__(message)
        self.message = message
        self.expectation = expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads values of one file. ``cells``: all values are text (CSV); lists are separated by semicolons."""

    file: str
    findings: list[Finding]
    cells: bool = False

    def report(self, entry: str, message: str, expectation: str) -> None:
        """Note one fault."""
        self.findings.append(Finding(file=self.file, entry=entry, message=message, expectation=expectation))

    def record(self, cls: type[Any], raw: object, entry: str, key: str | None = None) -> Any:
        """Read one dataclass; None when anything in it is wrong (the faults are noted). ``key``: its name, if known."""
        if not isinstance(raw, Mapping):
            self.report(entry, f"应是一组键值，得到 {_kind(raw)}", "写成 [表] 或 {键 = 值}")
            return None
        raw = self._with_slug(raw, cls, entry, key)
        values = self.parts(cls, raw, entry, tuple(part.name for part in fields(cls)))
        return None if values is None else self._build(cls, values, entry)

    def parts(
        self, cls: type[Any], raw: Mapping[str, object], entry: str, names: tuple[str, ...]
    ) -> dict[str, Any] | None:
        """Read the fields ``names`` of a dataclass; None when one is wrong. Any other key is noted as unknown."""
        for name in raw:
            if name not in names:
                self.report(entry or str(name), f"不认识的项“{name}”", f"可用的项：{'、'.join(names)}")
        good = True
        values: dict[str, Any] = {}
        for part in fields(cls):
            if part.name not in names:
                continue
            ok, value = self._field(cls, part, raw, entry)
            good = good and ok
            if ok and value is not MISSING:
                values[part.name] = value
        return values if good else None

    def value(self, hint: object, raw: object, entry: str) -> object:
        """Read one value of type ``hint``; raises `Bad` for a scalar fault, notes faults inside of records."""
        origin = get_origin(hint)
        if origin in (UnionType, Union):
            return self._optional(hint, raw, entry)
        if origin is Literal:
            return _choice(get_args(hint), raw)
        if origin is tuple:
            return self._list(get_args(hint)[0], raw, entry)
        if origin is not None and issubclass(origin, Mapping):
            return self._table(get_args(hint)[1], raw, entry)
        if isinstance(hint, type) and is_dataclass(hint):
            return self._nested(hint, raw, entry, None)
        return _cell(hint, raw) if self.cells else _scalar(hint, raw)

    def _with_slug(
        self, raw: Mapping[str, object], cls: type[Any], entry: str, key: str | None
    ) -> Mapping[str, object]:
        if key is None or "slug" not in _hints(cls):
            return raw
        if raw.get("slug", key) != key:
            self.report(entry, f"表名 {key} 与 slug {raw['slug']} 不同", "两者写成一样，或省去 slug")
        return {**raw, "slug": key}

    def _field(self, cls: type[Any], part: "Field[Any]", raw: Mapping[str, object], entry: str) -> tuple[bool, object]:
        required = part.default is MISSING and part.default_factory is MISSING
        hint = _hints(cls)[part.name]
        value = raw.get(part.name)
        if value is None or (self.cells and value == ""):
            if required and part.name in raw and NoneType in get_args(hint):
                return True, None
            if required:
                self.report(entry or part.name, f"缺少“{part.name}”", _expected(hint))
            return not required, MISSING
        if required and isinstance(value, str) and not value.strip():
            self.report(entry or part.name, f"“{part.name}”为空", _expected(hint))
            return False, MISSING
        before = len(self.findings)
        try:
            return True, self.value(hint, value, f"{entry}.{part.name}" if entry else part.name)
        except Bad as fault:
            if len(self.findings) == before or fault.message:
                self.report(entry or part.name, f"“{part.name}”{fault.message}", fault.expectation)
            return False, MISSING

    def _build(self, cls: type[Any], values: dict[str, object], entry: str) -> Any:
        try:
            return cls(**values)
        except ValueError as fault:
            self.report(entry, str(fault), "改正此项")
            return None

    def _optional(self, hint: object, raw: object, entry: str) -> object:
        inner = [arg for arg in get_args(hint) if arg is not NoneType]
        if raw is None:
            return None
        return self.value(inner[0], raw, entry)

    def _nested(self, cls: type[Any], raw: object, entry: str, key: str | None) -> object:
        found = self.record(cls, raw, entry, key)
        if found is None:
            raise Bad("", "")
        return found

    def _list(self, hint: object, raw: object, entry: str) -> tuple[object, ...]:
        if self.cells and isinstance(raw, str):
            raw = [part.strip() for part in raw.replace("；", ";").split(";") if part.strip()]
        if not isinstance(raw, list | tuple):
            raise Bad(f"应是一列值，得到 {_kind(raw)}", "写成 [值, 值]")
        found, good = [], True
        for number, part in enumerate(raw, start=1):
            try:
                found.append(self.value(hint, part, f"{entry}[{entry_name(part, number)}]"))
            except Bad as fault:
                good = False
                if fault.message:
                    self.report(f"{entry}[{number}]", f"第 {number} 个值{fault.message}", fault.expectation)
        if not good:
            raise Bad("", "")
        return tuple(found)

    def _table(self, hint: object, raw: object, entry: str) -> dict[str, object]:
        if not isinstance(raw, Mapping):
            raise Bad(f"应是一张表，得到 {_kind(raw)}", "写成 [表.名称]")
        found, good = {}, True
        for key, part in raw.items():
            where = f"{entry}[{key}]"
            try:
                if isinstance(hint, type) and is_dataclass(hint):
                    found[str(key)] = self._nested(hint, part, where, str(key))
                else:
                    found[str(key)] = self.value(hint, part, where)
            except Bad as fault:
                good = False
                if fault.message:
                    self.report(where, f"“{key}”{fault.message}", fault.expectation)
        if not good:
            raise Bad("", "")
        return found


def entry_name(raw: object, number: int) -> str:
    """How an entry of a list is called in a finding: its slug or code, else its number."""
    if isinstance(raw, Mapping):
        for name in ("slug", "code", "field"):
            if isinstance(raw.get(name), str):
                return str(raw[name])
    return str(number)


def encode(value: object) -> Any:
    """JSON form of a part of the plan: dates and times as ISO text, tuples as lists, dataclasses as objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: encode(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [encode(inner) for inner in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def _hints(cls: type[Any]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    return _HINTS[cls]


def _kind(raw: object) -> str:
    return TYPE_LABELS.get(type(raw), "一组值" if isinstance(raw, Mapping | list | tuple) else type(raw).__name__)


def _expected(hint: object) -> str:
    if get_origin(hint) is Literal:
        return "填以下之一：" + "、".join(str(arg) for arg in get_args(hint) if arg != "")
    if get_origin(hint) in (UnionType, Union):
        return _expected(next(arg for arg in get_args(hint) if arg is not NoneType))
    return f"补上此项（{TYPE_LABELS.get(hint, '一组值')}）"


def _choice(allowed: tuple[object, ...], raw: object) -> object:
    if isinstance(raw, str) and raw in allowed:
        return raw
    raise Bad(f"的值 {raw!r} 不在可选范围", "填以下之一：" + "、".join(str(arg) for arg in allowed if arg != ""))


def _scalar(hint: object, raw: object) -> object:
    if hint in (date, time) and isinstance(raw, str):
        return _moment(hint, raw)
    plain = type(raw) is hint
    if hint is date and isinstance(raw, datetime):
        plain = False
    if not plain:
        raise Bad(f"应是{TYPE_LABELS.get(hint, str(hint))}，得到 {raw!r}", f"写成{TYPE_LABELS.get(hint, str(hint))}")
    return raw


def _moment(hint: object, raw: str) -> object:
    try:
        return date.fromisoformat(raw) if hint is date else time.fromisoformat(raw)
    except ValueError:
        raise Bad(f"的值 {raw!r} 不是真实的{TYPE_LABELS[hint]}", f"写成{TYPE_LABELS[hint]}") from None


def _cell(hint: object, raw: object) -> object:
    text = str(raw).strip()
    if hint is bool:
        if text.lower() in YES or text.lower() in NO:
            return text.lower() in YES
        raise Bad(f"的值 {text!r} 看不懂", "写“是”或“否”")
    if hint is int:
        try:
            return int(text)
        except ValueError:
            raise Bad(f"的值 {text!r} 不是整数", "只写数字，不带单位") from None
    return _moment(hint, text) if hint in (date, time) else text
