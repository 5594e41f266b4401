"""Taking an old ledger over: every row has an outcome, sums agree, matters carry their mark, gates ask for evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from qingshan.commons.files.headings import Heading
from qingshan.commons.files.services import path_of
from qingshan.commons.files.sheets import SheetRefused
from qingshan.commons.jobs.running import WorkFailed
from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.personal import read_personal
from qingshan.contexts.cases.models import CloseOut, TrackStep
from qingshan.contexts.cases.public import Case, accept_case, reopen_case, search_cases, track_facts
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.ledgers import takeover_checking
from qingshan.contexts.ledgers.models import TakeOver, TakeOverMapping, TakeOverRow
from qingshan.contexts.ledgers.public import (
    approve_take_over,
    ledger_as_of,
    read_texts,
    register_take_over,
    save_mapping,
    send_back_take_over,
    submit_take_over,
)
from qingshan.contexts.ledgers.public_worker import check_take_over, read_take_over, take_over
from qingshan.contexts.ledgers.takeover_words import guess_columns
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World
from tests.support.old_ledgers import (
    HEAD,
    again,
    approved,
    brought_in,
    guessed,
    quiet,
    report_of,
    right_totals,
    row,
    rows_of,
    stored,
    taken_over,
    write,
)
from tests.support.old_xls import xls

VISITED = datetime(2024, 7, 6)  # noqa: DTZ001 - a cell of a workbook knows no zone
UGLY = [
    row("苏001", 村="南苏村", 整改责任人="演示·苏责", 违法当事人="演示·盗一", 联系电话="13800000001"),
    row("苏002", 发现时间="２０２４．７．８", 核查时间="24.7.9", 经度="114°13′30″", 纬度="37°49′30″"),
    row("苏003", 发现时间=45478, 核查时间=VISITED, 整改情况="已销号", 销号时间="7月25日", 销号文号="旧销〔2024〕3号"),
    row("苏004", 核查结果="不属实", 问题类别=None, 整改情况=None),
    row("苏005", 核查结果=None, 核查时间=None, 问题类别=None, 整改情况="未核查"),
    row("苏006", 问题类别="以工程建设为名", 整改情况="已验收", 日期="2024-07-06", 文号="演示停〔2024〕1号",
        立案日期="2024/7/10", 处罚日期="2024年7月20日", **{"罚款金额（元）": "12,000.50"}),
    row("苏007", 乡镇="不存在镇"),
    row("苏008", 立案日期="2024-07-01"),
    row("苏009", 发现时间="2025-01-01"),
    row("苏010", 发现时间=None),
    row("苏011", 问题类别="说不清"),
    row("苏001", 村="南苏村"),
]  # fmt: skip


@pytest.fixture
def ugly(world: World, tmp_path: Path) -> TakeOver:
    """The ugly ledger, checked."""
    return brought_in(world, write(tmp_path / "old.xlsx", UGLY))


@pytest.mark.clause("三-1-3②a")
def test_every_row_has_an_outcome_and_a_reason(world: World, ugly: TakeOver) -> None:
    """Rows of the file = taken over + already there + refused + not rows; each refusal says what is wrong."""
    rows = rows_of(world, ugly)
    with world.seeing_all():
        counted = Counter(TakeOverRow.objects.filter(take_over=ugly).values_list("outcome", flat=True))
    assert sum(counted.values()) == ugly.counts["rows"] == len(UGLY) + 6
    assert counted["not_row"] == 6
    assert ugly.counts["not_rows"] == {
        "标题行": 1,
        "表头": 2,
        "合计行": 1,
        "表尾（签字、说明）": 1,
        "工作表没有选入接管": 1,
    }
    refused = {number: r.reasons for number, r in rows.items() if r.outcome == "refused"}
    assert set(refused) == {"苏007", "苏008", "苏009", "苏010", "苏011"}
    with world.seeing_all():
        twice = TakeOverRow.objects.filter(take_over=ugly, number="苏001").order_by("position")
        assert [(r.outcome, "与本文件 台账 第 4 行 重复" in r.reasons) for r in twice] == [
            ("warning", False),
            ("refused", True),
        ]
    for number, word in {
        "苏007": "不在本县名单内", "苏008": "早于发现日期", "苏009": "晚于今天", "苏010": "发现日期未填",
        "苏011": "不明确",
    }.items():  # fmt: skip
        assert word in refused[number], refused[number]


def test_days_in_every_writing_and_degrees_are_understood(world: World, ugly: TakeOver) -> None:
    """Full-width digits, serial numbers, two-digit years, days without a year, degrees with minutes and seconds."""
    taken_over(world, ugly)
    with world.seeing_all():
        leads = {lead.taken_over["number"]: lead for lead in Lead.objects.exclude(taken_over={})}
    assert leads["苏002"].discovered_at.astimezone(cast.ZONE).date() == date(2024, 7, 8)
    assert leads["苏003"].discovered_at.astimezone(cast.ZONE).date() == date(2024, 7, 5)
    assert leads["苏002"].verified_at
    assert leads["苏002"].verified_at.astimezone(cast.ZONE).date() == date(2024, 7, 9)
    assert (round(leads["苏002"].centre.x, 4), round(leads["苏002"].centre.y, 4)) == (114.225, 37.825)
    assert leads["苏002"].precision == ""
    assert leads["苏001"].precision == "village"
    assert float(leads["苏001"].area_m2 or 0) == pytest.approx(1000, abs=0.01)


@pytest.mark.clause("三-1-3②a")
def test_what_is_taken_over_stands_in_journal_and_ledger_with_its_mark(world: World, ugly: TakeOver) -> None:
    """Claimed moment, recorded now, file and row in the entry; the old number is kept, a new permanent one given."""
    done = taken_over(world, ugly)
    assert done.state == "done"
    link = rows_of(world, done)["苏006"]
    case = world.case(link.case_id)
    with world.seeing_all():
        entry = Entry.objects.get(matter_id=case.id)
        lead_entry = Entry.objects.get(matter_id=case.lead_id)
    assert (entry.act, lead_entry.act) == ("case.take_over", "lead.take_over")
    assert lead_entry.acted_at.astimezone(cast.ZONE).date() == date(2024, 7, 3)
    assert entry.recorded_at >= world.clock.now
    assert done.sha256 in entry.payload
    assert f'"row":{link.row_no}' in entry.payload
    assert '"sheet":"台账"' in entry.payload
    assert case.former_number == "苏006"
    assert case.number.startswith("元采〔2024〕")
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        assert [f.case.id for f in search_cases(viewer, "苏006", 10)] == [case.id]
        ledger = ledger_as_of(viewer, world.clock.now, now=world.clock.now)
        texts = {row.case_number: cells for row, cells in read_texts(ledger, ledger.rows)}
    assert any("接管（原编号 苏006）" in cell and "缺：" in cell for cell in texts[case.number])


@pytest.mark.clause("三-3-1①")
def test_no_gate_counts_what_only_the_old_ledger_claims(world: World, ugly: TakeOver) -> None:
    """Acceptance is refused and names each claimed station as lacking evidence; the claimed days are kept."""
    done = taken_over(world, ugly)
    case = world.case(rows_of(world, done)["苏006"].case_id)
    assert case.state == "open"
    with world.seeing_all():
        steps = {s.station: s for s in TrackStep.objects.filter(track__case=case)}
        facts = {f.track: f for f in track_facts(case, world.in_force())}
    assert set(steps) == {"stop_notice", "filed", "decided"}
    assert all(s.taken_over for s in steps.values())
    assert steps["decided"].fields["fine_yuan"] == "12000.5"
    assert facts["enforcement"].done == frozenset()
    with pytest.raises(ActRefused) as refused:
        world.perform(
            cast.BUREAU_LEADER, accept_case, case_id=case.id, members=["演示甲", "演示乙", "演示丙"], opinion="合格",
            accepted_on=world.clock.today(), file_ids=[],
        )  # fmt: skip
    assert any("责令停止（接管，缺证据）" in text for text in refused.value.missing)


def test_evidence_handed_in_later_finishes_a_claimed_station(world: World, ugly: TakeOver) -> None:
    """The day stays the claimed one, the claim gives way, the gate counts the station."""
    done = taken_over(world, ugly)
    case = world.case(rows_of(world, done)["苏006"].case_id)
    world.finish(case, "enforcement", "stop_notice")
    with world.seeing_all():
        steps = list(TrackStep.objects.filter(track__case=case, station="stop_notice").order_by("void"))
        facts = {f.track: f for f in track_facts(case, world.in_force())}
    assert [(s.void, s.taken_over) for s in steps] == [(False, False), (True, True)]
    assert steps[0].acted_at == steps[1].acted_at
    assert facts["enforcement"].done == {"stop_notice"}


@pytest.mark.clause("一-9")
def test_closed_before_is_a_mark_of_its_own_and_counts_apart(world: World, ugly: TakeOver) -> None:
    """The old close-out number is kept; no close-out of ours is made; it can be reopened; nothing is owed."""
    done = taken_over(world, ugly)
    case = world.case(rows_of(world, done)["苏003"].case_id)
    assert (case.state, case.close_out_number, case.next_due_at) == ("closed_before", "旧销〔2024〕3号", None)
    with world.seeing(cast.BUREAU_OFFICER) as viewer:
        ledger = ledger_as_of(viewer, world.clock.now, now=world.clock.now)
        assert not CloseOut.objects.exists()
    assert sum(counts.get("closed", 0) for _, counts in ledger.summary()) == 0
    world.perform(cast.BUREAU_LEADER, reopen_case, case_id=case.id, reason="复挖", tracks=["enforcement"])
    assert world.case(case.id).state == "open"


def test_leads_without_a_case_stand_where_the_old_ledger_left_them(world: World, ugly: TakeOver) -> None:
    """Unfounded ones wait for both re-checks, unverified ones for their visit; the clock runs from the claimed day."""
    done = taken_over(world, ugly)
    rows = rows_of(world, done)
    unfounded, unverified = world.lead(rows["苏004"].lead_id), world.lead(rows["苏005"].lead_id)
    assert (unfounded.state, unfounded.verdict) == ("county_recheck", "unfounded")
    assert unverified.state == "dispatched"
    assert unverified.due_at is not None
    assert unverified.due_at < world.clock.now, "seven workdays after 3 July are over"


def test_names_are_encrypted_apart(world: World, ugly: TakeOver) -> None:
    """Party, responsible person and telephone stand in no table in the open."""
    done = taken_over(world, ugly)
    with world.seeing_all():
        case = Case.objects.get(former_number="苏001")
        texts = [e.payload for e in Entry.objects.filter(act__endswith="take_over")]
        marks = [str(c.taken_over) + str(c.extras) for c in Case.objects.all()]
        marks += [str(lead.taken_over) + str(lead.attributes) + lead.notes for lead in Lead.objects.all()]
        assert case.party_ref
        assert case.responsible_ref
        assert set(read_personal({case.party_ref, case.responsible_ref}).values()) == {"演示·盗一", "演示·苏责"}
        content = str(again(world, done).content)
    for secret in ("演示·盗一", "13800000001", "演示·苏责"):
        assert not any(secret in text for text in [*texts, *marks, content])


def test_the_report_has_the_columns_as_received_and_is_read_again(world: World, ugly: TakeOver, tmp_path: Path) -> None:
    """Result and reason behind each row; the mended report brings in what was refused and knows the rest."""
    lines = report_of(ugly)
    assert lines[0][-2:] == ["结果", "原因"]
    assert "责令停止／文号" in lines[0]
    assert len(lines) == len(UGLY) + 1
    taken_over(world, ugly)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        if line[0] == "苏007":
            line[lines[0].index("乡镇")] = "黑水河乡"
        sheet.append(line)
    book.save(tmp_path / "again.xlsx")
    second = brought_in(world, tmp_path / "again.xlsx", name="再传.xlsx")
    rows = rows_of(world, second)
    assert rows["苏007"].outcome == "warning"
    taken = {n: rows[n].reasons for n in ("苏001", "苏002", "苏003", "苏004", "苏005", "苏006")}
    assert {n for n in taken if rows[n].outcome == "known"} == set(taken), taken


def test_the_same_number_for_something_else_is_refused(world: World, tmp_path: Path) -> None:
    """A running number of another township's ledger is not taken for the same matter."""
    taken_over(world, brought_in(world, write(tmp_path / "a.xlsx", [row("1", 村="南苏村")])))
    second = brought_in(
        world, write(tmp_path / "b.xlsx", [row("1", 乡镇="黑水河乡"), row("2", 村="北苏村")]), name="b.xlsx"
    )
    rows = rows_of(world, second)
    assert rows["1"].outcome == "refused"
    assert "请核对编号" in rows["1"].reasons
    assert rows["2"].outcome == "warning"


