"""Tables (Excel, CSV) become leads: every way to write a position, every bad row refused with what to do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest

from qingshan.commons.files.foreign_tables import read_foreign_tables
from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.contexts.leads.public import IntakeResult, Lead, mended_rows
from qingshan.geo.features import ReadError
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


def test_positions_in_every_way_of_writing_come_to_the_same_place(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    east, north = metres(x, y)
    ways: dict[str, tuple[Sequence[str], Sequence[object]]] = {
        "one cell with letters": (("编号", "坐标"), ("W1", f"{x:.6f}E {y:.6f}N")),
        "one cell, sexagesimal": (("编号", "经纬度"), ("W2", f"东经{dms(x)}，北纬{dms(y)}")),
        "north first": (("编号", "经度", "纬度"), ("W3", y, x)),
        "metres with zone": (("编号", "横坐标", "纵坐标"), ("W4", east, north)),
        "survey order": (("编号", "X坐标", "Y坐标"), ("W5", north, east)),
        "full width": (("编号", "经度", "纬度"), ("W6", _wide(f"{x:.6f}"), _wide(f"{y:.6f}"))),
    }
    for said, (head, row) in ways.items():
        result = take(world, workbook({"表": [head, row]}), crs="")
        assert counts(result) == (1, 1, 0, 0), said
        assert near(leads_of(world, result)[0], x, y), said
    with world.seeing_all():
        turned = Lead.objects.get(source_no="W3")
        assert "填反" in turned.notes


def _wide(text_: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in text_)


def test_corner_lists_become_patches(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    ring = [(x, y), (x + 0.001, y), (x + 0.001, y + 0.001), (x, y + 0.001), (x, y)]
    listed = [["图斑编号", "点号", "X坐标", "Y坐标"]]
    listed += [["P1", f"J{n % 4 + 1}", metres(*corner)[1], metres(*corner)[0]] for n, corner in enumerate(ring)]
    listed += [["P2", "J1", "坏", 1], ["P2", "J2", 2, 2]]
    result = take(world, workbook({"界址点": listed}))
    assert counts(result) == (2, 1, 0, 1)
    [lead] = leads_of(world, result)
    assert lead.area_m2 is not None
    assert 9_000 < lead.area_m2 < 10_500
    assert "“X坐标”的值“坏”不是坐标" in rows_of(world, result)[7].reason
    one_cell = ";".join(f"{a:.6f},{b:.6f}" for a, b in ring)
    result = take(world, workbook({"表": [["编号", "界址点坐标"], ["P3", one_cell]]}))
    assert abs(float(leads_of(world, result)[0].area_m2 or 0) - float(lead.area_m2)) < 5


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("gb18030", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("utf-16", ",")],
)
def test_text_tables_of_every_encoding_and_separator(world: World, encoding: str, separator: str) -> None:
    x, y = world.place_of(cast.SUCUN)
    content = text([("编号", "经度", "纬度", "备注"), ("T1", x, y, "演示\ufeff备注")], separator).encode(encoding)
    result = take(world, content, "表.csv")
    assert counts(result) == (1, 1, 0, 0)
    assert leads_of(world, result)[0].description == "演示备注"


def test_rows_without_a_position_are_placed_by_their_words_and_marked(world: World) -> None:
    content = workbook(
        {
            "信访": [
                ("信访编号", "乡镇", "村", "反映内容", "受理时间", "举报人", "联系电话"),
                ("X1", "苏村乡", "", "夜间有人挖砂（演示）", "2024年7月25日", "演示·某甲", "13800000000"),
                ("X2", "不存在镇", "", "演示", "2024.7.25", "演示·某乙", ""),
                ("X3", "苏村乡", "", "演示", "2030-01-01", "", ""),
                ("X4", "苏村乡", "", "演示", "去年", "", ""),
            ]
        }
    )
    result = take(world, content, channel="petition")
    assert counts(result) == (4, 1, 0, 3)
    [lead] = leads_of(world, result)
    assert (lead.precision, lead.unit.slug, lead.source_no) == ("township", cast.SUCUN, "X1")
    assert lead.discovered_at.astimezone(cast.ZONE).date().isoformat() == "2024-07-25"
    assert lead.description == "夜间有人挖砂（演示）"
    assert "没有坐标" in lead.notes
    kept = str(lead.attributes) + str([row.attributes for row in rows_of(world, result).values()])
    assert "某甲" not in kept
    assert "13800000000" not in kept
    reasons = {row.source_no: row.reason for row in rows_of(world, result).values()}
    assert "不存在镇" in reasons["X2"]
    assert "晚于现在" in reasons["X3"]
    assert "“受理时间”的值“去年”不是日期" in reasons["X4"]


def test_doubtful_rows_are_refused_to_the_row(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    content = workbook(
        {
            "表": [
                ("编号", "经度", "纬度", "备注"),
                ("D1", x, y, "一"),
                ("D1", x + 0.001, y, "同号不同处"),
                ("D2", x, "", "缺一个"),
                ("D3", 3.85e7, y, "米和度混写"),
                ("D4", 0, 0, "零"),
                ("D5", x, y + 9, "县外"),
                ("D6", x + 0.002, y, "锟斤拷"),
            ]
        }
    )
    result = take(world, content)
    assert counts(result) == (7, 1, 0, 6)
    reasons = {row.row_no: row.reason for row in rows_of(world, result).values()}
    assert "与本文件第 2 行重复而图形不同" in reasons[3]
    assert "“纬度”没有填" in reasons[4]
    assert "一个像经纬度、一个像米制坐标" in reasons[5]
    assert "没有坐标，也没有写乡镇" in reasons[6]
    assert "不在本县" in reasons[7]
    assert "乱码" in reasons[8]


def test_refused_rows_come_back_mended_as_the_supplement(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    first = take(world, workbook({"表": [("编号", "经度", "纬度"), ("S1", x, y), ("S2", "坏", y), ("S3", "坏", y)]}))
    with world.seeing_all():
        parent = Batch.objects.get(id=first.batch_id)
        refused = parent.preview["refused_file"]
        assert refused["rows"] == 2
        [sheet] = read_foreign_tables(path_of(refused["sha256"]), "拒收.xlsx", known=["编号"])
        rows = [dict(row.cells) for row in sheet.rows() if not row.not_row]
    assert [row["原行号"] for row in rows] == [3, 4]
    assert "不是坐标" in str(rows[0]["拒收原因"])
    rows[0]["经度"] = f"{x + 0.001:.6f}"
    content = workbook({"清单": [list(rows[0]), *[list(row.values()) for row in rows]]})
    second = world.take_in(content, file_name="拒收.xlsx", supplements=parent)
    assert counts(second) == (2, 1, 0, 1)
    with world.seeing_all():
        assert mended_rows(parent.id) == {3}


def test_a_workbook_with_macros_and_a_garbled_text_are_refused_as_a_whole(world: World) -> None:
    plain = io.BytesIO(workbook({"表": [("编号", "经度", "纬度")]}))
    with zipfile.ZipFile(plain, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"not a project")
    with pytest.raises(ReadError, match="宏"):
        take(world, plain.getvalue(), "带宏.xlsm")
    garbled = "编号,经度,纬度,备注说明文字很长一些\n".encode("gb18030").decode("latin-1") * 3
    with pytest.raises(ReadError, match="乱码"):
        take(world, garbled.encode(), "表.csv")
