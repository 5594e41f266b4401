"""Row security: in plain SQL as the app's role everybody reads his own rows only, and nobody without a scope reads any.

Who should see what is written down here anew, from posts and places, not taken from the application's own policies.
"""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.sql import SQL, Identifier

from qingshan.commons.people.models import Unit
from qingshan.contexts.cases.public import visible_cases
from qingshan.contexts.leads.public import visible_leads
from tests import cast
from tests.cast import Member
from tests.support.making import World
from tests.support.scopes import WHOLE, Scene

SCOPING = (
    "matter_id",
    "lead_id",
    "case_id",
    "division",
    "batch_id",
    "track_id",
    "report_id",
    "check_row_id",
    "file_id",
)
EXEMPT = {
    "base_calendarday": "the calendar is everybody's",
    "base_numberblock": "numbers set aside for an import, no facts",
    "base_counter": "numbers given out, no facts",
    "base_oncekey": "ids that forms brought, with digests, no facts",
    "campaigns_campaign": "the campaign is public",
    "campaigns_planversion": "the plan is public",
    "people_unit": "the directory is everybody's; its division_id places a unit",
    "people_post": "the directory is everybody's",
    "people_holding": "the directory is everybody's",
    "people_person": "the directory is everybody's",
    "people_account": "sign-ins are looked up before there is a scope",
    "places_area": "areas are public",
    "places_division": "divisions are public",
    "leads_pairsweep": "how far a search has come, no facts",
}
OPEN_TABLES = ("django_", "axes_", "auth_", "procrastinate_", "spatial_ref_sys")
"""Tables of the frame, without facts of matters."""


