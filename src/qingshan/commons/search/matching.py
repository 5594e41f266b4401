"""Asking a searched table: a condition for its query set."""

from typing import TypeVar

from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from qingshan.commons.search.grams import question

M = TypeVar("M", bound=Model)


def matching(rows: "QuerySet[M]", text: str) -> "QuerySet[M]":
    """Rows whose searched text holds every word of ``text`` (none for marks alone, all for nothing)."""
    if not text.strip():
        return rows
    asked = question(text)
    if asked is None:
        return rows.none()
    table = rows.model._meta.db_table  # noqa: SLF001 - the model's public description
    # The second comparison follows from the first almost always; said plainly, the planner would multiply the two, take
    # a common word for a rare one and sort every row that holds it.
    condition = f'"{table}".grams @@ %s::tsquery AND CASE WHEN "{table}".search LIKE ALL(%s) THEN true ELSE false END'
    asked_for = [asked.vector, asked.likes]
    return rows.filter(RawSQL(condition, asked_for, output_field=BooleanField()))  # noqa: S611 - values are parameters
