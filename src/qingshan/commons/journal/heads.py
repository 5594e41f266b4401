"""A matter's own row against its last entry, and the state tables of higher rooms against both (现状与留痕相符).

Higher rooms say which table holds the present state of their kind of matter (`StateTable`); the journal compares it and
knows nothing else of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qingshan.domain.journal import Break

_COPIES = ("number", "division", "unit_id")
"""What a matter's row repeats of its last entry; entries of form 2 also name the second unit."""
_SECOND_UNIT = "also_unit_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTable:
    """The table that holds the present state of one kind of matter; its ``id`` is the matter's.

    ``payload`` and ``ledger``: fields of the last entry, and of its ledger, with the column that must say the same.
    Names come from code.
    """

    kind: str
    label: str
    table: str
    payload: Mapping[str, str]
    ledger: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A matter's own row: end of its chain, and everything that must agree with the last entry."""

    matter_id: str
    seq: int
    hash: str
    told: Mapping[str, Any]

    @classmethod
    def of(cls, matter_id: str, seq: str, head_hash: str, told: str) -> "Head":
        """From the row that `head_query` and its caller read."""
        return cls(matter_id=matter_id, seq=int(seq), hash=head_hash, told=json.loads(told))

    @property
    def number(self) -> str:
        """Number of the matter as it stands in its row."""
        return str(self.told["number"] or "")

    @property
    def where(self) -> str:
        """The matter as it is named to people."""
        return f"事项 {self.number}（{self.matter_id}）" if self.number else f"事项 {self.matter_id}"


def head_query(tables: Sequence[StateTable]) -> tuple[str, list[str]]:
    """Statement and values that give ``id`` and ``told`` (JSON text) of each matter."""
    states = ["CASE h.kind"] if tables else ["NULL::json"]
    joins = []
    values: list[str] = []
    for number, table in enumerate(tables):
        columns = sorted({*table.payload.values(), *table.ledger.values()})
        pairs = ", ".join(f"'{column}', s{number}.{column}::text" for column in columns)
        states.append(f"WHEN %s THEN CASE WHEN s{number}.id IS NOT NULL THEN json_build_object({pairs}) END")
        joins.append(f" LEFT JOIN {table.table} s{number} ON s{number}.id = h.id")
        values.append(table.kind)
    state = " ".join([*states, "END"] if tables else states)
    told = (
        "json_build_object('kind', h.kind, 'number', h.number, 'division', h.division, 'unit_id', h.unit_id,"
        f" 'also_unit_id', h.also_unit_id, 'state', {state})::text"
    )
    return f"SELECT h.id, {told} AS told FROM journal_matter h{''.join(joins)}", values  # noqa: S608 - names of code


def check_head(
    head: Head, *, last: tuple[int, str], payload: Mapping[str, Any], tables: Mapping[str, StateTable]
) -> Iterable[Break]:
    """What is broken at the end of a chain whose last entry has this number, hash and payload."""
    if (head.seq, head.hash) != last:
        yield Break(where=head.where, what=f"链尾应为第 {head.seq} 条，实为第 {last[0]} 条（末尾被删改）")
        return
    for name in (*_COPIES, _SECOND_UNIT) if _SECOND_UNIT in payload else _COPIES:
        if payload.get(name) != head.told[name]:
            yield Break(
                where=head.where,
                what=f"事项的 {name} 与末条记录不符：{head.told[name]!r} ≠ {payload.get(name)!r}",
            )
    table = tables.get(str(head.told["kind"]))
    if table is not None:
        yield from _check_state(head, payload, table)


def _check_state(head: Head, payload: Mapping[str, Any], table: StateTable) -> Iterable[Break]:
    state = head.told["state"]
    if state is None:
        yield Break(where=head.where, what=f"有留痕而没有{table.label}（现状被删除）")
        return
    ledger = payload.get("ledger")
    for fields, source in ((table.payload, payload), (table.ledger, ledger if isinstance(ledger, dict) else {})):
        for name, column in fields.items():
            if (state[column] or "") != (source.get(name) or ""):
                what = f"{table.label}的 {column} 与末条记录不符：{state[column]!r} ≠ {source.get(name)!r}"
                yield Break(where=head.where, what=what)