def test_the_same_spot_is_doubted_until_somebody_says_it_is_another(world: World, tmp_path: Path) -> None:
    """A surveyed position of a lead that is here is doubted; the centre of a village is compared with nothing."""
    spot = {"经度": "114.2251", "纬度": "37.8251"}
    taken_over(world, brought_in(world, write(tmp_path / "a.xlsx", [row("甲1", **spot), row("甲2", 村="南苏村")])))
    second = [row("乙1", **spot), row("乙2", 村="南苏村", 发现时间="2024-07-09", 核查时间=None)]
    rows = rows_of(world, brought_in(world, write(tmp_path / "b.xlsx", second), name="b.xlsx"))
    assert rows["乙1"].outcome == "refused"
    assert "疑为重复" in rows["乙1"].reasons
    assert rows["乙2"].outcome == "warning"


def test_portions_of_a_long_file_do_not_take_each_other_for_known(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What earlier rows of the file brought in is not "already there" for later ones: all fares as it was approved."""
    monkeypatch.setattr(takeover_checking, "CHUNK", 4)
    rows = [row(f"长{n}", 经度=f"{114.225 + n * 0.00005:.5f}", 纬度="37.825", 备注=f"演示{n}") for n in range(9)]
    rows += [row(f"村{n}", 村="南苏村", 具体位置="村南", 发现时间=f"2024-07-{n + 1:02d}") for n in range(3)]
    rows += [row("长0", 村="南苏村"), row("号1", 图斑编号="A1", 村="南苏村"), row("号2", 图斑编号="A1", 村="南苏村")]
    one = brought_in(world, write(tmp_path / "long.xlsx", rows))
    found = {n: r.outcome for n, r in rows_of(world, one).items()}
    assert (one.counts["outcomes"].get("refused"), found["号2"]) == (2, "refused")
    assert taken_over(world, one).state == "done"
    with world.seeing_all():
        assert Lead.objects.count() == 13
        assert Lead.objects.exclude(number="").values("number").distinct().count() == 13


def test_columns_are_shown_as_they_stand_in_the_file(world: World, ugly: TakeOver) -> None:
    """From left to right, not by the length of their names as the database would sort them."""
    names = [c["name"].rsplit("／", 1)[-1] for c in again(world, ugly).content["sheets"][0]["columns"]]
    assert names == list(HEAD)


def test_of_two_columns_of_area_the_one_that_is_filled_says_its_unit(world: World, tmp_path: Path) -> None:
    """Hectares of the second column are not read as mu because the first column is named so."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        ["编号", "乡镇", "村", "发现时间", "问题类别", "整改情况", "线索来源", "占地面积（亩）", "面积（公顷）"]
    )
    sheet.append(["双1", "苏村乡", "南苏村", "2024-07-03", "无证开采", "整改中", "日常巡查", None, 0.5])
    sheet.append(["双2", "苏村乡", "北苏村", "2024-07-03", "无证开采", "整改中", "日常巡查", 3, None])
    book.save(tmp_path / "two.xlsx")
    columns = {"占地面积（亩）": "area", "面积（公顷）": "area"}
    taken_over(world, brought_in(world, tmp_path / "two.xlsx", columns=columns))
    with world.seeing_all():
        areas = {lead.taken_over["number"]: float(lead.area_m2 or 0) for lead in Lead.objects.all()}
    assert areas == {"双1": 5000.0, "双2": 2000.0}


