"""Faults in a plan folder are found and explained by file, entry and expectation."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qingshan.domain.plan import Finding, PlanError, check_plan, load_plan

SECOND = Path(__file__).parents[1] / "data" / "plan-second-county"
Edit = Callable[[str, str, str], list[Finding]]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copy the second county, replace one text in one file, check the folder."""
    folder = tmp_path / "plan"
    shutil.copytree(SECOND, folder)

    def change(name: str, old: str, new: str) -> list[Finding]:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return [finding for finding in check_plan(folder) if finding.severity == "error"]

    return change


FAULTS = [
    ("campaign.toml", 'title = "', 'titel = "', "campaign.toml", "不认识的表“titel”"),
    ("campaign.toml", 'title = "', 'titel = "', "campaign.toml", "缺少“title”"),
    ("campaign.toml", "start = 2031-03-03", "start = 2031-02-30", "campaign.toml", "写法有误"),
    ("campaign.toml", "start = 2031-03-03", 'start = "三月三日"', "campaign.toml", "“start”的值 '三月三日'"),
    ("campaign.toml", "start = 2031-03-03", "start = 2031-06-30", "campaign.toml", "晚于结束日期"),
    ("campaign.toml", "start = 2031-03-03", "start = 2031-03-03T08:00:00", "campaign.toml", "应是日期"),
    ("campaign.toml", "end = 2031-03-03", "end = 2031-03-01", "campaign.toml", "晚于结束 2031-03-01"),
    ("campaign.toml", "Asia/Shanghai", "Asia/Yunxi", "campaign.toml", "不认识的时区"),
    ("campaign.toml", '"previous"', '"earlier"', "campaign.toml", "不在可选范围"),
    ("campaign.toml", "county.geojson", "missing.geojson", "campaign.toml", "范围文件 missing.geojson"),
    ("campaign.toml", 'county_code = "990101"', 'county_code = "99010"', "campaign.toml", "不是 6 位数字"),
    ("campaign.toml", '[[milestones]]\nslug = "kick-off"', "[[milestones]]", "campaign.toml", "缺少“slug”"),
    ("campaign.toml", 'label = "启动会"', 'label = " "', "campaign.toml", "“label”为空"),
    ("reporting.toml", "[reminders]", "[routing]\n[reminders]", "reporting.toml", "不认识的表“routing”"),
    ("categories.toml", '"#117744"', '"green"', "categories.toml", "颜色 'green'"),
    ("categories.toml", 'code = "S2"', 'code = "S1"', "categories.toml", "违法情形代码 S1 重复"),
    ("categories.toml", 'code = "S2"', 'code = "P1"', "categories.toml", "违法情形代码 P1 重复"),
    ("categories.toml", '"vessel_no"', '"boat"', "categories.toml", "必填项“boat”不存在"),
    ("categories.toml", 'slug = "river_sand"', 'slug = "River Sand"', "categories.toml", "写法有误"),
    ("project_types.csv", "demo-water", "demo-forest", "project_types.csv", "监管单位“demo-forest”不存在"),
    ("channels.csv", "from_above", "above", "channels.csv", "“direction”的值 'above'"),
    ("channels.csv", "province-patch", "river-watch", "channels.csv", "名称 river-watch 重复"),
    ("channels.csv", ",是,", ",也许,", "channels.csv", "的值 '也许' 看不懂"),
    ("limits.csv", "lead_dispatch,演示·分派,2,", "lead_dispatch,演示·分派,两,", "limits.csv", "不是整数"),
    ("limits.csv", "lead_dispatch,演示·分派,2,", "lead_dispatch,演示·分派,-2,", "limits.csv", "不能为负"),
    ("limits.csv", "2,workday,lead.register", "2,week,lead.register", "limits.csv", "“unit”的值 'week'"),
    ("limits.csv", "lead.register", "lead.born", "limits.csv", "起算事件“lead.born”不存在"),
    ("limits.csv", "enforcement.filed", "enforcement.opened", "limits.csv", "起算事件“enforcement.opened”"),
    ("limits.csv", "flood", "drought", "limits.csv", "扣除事件“drought”不存在"),
    ("limits.csv", "lead_receipt", "lead_dispatch", "limits.csv", "名称 lead_dispatch 重复"),
    ("limits.csv", "lead_receipt", "lead_reception", "limits.csv", "缺少时限 lead_receipt"),
    ("limits.csv", "丙-2,否,,\n", ",否,,\n", "limits.csv", "没有写条款编号"),
    ("figures.csv", ",80,percent", ",180,percent", "figures.csv", "百分比 180 超出范围"),
    ("figures.csv", "min_verifiers", "onsite_pushed_percent", "figures.csv", "onsite_pushed_percent 重复"),
    ("duties.csv", "demo-water", "demo-forest", "duties.csv", "责任单位“demo-forest”不存在"),
    ("divisions.csv", "990101200201", "9901012002", "divisions.csv", "不是 9 位或 12 位数字"),
    ("divisions.csv", "990101200201", "990102200201", "divisions.csv", "不属于 990101"),
    ("divisions.csv", "990101200201", "990101300201", "divisions.csv", "所属乡镇 990101300 没有列出"),
    ("divisions.csv", "990101200201", "990101200200", "divisions.csv", "名称 990101200200 重复"),
    ("divisions.csv", "990101200200,", "990101201,演示丁乡\n990101200200,", "divisions.csv", "没有对应单位"),
    ("units.csv", ",demo-bureau,,,丁-1", ",demo-burrow,,,丁-1", "units.csv", "上级单位“demo-burrow”不存在"),
    ("units.csv", "990101200", "990101201", "units.csv", "区划代码“990101201”不存在"),
    ("units.csv", "990101200", "990101", "units.csv", "没有 9 位区划代码"),
    ("units.csv", ",990101,demo-bureau", ",,demo-bureau", "units.csv", "既无区划代码也无范围"),
    ("posts.csv", ",demo-city,", ",demo-town,", "posts.csv", "单位“demo-town”不存在"),
    ("posts.csv", "city_reviewer", "city_chief", "posts.csv", "city_chief"),
    ("posts.csv", ",bureau_leader,", ",,", "posts.csv", "没有职务能办理“县级验收”"),
    ("posts.csv", ",bureau_leader,", ",,", "tracks.toml", "没有职务承担角色 bureau_leader"),
    ("post_rules.csv", ",,specific,", ",,,", "posts.csv", "分管负责人（specific）有 0 个"),
    ("post_rules.csv", ",first_party,", ",first_government,", "posts.csv", "政府主要负责人（first_government）有 2 个"),
    ("post_rules.csv", "township_officer,是", "township_officer,", "posts.csv", "联络员职务有 0 个"),
    ("post_rules.csv", "village_patroller", "", "post_rules.csv", "村级没有巡查职务"),
    ("post_rules.csv", "专管员,3", "专管员,0", "post_rules.csv", "个数 0 小于 1"),
    ("organisation.toml", 'position = "township-head"', 'position = "mayor"', "organisation.toml", "岗位“mayor”不存在"),
    (
        "organisation.toml",
        'post = "demo-bureau.director"',
        'post = "nobody"',
        "organisation.toml",
        "职务“nobody”不存在",
    ),
    ("organisation.toml", 'post = "demo-bureau.director", ', "", "organisation.toml", "post 或 position 之一"),
    ("organisation.toml", 'office = "demo-office"', 'office = "attic"', "organisation.toml", "办公室单位“attic”"),
    ("tracks.toml", 'category = "hill_cut"', 'category = "river_sand"', "tracks.toml", "hill_cut 没有任何办理线"),
    ("tracks.toml", 'category = "hill_cut"', 'category = "hills"', "tracks.toml", "类别“hills”不存在"),
    ("tracks.toml", "required = true", "required = false", "tracks.toml", "没有必办的办理线"),
    ("tracks.toml", 'track = "enforcement"', 'track = "restoration"', "tracks.toml", "办理线“restoration”不存在"),
    ("tracks.toml", "[track_defs.enforcement]", "[track_defs.trial]", "tracks.toml", "办理线“trial”不存在"),
    ("tracks.toml", '"filed"', '"docketed"', "tracks.toml", "缺少节点 filed"),
    ("tracks.toml", '"filed"', '"docketed"', "tracks.toml", "不认识的节点 docketed"),
    ("tracks.toml", 'limit = "file_case"', 'limit = "filing"', "tracks.toml", "时限“filing”不存在"),
    ("tracks.toml", 'fields = ["outcome"]', 'fields = ["verdict"]', "tracks.toml", "填报项“verdict”不存在"),
    ("tracks.toml", ', choices = ["罚款", "不罚"]', "", "tracks.toml", "选项与类型不符"),
    ("tracks.toml", 'track = "enforcement"', 'track = "provincial_entry"', "tracks.toml", "enforcement 没有类别使用"),
    ("tracks.toml", 'slug = "entered"', 'slug = "entered", limit = "x"', "tracks.toml", "写法有误"),
    ("checklists.toml", 'slug = "handled"', 'slug = "facts"', "checklists.toml", "名称 facts 重复"),
    ("checklists.toml", "count = 3", "count = 4", "checklists.toml", "写明 4 项，实有 3 项"),
    ("checklists.toml", "[checklists.city_check]", "[checklists.city]", "checklists.toml", "缺少检查清单 city_check"),
    ("evidence.toml", "max_distance_m = 333", "max_distance_m = 0", "evidence.toml", "数值 0 超出范围"),
    ("evidence.toml", "max_distance_m = 333", "max_distance_m = 3.5", "evidence.toml", "应是整数"),
    ("evidence.toml", 'slug = "not_found"', 'slug = "unseen"', "evidence.toml", "与程序认识的一组名称不同"),
    ("evidence.toml", 'value = "N"', 'value = "N", reason = "odd"', "evidence.toml", "查否原因“odd”不存在"),
    ("evidence.toml", 'slug = "inconclusive"', 'slug = "undecided"', "evidence.toml", "与程序认识的一组名称不同"),
    ("evidence.toml", '{ verdict = "inconclusive"', '{ verdict = "unfounded"', "evidence.toml", "没有 inconclusive"),
    ("numbering.toml", "演线{year}-{n:03d}", "演线{year}", "numbering.toml", "必须含 {n}"),
    ("numbering.toml", "演采{year}", "演线{year}", "numbering.toml", "与另一种编号相同"),
    ("numbering.toml", "close_out =", "closing =", "numbering.toml", "缺少编号格式 close_out"),
    ("intake.toml", '"编号"', '"MU"', "intake.toml", "别名 MU 同时指向"),
    ("intake.toml", 'unit = "mu", ', "", "intake.toml", "面积别名须写单位"),
    ("intake.toml", 'suspect_types = ["X1"]', 'suspect_types = ["X9"]', "intake.toml", "图斑类型“X9”不存在"),
    ("intake.toml", "border_share_percent = 12", "border_share_percent = 112", "intake.toml", "百分比 112 超出范围"),
    ("reporting.toml", '"friday"', '"Friday"', "reporting.toml", "“weekday”的值 'Friday'"),
    ("reporting.toml", "first_report = 2031-03-07", "first_report = 2031-06-07", "reporting.toml", "不在行动期间"),
    ("reporting.toml", "cut_off = 11:30:00", 'cut_off = "25:00"', "reporting.toml", "不是真实的时刻"),
    ("reporting.toml", 'paper = "letter"', 'paper = "note"', "reporting.toml", "文书编号“note”不存在"),
    ("reporting.toml", '["township-head"]', '["mayor"]', "reporting.toml", "岗位“mayor”不存在"),
    ("reporting.toml", 'category = "river_sand"', 'category = "rivers"', "reporting.toml", "类别“rivers”不存在"),
    ("reporting.toml", "threshold = 3", "threshold = 0", "reporting.toml", "数值 0 超出范围"),
    ("patrol.toml", "min_area_percent = 35", "min_area_percent = -1", "patrol.toml", "百分比 -1 超出范围"),
    ("patrol.toml", "[patrol]", "[patrol", "patrol.toml", "写法有误"),
    ("patrol.toml", "days_after = [15]", "days_after = 15", "patrol.toml", "应是一列值"),
    ("patrol.toml", "days_after = [15]", 'days_after = ["15"]', "patrol.toml", "第 1 个值应是整数"),
]


