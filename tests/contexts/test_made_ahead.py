"""Work in a process of its own: pieces in order, its errors here, its end with the block."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from qingshan.commons.base.ahead import PieceMakerLost, made_ahead
from qingshan.geo.features import ReadError


def _numbers(upto: int) -> Iterator[tuple[int, int]]:
    for number in range(upto):
        yield number, os.getpid()


def test_pieces_come_in_order_from_another_process() -> None:
    with made_ahead(lambda: _numbers(500)) as pieces:
        found = list(pieces)
    assert [number for number, _ in found] == list(range(500))
    assert {pid for _, pid in found}.isdisjoint({os.getpid()})


def test_what_goes_wrong_there_is_raised_here_with_its_advice() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ReadError("第 2 行损坏", "请重新导出")

    with made_ahead(broken) as pieces:
        assert next(pieces) == 1
        with pytest.raises(ReadError) as told:
            next(pieces)
    assert (told.value.message, told.value.advice) == ("第 2 行损坏", "请重新导出")


def test_an_error_that_cannot_travel_is_told_by_its_text() -> None:
    def broken() -> Iterator[int]:
        class Local(Exception):
            pass

        yield 1
        raise Local("只在这里")

    with made_ahead(broken) as pieces, pytest.raises(RuntimeError, match="只在这里"):
        list(pieces)


def test_a_killed_process_is_noticed() -> None:
    def killed() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    with made_ahead(killed) as pieces, pytest.raises(PieceMakerLost):
        list(pieces)


def test_leaving_early_ends_it() -> None:
    with made_ahead(lambda: _numbers(10_000_000)) as pieces:
        _, pid = next(pieces)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
