"""The plan folder of 130132 says what the campaign demands, with posts instead of names."""

import re
from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest

from qingshan.domain.lead import UnfoundedReason, Verdict
from qingshan.domain.plan import Plan, check_plan, load_plan
from qingshan.domain.tracks import MACHINES

FOLDER = Path(__file__).parents[2] / "plans" / "130132-2024"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(FOLDER)


def test_the_folder_has_neither_error_nor_warning() -> None:
    assert [str(f) for f in check_plan(FOLDER) if f.severity != "info"] == []


@pytest.mark.clause("一-4")
def test_the_campaign_runs_one_hundred_days(plan: Plan) -> None:
    assert (plan.start, plan.end) == (date(2024, 7, 1), date(2024, 10, 8))
    assert (plan.end - plan.start).days + 1 == 100


@pytest.mark.clause("H-2", "一-0")
def test_basis_documents_of_three_levels_keep_signing_and_publication_apart(plan: Plan) -> None:
    county = plan.basis_documents[0]
    assert (county.issued_on, county.published_on) == (date(2024, 7, 25), date(2024, 8, 5))
    assert {document.level for document in plan.basis_documents} == {"county", "city", "province"}


@pytest.mark.clause("H-1")
def test_every_addressee_is_a_unit(plan: Plan) -> None:
    townships = [unit for unit in plan.units if unit.counts_as_township]
    assert len(townships) == 15
    assert len({unit.division for unit in townships}) == 15
    assert sum(unit.kind == "department" for unit in plan.units) == 9
    assert {"bureau", "discipline", "police", "procuratorate", "court"} <= {unit.kind for unit in plan.units}


@pytest.mark.clause("H-1")
def test_the_development_zone_reports_but_is_no_township_and_has_its_own_area(plan: Plan) -> None:
    zone = plan.unit("development-zone")
    assert (zone.division, zone.reports, zone.counts_as_township) == (None, True, False)
    assert sum(unit.reports for unit in plan.units) == 16
    assert [(area.unit, area.source, area.near) for area in plan.unit_areas] == [
        ("development-zone", "synthetic", "130132100")
    ]


def test_divisions_are_fifteen_townships_and_216_villages_below_them(plan: Plan) -> None:
    assert len(plan.divisions) == 231
    assert len(plan.villages()) == 216
    assert len({division.code for division in plan.divisions}) == 231
    parents = Counter(plan.unit(f"v{village.code}").parent for village in plan.villages()[:40])
    assert parents["huaiyang"] == 37


def test_village_posts_follow_from_the_divisions(plan: Plan) -> None:
    posts = plan.village_posts()
    assert Counter(post.position for post in posts) == {"village-head": 216, "village-patroller": 216}
    assert len({post.slug for post in plan.all_posts()}) == len(plan.all_posts())


@pytest.mark.clause("四-2-1②")
def test_each_township_has_two_first_responsible_posts_and_one_specific(plan: Plan) -> None:
    for unit in (unit for unit in plan.units if unit.counts_as_township):
        duties = sorted(post.duty for post in plan.posts if post.unit == unit.slug and post.duty)
        assert duties == ["first_government", "first_party", "specific"], unit.name


def test_heads_are_called_by_the_kind_of_township(plan: Plan) -> None:
    titles = {post.slug: post.title for post in plan.posts}
    assert titles["huaiyang.township-head"] == "槐阳镇镇长"
    assert titles["dongzhang.township-head"] == "东张乡乡长"


@pytest.mark.clause("四-6②")
def test_each_reporting_unit_has_exactly_one_liaison_post(plan: Plan) -> None:
    liaisons = Counter(post.unit for post in plan.posts if post.liaison)
    assert {liaisons[unit.slug] for unit in plan.units if unit.reports} == {1}


@pytest.mark.clause("四-1①b", "F-1", "F-2")
def test_the_task_force_is_listed_by_posts(plan: Plan) -> None:
    members = plan.taskforce_posts()
    assert Counter(seat for seat, _ in members) == {"commander": 1, "deputy_commander": 2, "member": 17 + 15}
    heads = [post for seat, post in members if post.position == "township-head"]
    assert len({post.unit for post in heads}) == 15


@pytest.mark.clause("四-1②")
def test_the_office_stands_under_the_bureau_with_a_role_of_its_own(plan: Plan) -> None:
    office = plan.unit(plan.taskforce.office)
    assert office.parent == "natural-resources"
    assert {role for post in plan.posts if post.unit == office.slug for role in post.roles} == {"taskforce_office"}


@pytest.mark.clause("二-1①", "二-1③", "二-1④", "二-2②", "二-2③", "二-2⑤", "二-3①")
def test_three_categories_hold_all_kinds_of_illegal_acts(plan: Plan) -> None:
    codes = {category.slug: [subcode.code for subcode in category.subcodes] for category in plan.categories}
    assert codes == {
        "unlicensed": ["A1", "A2", "A3", "A4"],
        "licensed_pit": ["B1", "B2", "B3", "B4", "B5"],
        "project_cover": [*(f"C{n}" for n in range(1, 12)), "C99"],
    }
    assert [category.colour for category in plan.categories] == ["#c8453b", "#d99a1c", "#2b6cb0"]


@pytest.mark.clause("二-1②")
def test_mining_behind_a_business_asks_for_name_licence_and_use(plan: Plan) -> None:
    a2 = next(subcode for subcode in plan.category("unlicensed").subcodes if subcode.code == "A2")
    assert plan.field_labels(a2.requires) == {
        "business_name": "经营场所名称",
        "business_licence": "经营场所证照",
        "business_use": "经营场所用途",
    }