@pytest.mark.parametrize(("name", "old", "new", "file", "message"), FAULTS)
def test_a_fault_is_found_where_it_is(edit: Edit, name: str, old: str, new: str, file: str, message: str) -> None:
    findings = edit(name, old, new)
    assert [f for f in findings if f.file == file and message in f.message], [str(f) for f in findings]
    assert all(finding.entry and finding.expectation for finding in findings)


def test_a_category_without_sub_codes_is_found(edit: Edit) -> None:
    findings = edit("categories.toml", 'subcodes_from = "project_types"', "subcodes = []")
    assert [f.message for f in findings] == ["类别没有违法情形"]


def test_every_fault_is_told_at_once(edit: Edit) -> None:
    findings = edit("channels.csv", "from_above,是", "above,也许")
    assert len(findings) == 2


def test_a_row_is_found_by_its_line(edit: Edit) -> None:
    (finding,) = edit("channels.csv", "from_below", "below")
    assert finding.entry == "第 3 行（river-watch）"


def test_a_plan_with_an_error_is_not_loaded(edit: Edit, tmp_path: Path) -> None:
    edit("channels.csv", "from_below", "below")
    with pytest.raises(PlanError, match=r"channels\.csv"):
        load_plan(tmp_path / "plan")


def test_a_missing_folder_and_a_missing_file_are_findings(tmp_path: Path) -> None:
    assert check_plan(tmp_path / "nowhere")[0].message == "不存在"
    shutil.copytree(SECOND, tmp_path / "plan")
    (tmp_path / "plan" / "units.csv").unlink()
    assert any(f.file == "units.csv" and "文件不存在" in f.message for f in check_plan(tmp_path / "plan"))


