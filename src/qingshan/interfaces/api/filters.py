"""Filters and orders of the lists: those of the pages, under the same names, so that a saved view works here too.

Several words of one filter stand behind each other with commas; an unknown word of a closed list is refused.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from django.db.models import Model
from django.http import QueryDict
from ninja import Field, Schema
from pydantic import AfterValidator, ValidationError, WithJsonSchema

from qingshan.commons.base.paging import Key as PageKey
from qingshan.commons.base.paging import Sort, read_key
from qingshan.contexts.cases.public import CASE_SORTS, CaseFilter
from qingshan.contexts.leads.public import LEAD_SORTS, LeadFilter
from qingshan.domain.case import CaseState
from qingshan.domain.lead import LeadState, Verdict
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Day, QueryAmount, QuerySwitch, Short

Q = TypeVar("Q", bound="ListQuery")
MOST_WORDS = 60
NOT_OF_THE_VIEW = frozenset({"after", "before", "open"})


def split(text: str) -> tuple[str, ...]:
    """Words of a filter, each once."""
    return tuple(dict.fromkeys(part for part in text.split(",") if part))


def _words_of(known: Iterable[str]) -> Callable[[str], str]:
    offered = tuple(known)

    def check(text: str) -> str:
        unknown = [word for word in split(text) if word not in offered]
        if unknown:
            raise ValueError(f"没有“{unknown[0]}”，可用：{'、'.join(offered)}")
        return text

    return check


def _few(text: str) -> str:
    if len(split(text)) > MOST_WORDS:
        raise ValueError(f"最多 {MOST_WORDS} 项")
    return text


def _one_id(text: str) -> str:
    if "," in text:
        raise ValueError("只能填一个 UUID")
    return _units(text)


def _units(text: str) -> str:
    try:
        for word in split(_few(text)):
            UUID(word)
    except ValueError:
        raise ValueError("须为单位的 UUID，几个之间用英文逗号隔开") from None
    return text


def _one_of(known: Iterable[str]) -> Callable[[str], str]:
    offered = tuple(known)

    def check(text: str) -> str:
        if text not in offered:
            raise ValueError(f"没有这种排序，可用：{'、'.join(offered)}")
        return text

    return check


Words = Annotated[str, Field(max_length=2000), AfterValidator(_few)]
LeadStates = Annotated[str, Field(max_length=400), AfterValidator(_words_of(s.value for s in LeadState))]
CaseStates = Annotated[str, Field(max_length=400), AfterValidator(_words_of(s.value for s in CaseState))]
Verdicts = Annotated[str, Field(max_length=400), AfterValidator(_words_of(v.value for v in Verdict))]
UnitKeys = Annotated[str, Field(max_length=2400), AfterValidator(_units)]
OneUuid = Annotated[str, Field(max_length=36), AfterValidator(_one_id)]
Division = Annotated[str, Field(pattern=r"^[0-9]{0,12}$")]
Place = Annotated[str, Field(max_length=200)]
LeadSort = Annotated[
    str, AfterValidator(_one_of(LEAD_SORTS)), WithJsonSchema({"type": "string", "enum": list(LEAD_SORTS)})
]
CaseSort = Annotated[
    str, AfterValidator(_one_of(CASE_SORTS)), WithJsonSchema({"type": "string", "enum": list(CASE_SORTS)})
]


class ListQuery(Schema):
    """What both lists have: days and areas as ranges, both ends included, words to look for."""

    unit: UnitKeys = ""
    village: Division = ""
    overdue: QuerySwitch = False
    due_from: Day | None = None
    due_to: Day | None = None
    area_min: QueryAmount | None = None
    area_max: QueryAmount | None = None
    q: Short = ""

    def common(self) -> dict[str, Any]:
        """Filters that both lists have, as the selectors take them."""
        return {
            "units": tuple(UUID(word) for word in split(self.unit)),
            "village": self.village,
            "overdue": self.overdue,
            "due_from": self.due_from,
            "due_to": self.due_to,
            "area_min": self.area_min,
            "area_max": self.area_max,
            "text": self.q,
        }


class LeadView(ListQuery):
    """A view of the leads: filters and order."""

    state: LeadStates = ""
    channel: Words = ""
    direction: Literal["from_above", "from_below", ""] = ""
    batch: OneUuid = ""
    received_from: Day | None = None
    received_to: Day | None = None
    verdict: Verdicts = ""
    ledger: Literal["yes", "no", ""] = ""
    active: QuerySwitch = False
    sort: LeadSort = "newest"

    def filter(self) -> LeadFilter:
        """The filter as the selectors take it."""
        return LeadFilter(
            states=split(self.state),
            channels=split(self.channel),
            direction=self.direction,
            verdicts=split(self.verdict),
            batch_id=UUID(self.batch) if self.batch else None,
            active=self.active,
            has_case={"yes": True, "no": False}.get(self.ledger),
            received_from=self.received_from,
            received_to=self.received_to,
            **self.common(),
        )


class LeadQuery(LeadView):
    """A page of a view."""

    after: Place = ""


class CaseView(ListQuery):
    """A view of the cases: filters and order."""

    state: CaseStates = ""
    category: Words = ""
    subcode: Words = ""
    opened_from: Day | None = None
    opened_to: Day | None = None
    reopened: QuerySwitch = False
    sort: CaseSort = "newest"

    def filter(self) -> CaseFilter:
        """The filter as the selectors take it."""
        return CaseFilter(
            states=split(self.state),
            categories=split(self.category),
            subcodes=split(self.subcode),
            reopened=self.reopened,
            opened_from=self.opened_from,
            opened_to=self.opened_to,
            **self.common(),
        )


class CaseQuery(CaseView):
    """A page of a view."""

    after: Place = ""


def place_of(model: type[Model], sort: Sort, text: str) -> PageKey | None:
    """Where a page begins; refuses what is no ``next`` of this order."""
    if not text:
        return None
    key = read_key(model, sort, text) if "\x00" not in text else None
    if key is None:
        raise one_fault("query", "after", "须为同一排序上一页给出的 next", code="key")
    return key


def view_of(kind: type[Q], text: str, field: str) -> Q:
    """A view written as a query string ("state=dispatched&overdue=1"), as lists and saved views have it."""
    query = QueryDict(text.removeprefix("?"))
    given = {name: query.get(name, "") for name in query if name not in NOT_OF_THE_VIEW | {"cols"}}
    unknown = [name for name in given if name not in kind.model_fields]
    if unknown or any(len(query.getlist(name)) > 1 for name in given):
        name = unknown[0] if unknown else "，".join(given)
        raise one_fault("body", field, f"列表没有这个筛选条件，或它出现两次：{name[:60]}", code="extra_forbidden")
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        raise one_fault("body", field, f"{'.'.join(map(str, first['loc']))}：{said}", code="view") from None
