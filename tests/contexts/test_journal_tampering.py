"""What a superuser with triggers off does to the journal is found and named by `qingshan journal verify`.

Each test really commits: a case worked over two sealed days, tampered with on a connection of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.sql import SQL, Composed, Identifier

from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.sealing import make_seal
from qingshan.contexts.cases.public import Case
from qingshan.domain.journal import GENESIS, canonical, entry_hash, seal_root
from qingshan.interfaces.cli.journal import command
from tests.support.making import World

TABLES = ("journal_matter", "journal_entry", "journal_seal", "journal_personalvalue", "cases_case")
Superuser = psycopg.Connection[tuple[Any, ...]]
pytestmark = pytest.mark.usefixtures("transactional_db")


def _on(statement: LiteralString, table: str) -> Composed:
    """A statement on a table of the journal and its kept copy."""
    return SQL(statement).format(own=Identifier(table), kept=Identifier(f"kept_{table}"))


@dataclass(frozen=True, slots=True)
class Scene:
    """A case, the roots that were printed, and the connection that tampers."""

    case: Case
    printed: list[tuple[str, str]]
    superuser: Superuser

    def run(self, *arguments: str) -> Result:
        """Run the command."""
        return CliRunner().invoke(command, ["verify", *arguments])

    def do(self, statement: str, *values: object) -> None:
        """One statement; it must touch something."""
        assert self.superuser.execute(statement.encode(), values).rowcount > 0, statement

    def entry(self, seq: int) -> dict[str, Any]:
        """One entry of the case."""
        row = self.superuser.execute(
            "SELECT id, payload, hash, previous_hash, recorded_at FROM journal_entry WHERE matter_id = %s AND seq = %s",
            [self.case.id, seq],
        ).fetchone()
        assert row is not None
        return dict(zip(("id", "payload", "hash", "previous_hash", "recorded_at"), row, strict=True))

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Keep the tables of the journal and put them back afterwards; renewing the database costs seconds."""
        for table in TABLES:
            self.superuser.execute(_on("CREATE TABLE {kept} AS TABLE {own}", table))
        try:
            yield
        finally:
            for table in TABLES:
                self.superuser.execute(_on("DELETE FROM {own}", table))
                columns = SQL(", ").join(self._columns(table))
                restore = SQL("INSERT INTO {} ({}) SELECT {} FROM {}")
                own, kept = Identifier(table), Identifier(f"kept_{table}")
                self.superuser.execute(restore.format(own, columns, columns, kept))
                self.superuser.execute(_on("DROP TABLE {kept}", table))

    def _columns(self, table: str) -> list[Identifier]:
        """Columns that are stored as given; generated ones make themselves."""
        rows = self.superuser.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return [Identifier(name) for (name,) in rows]

    @property
    def last(self) -> int:
        """Number of the case's last entry."""
        row = self.superuser.execute("SELECT seq FROM journal_matter WHERE id = %s", [self.case.id]).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def scene(transactional_db: None, world: World, superuser: Superuser) -> Scene:
    """Two days of work, each sealed; triggers of the tampering connection are off."""
    printed = []
    case = world.make_case(upto="tracks")
    for upto in (lambda: world.accept(case), lambda: world.report(case)):
        printed.append(seal(world))
        world.clock.tick(days=1)
        upto()
    superuser.execute("SET session_replication_role = replica")
    return Scene(case=case, printed=printed, superuser=superuser)


def seal(world: World) -> tuple[str, str]:
    """Seal the day; returns what is printed."""
    with system_scope():
        made = make_seal(now=world.clock.now, day=world.clock.today(), reason="每日封签")
    return made.day.isoformat(), made.root


def test_an_untouched_journal_is_whole_and_the_printed_root_agrees(scene: Scene) -> None:
    result = scene.run("--printed", *scene.printed[0])
    assert result.exit_code == 0, result.output
    assert "不符 0 处" in result.output
    assert "封签 2 个" in result.output
    assert "一致" in result.output
    assert json.loads(scene.run("--json").output)["ok"] is True


def test_a_wrong_printed_root_or_day_is_told(scene: Scene) -> None:
    day, root = scene.printed[1]
    wrong = scene.run("--printed", day, "0" * 64)
    assert wrong.exit_code == 1
    assert root in wrong.output
    assert "不一致" in wrong.output
    assert scene.run("--printed", day, root.upper()).exit_code == 0
    assert "没有封签" in scene.run("--printed", "2024-01-01", root).output
    assert scene.run("--printed", "1. August", root).exit_code == 2