def test_several_sheets_and_cells_merged_over_rows(world: World, tmp_path: Path) -> None:
    """A township written once over its rows counts for each of them; two sheets make one take-over."""
    second = [row("南1", 乡镇="黑水河乡", 村=None), row("南2", 乡镇=None, 村=None), row("南3", 乡镇=None, 村=None)]
    path = write(tmp_path / "merged.xlsx", [row("台1", 村="南苏村")], second=second)
    book = openpyxl.load_workbook(path)
    book["南佐镇"].merge_cells(start_row=4, end_row=6, start_column=4, end_column=4)
    book.save(path)
    done = taken_over(world, brought_in(world, path))
    rows = rows_of(world, done)
    assert {n: (r.sheet, r.township) for n, r in rows.items()} == {
        "台1": ("台账", "苏村乡"), "南1": ("南佐镇", "黑水河乡"), "南2": ("南佐镇", "黑水河乡"),
        "南3": ("南佐镇", "黑水河乡"),
    }  # fmt: skip
    with world.seeing_all():
        assert Lead.objects.count() == 4
        assert set(Case.objects.values_list("former_number", flat=True)) == {"台1", "南1", "南2", "南3"}


def test_a_workbook_of_the_old_format_is_read_with_its_days_and_merged_cells(world: World, tmp_path: Path) -> None:
    """An .xls of Excel 97, written byte by byte: texts, numbers, serial numbers of days, a township over two rows."""
    heads = ["编号", "乡镇", "村", "发现时间", "问题类别", "整改情况", "线索来源", "面积（亩）"]
    lines = [
        ["演示县非法采矿问题整治台账（虚构）"],
        heads,
        ["旧1", "苏村乡", "南苏村", 45476, "无证开采", "整改中", "日常巡查", 1.5],
        ["旧2", None, "北苏村", "7月4日", "无证开采", "整改中", "日常巡查", 3],
    ]
    (tmp_path / "old.xls").write_bytes(xls("台账", lines, merged=[(0, 0, 0, 7), (2, 1, 3, 1)]))
    done = taken_over(world, brought_in(world, tmp_path / "old.xls", name="旧台账.xls"))
    rows = rows_of(world, done)
    assert {n: (r.outcome, r.township) for n, r in rows.items()} == {
        "旧1": ("warning", "苏村乡"), "旧2": ("warning", "苏村乡")
    }  # fmt: skip
    with world.seeing_all():
        days = [
            at.astimezone(cast.ZONE).date()
            for at in Lead.objects.order_by("number").values_list("discovered_at", flat=True)
        ]
    assert days == [date(2024, 7, 3), date(2024, 7, 4)]


