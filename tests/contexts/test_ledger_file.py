"""The ledger as an Excel file: its columns, its count, texts only, masked for others, the same when made again."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from qingshan.contexts.leads.public import correct_lead
from qingshan.contexts.ledgers.columns import Source
from qingshan.contexts.ledgers.public import COLUMNS, ledger_as_of, mask, write_ledger
from qingshan.contexts.ledgers.writing import fitting
from tests import cast
from tests.cast import Member
from tests.support.making import PARTY, World

HEADERS = (
    "序号|台账编号|线索编号|核查结论|类别|违法情形|线索来源|来源编号|发现（接收）时间|乡镇|村|"
    "区划代码|地点描述|中心点经度|中心点纬度|坐标系|面积（平方米 / 亩）|矿种|违法主体|"
    "许可证、项目或经营场所|核查人、时间|是否录入省系统|省系统编号、录入时间|处置措施|立案文号、日期|"
    "处罚决定|执行情况|整改方式|整改责任单位|监管单位|整改责任人|完成时限|时间节点|三不留一毁闭|"
    "县级验收日期|县级验收意见|上报市局日期|市级核查结论|销号编号|销号时间|当前状态|接管标记"
)


def write(world: World, path: Path, *, member: Member = cast.BUREAU_OFFICER) -> list[list[object]]:
    """Write the ledger as this member has it and read the list back."""
    with world.seeing(member) as viewer:
        ledger = ledger_as_of(viewer, world.clock.now, now=world.clock.now)
        assert write_ledger(ledger, path, zone=cast.ZONE) == len(ledger.rows)
    return [list(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name("台账清单").to_python()]


def by_header(rows: list[list[object]], line: int = 0) -> dict[str, object]:
    """One row under its headers."""
    return dict(zip([str(h) for h in rows[2]], rows[3 + line], strict=True))


@pytest.mark.clause("三-1-3②a", "三-1-3①b")
def test_the_file_has_its_columns_and_states_how_many_rows(world: World, tmp_path: Path) -> None:
    case = world.make_case(upto="closed")
    world.make_lead(state="archived")
    world.make_lead(state="inconclusive")
    world.make_lead(state="in_review")
    rows = write(world, tmp_path / "a.xlsx")
    assert "|".join(str(cell) for cell in rows[2]) == HEADERS
    assert len(COLUMNS) == 41
    assert len(rows) - 3 == 3
    assert rows[1][0] == (
        f"截至 {world.clock.now.astimezone(cast.ZONE):%Y-%m-%d %H:%M}，共 3 行（查实 1，查否 1，存疑 1）"
    )
    first = by_header(rows)
    assert first["台账编号"] == case.number == "元采〔2024〕0001"
    assert first["核查结论"] == "查实"
    assert first["类别"] == "无证非法采矿"
    assert first["违法情形"] == "A1 私挖乱采"
    assert first["三不留一毁闭"] == "人员✓ 设备✓ 建筑✓ 毁闭✓"
    assert first["处置措施"] == "停止通知、立案、处罚决定、执行"
    assert (first["市级核查结论"], first["当前状态"]) == ("通过", "已销号")
    assert first["销号编号"] == "元采销〔2024〕0001"
    assert first["整改责任单位"] == "苏村乡人民政府"
    assert first["监管单位"] == "元氏县自然资源和规划局"
    assert first["坐标系"] == "CGCS2000"
    others = [by_header(rows, 1), by_header(rows, 2)]
    assert {other["核查结论"] for other in others} == {"查否（伪变化）", "存疑"}
    assert {other["台账编号"] for other in others} == {""}


def test_the_same_moment_made_again_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    case = world.make_case(upto="open")
    moment = world.clock.now
    for number in range(2):
        with world.seeing(cast.BUREAU_OFFICER) as viewer:
            ledger = ledger_as_of(viewer, moment, now=world.clock.now)
            write_ledger(ledger, tmp_path / f"{number}.xlsx", zone=cast.ZONE)
        world.clock.tick(days=2)
        world.finish(case, "provincial_entry", "entered") if number == 0 else None
    assert (tmp_path / "0.xlsx").read_bytes() == (tmp_path / "1.xlsx").read_bytes()


def test_a_text_that_looks_like_a_formula_or_an_address_stays_text(world: World, tmp_path: Path) -> None:
    texts = ("=1+1", '=HYPERLINK("http://x","y")', "@SUM(A1)", "+8613800000000", "-1", "http://example.org/")
    for text in texts:
        lead = world.make_lead(state="inconclusive", source_no=f"={text}")
        leader = cast.BUREAU_LEADER
        world.perform(leader, correct_lead, lead_id=lead.id, values={"place_text": text}, reason="演示")
    rows = write(world, tmp_path / "a.xlsx")
    assert {by_header(rows, n)["地点描述"] for n in range(len(texts))} == set(texts)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                sheet = archive.read(name).decode()
                assert "<f>" not in sheet
                assert "<hyperlink" not in sheet
        assert not [name for name in archive.namelist() if "vba" in name.lower() or "external" in name.lower()]


def test_a_text_that_does_not_fit_a_cell_says_so(world: World) -> None:
    assert fitting("山" * 32_767) == "山" * 32_767
    cut = fitting("山" * 40_000)
    assert len(cut) <= 32_767
    assert cut.endswith("……（全文 40000 字，此格放不下，请在系统内查看）")
    assert len(fitting("𠀀" * 20_000).encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize(
    ("member", "party", "responsible"),
    [
        (cast.BUREAU_OFFICER, PARTY, "演示·苏长"),
        (cast.BUREAU_LEADER, PARTY, "演示·苏长"),
        (cast.TASKFORCE_OFFICE, PARTY, "演示·苏长"),
        (cast.COUNTY_LEADER, "演＊＊＊＊", "演＊＊＊＊"),
        (cast.TOWNSHIP_OFFICER, "演＊＊＊＊", "演＊＊＊＊"),
        (cast.CITY_REVIEWER, "演＊＊＊＊", "演＊＊＊＊"),
        (cast.DISCIPLINE, "演＊＊＊＊", "演＊＊＊＊"),
    ],
    ids=lambda value: getattr(value, "username", ""),
)
def test_names_are_masked_for_those_who_need_not_know(
    world: World, tmp_path: Path, member: Member, party: str, responsible: str
) -> None:
    world.make_case(upto="open")
    rows = write(world, tmp_path / "a.xlsx", member=member)
    assert (by_header(rows)["违法主体"], by_header(rows)["整改责任人"]) == (party, responsible)
    if "＊" in party:
        with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
            everything = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        assert PARTY not in everything


def test_masks() -> None:
    assert [mask(text) for text in ("", "王", "王五", "欧阳某某公司")] == ["", "王", "王＊", "欧＊＊＊＊"]


def test_each_sees_the_rows_of_his_own_scope(world: World, tmp_path: Path) -> None:
    world.make_case(upto="open", township=cast.SUCUN)
    world.make_lead(state="archived", township=cast.HEISHUIHE)
    expected = {
        cast.BUREAU_OFFICER: 2, cast.TOWNSHIP_OFFICER: 1, cast.OTHER_TOWNSHIP_OFFICER: 1, cast.ZONE_OFFICER: 0,
        cast.STRANGER: 0, cast.SYSTEM_ADMIN: 0,
    }  # fmt: skip
    for member, count in expected.items():
        assert len(write(world, tmp_path / "a.xlsx", member=member)) - 3 == count, member.username


def test_a_department_has_the_cases_it_supervises_though_their_leads_are_not_its(world: World, tmp_path: Path) -> None:
    subcode = next(kind.code for kind in world.in_force().plan.project_types if kind.unit == "transport")
    case = world.open(world.make_lead(state="substantiated"), category="project_cover", subcode=subcode)
    row = by_header(write(world, tmp_path / "a.xlsx", member=cast.DEPARTMENT_OFFICER))
    assert (row["台账编号"], row["监管单位"]) == (case.number, "元氏县交通运输局")
    assert (row["核查结论"], row["整改责任单位"]) == ("查实", "苏村乡人民政府")


def test_the_summary_adds_up(world: World, tmp_path: Path) -> None:
    world.make_case(upto="closed", category="licensed_pit", township=cast.SUCUN)
    world.make_lead(state="archived", township=cast.SUCUN)
    world.make_lead(state="substantiated", township=cast.HEISHUIHE)
    write(world, tmp_path / "a.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_name("汇总").to_python()
    assert rows[1] == ["单位", "查实", "查否", "存疑", "列入台账", "已销号"]
    found = {str(row[0]): [int(str(cell).split(".")[0]) for cell in row[1:]] for row in rows[2:]}
    assert found == {"苏村乡人民政府": [1, 1, 0, 1, 1], "黑水河乡人民政府": [1, 0, 0, 0, 0]}


def test_what_only_a_case_fills_is_empty_before_there_is_one() -> None:
    class Everything(dict[str, str]):
        def __missing__(self, _key: str) -> str:
            return "1"

        def get(self, key: str, _default: object = None) -> str:  # type: ignore[override]
            return self[key]

    source = Source(lead=Everything(), case={}, personal={})
    assert {column.key for column in COLUMNS if not column.of_lead and column.text(source)} == set()
