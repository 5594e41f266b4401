"""Chains of entries: every kind of tampering with one is found and named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.journal import GENESIS, StoredEntry, canonical, check_chain, entry_hash

COLUMNS = ("matter_id", "seq", "act", "actor")


def chain(matter: str, length: int) -> list[StoredEntry]:
    """A good chain."""
    entries: list[StoredEntry] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        columns: dict[str, str | int | None] = {"matter_id": matter, "seq": seq, "act": f"act{seq}", "actor": "演示甲"}
        payload = canonical({**columns, "ledger": {"n": seq}})
        own = entry_hash(previous, payload)
        entries.append(
            StoredEntry(matter_id=matter, seq=seq, payload=payload, previous_hash=previous, hash=own, columns=columns)
        )
        previous = own
    return entries


GOOD = [*chain("m1", 3), *chain("m2", 1), *chain("m3", 5)]


def found(entries: list[StoredEntry]) -> list[str]:
    """What is broken, with the place."""
    return [f"{b.where}：{b.what}" for b in check_chain(entries)]


def changed(index: int, **changes: object) -> list[StoredEntry]:
    """The good chains with one entry changed."""
    copy = list(GOOD)
    copy[index] = replace(copy[index], **changes)  # type: ignore[arg-type]
    return copy


def test_good_chains_are_good() -> None:
    assert found(GOOD) == []
    assert found([]) == []


def test_an_altered_payload_is_named() -> None:
    forged = GOOD[1].payload.replace('"n":2', '"n":9')
    assert found(changed(1, payload=forged)) == ["事项 m1 第 2 条：内容与哈希不符（内容被改动）"]


def test_an_altered_payload_with_its_hash_made_to_fit_breaks_the_link_behind_it() -> None:
    forged = GOOD[1].payload.replace('"n":2', '"n":9')
    fitted = changed(1, payload=forged, hash=entry_hash(GOOD[1].previous_hash, forged))
    assert found(fitted) == ["事项 m1 第 3 条：与上一条的哈希不相接"]


@pytest.mark.parametrize("column", ["act", "actor", "seq"])
def test_an_altered_column_is_named(column: str) -> None:
    columns = {**GOOD[6].columns, column: 99 if column == "seq" else "x"}
    [problem] = found(changed(6, columns=columns))
    assert problem.startswith(f"事项 m3 第 3 条：列 {column} 与已签内容不符")


def test_a_deleted_entry_leaves_a_gap() -> None:
    assert found(GOOD[:5] + GOOD[6:]) == ["事项 m3 第 3 条：序号断开：应为第 2 条（有记录被删除或插入）"]


def test_a_deleted_first_entry_leaves_a_gap() -> None:
    assert found(GOOD[1:])[0] == "事项 m1 第 2 条：序号断开：应为第 1 条（有记录被删除或插入）"


def test_an_inserted_entry_is_found() -> None:
    extra = replace(GOOD[1], seq=2)
    assert "序号断开" in found([*GOOD[:2], extra, *GOOD[2:]])[0]


def test_two_exchanged_entries_are_found() -> None:
    assert len(found([GOOD[1], GOOD[0], *GOOD[2:]])) >= 2


def test_a_wrong_previous_hash_is_found() -> None:
    problems = found(changed(1, previous_hash=GENESIS))
    assert problems == ["事项 m1 第 2 条：与上一条的哈希不相接", "事项 m1 第 2 条：内容与哈希不符（内容被改动）"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "7"])
def test_a_payload_that_is_no_record_is_named_not_a_crash(text: str) -> None:
    problems = found(changed(0, payload=text))
    assert any("JSON" in p or "内容不是记录" in p for p in problems)


@given(st.integers(0, len(GOOD) - 1), st.data())
def test_any_change_of_any_text_is_found(index: int, data: st.DataObject) -> None:
    entry = GOOD[index]
    name = data.draw(st.sampled_from(["payload", "previous_hash", "hash"]))
    text = str(getattr(entry, name))
    spot = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("0123456789abcdef山").filter(lambda c: c != text[spot]))
    assert found(changed(index, **{name: text[:spot] + letter + text[spot + 1 :]}))


@given(st.sets(st.integers(0, len(GOOD) - 1), min_size=1, max_size=4))
def test_any_missing_entries_before_a_kept_one_are_found(gone: set[int]) -> None:
    kept = [e for n, e in enumerate(GOOD) if n not in gone]
    last_kept = {e.matter_id: e.seq for e in kept}
    inner = [GOOD[n] for n in gone if GOOD[n].seq < last_kept.get(GOOD[n].matter_id, 0)]
    assert bool(found(kept)) == bool(inner)


def test_a_rewritten_chain_is_consistent_in_itself() -> None:
    """Only a seal or a printed root finds this: the chain alone cannot."""
    forged: list[StoredEntry] = []
    previous = GENESIS
    for entry in GOOD[:3]:
        payload = canonical({**json.loads(entry.payload), "ledger": {"n": 0}})
        forged.append(replace(entry, payload=payload, previous_hash=previous, hash=entry_hash(previous, payload)))
        previous = forged[-1].hash
    assert found(forged) == []
    assert forged[-1].hash != GOOD[2].hash
