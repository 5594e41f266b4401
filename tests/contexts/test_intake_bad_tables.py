"""Tables that are hard or hostile (坏表格): read rightly, or refused with row, field, value and what to do."""

import io
import zipfile

import pytest
from openpyxl import load_workbook

from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.contexts.leads.public import IntakeResult, Lead
from qingshan.geo.features import ReadError
from tests import cast
from tests.support.intake_tables import text, workbook
from tests.support.making import World

HEAD = ("图斑编号", "经度", "纬度", "发现时间", "备注")


def take(world: World, content: bytes, name: str = "表.xlsx") -> IntakeResult:
    return world.take_in(content, file_name=name)


def rows_of(world: World, result: IntakeResult) -> dict[int, BatchRow]:
    with world.seeing_all():
        return {row.row_no: row for row in BatchRow.objects.filter(batch_id=result.batch_id)}


def outcomes(world: World, result: IntakeResult) -> list[str]:
    return [row.outcome for _, row in sorted(rows_of(world, result).items())]


@pytest.mark.clause("三-1-2①b")
def test_a_formula_without_its_result_is_told_and_not_read_as_empty(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    rows = [(*HEAD, "附加"), ("F1", x, y, "", "", "=1+1"), ("F2", "=114+0.3", y, "", ""), ("=A1", "=B1", "=C1", "", "")]
    result = take(world, workbook({"表": rows}))
    found = rows_of(world, result)
    assert (result.received, result.accepted) == (2, 1)
    assert "“经度”是公式，文件里没有保存它的结果" in found[3].reason
    with world.seeing_all():
        skipped = Batch.objects.get(id=result.batch_id).preview["table"]["skipped"]
    assert [(one["row"], "公式" in one["reason"]) for one in skipped] == [(4, True)]


def test_an_error_value_in_a_cell_is_refused_by_row_and_field(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    book = load_workbook(io.BytesIO(workbook({"表": [HEAD, ("E1", x, y, "", ""), ("E2", x, y, "", "")]})))
    book["表"]["B3"].value, book["表"]["B3"].data_type = "#DIV/0!", "e"
    out = io.BytesIO()
    book.save(out)
    result = take(world, out.getvalue())
    assert outcomes(world, result) == ["accepted", "rejected"]
    assert "“经度”是公式出错的值" in rows_of(world, result)[3].reason


def test_three_hundred_columns_and_sixty_five_thousand_empty_rows(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    more = [f"附加列{n}" for n in range(300)]
    content = workbook({"表": [(*HEAD, *more), ("W1", x, y, "", "", *range(300))]})
    book = load_workbook(io.BytesIO(content))
    for row in (30_000, 65_000):
        book["表"].cell(row, 3).number_format = "0.000000"
    out = io.BytesIO()
    book.save(out)
    result = take(world, out.getvalue())
    assert (result.received, result.accepted) == (1, 1)
    with world.seeing_all():
        assert Lead.objects.get(batch_id=result.batch_id).attributes["附加列299"] == 299


@pytest.mark.parametrize(
    ("written", "told"),
    [("2024年7月25日", ""), (45498, ""), ("2024.7.25", ""), ("2024.7", "不是日期"), ("去年夏天", "不是日期")],
)
def test_dates_as_people_write_them(world: World, written: object, told: str) -> None:
    x, y = world.place_of(cast.SUCUN)
    result = take(world, workbook({"表": [HEAD, ("T1", x, y, written, "")]}))
    (row,) = rows_of(world, result).values()
    if told:
        assert told in row.reason
        return
    with world.seeing_all():
        lead = Lead.objects.get(batch_id=result.batch_id)
    assert (lead.discovered_at.astimezone(cast.ZONE).year, lead.discovered_at.astimezone(cast.ZONE).month) == (2024, 7)


def test_byte_order_marks_full_width_digits_and_no_numbers_in_a_text_table(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    rows = [("图斑编号", "经度", "纬度"), ("\ufeffB1", f"{x:.6f}".translate(wide), f"{y:.6f}\ufeff")]
    rows += [("B2", "NaN", y), ("B3", "inf", y), ("B4", y, x)]
    result = take(world, text(rows).encode("utf-8-sig"), "表.csv")
    found = rows_of(world, result)
    assert found[2].outcome == "accepted", found[2].reason
    assert found[2].source_no == "B1"
    assert [found[n].outcome for n in (3, 4)] == ["rejected", "rejected"]
    assert "“经度”的值“NaN”不是坐标" in found[3].reason
    with world.seeing_all():
        turned = Lead.objects.get(batch_id=result.batch_id, source_no="B4")
    assert abs(turned.centre.x - x) < 1e-5


def bombed() -> bytes:
    """A workbook whose sheet unpacks to far more than it is."""
    plain = io.BytesIO(workbook({"表": [HEAD]}))
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w") as member:
                head, mark, tail = old.read(name).partition(b"</worksheet>")
                member.write(head)
                for _ in range(430 if mark else 0):
                    member.write(b" " * 1_000_000)
                member.write(mark + tail)
    return out.getvalue()


def led_outside() -> bytes:
    out = io.BytesIO(workbook({"表": [HEAD]}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("../../x.xml", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (workbook({"表": [HEAD]})[:-60], "截断.xlsx"),
        (bombed(), "炸弹.xlsx"),
        (led_outside(), "越界.xlsx"),
        (b"", "空.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), "坏.xls"),
        (b"\x00\x01\x02\x03" * 50, "乱.csv"),
    ],
    ids=["truncated", "bomb", "outside", "empty", "broken-xls", "no-text"],
)
def test_whole_files_that_cannot_be_read_are_refused_with_advice(world: World, content: bytes, name: str) -> None:
    batch = world.register(content or b"\n", file_name=name)
    with pytest.raises(ReadError) as refused:
        world.accept_batch(batch)
    assert refused.value.advice
    with world.seeing_all():
        assert not Lead.objects.filter(batch_id=batch.id).exists()
        assert not BatchRow.objects.filter(batch_id=batch.id).exists()