def alter_payload(scene: Scene) -> str:
    """Change a word of a payload."""
    scene.do(
        "UPDATE journal_entry SET payload = replace(payload, 'unlicensed', 'licensed_pit') WHERE matter_id = %s"
        " AND seq = 2",
        scene.case.id,
    )
    return "第 2 条：内容与哈希不符"


def alter_payload_and_hash(scene: Scene) -> str:
    """Change a payload and make its own hash fit."""
    entry = scene.entry(2)
    payload = entry["payload"].replace("unlicensed", "licensed_pit")
    scene.do(
        "UPDATE journal_entry SET payload = %s, hash = %s WHERE id = %s",
        payload,
        entry_hash(entry["previous_hash"], payload),
        entry["id"],
    )
    return "第 3 条：与上一条的哈希不相接"


def alter_actor(scene: Scene) -> str:
    """Put another name beside the payload."""
    scene.do("UPDATE journal_entry SET actor = '演示·别人' WHERE matter_id = %s AND seq = 1", scene.case.id)
    return "第 1 条：列 actor 与已签内容不符"


def back_date(scene: Scene) -> str:
    """Move the recorded moment."""
    scene.do(
        "UPDATE journal_entry SET recorded_at = recorded_at - interval '3 days' WHERE matter_id = %s AND seq = 1",
        scene.case.id,
    )
    return "列 recorded_at 与已签内容不符"


def delete_entry(scene: Scene) -> str:
    """Take an entry out of the middle."""
    scene.do("DELETE FROM journal_entry WHERE matter_id = %s AND seq = 3", scene.case.id)
    return "第 4 条：序号断开：应为第 3 条"


def delete_tail(scene: Scene) -> str:
    """Take the last entry away."""
    scene.do("DELETE FROM journal_entry WHERE matter_id = %s AND seq = %s", scene.case.id, scene.last)
    return f"链尾应为第 {scene.last} 条，实为第 {scene.last - 1} 条"


def delete_chain(scene: Scene) -> str:
    """Take every entry of the case away."""
    scene.do("DELETE FROM journal_entry WHERE matter_id = %s", scene.case.id)
    return "有链头而没有记录"


def delete_matter(scene: Scene) -> str:
    """Take the matter away, so that nobody's scope holds its entries."""
    scene.do("DELETE FROM journal_matter WHERE id = %s", scene.case.id)
    return "有记录而没有事项"


def insert_back_dated(scene: Scene) -> str:
    """Copy an entry in with an earlier moment and a number of its own."""
    scene.do(
        "INSERT INTO journal_entry (id, seq, acted_at, recorded_at, matter_id, act_id, act, act_version, account_id,"
        " actor, door, payload, previous_hash, hash, algorithm) SELECT gen_random_uuid(), %s,"
        " acted_at - interval '9 days', recorded_at - interval '9 days', matter_id, act_id, act, act_version,"
        " account_id, actor, door, payload, previous_hash, hash, algorithm FROM journal_entry"
        " WHERE matter_id = %s AND seq = 2",
        scene.last + 1,
        scene.case.id,
    )
    return f"第 {scene.last + 1} 条"


def move_matter(scene: Scene) -> str:
    """Move the case out of the county's sight."""
    scene.do("UPDATE journal_matter SET division = '130129100' WHERE id = %s", scene.case.id)
    return "事项的 division 与末条记录不符"


def show_to_another_department(scene: Scene) -> str:
    """Let another unit see the case."""
    scene.do(
        "UPDATE journal_matter SET also_unit_id = (SELECT id FROM people_unit WHERE slug = 'transport') WHERE id = %s",
        scene.case.id,
    )
    return "事项的 also_unit_id 与末条记录不符"


def alter_state(scene: Scene) -> str:
    """Let the case stand further on than its acts brought it."""
    scene.do("UPDATE cases_case SET state = 'city_passed' WHERE id = %s", scene.case.id)
    return "台账问题的 state 与末条记录不符：'city_passed' ≠ 'reported'"


def alter_number(scene: Scene) -> str:
    """Give the case another number."""
    scene.do("UPDATE cases_case SET number = '元采〔2024〕9999' WHERE id = %s", scene.case.id)
    return "台账问题的 number 与末条记录不符"


def delete_state(scene: Scene) -> str:
    """Take the case itself away and leave its journal."""
    scene.do("DELETE FROM cases_case WHERE id = %s", scene.case.id)
    return "有留痕而没有台账问题"


def alter_personal(scene: Scene) -> str:
    """Exchange the ciphertext of a personal value."""
    scene.do(
        "UPDATE journal_personalvalue SET ciphertext = 'x' WHERE matter_id = %s AND field = 'party'", scene.case.id
    )
    return "被改动"


