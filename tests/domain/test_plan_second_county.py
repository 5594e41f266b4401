"""Another county is another folder: what the program shows comes from its plan, not from code."""

from datetime import date, time
from pathlib import Path

import pytest

from qingshan.domain.plan import Plan, load_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def first() -> Plan:
    return load_plan(ROOT / "plans" / "130132-2024")


@pytest.fixture(scope="module")
def second() -> Plan:
    return load_plan(ROOT / "tests" / "data" / "plan-second-county")


def test_it_has_its_own_categories_dates_and_lists(second: Plan) -> None:
    assert [category.slug for category in second.categories] == ["river_sand", "hill_cut"]
    assert (second.start, second.reporting.first_report) == (date(2031, 3, 3), date(2031, 3, 7))
    assert (second.reporting.weekday, second.reporting.cut_off) == ("friday", time(11, 30))
    assert len(second.checklists["city_check"].items) == 3
    assert [rule.track for rule in second.tracks_of("hill_cut")] == ["provincial_entry"]


def test_no_number_of_the_first_county_holds_in_the_second(first: Plan, second: Plan) -> None:
    shared = set(first.limits) & set(second.limits)
    assert len(shared) >= 20
    same = [
        s
        for s in shared
        if (first.limits[s].value, first.limits[s].unit) == (second.limits[s].value, second.limits[s].unit)
    ]
    assert same == []
    for part in ("photo_rules", "patrol", "routing", "look_back"):
        own, other = getattr(first, part), getattr(second, part)
        assert [name for name in own.__slots__ if getattr(own, name) == getattr(other, name)] == [], part


def test_posts_and_units_follow_its_own_rules(second: Plan) -> None:
    assert len(second.village_units()) == 7
    assert len(second.village_posts()) == 7 * 3
    patrollers = [post for post in second.village_posts() if post.unit == "v990101100001"]
    assert [post.slug.split(".")[1] for post in patrollers] == [
        "village-head",
        "village-patroller",
        "village-patroller-2",
    ]
    assert [post.title for post in second.posts if post.slug.startswith("demo-a.township-officer")] == [
        "演示甲镇专管员（1）",
        "演示甲镇专管员（2）",
        "演示甲镇专管员（3）",
    ]
    assert [post.liaison for post in second.posts if post.slug.startswith("demo-a.township-officer")] == [
        True,
        False,
        False,
    ]


def test_villages_are_shown_without_the_words_for_their_committee(second: Plan) -> None:
    shorts = {unit.name: unit.short for unit in second.village_units()}
    assert shorts["演示一社区居民委员会"] == "演示一社区"
    assert shorts["演示二村村委会"] == "演示二村"
    assert shorts["演示七村村民委员会"] == "演示七村"


def test_a_division_finds_its_township(second: Plan) -> None:
    unit = second.township_unit("990101101201")
    assert unit is not None
    assert unit.slug == "demo-b"
    assert second.township_unit("990101999001") is None


def test_claims_name_the_entries_of_a_clause(second: Plan) -> None:
    claims = second.claims()
    assert "checklists[city_check].items[planted]" in claims["丁-2"]
    assert "reporting" in claims["丙-3"]
