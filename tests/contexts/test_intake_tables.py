"""Tables (Excel, CSV) become leads: every way to write a position, every bad row refused with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.contexts.leads.public import IntakeResult, Lead
from tests import cast
from tests.support.intake_tables import dms, metres, text, workbook
from tests.support.making import World


def rows_of(world: World, result: IntakeResult) -> dict[int, BatchRow]:
    with world.seeing_all():
        return {row.row_no: row for row in BatchRow.objects.filter(batch_id=result.batch_id)}


def leads_of(world: World, result: IntakeResult) -> list[Lead]:
    with world.seeing_all():
        return list(Lead.objects.select_related("unit").filter(batch_id=result.batch_id).order_by("number"))


def counts(result: IntakeResult) -> tuple[int, int, int, int]:
    return result.received, result.accepted, result.duplicate, result.rejected


def take(world: World, content: bytes, name: str = "图斑.xlsx", **options: Any) -> IntakeResult:
    return world.take_in(content, file_name=name, **options)


HEAD = ("图斑编号", "经度", "纬度", "图斑类型", "面积（亩）", "备注")


def near(lead: Lead, lon: float, lat: float, metres_off: float = 0.5) -> bool:
    return abs(lead.centre.x - lon) < metres_off / 88_000 and abs(lead.centre.y - lat) < metres_off / 111_000


@pytest.mark.clause("三-1-2①b")
def test_a_workbook_with_a_title_and_totals_becomes_leads(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    content = workbook(
        {
            "图斑": [
                ["演示县疑似图斑清单（虚构）"],
                HEAD,
                ["A1", x, y, "CK", 1.5, "演示"],
                [None] * 6,
                ["Ａ２", dms(x + 0.002), dms(y), "CK", "２．５", ""],
                ["合计", None, None, None, 4.0, None],
            ]
        },
        merged={"图斑": ["A1:F1"]},
    )
    result = take(world, content)
    assert counts(result) == (2, 2, 0, 0)
    first, second = leads_of(world, result)
    assert (first.source_no, second.source_no) == ("A1", "A2")
    assert near(first, x, y)
    assert near(second, x + 0.002, y)
    assert first.declared_area_m2 is not None
    assert abs(float(first.declared_area_m2) - 1000) < 0.1
    assert first.area_m2 is None
    with world.seeing_all():
        assert Batch.objects.get(id=result.batch_id).preview["table"]["skipped"] == [
            {"sheet": "图斑", "row": 6, "reason": "合计行"}
        ]