def test_cells_that_look_like_formulas_come_back_as_texts(world: World, tmp_path: Path) -> None:
    """The report holds no formula, no link and no command, whatever the upload held."""
    wicked = ["=cmd|'/c calc'!A1", "+1+1", "@SUM(A1)", "-2+3", "http://example.invalid/x", "{=1+1}"]
    rows = [row(text, 村="南苏村", 备注=text, 具体位置=f"{text}{n}") for n, text in enumerate(wicked)]
    path = write(tmp_path / "wicked.xlsx", [])
    book = openpyxl.load_workbook(path)
    sheet = book["台账"]
    sheet.insert_rows(4, len(rows))
    for number, line in enumerate(rows, start=4):
        for column, value in enumerate(line, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    one = brought_in(world, path)
    with path_of(one.counts["report"]["sha256"]).open("rb") as handle:
        report = openpyxl.load_workbook(handle)
    cells = [c for s in report.worksheets for line in s.iter_rows() for c in line if c.value is not None]
    assert {c.value for c in cells} >= set(wicked)
    assert {c.data_type for c in cells if c.value in wicked} == {"s"}
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]


def test_sums_must_agree_or_be_explained(world: World, ugly: TakeOver) -> None:
    """Typed sums that differ, and refused rows, need a word of explanation before the leader sees it."""
    wrong = right_totals(ugly)
    wrong["township"]["苏村乡"] += 1
    for totals in (wrong, {}, right_totals(ugly)):
        with pytest.raises(ActRefused) as refused:
            world.perform(
                cast.BUREAU_OFFICER, submit_take_over, take_over_id=ugly.id, totals=totals, explanation=" ",
                seen=ugly.round,
            )  # fmt: skip
        assert refused.value.code == "reconcile"
    assert any("拒收" in text for text in refused.value.missing)


