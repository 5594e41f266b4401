"""Pages by key (按键翻页): the last row of a page says where the next one begins, so page 1000 costs what page 1 costs.

A key is the sort value and the id. Rows without a value come last in both directions, as a stretch of their own, so
that each stretch is one range of one index.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)
SIGN = "~"
"""Stands between value and id in an address."""
MOST_TEXT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """An order: a field of the table (``id`` alone: as made), which way, whether some rows have no value."""

    field: str = "id"
    descending: bool = True
    nullable: bool = False


NEWEST = Sort()
"""The newest first; ids are made in the order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Where a page begins or ends: the row's sort value (None: it has none) and its id."""

    value: Any
    id: UUID

    def text(self, sort: Sort) -> str:
        """As it stands in an address."""
        if sort.field == "id":
            return str(self.id)
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        return f"{'' if value is None else value}{SIGN}{self.id}"


def read_key(model: type[Model], sort: Sort, text: str) -> Key | None:
    """A key from an address; None for anything that is no key of this order."""
    value_text, _, id_text = text.rpartition(SIGN)
    try:
        row_id = UUID(id_text)
        if sort.field == "id":
            return Key(value=None, id=row_id) if not value_text else None
        if not value_text:
            return Key(value=None, id=row_id) if sort.nullable else None
        value = _reader(model, sort.field)(value_text)
    except (ValueError, InvalidOperation, OverflowError):
        return None
    return None if value is None else Key(value=value, id=row_id)


def _reader(model: type[Model], field: str) -> Callable[[str], Any]:
    kinds: dict[str, Callable[[str], Any]] = {"DateTimeField": _moment, "DecimalField": _number}
    found = model._meta.get_field(field)  # noqa: SLF001 - the model's public description
    return kinds.get(found.get_internal_type(), _text) if isinstance(found, Field) else _text


def _moment(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else None


def _number(text: str) -> Decimal | None:
    number = Decimal(text)
    return number if number.is_finite() and abs(number.adjusted()) < 20 else None


def _text(text: str) -> str | None:
    return text if len(text) <= MOST_TEXT and text.isprintable() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPage(Generic[M]):
    """One page: its rows in order, whether there are rows below it and above it."""

    rows: list[M]
    below: bool
    above: bool

    def key(self, sort: Sort, row: M) -> str:
        """The key of a row, for an address."""
        return Key(value=getattr(row, sort.field), id=row.pk).text(sort)

    def next_key(self, sort: Sort) -> str:
        """Key of the last row, "" at the end."""
        return self.key(sort, self.rows[-1]) if self.below and self.rows else ""

    def previous_key(self, sort: Sort) -> str:
        """Key of the first row, "" at the beginning."""
        return self.key(sort, self.rows[0]) if self.above and self.rows else ""


def page_by_key(
    rows: "QuerySet[M]", sort: Sort, *, size: int, after: Key | None = None, before: Key | None = None
) -> "KeyPage[M]":
    """The page below ``after``, or the one above ``before``, or the first; at most two queries."""
    backwards = before is not None and after is None
    key = before if backwards else after
    found: list[M] = []
    for stretch in _stretches(rows, sort, key, backwards=backwards):
        found += list(stretch[: size + 1 - len(found)])
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
        return KeyPage(rows=found, below=True, above=more)
    return KeyPage(rows=found, below=more, above=after is not None)


def _stretches(rows: "QuerySet[M]", sort: Sort, key: Key | None, *, backwards: bool) -> "list[QuerySet[M]]":
    """Rows with a value and rows without, in the order in which they are walked."""
    falls = sort.descending != backwards
    sign = "-" if falls else ""
    if sort.field == "id":
        return [(rows if key is None else rows.filter(_beyond(["id"], [key.id], falls=falls))).order_by(f"{sign}id")]
    order = (f"{sign}{sort.field}", f"{sign}id")
    valued = rows.filter(**{f"{sort.field}__isnull": False}) if sort.nullable else rows
    if key is not None and key.value is not None:
        valued = valued.filter(_beyond([sort.field, "id"], [key.value, key.id], falls=falls))
    if not sort.nullable:
        return [valued.order_by(*order)]
    empty = rows.filter(**{f"{sort.field}__isnull": True})
    if key is not None and key.value is None:
        empty = empty.filter(_beyond(["id"], [key.id], falls=falls))
        return [empty.order_by(f"{sign}id"), valued.order_by(*order)] if backwards else [empty.order_by(f"{sign}id")]
    return [valued.order_by(*order)] if backwards else [valued.order_by(*order), empty.order_by(f"{sign}id")]


def _beyond(fields: list[str], values: list[Any], *, falls: bool) -> "Beyond":
    return Beyond(*(F(f) for f in fields), *(Value(v) for v in values), falls=falls)


class Beyond(Func):
    """``(a, b) > (x, y)``: one comparison of whole rows, which an index over (a, b) answers from its beginning."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, falls: bool = False) -> None:
        """First the fields, then as many values; ``falls``: smaller ones are meant."""
        super().__init__(*expressions)
        self.falls = falls

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[Any]]:
        """One comparison of two rows of values."""
        half = len(self.source_expressions) // 2
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        left, right = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        params = [value for _, values in parts for value in values]
        return f"({left}) {'<' if self.falls else '>'} ({right})", params
