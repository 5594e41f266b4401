"""Making many invented matters out of some (合成数据翻倍): the database copies what `seeding` made, chains and all.

A lead with its acts takes Python milliseconds; a million entries would take it an hour. Copies differ from their
originals in keys and numbers only: they lie at the same places, name the same batches and the same encrypted persons.
Their entries are hashed anew, so that every chain holds. Needs the superuser of a private cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from bench.seed_writing import MARK
from qingshan.config import cluster

MOST_LEADS, MOST_CASES = 9_999, 999
"""Originals beyond which a copy's number, its own in front of the original's, would not be new."""
TABLES = (
    "leads_lead", "leads_source", "leads_dispatch", "leads_verification", "leads_verificationphoto", "leads_recheck",
    "files_fileuse", "cases_case", "cases_track", "cases_trackstep", "cases_acceptance", "cases_cityreport",
    "cases_cityreportitem", "cases_citycheck", "cases_cityanswer", "cases_closeout",
)  # fmt: skip
JOURNAL = ("journal_entry", "journal_matter")
_SHARED = {"batch_id", "campaign_id", "unit_id", "also_unit_id", "supervising_unit_id", "file_id", "account_id"}
_NUMBERED = ("number", "_no", "key", "search", "title", "payload")
_PREFIXES = tuple(
    f"{name}{before}{{year}}{after}{zero}"
    for before, after in (("〔", "〕"), (" ", " "))
    for name, zero in (("元线", "0"), ("元采", "0"), ("元采验", "0"), ("元采销", "0"), ("元采报", ""))
)
"""What stands before the digits that tell copies apart, as written and as it is searched."""
_CHAIN = """
CREATE OR REPLACE FUNCTION bench_link(before text, payload text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(before || E'\\n' || payload, 'UTF8')), 'hex');
DROP AGGREGATE IF EXISTS bench_chain(text);
CREATE AGGREGATE bench_chain(text) (SFUNC = bench_link, STYPE = text, INITCOND = '{genesis}');
"""
_ENTRIES = """
WITH made AS (
  INSERT INTO journal_entry ({columns})
  SELECT {taken} FROM (
    SELECT x.*, bench_chain(payload) OVER (PARTITION BY matter_id ORDER BY seq) AS own
    FROM (SELECT {values} FROM journal_entry WHERE matter_id::text LIKE '%{mark}') x
  ) y WINDOW w AS (PARTITION BY matter_id ORDER BY seq)
  RETURNING matter_id, seq, hash
)
INSERT INTO journal_matter ({matter_columns}) SELECT {matter_values} FROM (
  SELECT {matter_copied} FROM journal_matter WHERE id::text LIKE '%{mark}'
) m JOIN made ON made.matter_id = m.id AND made.seq = m.seq
"""
GENESIS = "0" * 64


def copy_matters(copies: int, *, year: int) -> None:
    """Make ``copies`` of every lead and case that `seeding.seed` made."""
    if copies < 1:
        return
    with cluster.connect("qingshan") as superuser:
        superuser.execute(_CHAIN.format(genesis=GENESIS))
        shapes = {table: _columns(superuser, table) for table in (*TABLES, *JOURNAL)}
    with _without_indexes([*TABLES, *JOURNAL]), ThreadPoolExecutor(2) as two:
        list(two.map(lambda first: _copy(range(first, copies + 1, 2), shapes, year), (1, 2)))
    with cluster.connect("qingshan") as superuser:
        superuser.execute("UPDATE base_counter SET value = %s WHERE value < %s", [(copies + 1) * 10_000] * 2)
        superuser.execute("DROP AGGREGATE bench_chain(text); DROP FUNCTION bench_link(text, text)")


def _columns(superuser: Any, table: str) -> list[tuple[str, str]]:
    return list(
        superuser.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [table],
        )
    )


def _copy(numbers: Sequence[int], shapes: dict[str, list[tuple[str, str]]], year: int) -> None:
    with cluster.connect("qingshan") as superuser:
        superuser.execute("SET synchronous_commit = off")
        superuser.execute("SET session_replication_role = replica")  # keys and triggers held with the originals
        superuser.execute("SET work_mem = '256MB'")
        superuser.execute("SET enable_nestloop = off")  # nothing is known yet of what is being made
        for number in numbers:
            with superuser.transaction():
                for table in TABLES:
                    superuser.execute(_plain_copy(table, shapes[table], number, year))
                superuser.execute(_journal_copy(shapes, number, year))


def _plain_copy(table: str, shape: Sequence[tuple[str, str]], number: int, year: int) -> str:
    names = ", ".join(name for name, _ in shape)
    given = {"grams": "grams"} if "number" not in {name for name, _ in shape} else {}
    values = ", ".join(given.get(name) or _value(name, kind, number, year) for name, kind in shape)
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id::text LIKE '%{MARK}'"  # noqa: S608


def _journal_copy(shapes: dict[str, list[tuple[str, str]]], number: int, year: int) -> str:
    entry, matter = shapes["journal_entry"], shapes["journal_matter"]
    taken = {"hash": "own", "previous_hash": f"lag(own, 1, '{GENESIS}') OVER w"}
    return _ENTRIES.format(
        mark=MARK,
        columns=", ".join(name for name, _ in entry),
        taken=", ".join(taken.get(name, name) for name, _ in entry),
        values=", ".join(f"{_value(name, kind, number, year)} AS {name}" for name, kind in entry),
        matter_columns=", ".join(name for name, _ in matter),
        matter_values=", ".join("made.hash" if name == "head_hash" else f"m.{name}" for name, _ in matter),
        matter_copied=", ".join(f"{_value(name, kind, number, year)} AS {name}" for name, kind in matter),
    )


def _value(name: str, kind: str, number: int, year: int) -> str:
    """The expression that makes a column of a copy."""
    if kind == "uuid":
        return name if name in _SHARED else f"replace({name}::text, '{MARK}', '{_mark(number)}')::uuid"
    if name == "grams":
        return f"grams || qs_grams(qs_plain({_value('number', 'text', number, year)}))"
    if kind in ("text", "character varying") and name.endswith(_NUMBERED):
        made = f"replace({name}, '{MARK}', '{_mark(number)}')" if name == "payload" else name
        for prefix in _PREFIXES if name != "payload" else _PREFIXES[:5]:
            old = prefix.format(year=year)
            made = f"replace({made}, '{old}', '{old.removesuffix('0') if prefix.endswith('0') else old}{number}')"
        return made
    return name


def _mark(number: int) -> str:
    return f"{MARK[:4]}{number:04x}"


@contextmanager
def _without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Indexes that hold no key are made anew afterwards, which is faster than to keep them up."""
    query = (
        "SELECT indexname, indexdef FROM pg_indexes JOIN pg_class c ON c.relname = indexname"
        " JOIN pg_index i ON i.indexrelid = c.oid WHERE tablename = ANY(%s) AND NOT i.indisunique"
    )
    with cluster.connect("qingshan") as superuser:
        found = list(superuser.execute(query, [list(tables)]))
        for name, _ in found:
            superuser.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        _run_all([statement for _, statement in found])


def _run_all(statements: Sequence[str]) -> None:
    """Half of them in each of two connections."""

    def run(own: Sequence[str]) -> None:
        with cluster.connect("qingshan") as superuser:
            superuser.execute("SET maintenance_work_mem = '512MB'")
            superuser.execute("SET max_parallel_maintenance_workers = 0")
            for statement in own:
                superuser.execute(statement)

    with ThreadPoolExecutor(2) as two:
        list(two.map(run, (statements[::2], statements[1::2])))
