"""Filters of a list as JSON, so that a job can work on the view that a person saw: dataclasses of plain values."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")


def to_wire(value: Any) -> dict[str, Any]:
    """Fields that are set, as JSON can hold them."""
    out: dict[str, Any] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if item is None or item in ("", ()):
            continue
        out[field.name] = [_out(i) for i in item] if isinstance(item, tuple) else _out(item)
    return out


def _out(item: Any) -> Any:
    if isinstance(item, UUID | Decimal):
        return str(item)
    return item.isoformat() if isinstance(item, date) else item


def from_wire(kind: type[T], data: Mapping[str, Any]) -> T:
    """The dataclass again; names it does not have are left out, so that a waiting job survives an upgrade."""
    hints = get_type_hints(kind)
    return kind(**{name: _in(hints[name], item) for name, item in data.items() if name in hints})


def _in(hint: Any, item: Any) -> Any:
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_in(inner, i) for i in item)
    options = {a for a in get_args(hint) if a is not type(None)} or {hint}
    if UUID in options:
        return UUID(item)
    if Decimal in options:
        return Decimal(item)
    return date.fromisoformat(item) if date in options else item
