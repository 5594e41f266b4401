"""How every lead stood at a moment, as one query of the completeness proof (核查闭环证明的取数).

A lead on which nothing was recorded after the moment stands as its row says, for `verify` holds row and last entry
equal. All others (moved since, handed on since, row gone) are read from their last entry by then. For the present
moment hardly any lead is of the second kind; for a moment long past nearly all are, and the rows are not asked at all.
A lead that was handed out of the viewer's sight since is not lost: its matter has gone with it.
"""

from datetime import datetime

from django.db import connection

from qingshan.commons.journal.selectors import fields_as_of

FIELDS = ("state", "verdict", "channel", "direction", "batch", "source_no", "title", "township")
RELATED = ("parent", "merged_into")
MANY = 2_000
"""Entries recorded after the moment, above which the journal alone is asked."""
_NAMES = (*FIELDS, *RELATED)
_ENTRIES = f"""
  SELECT e.matter_id, e.number, l.batch_id,
    l.id IS NOT NULL OR NOT EXISTS (SELECT FROM journal_matter m WHERE m.id = e.matter_id) AS stored,
    coalesce(u.name, e.unit) AS unit, {", ".join(f"e.{name}" for name in _NAMES)}
  FROM ({{entries}}) e LEFT JOIN leads_lead l ON l.id = e.matter_id LEFT JOIN people_unit u ON u.id = e.unit_id
"""  # noqa: S608 - parts of one query, no values
_BY_ENTRIES = f"last AS MATERIALIZED ({_ENTRIES.format(entries=fields_as_of((*_NAMES, 'unit')))})"
_APART = "SELECT matter_id FROM moved UNION ALL SELECT matter_id FROM standing WHERE NOT stored"
_BY_ROWS = f"""
moved AS MATERIALIZED (
  SELECT e.matter_id FROM journal_entry e WHERE e.recorded_at > %(moment)s
  UNION SELECT t.matter_id FROM journal_tenure t WHERE t.until > %(moment)s
),
standing AS MATERIALIZED (
  SELECT m.id AS matter_id, m.number, l.batch_id, l.id IS NOT NULL AS stored, coalesce(u.name, '') AS unit,
    l.state, l.verdict, l.channel, l.direction, l.batch_name AS batch, l.source_no, l.title,
    l.township_name AS township, l.parent_id::text AS parent, l.merged_into_id::text AS merged_into
  FROM journal_matter m LEFT JOIN leads_lead l ON l.id = m.id LEFT JOIN people_unit u ON u.id = l.unit_id
  WHERE m.kind = %(kind)s AND NOT EXISTS (SELECT FROM moved WHERE moved.matter_id = m.id)
),
otherwise AS MATERIALIZED ({_ENTRIES.format(entries=fields_as_of((*_NAMES, "unit"), only=_APART))}),
last AS (SELECT * FROM standing WHERE stored UNION ALL SELECT * FROM otherwise)
"""  # noqa: S608 - parts of one query, no values
_STANDS = """
WITH {last},
mains AS MATERIALIZED (
  SELECT matter_id, state FROM last
  WHERE matter_id IN (SELECT merged_into::uuid FROM last WHERE merged_into IS NOT NULL)
),
stands AS (
  SELECT last.*, mains.state AS main_state FROM last LEFT JOIN mains ON mains.matter_id = last.merged_into::uuid
)
"""


def leads_at(moment: datetime) -> str:
    """The head of a query in which ``stands`` holds every lead in scope; parameters: ``moment``, ``kind`` (lead).

    Call `wait_for_writers` first.
    """
    return _STANDS.format(last=_BY_ENTRIES if _much_since(moment) else _BY_ROWS)


def _much_since(moment: datetime) -> bool:
    """Whether much was recorded after the moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # eighty thousand leads are joined without being laid on disk
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM journal_entry WHERE recorded_at > %s LIMIT %s) later", [moment, MANY + 1]
        )
        return int(cursor.fetchone()[0]) > MANY