def delete_personal(scene: Scene) -> str:
    """Take a personal value away."""
    scene.do("DELETE FROM journal_personalvalue WHERE matter_id = %s AND field = 'party'", scene.case.id)
    return "已不在"


def alter_seal(scene: Scene) -> str:
    """Write another root into a seal."""
    scene.do("UPDATE journal_seal SET root = %s WHERE number = 1", "0" * 64)
    return "封签 第 1 号"


def delete_seal(scene: Scene) -> str:
    """Take the first seal away."""
    scene.do("DELETE FROM journal_seal WHERE number = 1")
    return "封签 第 2 号"


TAMPERINGS = (
    alter_payload,
    alter_payload_and_hash,
    alter_actor,
    back_date,
    delete_entry,
    delete_tail,
    delete_chain,
    delete_matter,
    insert_back_dated,
    move_matter,
    show_to_another_department,
    alter_state,
    alter_number,
    delete_state,
    alter_personal,
    delete_personal,
    alter_seal,
    delete_seal,
)


def test_tampering_is_found_and_named(scene: Scene, subtests: pytest.Subtests) -> None:
    for tamper in TAMPERINGS:
        with subtests.test(tamper.__name__), scene.restored():
            expected = tamper(scene)
            result = scene.run()
            assert result.exit_code == 1
            assert expected in result.output
            told_by_number = "封签" not in expected and "没有事项" not in expected
            assert not told_by_number or scene.case.number in result.output
            assert json.loads(scene.run("--json").output)["ok"] is False
    assert scene.run().exit_code == 0, "restored"


def rewrite_chain(scene: Scene) -> None:
    """Write the whole chain of the case anew, with every hash and its head made to fit."""
    previous = GENESIS
    for seq in range(1, scene.last + 1):
        entry = scene.entry(seq)
        payload = json.loads(entry["payload"])
        payload["ledger"]["category"] = "licensed_pit"
        text = canonical(payload)
        own = entry_hash(previous, text)
        scene.do(
            "UPDATE journal_entry SET payload = %s, previous_hash = %s, hash = %s WHERE id = %s",
            text,
            previous,
            own,
            entry["id"],
        )
        previous = own
    scene.do("UPDATE journal_matter SET head_hash = %s WHERE id = %s", previous, scene.case.id)
    scene.do("UPDATE cases_case SET category = 'licensed_pit' WHERE id = %s", scene.case.id)


def rewrite_seals(scene: Scene) -> None:
    """Compute every seal anew from the entries as they now stand."""
    previous = GENESIS
    seals = scene.superuser.execute("SELECT id, after, until FROM journal_seal ORDER BY number").fetchall()
    for seal_id, after, until in seals:
        rows = scene.superuser.execute(
            "SELECT hash FROM journal_entry WHERE recorded_at > coalesce(%s::timestamptz, '-infinity')"
            " AND recorded_at <= %s ORDER BY recorded_at, id",
            [after, until],
        ).fetchall()
        root = seal_root(previous, [row[0] for row in rows])
        scene.do("UPDATE journal_seal SET previous_root = %s, root = %s WHERE id = %s", previous, root, seal_id)
        previous = root


def test_a_chain_rewritten_from_end_to_end_is_found_by_its_seals(scene: Scene) -> None:
    rewrite_chain(scene)
    result = scene.run()
    assert result.exit_code == 1
    lines = [line for line in result.output.splitlines() if line.startswith("  ")]
    assert len(lines) == 2
    assert all("封签" in line and "根值不符" in line for line in lines)


def test_seals_rewritten_as_well_are_found_only_by_the_printed_root(scene: Scene) -> None:
    rewrite_chain(scene)
    rewrite_seals(scene)
    assert scene.run().exit_code == 0, "the database alone cannot know"
    for day, root in scene.printed:
        result = scene.run("--printed", day, root)
        assert result.exit_code == 1
        assert "记录在打印之后被改动" in result.output


def test_entries_of_the_first_form_are_read_as_they_are(scene: Scene) -> None:
    """Entries from before the second unit was named: no ``form``, no ``also_unit_id``; their chain still holds."""
    previous = GENESIS
    for seq in range(1, scene.last + 1):
        entry = scene.entry(seq)
        payload = {k: v for k, v in json.loads(entry["payload"]).items() if k not in ("form", "also_unit_id")}
        text = canonical(payload)
        own = entry_hash(previous, text)
        scene.do(
            "UPDATE journal_entry SET payload = %s, previous_hash = %s, hash = %s WHERE id = %s",
            text, previous, own, entry["id"],
        )  # fmt: skip
        previous = own
    scene.do("UPDATE journal_matter SET head_hash = %s WHERE id = %s", previous, scene.case.id)
    rewrite_seals(scene)
    assert scene.run().exit_code == 0
