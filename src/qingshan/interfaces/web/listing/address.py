"""The address of a register holds the whole view: filters, order, columns, page and side panel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.http import QueryDict

from qingshan.interfaces.web.acting import read_day, read_uuid
from qingshan.interfaces.web.listing.spec import Filter, Kind, ListSpec

LONGEST = 120
MOST_WORDS = 60
MOST_NUMBER = Decimal(10) ** 10
PAGE_NAMES = ("after", "before", "open")
OTHER_NAMES = ("all",)
"""Words of an address that are no filter: the plain view of those whose list opens with a saved one."""
MOST_IGNORED, MOST_SAID = 5, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """A view of a register. ``values``: filters by their names in the address, canonical; ``blank``: the empty view."""

    spec: ListSpec
    values: Mapping[str, str]
    sort: str
    columns: tuple[str, ...]
    after: str = ""
    before: str = ""
    open: UUID | None = None
    blank: str = "?"
    ignored: tuple[str, ...] = ()
    """What the address asked for and the register does not know, as ``name=value``; the page says so."""

    def get(self, name: str) -> str:
        """Value of one filter, "" when it is not set."""
        return self.values.get(name, "")

    def words(self, name: str) -> tuple[str, ...]:
        """Values of a filter of several words."""
        return tuple(self.get(name).split(",")) if self.get(name) else ()

    def uuid(self, name: str) -> UUID | None:
        """A filter that is an id."""
        return read_uuid(self.get(name))

    def day(self, name: str) -> date | None:
        """A filter that is a day."""
        return read_day(self.get(name))

    def number(self, name: str) -> Decimal | None:
        """A filter that is a number."""
        return _number(self.get(name))

    def parts(self, *, page: bool = True) -> dict[str, str]:
        """Everything that differs from the plain view, in canonical order; without page and panel on demand."""
        found = {name: self.values[name] for f in self.spec.filters for name in f.names if self.values.get(name)}
        if self.sort != self.spec.default_sort:
            found["sort"] = self.sort
        if self.columns != self.spec.default_columns:
            found["cols"] = ",".join(self.columns)
        if page:
            given = {"after": self.after, "before": self.before, "open": str(self.open or "")}
            found |= {name: value for name, value in given.items() if value}
        return found

    def query(self, *, page: bool = False) -> str:
        """Canonical query string, without "?": the view itself, or with its page and panel."""
        made = QueryDict(mutable=True)
        made.update(self.parts(page=page))
        return made.urlencode()

    def url(self, *, page: bool = False) -> str:
        """Address of this view relative to the register."""
        query = self.query(page=page)
        return f"?{query}" if query else self.blank

    def with_values(self, **changed: str) -> "ListAddress":
        """The same view with some filters changed ("" takes one off), from its first page, without the panel."""
        values = {**self.values, **changed}
        kept = {name: value for name, value in values.items() if value}
        return replace(self, values=kept, after="", before="", open=None)

    def to(self, **changed: str) -> str:
        """Address with some filters changed."""
        return self.with_values(**changed).url()

    def cleared(self) -> str:
        """Address without filters, but for the ones with tabs."""
        tabbed = {name for f in self.spec.filters if f.tabbed for name in f.names}
        return self.to(**{name: "" for name in self.values if name not in tabbed})

    def sorted_by(self, sort: str) -> str:
        """Address in another order, from its first page."""
        return replace(self, sort=sort, after="", before="", open=None).url()

    def page(self, *, after: str = "", before: str = "") -> str:
        """Address of another page."""
        return replace(self, after=after, before=before, open=None).url(page=True)


def read_address(spec: ListSpec, query: QueryDict, *, blank: str = "?") -> ListAddress:
    """Read a query string; what cannot be is left out, several fields of one name become one value."""
    values: dict[str, str] = {}
    for f in spec.filters:
        for name in f.names:
            value = _value(f, name, query)
            if value:
                values[name] = value
    sort = query.get("sort", "")
    after, before = query.get("after", "")[:LONGEST], query.get("before", "")[:LONGEST]
    return ListAddress(
        spec=spec,
        values=values,
        sort=sort if sort in spec.sorts else spec.default_sort,
        columns=_columns(spec, query),
        after=after,
        before="" if after else before,
        open=read_uuid(query.get("open", "")),
        blank=blank,
        ignored=_ignored(spec, query, values),
    )


def _ignored(spec: ListSpec, query: QueryDict, values: Mapping[str, str]) -> tuple[str, ...]:
    """Names that mean nothing here, and values that a filter or the order does not have; at most a few, cut short."""
    names = {name for f in spec.filters for name in f.names}
    free = {"cols", *PAGE_NAMES, *OTHER_NAMES}
    found = []
    for name in query:
        texts = [text for text in query.getlist(name) if text.strip()]
        known = name in free or (name == "sort" and texts and texts[-1] in spec.sorts)
        if not texts or known or (name in names and _all_read(spec, name, texts, values.get(name, ""))):
            continue
        found.append(f"{name}={','.join(texts)}"[:MOST_SAID].replace("\x00", "�"))
    return tuple(found[:MOST_IGNORED])


def _all_read(spec: ListSpec, name: str, texts: list[str], value: str) -> bool:
    """Whether everything asked of one filter was understood; of several words, each."""
    f = next(f for f in spec.filters if name in f.names)
    if f.kind != Kind.CHOICES:
        return bool(value)
    asked = {part for text in texts for part in text.split(",") if part}
    return len(asked) <= len(value.split(",")) if value else False


def _columns(spec: ListSpec, query: QueryDict) -> tuple[str, ...]:
    chosen = {part for text in query.getlist("cols") for part in text.split(",")}
    known = tuple(c.slug for c in spec.columns if c.fixed or c.slug in chosen)
    offered = {c.slug for c in spec.columns}
    return known if chosen & offered else spec.default_columns


def _value(f: Filter, name: str, query: QueryDict) -> str:
    texts = [text.strip()[:2000] for text in query.getlist(name) if "\x00" not in text]
    if f.kind == Kind.CHOICES:
        return _several(f, texts)
    text = texts[-1][:LONGEST] if texts else ""
    if f.kind == Kind.TEXT:
        return text
    if f.kind == Kind.FLAG:
        return "1" if text else ""
    if f.kind == Kind.DATES:
        day = read_day(text)
        return day.isoformat() if day else ""
    if f.kind == Kind.NUMBERS:
        number = _number(text)
        return "" if number is None else f"{number.normalize():f}"
    return _one(f, text)


def _several(f: Filter, texts: list[str]) -> str:
    asked = list(dict.fromkeys(part for text in texts for part in text.split(",")))[:MOST_WORDS]
    known = [_one(f, part) for part in asked]
    return ",".join(dict.fromkeys(part for part in known if part))


def _one(f: Filter, text: str) -> str:
    if f.ids:
        return str(read_uuid(text) or "")
    return text if text in {slug for slug, _ in f.options} else ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > MOST_NUMBER or (number and number.adjusted() < -6):
        return None
    return number
