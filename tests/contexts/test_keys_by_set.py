"""Keys of the bulk tables: no row without its target, no target deleted that a row names; held for whole statements."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from qingshan.commons.base.ids import new_id
from qingshan.commons.base.scope import system_scope
from tests.support.making import World

COLUMNS = (
    ("leads_lead", "unit_id"),
    ("leads_lead", "campaign_id"),
    ("leads_source", "lead_id"),
    ("leads_dispatch", "lead_id"),
    ("leads_dispatch", "unit_id"),
    ("journal_matter", "unit_id"),
    ("journal_matter", "also_unit_id"),
    ("journal_entry", "matter_id"),
    ("inbox_batchrow", "batch_id"),
)


def _others(table: str, column: str) -> str:
    """The other columns of a table that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> ALL(%s)",
            [table, ["id", column, "number", "key", "seq", "search", "grams"]],
        )
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_key_without_a_constraint_is_looked_up(table: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O' AND tgname IN (%s, %s)",
            [table, f"{table}_{column}_added", f"{table}_{column}_moved"],
        )
        assert cursor.fetchone()[0] == 2


def test_a_lead_cannot_be_copied_to_a_unit_that_does_not_exist(world: World) -> None:
    lead = world.make_lead()
    others = _others("leads_lead", "unit_id")
    copy = (
        f"INSERT INTO leads_lead (id, number, unit_id, {others})"  # noqa: S608 - our own columns
        f" SELECT gen_random_uuid(), 'X-' || n, CASE n WHEN 3 THEN %s ELSE unit_id END, {others}"
        " FROM leads_lead, generate_series(1, 3) n WHERE id = %s"
    )
    with system_scope(), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="people_unit"), transaction.atomic():
            cursor.execute(copy, [new_id(), lead.id])
        cursor.execute(copy, [lead.unit_id, lead.id])
        assert cursor.rowcount == 3


def test_a_lead_cannot_be_moved_to_a_unit_that_does_not_exist(world: World) -> None:
    lead = world.make_lead()
    with system_scope(), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="people_unit"), transaction.atomic():
            cursor.execute("UPDATE leads_lead SET unit_id = %s WHERE id = %s", [new_id(), lead.id])
        cursor.execute("UPDATE leads_lead SET unit_id = unit_id WHERE id = %s", [lead.id])
        assert cursor.rowcount == 1


@pytest.mark.parametrize("scope", ["", "on"])
def test_what_a_row_names_cannot_be_deleted_whoever_sees_the_row(world: World, scope: str) -> None:
    lead = world.make_lead()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('qingshan.system', %s, true)", [scope])
        with pytest.raises(IntegrityError, match="people_unit"), transaction.atomic():
            cursor.execute("DELETE FROM people_unit WHERE id = %s", [lead.unit_id])
        cursor.execute("SELECT current_setting('qingshan.system', true)")
        assert cursor.fetchone()[0] == scope
