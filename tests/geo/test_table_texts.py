"""Coordinates, moments and columns of tables: every way of writing, and nothing whatever breaks the readers."""

from __future__ import annotations

import csv
import io
import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingshan.commons.files.packages import SheetRefused
from qingshan.commons.files.text_tables import decode_table, read_text_rows
from qingshan.geo.coordinate_text import CoordinateProblem, read_corners, read_ordinate, read_pair
from qingshan.geo.dates import read_moment
from qingshan.geo.reading import Reading
from qingshan.geo.table_columns import TableChoices, choices_from, guess_by_values, is_personal, problems_of
from qingshan.geo.table_placing import place_items
from qingshan.geo.table_rows import TableReader, TableRow

LON, LAT = 114.345678, 37.850123
PAIRS = (
    f"{LON}E {LAT}N",
    f"{LON}E{LAT}N",
    f"{LAT}N,{LON}E",
    f"E{LON} N{LAT}",
    f"东经{LON}，北纬{LAT}",
    f"经度：{LON}；纬度：{LAT}",
    "东经114°20′44.4408″ 北纬37°51′0.4428″",
    "N37°51'0.4428\" E114°20'44.4408\"",
    "114度20分44.4408秒，37度51分0.4428秒",
    "１１４．３４５６７８，３７．８５０１２３",
    "114-20-44.4408, 37-51-0.4428",
    f"{LON},{LAT},98.5",
)
BAD = ("114.3.5", "abc", "114°61′", "3.85E+07", "=1+1", "#DIV/0!", "114.3,37.8,1,2", "一百一十四", "114°20.5′30″")


@pytest.mark.parametrize("written", PAIRS)
def test_a_position_in_one_cell(written: str) -> None:
    pair = read_pair(written)
    assert pair is not None
    assert pair.first == pytest.approx(LON, abs=2e-6)
    assert pair.second == pytest.approx(LAT, abs=2e-6)


@pytest.mark.parametrize("written", BAD)
def test_what_is_no_position_is_refused_with_how_to_write_it(written: str) -> None:
    with pytest.raises(CoordinateProblem) as problem:
        read_pair(written)
    assert str(problem.value)


def test_corner_lists_in_one_cell() -> None:
    plain = read_corners("114.30,37.70;114.31,37.70;114.31,37.71")
    assert plain == read_corners("J1：114.30，37.70；J2：114.31，37.70；J3：114.31，37.71")
    assert plain == read_corners("1,114.30,37.70 2,114.31,37.70 3,114.31,37.71")
    assert [len(ring) for ring in read_corners("1 1;2 1;2 2|1.2 1.2;1.3 1.2;1.3 1.3")] == [3, 3]


@given(st.text(max_size=200) | st.floats() | st.integers() | st.booleans() | st.none())
@settings(max_examples=400)
def test_the_readers_of_coordinates_refuse_or_read_whatever_comes(value: object) -> None:
    for read in (read_ordinate, read_pair, read_corners):
        with suppress(CoordinateProblem):
            assert isinstance(value, str | int | float) or not read(value)


@given(st.floats(73.6, 135), st.floats(18, 53.5), st.integers(0, 3))
@settings(max_examples=200)
def test_degrees_come_back_however_they_are_written(lon: float, lat: float, way: int) -> None:
    def sexagesimal(degrees: float) -> str:
        whole, rest = divmod(round(degrees * 3_600_000), 3_600_000)
        minutes, milli = divmod(rest, 60_000)
        return f"{whole}°{minutes}′{milli / 1000:.3f}″"

    written = (
        f"{lon:.7f},{lat:.7f}",
        f"{lat:.7f}N {lon:.7f}E",
        f"{sexagesimal(lon)} {sexagesimal(lat)}",
        f"北纬{sexagesimal(lat)}，东经{sexagesimal(lon)}",
    )[way]
    pair = read_pair(written)
    assert pair is not None
    assert math.hypot(pair.first - lon, pair.second - lat) < 3e-7


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024年7月25日", "2024-07-25 00:00:00"),
        ("45498", "2024-07-25 00:00:00"),
        (45498.4375, "2024-07-25 10:30:00"),
        ("2024.7.25", "2024-07-25 00:00:00"),
        ("20240725", "2024-07-25 00:00:00"),
        ("２０２４－７－２５", "2024-07-25 00:00:00"),
        ("2024年7月25日 10:30", "2024-07-25 10:30:00"),
        ("2024-07-25 10:30:05", "2024-07-25 10:30:05"),
        ("2024年7月25日10时30分", "2024-07-25 10:30:00"),
        ("2024年7月", None),
        ("25/7/2024", None),
        ("2024-02-30", None),
        ("去年", None),
    ],
)
def test_moments_of_tables(value: str | float, moment: str | None) -> None:
    found = read_moment(value)
    assert (f"{found:%Y-%m-%d %H:%M:%S}" if found else None) == moment


