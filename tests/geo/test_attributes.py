"""Foreign columns on our fields (字段对照): aliases of the plan, dates and areas as people write them."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.plan import load_plan
from qingshan.geo.attributes import FIELDS, map_attributes
from qingshan.geo.dates import ReadDate, read_date
from qingshan.geo.features import Scalar
from qingshan.geo.quantities import read_area_m2
from tests.geo.making import PLAN, STEADY


@dataclass(frozen=True)
class Alias:
    field: str
    names: tuple[str, ...]
    unit: str = ""


ALIASES = [
    Alias("source_no", ("JCBH", "图斑编号")),
    Alias("patch_type", ("TBLX",)),
    Alias("declared_area", ("MJ",), "m2"),
    Alias("declared_area", ("DKMJ",), "mu"),
    Alias("earlier_image", ("QSX",)),
    Alias("later_image", ("HSX",)),
    Alias("remark", ("BZ",)),
    Alias("year", ("JCND",)),
]
DAY = date(2024, 7, 25)


@pytest.mark.clause("三-1-2①b")
def test_a_pushed_row() -> None:
    row: dict[str, Scalar] = {
        "jcbh ": "130132SJBG24000001",
        "TBLX": "ck",
        "MJ": 1234.5,
        "QSX": "20240318",
        "HSX": "2024年7月6日",
        "BZ": " 采石，疑似 ",
        "JCND": 2024,
        "SFYN": "否",
    }
    mapped = map_attributes(row, ALIASES)
    assert (mapped.source_no, mapped.patch_type, mapped.declared_area_m2) == ("130132SJBG24000001", "ck", 1234.5)
    assert (mapped.earlier_image, mapped.later_image) == (date(2024, 3, 18), date(2024, 7, 6))
    assert mapped.remark == "采石，疑似"
    assert mapped.extra == {"JCND": 2024, "SFYN": "否"}
    assert mapped.notes == ()


def test_nothing_known_keeps_everything() -> None:
    row: dict[str, Scalar] = {"a": 1, "b": None}
    mapped = map_attributes(row, ALIASES)
    assert mapped.extra == row
    assert mapped.source_no is None


@pytest.mark.parametrize(
    ("value", "text"), [(1301320001.0, "1301320001"), (17, "17"), ("ＪＣ１２３", "JC123"), (" 5 ", "5"), (0, "0")]
)
def test_numbers_as_text(value: Scalar, text: str) -> None:
    assert map_attributes({"JCBH": value}, ALIASES).source_no == text


def test_first_filled_alias_wins_and_the_other_is_kept() -> None:
    mapped = map_attributes({"图斑编号": "B", "JCBH": " "}, ALIASES)
    assert (mapped.source_no, mapped.extra) == ("B", {"JCBH": " "})
    mapped = map_attributes({"图斑编号": "B", "JCBH": "A"}, ALIASES)
    assert (mapped.source_no, mapped.extra) == ("A", {"图斑编号": "B"})


def test_unreadable_values_are_kept_and_told_and_the_next_alias_is_tried() -> None:
    mapped = map_attributes({"MJ": "约三亩", "DKMJ": 3, "QSX": "去年", "HSX": "2024.13.1"}, ALIASES)
    assert mapped.declared_area_m2 == pytest.approx(2000)
    assert (mapped.earlier_image, mapped.later_image) == (None, None)
    assert mapped.extra == {"MJ": "约三亩", "QSX": "去年", "HSX": "2024.13.1"}
    assert len(mapped.notes) == 3
    assert "约三亩" in mapped.notes[0]


def test_a_coarse_date_stands_for_its_first_day_and_is_kept() -> None:
    mapped = map_attributes({"QSX": "202403", "HSX": 2024}, ALIASES)
    assert (mapped.earlier_image, mapped.later_image) == (date(2024, 3, 1), date(2024, 1, 1))
    assert mapped.extra == {"QSX": "202403", "HSX": 2024}
    assert "只到月" in mapped.notes[0]
    assert "只到年" in mapped.notes[1]
    assert "晚于" in mapped.notes[2]


@pytest.mark.parametrize(
    "value",
    [
        "2024-07-25", "20240725", "2024年7月25日", "2024.7.25", "2024/7/25", "45498", 45498, 45498.0, 45498.75,
        20240725,        20240725.0,
        "2024 年 7 月 25 日", "２０２４－０７－２５", "2024-07-25T10:30:00+08:00", "2024-07-25 10:30",
        "2024/07/25 0:00:00", "20240725103000", "2024年07月25号", " 2024-7-25 ",
    ],
)  # fmt: skip
def test_a_day_in_many_spellings(value: Scalar) -> None:
    assert read_date(value) == ReadDate(value=DAY, precision="day")


@pytest.mark.parametrize(
    ("value", "found", "precision"),
    [
        ("202407", date(2024, 7, 1), "month"),
        (202407, date(2024, 7, 1), "month"),
        ("2024年7月", date(2024, 7, 1), "month"),
        ("2024-07", date(2024, 7, 1), "month"),
        ("2024年第2季度", date(2024, 4, 1), "quarter"),
        ("2024年二季度", date(2024, 4, 1), "quarter"),
        ("2024Q3", date(2024, 7, 1), "quarter"),
        ("2024", date(2024, 1, 1), "year"),
        (2024.0, date(2024, 1, 1), "year"),
        ("2024年度", date(2024, 1, 1), "year"),
    ],
)
def test_coarse_dates(value: Scalar, found: date, precision: str) -> None:
    assert read_date(value) == ReadDate(value=found, precision=precision)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [None, True, "", "x", "25/7/2024", "7/25", "24.7.25", "2024-02-30", "2024-13-01", "00000000", "1024-01-01", 3.5,
     -45498, 99999, "2024-07-25至2024-08-01", "202413", float("inf"), "1721865600000"],
)  # fmt: skip
def test_no_date(value: Scalar) -> None:
    assert read_date(value) is None


@STEADY
@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)))
def test_every_day_in_every_spelling(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    texts = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
    ]
    values: list[Scalar] = [*texts, serial, float(serial)]
    assert {read_date(value) for value in values} == {ReadDate(value=day, precision="day")}


@pytest.mark.parametrize(
    ("value", "unit", "area"),
    [
        (1234.5, "m2", 1234.5),
        (3, "mu", 2000),
        (0.8, "ha", 8000),
        (1.2, "km2", 1_200_000),
        ("1,234.5", "m2", 1234.5),
        ("１２３４．５", "m2", 1234.5),
        ("12.5亩", "m2", 8333.3333),
        ("12.5 亩", "ha", 8333.3333),
        ("0.8公顷", "m2", 8000),
        ("800㎡", "ha", 800),
        ("800平方米", "mu", 800),
        ("800 m²", "mu", 800),
        ("1.5e3", "m2", 1500),
        (5, "", 5),
    ],
)
def test_areas(value: Scalar, unit: str, area: float) -> None:
    assert read_area_m2(value, unit) == pytest.approx(area)


@pytest.mark.parametrize("value", [None, True, "", "x", "-5", 0, -1.0, float("nan"), float("inf"), 1e12, "3斤", "1,23"])
def test_no_area(value: Scalar) -> None:
    assert read_area_m2(value, "m2") is None


@STEADY
@given(
    st.dictionaries(
        st.sampled_from(["JCBH", "TBLX", "MJ", "DKMJ", "QSX", "HSX", "BZ", "X", "Y"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
    )
)
def test_no_value_is_lost(row: dict[str, Scalar]) -> None:
    mapped = map_attributes(row, ALIASES)
    taken = {name for name in row if name not in mapped.extra}
    assert all(mapped.extra[name] is row[name] for name in mapped.extra)
    filled = [mapped.source_no, mapped.patch_type, mapped.declared_area_m2, mapped.remark]
    dates = [mapped.earlier_image, mapped.later_image]
    assert len(taken) <= sum(value is not None for value in (*filled, *dates))


def test_the_plan_names_only_fields_that_are_understood_here_or_stay_extra() -> None:
    plan = load_plan(PLAN)
    assert set(FIELDS) <= {alias.field for alias in plan.intake.aliases}
    mapped = map_attributes({"JCTBBH": "A", "DKMJ": "3", "XZQHDM": "130132"}, plan.intake.aliases)
    assert mapped.source_no == "A"
    assert mapped.declared_area_m2 == pytest.approx(2000)
    assert mapped.extra == {"XZQHDM": "130132"}