def rows(statement: LiteralString, *values: UUID) -> list[tuple[Any, ...]]:
    """Rows of a plain query under the scope that is set."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def own_tables() -> dict[str, tuple[bool, bool, set[str]]]:
    """Every table of ours: row security on, forced, and its columns."""
    found = rows(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, array_agg(a.attname::text) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY c.oid"
    )
    return {name: (on, forced, set(columns)) for name, on, forced, columns in found if not name.startswith(OPEN_TABLES)}


def test_every_table_is_scoped_and_forced_unless_a_reason_is_written_here(db: None) -> None:
    bare = {name for name, (on, forced, _) in own_tables().items() if not (on and forced)}
    assert bare == set(EXEMPT)


def test_no_table_that_belongs_to_a_matter_is_exempt(db: None) -> None:
    assert [name for name in EXEMPT if own_tables()[name][2] & set(SCOPING)] == []


def test_every_scoped_table_has_a_policy_for_every_command(db: None) -> None:
    policies = dict(
        rows("SELECT tablename::text, max(cmd) FROM pg_policies WHERE permissive = 'PERMISSIVE' GROUP BY 1")
    )
    scoped = {name for name, (on, _, _) in own_tables().items() if on}
    assert scoped == set(policies)


@pytest.fixture
def scene(world: World) -> Scene:
    """Matters of several places."""
    return Scene(world)


@pytest.mark.clause("三-1-3①a")
def test_each_member_sees_exactly_his_own_matters(scene: Scene, subtests: pytest.Subtests) -> None:
    """The village, its township and the county read the same lead; the other township does not."""
    for member in cast.EVERYBODY:
        leads, cases = scene.expected(member)
        with subtests.test(member.username), scene.world.seeing(member):
            assert {row[0] for row in rows("SELECT id FROM leads_lead")} == leads
            assert {row[0] for row in rows("SELECT id FROM cases_case")} == cases
            assert {row[0] for row in rows("SELECT id FROM journal_matter")} == leads | cases
            assert {row[0] for row in rows("SELECT matter_id FROM journal_entry")} == leads | cases
            assert {row[0] for row in rows("SELECT matter_id FROM journal_personalvalue")} == cases
            assert {row[0] for row in rows("SELECT lead_id FROM leads_source")} == leads
            assert {row[0] for row in rows("SELECT lead_id FROM leads_dispatch")} == leads
            assert {row[0] for row in rows("SELECT lead_id FROM leads_verification")} <= leads
            assert {row[0] for row in rows("SELECT case_id FROM cases_track")} == cases
            assert {row[0] for row in rows("SELECT matter_id FROM files_fileuse")} <= leads | cases
            batches = 5 if member.role in WHOLE and member is not cast.STRANGER else 0
            assert rows("SELECT count(*) FROM inbox_batch") == [(batches,)]
            assert rows("SELECT count(*) FROM inbox_batchrow") == [(batches,)]


def test_what_hangs_on_a_matter_is_seen_with_it(scene: Scene) -> None:
    case = scene.cases[0]
    expected = {"cases_trackstep": 10, "cases_acceptance": 1, "cases_cityreport": 1, "cases_cityreportitem": 1}
    for member, sees in ((cast.TOWNSHIP_OFFICER, True), (cast.OTHER_TOWNSHIP_OFFICER, False), (cast.STRANGER, False)):
        with scene.world.seeing(member):
            for table, count in expected.items():
                with connection.cursor() as cursor:
                    cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))
                    assert cursor.fetchone() == (count if sees else 0,), (table, member.username)
            files = rows("SELECT count(*) FROM files_storedfile f JOIN files_fileuse u ON u.file_id = f.id"
                         " WHERE u.matter_id = %s", case.id)  # fmt: skip
            assert (files[0][0] > 0) == sees


def test_without_a_scope_every_scoped_table_is_empty(scene: Scene) -> None:
    for name, (on, _, _) in own_tables().items():
        if not on or name == "journal_seal":  # roots of seals are printed and hung up
            continue
        with connection.cursor() as cursor:
            cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(name)))
            assert cursor.fetchone() == (0,), name
    assert scene.world.count_entries() > 0


def test_an_upload_is_its_owners_until_it_is_used(world: World) -> None:
    file_id = world.paper(cast.TOWNSHIP_OFFICER)
    for member, sees in ((cast.TOWNSHIP_OFFICER, 1), (cast.SECOND_TOWNSHIP_OFFICER, 0), (cast.BUREAU_LEADER, 0)):
        with world.seeing(member):
            assert rows("SELECT count(*) FROM files_storedfile WHERE id = %s", file_id) == [(sees,)]


FOREIGN_WRITES: tuple[LiteralString, ...] = (
    "UPDATE leads_lead SET title = 'x' WHERE id = %(lead)s",
    "UPDATE journal_matter SET number = 'x' WHERE id = %(lead)s",
    "DELETE FROM leads_source WHERE lead_id = %(lead)s",
    "UPDATE cases_case SET title = 'x' WHERE id = %(case)s",
)
SMUGGLED: tuple[LiteralString, ...] = (
    (
        "INSERT INTO leads_source (id, lead_id, channel, key, geometry_digest)"
        " VALUES (gen_random_uuid(), %(lead)s, 'c', 'k', '')"
    ),
    (
        "INSERT INTO journal_matter (id, kind, number, division, unit_id, seq, head_hash, partition)"
        " VALUES (gen_random_uuid(), 'lead', 'x', '130132208201', %(unit)s, 0, '', 'open')"
    ),
    (
        "INSERT INTO cases_track (id, case_id, kind, required, steps, complete)"
        " VALUES (gen_random_uuid(), %(case)s, 'k', false, 0, false)"
    ),
    "UPDATE leads_lead SET unit_id = %(unit)s WHERE id = %(own)s",
    (
        "INSERT INTO files_fileuse (id, file_id, matter_id, purpose, label, used_at)"
        " VALUES (gen_random_uuid(), %(file)s, %(lead)s, 'x', '', now())"
    ),
    (
        "INSERT INTO inbox_batch (id, name, channel, file_id, file_name, sha256, crs, state, problem, preview,"
        " received, accepted, duplicate, rejected, dispatch, division, created_by_text, created_at)"
        " VALUES (gen_random_uuid(), 'n', 'c', gen_random_uuid(), '', '', '', 'received', '', '{}', 0, 0, 0, 0, true,"
        " '130132', '', now())"
    ),
)


def test_nobody_writes_into_another_township(scene: Scene) -> None:
    with scene.world.seeing_all():
        unit = Unit.objects.get(slug=cast.HEISHUIHE).id
    values = {
        "lead": scene.leads[1].id, "case": scene.cases[1].id, "own": scene.leads[0].id, "unit": unit,
        "file": scene.world.paper(cast.TOWNSHIP_OFFICER),
    }  # fmt: skip
    with scene.world.seeing(cast.TOWNSHIP_OFFICER), connection.cursor() as cursor:
        for statement in FOREIGN_WRITES:
            cursor.execute(statement, values)
            assert cursor.rowcount == 0, statement
        for statement in SMUGGLED:
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                cursor.execute(statement, values)


@pytest.mark.parametrize("member", [cast.TOWNSHIP_OFFICER, cast.BUREAU_LEADER, cast.AUDIT_ADMIN])
def test_nobody_but_the_system_seals(world: World, member: Member) -> None:
    statement = (
        "INSERT INTO journal_seal (id, partition, number, day, until, entries, previous_root, root, algorithm, reason)"
        " VALUES (gen_random_uuid(), 'open', 1, now(), now(), 0, '', '', '', '')"
    )
    refused = pytest.raises(DatabaseError, match="row-level security")
    with world.seeing(member), connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(statement)


def test_the_scope_ends_with_its_transaction(transactional_db: None, world: World) -> None:
    world.make_lead()
    with world.seeing(cast.BUREAU_OFFICER):
        assert rows("SELECT count(*) FROM leads_lead") == [(1,)]
    assert rows("SELECT count(*) FROM leads_lead") == [(0,)]


def test_the_application_offers_what_row_security_lets_through(scene: Scene) -> None:
    """The two ways to say it agree: `visible_to` in Python and the policies in the database."""
    for member in cast.EVERYBODY:
        leads, cases = scene.expected(member)
        viewer = scene.world.viewer(member)
        with scene.world.seeing_all():
            assert set(visible_leads(viewer).values_list("id", flat=True)) == leads, member.username
            assert set(visible_cases(viewer).values_list("id", flat=True)) == cases, member.username