@given(st.text(max_size=60) | st.floats() | st.integers())
@settings(max_examples=300)
def test_a_moment_is_read_or_none(value: str | float) -> None:
    found = read_moment(value)
    assert found is None or 1970 <= found.year <= 2099


@given(st.binary(max_size=600))
@settings(max_examples=300)
def test_a_text_table_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = _written(tmp_path_factory, raw)
    try:
        rows = list(read_text_rows(path, most=1000))
    except SheetRefused:
        return
    assert all(any(value.strip() for value in values) for _, values in rows)


def _written(factory: pytest.TempPathFactory, raw: bytes) -> Path:
    path = factory.getbasetemp() / "fuzzed.csv"
    path.write_bytes(raw)
    return path


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="gb2312", categories=["L", "N"]), min_size=1, max_size=8),
            min_size=3,
            max_size=3,
        ),
        min_size=3,
        max_size=9,
    )
)
@settings(max_examples=100)
def test_a_written_table_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path = _written(tmp_path_factory, ("\ufeff" + out.getvalue()).encode())
    if decode_table(path.read_bytes()).isascii() or any("\u4e00" <= c <= "\u9fff" for c in out.getvalue()):
        assert [values for _, values in read_text_rows(path, most=1000)] == rows


def test_columns_without_headings_are_told_by_their_values() -> None:
    samples: dict[str, list[object]] = {
        "A": ["甲", "乙"],
        "B": [114.3456, 114.4567],
        "C": ["37.71", 37.7234],
        "D": [1, 2],
    }
    assert guess_by_values(samples, {}) == {"B": "lon", "C": "lat"}
    assert guess_by_values({"A": ["115.1E 37.2N"]}, {}) == {"A": "position"}
    assert guess_by_values(samples, {"A": "position"}) == {}


def test_choices_that_leave_the_place_open_are_told() -> None:
    assert problems_of(TableChoices(sheets=("表",), columns={"经度": "lon"}))
    assert problems_of(TableChoices(sheets=("表",), columns={"a": "lon", "b": "lon", "c": "lat"}))
    assert not problems_of(TableChoices(sheets=("表",), columns={"村": "village"}))
    kept = TableChoices(sheets=("表",), columns={"村": "village"}, layout="points", origin="person", sender="演示单位")
    assert choices_from(kept.as_json()) == kept
    assert is_personal("举报人姓名")
    assert not is_personal("图斑编号")


cells = st.text(max_size=20) | st.floats() | st.integers() | st.booleans() | st.none() | st.datetimes()


@given(
    st.lists(st.fixed_dictionaries({"编号": cells, "x": cells, "y": cells, "村": cells}), max_size=12),
    st.sampled_from(["points", "corners"]),
)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_the_cells_every_row_is_accounted_for(rows: list[dict[str, object]], layout: str) -> None:
    choices = TableChoices(
        sheets=("表",), columns={"编号": "source_no", "x": "lon", "y": "lat", "村": "village"}, layout=layout
    )
    given_rows = [TableRow(index=n, sheet="表", number=n, cells=row) for n, row in enumerate(rows, 2)]
    items = TableReader(choices).items(given_rows)
    assert sorted(member for item in items for member in item.members) == [row.index for row in given_rows]
    placed = list(place_items(items, Reading(crs="EPSG:4490")).rows) if _in_degrees(items) else []
    assert all(row.problem or row.geometry is not None or row.attributes.get("村") is not None for row in placed)


def _in_degrees(items: list[object]) -> bool:
    return all(pair.degrees for item in items for pair in item.pairs)  # type: ignore[attr-defined]