def test_a_leader_approves_and_not_the_one_who_submitted(world: World, ugly: TakeOver) -> None:
    """The officer cannot approve; who submitted cannot either; two at once: one wins, the other is told."""
    values = {"totals": right_totals(ugly), "explanation": "已说明", "seen": ugly.round}
    world.perform(cast.BUREAU_LEADER, submit_take_over, take_over_id=ugly.id, **values)
    seen = again(world, ugly).round
    for member, code in ((cast.BUREAU_OFFICER, "role"), (cast.BUREAU_LEADER, "same")):
        with pytest.raises(ActRefused) as refused:
            world.perform(member, approve_take_over, take_over_id=ugly.id, opinion="", seen=seen)
        assert refused.value.code == code
    world.perform(cast.BUREAU_LEADER, send_back_take_over, take_over_id=ugly.id, reason="再核", seen=seen)
    with pytest.raises(ActRefused) as refused:
        world.perform(cast.BUREAU_LEADER, send_back_take_over, take_over_id=ugly.id, reason="再核", seen=seen)
    assert refused.value.code == "race"


def test_what_changed_since_the_approval_stops_everything(world: World, ugly: TakeOver) -> None:
    """A lead with the same channel number registered meanwhile: not one row is taken, the owner is told which."""
    ready = approved(world, ugly)
    with world.seeing_all():
        before = Lead.objects.count()
        TakeOverRow.objects.filter(take_over=ready, number="苏005").update(outcome="refused", reasons="演示")
    with pytest.raises(WorkFailed, match="第 8 行"):
        world.perform(cast.BUREAU_LEADER, take_over, take_over_id=ready.id, progress=quiet())
    with world.seeing_all():
        assert Lead.objects.count() == before