def test_a_file_with_a_mistyped_name_is_found(tmp_path: Path) -> None:
    shutil.copytree(SECOND, tmp_path / "plan")
    shutil.copy(SECOND / "units.csv", tmp_path / "plan" / "unit.csv")
    (finding,) = [f for f in check_plan(tmp_path / "plan") if f.severity == "error"]
    assert (finding.file, "units.csv" in finding.expectation) == ("unit.csv", True)


def test_an_area_file_must_lie_in_the_folder(edit: Edit) -> None:
    areas = (
        '[[unit_areas]]\nunit = "demo-water"\nsource = "file"\nfile = "../x.geojson"\nclause = "甲-1"\n\n[taskforce]'
    )
    findings = edit("organisation.toml", "unit_areas = []\n\n[taskforce]", areas)
    assert [f.message for f in findings] == ["范围文件 ../x.geojson 不在方案文件夹中"]


@pytest.mark.parametrize(
    ("area", "message"),
    [
        ('source = "synthetic"\nsize_km2 = 6', "附近的区划“”不存在"),
        ('source = "synthetic"\nnear = "990101100"', "合成范围没有面积"),
        ('source = "file"', "没有写范围文件"),
    ],
)
def test_an_area_says_where_it_comes_from(edit: Edit, area: str, message: str) -> None:
    text = f'[[unit_areas]]\nunit = "demo-water"\nclause = "甲-1"\n{area}\n\n[taskforce]'
    assert message in [f.message for f in edit("organisation.toml", "unit_areas = []\n\n[taskforce]", text)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("990101100,99.3,30.1", ""),
        ("990101109,99.3,30.1", "区划“990101109”不存在"),
        ("990101100,东边,30.1", "经度 lon 的值 '东边' 不是 180 以内的度数"),
        ("990101100,99.3,nan", "纬度 lat 的值 'nan' 不是 90 以内的度数"),
        ("990101100,99.3,130.1", "纬度 lat 的值 '130.1' 不是 90 以内的度数"),
    ],
)
def test_hints_of_place_are_optional_and_checked(tmp_path: Path, row: str, message: str) -> None:
    shutil.copytree(SECOND, tmp_path / "plan")
    (tmp_path / "plan" / "area_hints.csv").write_text(f"code,lon,lat\n{row}\n", encoding="utf-8")
    assert [f.message for f in check_plan(tmp_path / "plan")] == ([message] if message else [])
    if not message:
        assert load_plan(tmp_path / "plan").area_hints[0].position == (99.3, 30.1)


