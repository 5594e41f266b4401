"""The JSON form of a plan is exact, and anything else is refused by name, never by a crash."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingshan.domain.plan import Plan, PlanError, load_plan, plan_from_json, plan_to_json

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "plans" / "130132-2024", ROOT / "tests" / "data" / "plan-second-county")
SECOND = plan_to_json(load_plan(FOLDERS[1]))
JUNK = st.one_of(st.none(), st.booleans(), st.integers(-3, 999), st.text(max_size=4), st.just([]), st.just({}))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every value in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


PLACES = [place for place in places(SECOND) if place]


def changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """The second county's JSON with one value replaced."""
    copy: dict[str, Any] = json.loads(json.dumps(SECOND))
    spot: Any = copy
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    return copy


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_the_round_trip_is_exact_also_through_text(folder: Path) -> None:
    plan = load_plan(folder)
    text = json.dumps(plan_to_json(plan), ensure_ascii=False)
    assert plan_from_json(json.loads(text)) == plan
    assert plan_to_json(plan_from_json(json.loads(text))) == json.loads(text)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_the_json_form_has_no_floats(folder: Path) -> None:
    floats: list[str] = []
    json.loads(json.dumps(plan_to_json(load_plan(folder))), parse_float=floats.append)
    assert floats == []


def outcome(raw: dict[str, Any]) -> Plan | PlanError:
    """The plan, or why it is none."""
    try:
        return plan_from_json(raw)
    except PlanError as error:
        return error


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(PLACES), value=JUNK)
def test_any_change_gives_a_plan_or_a_plan_error(path: tuple[Any, ...], value: object) -> None:
    result = outcome(changed(path, value))
    if isinstance(result, PlanError):
        assert result.findings
        assert all(finding.message and finding.expectation for finding in result.findings)
    else:
        assert plan_from_json(plan_to_json(result)) == result


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from([place for place in PLACES if isinstance(place[-1], str)]))
def test_a_key_nobody_knows_is_named_or_becomes_an_entry(path: tuple[Any, ...]) -> None:
    result = outcome(changed((*path[:-1], "no_such_key"), {"no_such_key": 1}))
    assert "no_such_key" in str(result if isinstance(result, PlanError) else plan_to_json(result))


def test_a_limit_without_clause_keeps_its_round_trip() -> None:
    plan = plan_from_json(changed(("limits", "lead_dispatch", "clause"), None))
    assert plan.limits["lead_dispatch"].clause is None
    assert plan_from_json(plan_to_json(plan)) == plan


def test_a_value_of_the_wrong_kind_says_entry_and_expectation() -> None:
    with pytest.raises(PlanError) as caught:
        plan_from_json(changed(("photo_rules", "max_distance_m"), "200"))
    (finding,) = caught.value.findings
    assert finding.entry == "photo_rules"
    assert "max_distance_m" in finding.message
    assert "整数" in finding.expectation


def test_true_is_not_taken_for_a_number() -> None:
    with pytest.raises(PlanError):
        plan_from_json(changed(("photo_rules", "max_distance_m"), value=True))
