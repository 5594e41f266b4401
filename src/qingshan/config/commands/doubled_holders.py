"""Before the rule of one open holder a post comes into force: what an earlier release allowed is settled (一岗一人).

Of several open holdings of one post the newest stays; the older end on the day before it. The ending is written before
the tables are migrated, the entries in the journal after: a note of what was ended lies between, so that a migration
that breaks off loses nothing.
"""

from __future__ import annotations

from typing import Any

import click

REASON = "升级时发现同一职务有多人在任，较早的一任截至继任前一日；如有不符请由权限管理员更正"
_EARLIER = (
    "SELECT to_regclass('people_holding') IS NOT NULL AND NOT EXISTS (SELECT FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = 'people_holding' AND column_name = 'kind')"
)
_NOTE = "CREATE TABLE IF NOT EXISTS people_ended_by_upgrade (holding_id uuid PRIMARY KEY)"
_END = (
    "WITH ranked AS (SELECT id, row_number() OVER newest AS place, first_value(since) OVER newest AS next_since"
    " FROM people_holding WHERE until IS NULL"
    " WINDOW newest AS (PARTITION BY post_id ORDER BY since DESC, id DESC)),"
    " ended AS (UPDATE people_holding h SET until = greatest(h.since, r.next_since - 1) FROM ranked r"
    " WHERE r.id = h.id AND r.place > 1 RETURNING h.id)"
    " INSERT INTO people_ended_by_upgrade SELECT id FROM ended"
)
_NOTED = "SELECT to_regclass('people_ended_by_upgrade') IS NOT NULL"


def end_doubled_holders() -> None:
    """End the older ones, in a database from before the rule; does nothing in any other."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if _one(cursor, _EARLIER):
            cursor.execute(_NOTE)
            cursor.execute(_END)


def note_ended_holders() -> None:
    """Write what was ended into the journal, one entry per person, and take the note away."""
    from django.db import connection

    from qingshan.commons.base.clock import server_clock
    from qingshan.commons.base.scope import set_scope
    from qingshan.commons.journal.services import act_transaction
    from qingshan.commons.people.viewer import Acting, system_viewer

    with act_transaction(), connection.cursor() as cursor:
        if not _one(cursor, _NOTED):
            return
        set_scope(system=True)
        cursor.execute("SELECT holding_id FROM people_ended_by_upgrade")
        ended = [row[0] for row in cursor.fetchall()]
        if ended:
            _record(ended, Acting(viewer=system_viewer("升级程序"), clock=server_clock(), door="cli"))
            click.echo(f"同一职务多人在任的，已截止较早的 {len(ended)} 任并留痕；请权限管理员核对")
        cursor.execute("DROP TABLE people_ended_by_upgrade")


def _record(ended: list[Any], acting: Any) -> None:
    from qingshan.commons.accounts.recording import post_text, record_on_persons
    from qingshan.commons.people.models import Holding

    said: dict[Any, dict[str, str]] = {}
    rows = Holding.objects.filter(id__in=ended).select_related("post__unit").order_by("since", "id")
    for row in rows:
        if row.until is None:
            raise LookupError("a holding that was ended has its last day")
        of = said.setdefault(row.person_id, {"post": "", "until": "", "reason": REASON})
        of["post"] = "、".join(filter(None, (of["post"], post_text(row))))
        of["until"] = "、".join(filter(None, (of["until"], row.until.isoformat())))
    Holding.objects.filter(id__in=ended).update(end_reason=REASON)
    record_on_persons(act="person.end_post", acting=acting, details=said)


def _one(cursor: Any, question: str) -> bool:
    cursor.execute(question)
    return bool(cursor.fetchone()[0])
