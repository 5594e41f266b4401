"""One search (查找) over everything the caller may see."""

from typing import Annotated, Literal

from ninja import Field, Query, Router, Schema

from qingshan.commons.inbox.selectors import batches_named
from qingshan.commons.people.selectors import units_found
from qingshan.commons.places.selectors import divisions_found
from qingshan.commons.search.grams import question
from qingshan.contexts.cases.public import search_cases
from qingshan.contexts.leads.public import search_leads
from qingshan.domain.roles import BATCH_READERS, MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.faults import one_fault
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["查找"])
SEARCH = Spec(scope="leads:read", roles=MATTER_ROLES)
MOST = 20
"""Hits of one kind; the kind's own list has the rest (``q``)."""


class SearchQuery(Schema):
    """What is looked for: numbers, names of places, companies, papers; any two characters."""

    q: Annotated[str, Field(min_length=1, max_length=80)]


class HitOut(Answer):
    """One thing that was found; ``key`` is its id, or the slug of a unit, or the code of a place."""

    kind: Literal["lead", "case", "batch", "unit", "place"]
    key: str
    number: str
    title: str
    state: str


class HitsOut(Answer):
    """What was found, by kind, newest matters first."""

    hits: list[HitOut]


@operation(router, "GET", "/search", SEARCH, summary="查找", answer=HitsOut)
def search(request: ApiRequest, filters: Query[SearchQuery]) -> HitsOut:
    """At most twenty of each kind that the caller may see; cases need the scope ``cases:read``, batches theirs."""
    text, scopes = filters.q.strip(), request.token.scopes
    if question(text) is None:
        raise one_fault("query", "q", "没有可查找的文字", code="nothing_to_find")
    hits = [
        HitOut(kind="lead", key=str(lead.id), number=lead.number, title=lead.title, state=lead.state)
        for lead in search_leads(request.viewer, text, MOST)
    ]
    if "cases:read" in scopes:
        hits += [
            HitOut(kind="case", key=str(c.id), number=c.number, title=c.title, state=c.state)
            for c in (found.case for found in search_cases(request.viewer, text, MOST))
        ]
    if "batches:read" in scopes and request.viewer.roles & BATCH_READERS:
        hits += [
            HitOut(kind="batch", key=str(b.id), number="", title=b.name, state=b.state)
            for b in batches_named(text, MOST)
        ]
    hits += [HitOut(kind="unit", key=u.slug, number="", title=u.name, state="") for u in units_found(text, MOST)]
    hits += [
        HitOut(kind="place", key=d.code, number=d.code, title=d.name, state="") for d in divisions_found(text, MOST)
    ]
    return HitsOut(hits=hits)