def test_done_once_however_often_it_is_asked(world: World, ugly: TakeOver) -> None:
    """The job given out again after it was done changes nothing; the same file again is the same take-over."""
    done = taken_over(world, ugly)
    with world.seeing_all():
        before = (Lead.objects.count(), Case.objects.count(), Entry.objects.count())
    world.perform(cast.BUREAU_LEADER, take_over, take_over_id=done.id, progress=quiet())
    with world.seeing_all():
        assert (Lead.objects.count(), Case.objects.count(), Entry.objects.count()) == before
        assert before[1] == 4
        assert before[0] == 6


def test_the_mapping_is_remembered_and_incomplete_ones_are_refused(world: World, ugly: TakeOver) -> None:
    """A name keeps the mapping for the next file; one without day of discovery is not accepted."""
    mapping = guessed(ugly)
    world.perform(
        cast.BUREAU_OFFICER, save_mapping, take_over_id=ugly.id, mapping=mapping, name="演示对应", seen=ugly.round
    )
    with world.seeing_all():
        assert TakeOverMapping.objects.get().mapping["columns"]["发现时间"] == "discovered"
    with pytest.raises(ActRefused) as refused:
        world.perform(
            cast.BUREAU_OFFICER, save_mapping, take_over_id=ugly.id, mapping=mapping, name="", seen=ugly.round
        )
    assert refused.value.code == "race"