def test_an_area_belongs_to_a_unit(edit: Edit) -> None:
    area = 'unit = "demo-moor"\nsource = "synthetic"\nnear = "990101100"\nsize_km2 = 6\nclause = "甲-1"'
    findings = edit("organisation.toml", "unit_areas = []\n\n[taskforce]", f"[[unit_areas]]\n{area}\n\n[taskforce]")
    assert [f.message.split("”")[0] for f in findings] == ["单位“demo-moor"]


def test_a_paper_without_number_is_told_but_stops_nothing(tmp_path: Path) -> None:
    shutil.copytree(SECOND, tmp_path / "plan")
    path = tmp_path / "plan" / "campaign.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('number = "演示〔2031〕1号"\n', ""), encoding="utf-8")
    (finding,) = check_plan(tmp_path / "plan")
    assert (finding.entry, finding.severity) == ("basis_documents[demo-notice]", "info")
    assert load_plan(tmp_path / "plan").basis_documents[0].number == ""


def test_clause_ids_are_checked_against_a_list() -> None:
    known = {"甲-1", "甲-2", "乙-1", "乙-2", "乙-3", "丙-1", "丙-2", "丙-3", "丁-1", "丁-9"}
    findings = check_plan(SECOND, known_clauses=known)
    assert [f.message for f in findings if f.severity == "error"] == ["条款编号 丁-2 不在条款清单中"]
    assert [f.entry for f in findings if f.severity == "info"] == ["丁-9"]


def test_without_a_list_clause_ids_are_left_alone() -> None:
    assert check_plan(SECOND) == []
