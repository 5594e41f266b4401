"""The database refuses to change, delete or empty what was recorded: to the app and to the owner of the tables."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.sealing import make_seal
from tests.support.making import World

CHANGES = (
    "UPDATE journal_entry SET actor = 'x'",
    "UPDATE journal_entry SET payload = payload",
    "DELETE FROM journal_entry",
    "UPDATE journal_seal SET reason = 'x'",
    "DELETE FROM journal_seal",
    "DELETE FROM journal_matter",
    "UPDATE journal_personalvalue SET field = 'x'",
    "DELETE FROM journal_personalvalue",
)
EMPTYINGS = (
    "TRUNCATE journal_entry",
    "TRUNCATE journal_seal",
    "TRUNCATE journal_personalvalue",
    "TRUNCATE journal_matter CASCADE",
)


def worked(world: World) -> None:
    """A case and a seal."""
    world.make_case(upto="open")
    with world.seeing_all():
        make_seal(now=world.clock.now, day=world.clock.today(), reason="测试")


@pytest.mark.clause("一-3")
def test_the_app_is_refused(world: World) -> None:
    worked(world)
    with world.seeing_all(), connection.cursor() as cursor:
        for statement in (*CHANGES, *EMPTYINGS):
            refused = pytest.raises(DatabaseError, match=r"办理留痕只能追加|permission denied")
            with refused, transaction.atomic():
                cursor.execute(statement)
    assert world.count_entries() > 0


def test_the_owner_is_refused(world: World, owner: psycopg.Connection[tuple[Any, ...]]) -> None:
    worked(world)
    owner.execute("SET qingshan.system = 'on'")
    for statement in (*CHANGES, *EMPTYINGS):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="办理留痕只能追加"):
            owner.execute(statement.encode())
    with system_scope():
        assert world.count_entries() > 0
