"""What a register offers: its filters, columns and orders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString

Text = str | Promise
Options = list[tuple[str, str]]
Cell = Callable[[Mapping[str, Any], datetime], SafeString]
"""Makes one cell of a row at a moment."""


class Kind(StrEnum):
    """Kinds of filters: words, one of some, any of some, a range of days, a range of numbers, yes or not asked."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATES = "dates"
    NUMBERS = "numbers"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter. ``main``: stands in the bar, others wait behind "more"; ``ids``: any id counts, offered or not.

    ``tabbed``: has its own place on the page (tabs) and no field; ``hidden``: known to the address, not offered now.
    """

    name: str
    label: Text
    kind: Kind
    options: Options | tuple[()] = ()
    main: bool = False
    ids: bool = False
    tabbed: bool = False
    hidden: bool = False
    placeholder: Text = ""
    word: Text = ""
    suffix: Text = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the address: a range has two."""
        if self.kind == Kind.DATES:
            return f"{self.name}_from", f"{self.name}_to"
        if self.kind == Kind.NUMBERS:
            return f"{self.name}_min", f"{self.name}_max"
        return (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``sort``: name of the order by it, rising (``-name`` falls); ``fixed``: cannot be taken off."""

    slug: str
    label: Text
    sort: str = ""
    falls_first: bool = False
    number: bool = False
    nowrap: bool = False
    main: bool = False
    shown: bool = True
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """A register: its name among saved views, its address, what it offers, what makes the cells by column."""

    slug: str
    path: str
    title: Text
    filters: tuple[Filter, ...]
    columns: tuple[Column, ...]
    sorts: Mapping[str, Text]
    cells: Mapping[str, Cell]
    default_sort: str = "newest"

    @property
    def rows_id(self) -> str:
        """Id of the part of the page that a filter, a tab or a page replaces."""
        return f"{self.slug}-rows"

    @property
    def default_columns(self) -> tuple[str, ...]:
        """Columns that are shown when nothing was chosen."""
        return tuple(column.slug for column in self.columns if column.shown or column.fixed)

    def filter_named(self, name: str) -> Filter | None:
        """A filter by its name."""
        return next((f for f in self.filters if f.name == name), None)
