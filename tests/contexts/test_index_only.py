"""Counts and tiles over every matter are read from an index alone, which must hold what row security asks for."""

import pytest
from django.db import connection

_MISSING = """
SELECT a.attname FROM pg_policy p
JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refobjid = p.polrelid
JOIN pg_attribute a ON a.attrelid = p.polrelid AND a.attnum = d.refobjsubid
WHERE d.refobjsubid > 0 AND p.polrelid = %s::regclass AND a.attname NOT IN (
  SELECT i.attname FROM pg_attribute i WHERE i.attrelid = %s::regclass
)
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "index"),
    [
        ("leads_lead", "lead_counts"),
        ("leads_lead", "lead_map_cell"),
        ("cases_case", "case_counts"),
        ("cases_case", "case_map_cell"),
    ],
)
def test_an_index_holds_every_column_of_the_scope(table: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [table, index])
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM pg_policy WHERE polrelid = %s::regclass", [table])
        assert cursor.fetchone()[0] > 0