def test_another_county_and_a_township_see_nothing_of_it(world: World, ugly: TakeOver) -> None:
    """Row security of file, mapping and rows under the app's role."""
    for member in (cast.STRANGER, cast.TOWNSHIP_OFFICER):
        with world.seeing(member):
            assert not TakeOver.objects.exists()
            assert not TakeOverRow.objects.exists()
            assert not TakeOverMapping.objects.exists()
    with pytest.raises(ActRefused):
        world.perform(cast.TOWNSHIP_OFFICER, register_take_over, file=stored(world, Path(__file__)))


def test_why_rows_are_refused_is_summed_up_and_a_misspelt_township_is_named(world: World, tmp_path: Path) -> None:
    """One look tells what to mend once for many rows; hints of refused rows do not count."""
    rows = [row(f"苏{n:03}", 村="南苏村", 线索来源="省厅下发图斑") for n in range(3)]
    rows += [row("苏010", 乡镇="苏树乡"), row("苏011", 线索来源=None)]
    checked = brought_in(world, write(tmp_path / "old.xlsx", rows))
    assert checked.counts["refusals"] == {
        "乡镇“苏树乡”不在本县名单内，是不是“苏村乡”或“苏阳乡”：请改成本县乡镇的全称": 1
    }
    mapping = replace(guessed(checked), channel="")
    world.perform(
        cast.BUREAU_OFFICER, save_mapping, take_over_id=checked.id, mapping=mapping, name="", seen=checked.round
    )
    world.perform(cast.BUREAU_OFFICER, check_take_over, take_over_id=checked.id, progress=quiet())
    found = again(world, checked).counts["refusals"]
    assert found["线索来源“省厅下发图斑”还没有对应：请在列对应的词语里指明它是哪个渠道"] == 3
    assert found["没有写线索来源：请在原表补上，或在列对应最上面选定线索渠道"] == 1


def test_a_group_above_a_column_is_not_taken_for_its_name() -> None:
    """The column “责令停止违法行为／文号” is the number of the notice, not the kind of offence."""
    headings = [
        Heading(column=1, title="文号", groups=("责令停止违法行为",)),
        Heading(column=2, title="时间", groups=("责令停止违法行为",)),
        Heading(column=3, title="核查情况"),
        Heading(column=4, title="备考", groups=("责令停止违法行为",)),
    ]
    assert guess_columns(headings) == {1: "notice_no", 2: "stop_notice", 3: "verdict"}


@pytest.mark.parametrize(
    ("content", "said"), [(b"%PDF-1.4 demo", "不是 Excel 工作簿"), (b"\x89PNG\r\n\x1a\n00", "不是 Excel 工作簿")]
)
def test_another_kind_of_file_is_refused_at_the_door(world: World, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "old.xlsx").write_bytes(content)
    with pytest.raises(ActRefused, match=said):
        world.perform(cast.BUREAU_OFFICER, register_take_over, file=stored(world, tmp_path / "old.xlsx"))


def test_a_file_without_a_row_is_told(world: World, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("编号,乡镇,发现时间\n", encoding="utf-8")
    taken, _ = world.perform(
        cast.BUREAU_OFFICER, register_take_over, file=stored(world, tmp_path / "old.csv", "旧.csv")
    )
    with pytest.raises(SheetRefused, match="没有读到一行数据"):
        world.perform(cast.BUREAU_OFFICER, read_take_over, take_over_id=taken.id)