@pytest.mark.clause("三-4-4②")
def test_every_project_type_has_a_supervising_unit(plan: Plan) -> None:
    units = {unit.slug for unit in plan.units}
    assert {kind.unit for kind in plan.project_types} <= units
    assert len(plan.project_types) == 12


@pytest.mark.clause("三-1-2②a", "三-4-3④", "一-1")
def test_channels_come_from_above_and_below(plan: Plan) -> None:
    assert len(plan.channels) == 19
    assert {channel.direction for channel in plan.channels} == {"from_above", "from_below"}
    assert plan.channel("province-patch").onsite_required


@pytest.mark.clause("三-2-1②a", "三-2-2⓪", "三-2-3②b", "三-1-2②c")
def test_tracks_follow_from_the_category_and_match_the_machines(plan: Plan) -> None:
    required = {c.slug: {r.track for r in plan.tracks_of(c.slug) if r.required} for c in plan.categories}
    assert required == {
        "unlicensed": {"enforcement", "site_closure", "provincial_entry"},
        "licensed_pit": {"enforcement", "provincial_entry"},
        "project_cover": {"enforcement", "provincial_entry"},
    }
    for slug, track in plan.track_defs.items():
        assert tuple(station.slug for station in track.stations) == MACHINES[slug].stations
    assert {station.photos for station in plan.track_defs["site_closure"].stations} == {1}


@pytest.mark.clause("三-2-1②a", "三-3-2①", "三-3-2②", "三-3-2③", "三-3-2④", "四-2-9")
def test_check_lists_have_the_demanded_number_of_points(plan: Plan) -> None:
    counts = {slug: len(checklist.items) for slug, checklist in plan.checklists.items()}
    assert (counts["site_closure"], counts["city_check"], counts["ecology"]) == (4, 4, 7)


def test_limits_keep_working_days_and_calendar_days_apart(plan: Plan) -> None:
    shown = {
        slug: (plan.limits[slug].text, plan.limits[slug].hard)
        for slug in ("decide_penalty", "serve_decision", "referral_handover", "court_application", "petition_objection")
    }
    assert shown == {
        "decide_penalty": ("90日", True),
        "serve_decision": ("7个工作日", True),
        "referral_handover": ("24小时", True),
        "court_application": ("3个月", True),
        "petition_objection": ("5个工作日", True),
    }
    assert plan.limit_terms["decide_penalty"].extension == 30
    assert plan.limit_terms["hearing_announcement"].direction == "before"


@pytest.mark.clause("二-1⑤")
def test_an_act_in_progress_has_a_task_within_24_hours(plan: Plan) -> None:
    limit = plan.limits["on_site_task"]
    assert (limit.text, limit.start_event) == ("24小时", "lead.flag_active")


@pytest.mark.clause("四-6④", "四-6⑤", "四-3④")
def test_the_reporting_calendar(plan: Plan) -> None:
    report = plan.reporting
    assert (report.first_report, report.weekday, report.cut_off) == (date(2024, 7, 25), "wednesday", time(17))
    assert plan.holiday_rule == "next"
    assert plan.patrol.rounds_per_week == 2


@pytest.mark.clause("四-3③")
def test_the_ladder_has_five_rising_measures(plan: Plan) -> None:
    assert [step.label for step in plan.ladder] == ["发函提醒", "警示约谈", "公开通报", "提级办理", "挂牌督办"]


@pytest.mark.clause("四-5②a", "四-5②b", "四-5③a", "四-5③b", "四-5④a", "四-5④b")
def test_accountability_thresholds_count_where_the_notice_counts(plan: Plan) -> None:
    plain = {(r.category, r.scope, r.threshold): r.positions for r in plan.accountability if not r.flag}
    assert set(plain) == {
        ("unlicensed", "township", 1),
        ("unlicensed", "township", 2),
        ("licensed_pit", "county", 1),
        ("licensed_pit", "county", 2),
        ("project_cover", "department", 1),
        ("project_cover", "department", 2),
    }
    assert set(plain["unlicensed", "township", 1]) >= {"village-head", "township-deputy"}


def test_verdicts_are_mapped_to_every_outside_system(plan: Plan) -> None:
    numeric = plan.verdict_maps["numeric"]
    assert numeric.value_of(Verdict.SUBSTANTIATED) == "2"
    assert numeric.value_of(Verdict.UNFOUNDED, UnfoundedReason.PSEUDO_CHANGE) == "3"
    assert plan.verdict_maps["ministry_four"].value_of("unfounded", "legal") == "合法"
    with pytest.raises(KeyError):
        numeric.value_of("undecided")


def test_area_aliases_name_their_unit(plan: Plan) -> None:
    units = {name: alias.unit for alias in plan.intake.aliases for name in alias.names if alias.unit}
    assert (units["MJ"], units["DKMJ"], units["Mined area (ha)"]) == ("m2", "mu", "ha")


def test_every_clause_of_the_register_is_claimed_and_no_other(plan: Plan) -> None:
    lines = (FOLDER.parents[1] / "docs" / "clauses.csv").read_text(encoding="utf-8").splitlines()
    known = {line.split(",")[0] for line in lines[1:] if re.match(r"[一二三四HF]-", line)}
    assert len(known) == 198
    assert set(plan.claims()) == known


def test_an_unknown_name_is_a_key_error(plan: Plan) -> None:
    for ask in (plan.unit, plan.category, plan.channel):
        with pytest.raises(KeyError):
            ask("nowhere")
