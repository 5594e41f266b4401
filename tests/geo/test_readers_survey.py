"""Survey texts with all their habits (坐标文本): read as meant, or refused with line, value and what to do."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from qingshan.geo.crs import area_m2
from qingshan.geo.features import ReadError, SourceRow, Undecided
from qingshan.geo.reading import Reading
from tests.geo.formats import MADE_ON, PIT, survey_bytes
from tests.geo.making import STEADY, read_all
from tests.geo.survey_writer import SurveyPlot, survey_text

SQUARE = [(4179800.0, 38526400.0), (4179800.0, 38526500.0), (4179720.0, 38526500.0), (4179720.0, 38526400.0)]
"""100 m by 80 m; X north, Y east with the prefix of zone 38."""
HOLE = [(4179780.0, 38526420.0), (4179780.0, 38526440.0), (4179760.0, 38526440.0), (4179760.0, 38526420.0)]
PLAIN = [(x, y - 38_000_000) for x, y in SQUARE]


def put(folder: Path, content: bytes | str, encoding: str = "gbk") -> Path:
    path = folder / "a.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def one(path: Path, **choices: str) -> SourceRow:
    _, (row,) = read_all(path, reading=Reading(**choices))
    return row


def is_square(row: SourceRow, area: float = 8000.0) -> bool:
    assert row.geometry is not None, row.problem
    x, y = row.geometry.representative_point().coords[0]
    return abs(area_m2(row.geometry) - area) < 0.5 and abs(x - 114.2998) < 0.002 and abs(y - 37.7497) < 0.002


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    source, (row,) = read_all(put(tmp_path, survey_bytes(SQUARE, encoding=encoding)))
    assert source.format == "survey"
    assert row.attributes["地块名称"] == "疑似采坑1"
    assert is_square(row)


def test_encoding_that_was_chosen_wrongly_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, survey_bytes(SQUARE, encoding="gbk"))
    with pytest.raises(Undecided) as asked:
        read_all(path, reading=Reading(encoding="utf-8"))
    assert asked.value.asks == ("encoding",)


def test_a_mark_in_the_middle_and_several_files_in_one(tmp_path: Path) -> None:
    two = survey_bytes(SQUARE, encoding="utf-8-sig") + survey_bytes(PLAIN, encoding="utf-8-sig")
    source, rows = read_all(put(tmp_path, two))
    assert [row.index for row in rows] == [1, 2]
    assert all(is_square(row) for row in rows)
    assert any("BOM" in note for note in source.notes)


@pytest.mark.parametrize(
    "head",
    [
        "4,0.8000,DK001,疑似采坑1,面,,采矿用地,0602,@",
        "5,0.8000,DK001,疑似采坑1,面,,采矿用地,0602,@",
        "4,0.8000公顷,DK001,疑似采坑1,面,,采矿用地,@",
        "4,0.8000,DK001,疑似采坑1,面,,采矿用地,0602,动土,前,后,@",
        "4,0.8000,DK001,疑似采坑1,面,,采矿用地,0602,动土,前,后,备注,@",
        "4, 0.8000 , DK001, 疑似采坑1, 面, , , , @",
        "4,0.8000,DK001,疑似采坑1,面,,采矿用地,0602,",
        "4，0.8000，DK001，疑似采坑1，面，，采矿用地，0602，@",
        "4,0.8000,1,2,面,,,,@",
    ],
)
def test_heads_of_every_length(tmp_path: Path, head: str) -> None:
    row = one(put(tmp_path, survey_bytes(SQUARE, head=head)))
    assert is_square(row)
    assert row.attributes["地块编号"] in ("DK001", "1")
    assert float(str(row.attributes["地块面积(公顷)"]).removesuffix("公顷")) == 0.8
    if head.endswith("备注,@"):
        assert row.attributes["扩展字段4"] == "备注"


@pytest.mark.parametrize(
    "lines",
    [
        "J1,1,{0}\nJ2,1,{1}\nJ3,1,{2}\nJ4,1,{3}\nJ1,1,{0}",
        "1,1,{0}\n2,1,{1}\n3,1,{2}\n4,1,{3}",
        "j1, 1, {0}\r\nj2, 1, {1}\r\nj3, 1, {2}\r\nj4, 1, {3}\r\nj5, 1, {0}",
        "1\t1\t{0}\n3\t1\t{1}\n5\t1\t{2}\n7\t1\t{3}\n1\t1\t{0}",
        "J1，1，{0}\nJ2，1，{1}\nJ3，1，{2}\nJ4，1，{3}",
        "J1,1,{0},12.5\nJ2,1,{1},12.5\nJ3,1,{2},12.5\nJ4,1,{3},12.5",
        "J1,{0}\nJ2,{1}\nJ3,{2}\nJ4,{3}",
        "J1 1 {0}\nJ2 1 {1}\nJ3 1 {2}\nJ4 1 {3}",
    ],
)
def test_points_in_every_manner(tmp_path: Path, lines: str) -> None:
    separator = next(mark for mark in ("\t", "，", ",", " ") if mark in lines)
    corners = [f"{x:.3f}{separator}{y:.3f}" for x, y in SQUARE]
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=38\n [地块坐标]\n4,0.8,A,B,面,,,,@\n" + lines.format(*corners)
    assert is_square(one(put(tmp_path, text)))


def test_full_width_digits_and_versions(tmp_path: Path) -> None:
    text = survey_bytes(SQUARE, 格式版本号="1．01版本").decode("gbk").replace("4179800.000", "４１７９８００．０００")
    assert is_square(one(put(tmp_path, text)))


def test_without_any_description(tmp_path: Path) -> None:
    points = "\n".join(f"J{n},1,{x},{y}" for n, (x, y) in enumerate(SQUARE, 1))
    assert is_square(one(put(tmp_path, f"[地块坐标]\n4,0.8,A,B,面,,,,@\n{points}")))


def test_x_and_y_exchanged_by_mistake(tmp_path: Path) -> None:
    for corners in (SQUARE, PLAIN):
        source, (row,) = read_all(put(tmp_path, survey_bytes([(y, x) for x, y in corners])))
        assert is_square(row)
        assert any("颠倒" in note for note in source.notes)


def test_degrees_in_either_order(tmp_path: Path) -> None:
    lonlat = [(round(x, 7), round(y, 7)) for x, y in PIT.exterior.coords]
    for corners in (lonlat, [(y, x) for x, y in lonlat]):
        lines = [f"J{n},1,{a:.8f},{b:.8f}" for n, (a, b) in enumerate(corners, 1)]
        text = "[属性描述]\n坐标系=CGCS2000\n计量单位=度\n[地块坐标]\n6,1,A,B,面,,,,@\n" + "\n".join(lines)
        row = one(put(tmp_path, text))
        assert row.geometry is not None, row.problem
        assert row.geometry.hausdorff_distance(Polygon(lonlat)) < 1e-7


def test_degrees_minutes_seconds(tmp_path: Path) -> None:
    points = ["37°44′59.28″,114°17′58.4″", "37°44′59.28″,114°18′2.5″", "37度44分56.7秒,114度18分2.5秒"]
    text = "[地块坐标]\n3,,A,B,面,,,,@\n" + "\n".join(f"J{n},1,{point}" for n, point in enumerate(points, 1))
    row = one(put(tmp_path, text, "utf-8"))
    assert row.geometry is not None, row.problem
    assert abs(row.geometry.centroid.x - 114.3003) < 0.001


# --- zones and datums ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["38", "第38带", ""])
def test_prefix_and_zone(tmp_path: Path, zone: str) -> None:
    assert is_square(one(put(tmp_path, survey_bytes(SQUARE, 带号=zone))))


def test_no_prefix_needs_the_zone_or_is_asked_about(tmp_path: Path) -> None:
    assert is_square(one(put(tmp_path, survey_bytes(PLAIN, 带号="38"))))
    assert is_square(one(put(tmp_path, survey_bytes(PLAIN, 带号="", 中央子午线="114"))))
    path = put(tmp_path, survey_bytes(PLAIN, 带号=""))
    with pytest.raises(Undecided) as asked:
        read_all(path)
    assert asked.value.sample.tolist() == [list(PLAIN[0])]
    assert is_square(one(path, crs="EPSG:4547"))


def test_zone_that_contradicts_the_prefix(tmp_path: Path) -> None:
    path = put(tmp_path, survey_bytes(SQUARE, 带号="39"))
    with pytest.raises(Undecided, match="带号 39"):
        read_all(path)
    assert is_square(one(path, crs="EPSG:4526"))


@pytest.mark.parametrize(
    ("system", "label"),
    [("80国家大地坐标系", "西安"), ("1980西安坐标系", "西安"), ("西安80坐标系", "西安"), ("北京54坐标系", "北京")],
)
def test_old_datums_by_their_names(tmp_path: Path, system: str, label: str) -> None:
    path = put(tmp_path, survey_bytes(SQUARE, 坐标系=system, 转换参数="1.5,2.5,3.5,0,0,0,0"))
    with pytest.raises(Undecided) as asked:
        read_all(path)
    assert label in str(asked.value)
    assert "1.5,2.5,3.5" in asked.value.advice
    row = one(path, parameters="1.5,2.5,3.5,0,0,0,0")
    assert row.geometry is not None
    assert any(label in note for note in row.notes)


@pytest.mark.parametrize("system", ["2000国家大地坐标系", "CGCS2000", "国家2000", "CGCS2000_3_Degree_GK_Zone_38"])
def test_names_of_cgcs2000(tmp_path: Path, system: str) -> None:
    assert is_square(one(put(tmp_path, survey_bytes(SQUARE, 坐标系=system))))


def test_a_system_of_its_own_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(Undecided, match="独立坐标系"):
        read_all(put(tmp_path, survey_bytes(SQUARE, 坐标系="元氏独立坐标系")))
    with pytest.raises(ReadError, match="计量单位"):
        read_all(put(tmp_path, survey_bytes(SQUARE, 计量单位="公里")))


# --- rings -----------------------------------------------------------------------------------------------------------


def rings_text(*rings: tuple[int, list[tuple[float, float]]], run_on: bool = False, closed: bool = True) -> str:
    lines, number = [], 0
    for ring, points in rings:
        number = number if run_on else 0
        first = number + 1
        for x, y in points:
            number += 1
            lines.append(f"J{number},{ring},{x:.3f},{y:.3f}")
        if closed:
            lines.append(f"J{first},{ring},{points[0][0]:.3f},{points[0][1]:.3f}")
    return "[属性描述]\n带号=38\n[地块坐标]\n,,A,B,面,,,,@\n" + "\n".join(lines)


@pytest.mark.parametrize("run_on", [True, False])
@pytest.mark.parametrize("closed", [True, False])
def test_holes(tmp_path: Path, *, run_on: bool, closed: bool) -> None:
    row = one(put(tmp_path, rings_text((1, SQUARE), (2, HOLE), run_on=run_on, closed=closed)))
    assert isinstance(row.geometry, Polygon), row.problem
    assert len(row.geometry.interiors) == 1
    assert abs(area_m2(row.geometry) - 7600) < 0.5


@pytest.mark.parametrize("number", [1, 2])
def test_further_parts_with_either_number(tmp_path: Path, number: int) -> None:
    away = [(x, y + 300) for x, y in SQUARE]
    row = one(put(tmp_path, rings_text((1, SQUARE), (number, away))))
    assert isinstance(row.geometry, MultiPolygon), row.problem
    assert abs(area_m2(row.geometry) - 16000) < 1


def test_an_island_in_a_hole_and_a_part_with_its_own_hole(tmp_path: Path) -> None:
    island = [(4179775.0, 38526425.0), (4179775.0, 38526435.0), (4179765.0, 38526435.0), (4179765.0, 38526425.0)]
    away, hole = ([(x, y + 300) for x, y in points] for points in (SQUARE, HOLE))
    row = one(put(tmp_path, rings_text((1, SQUARE), (2, HOLE), (3, island), (1, away), (2, hole))))
    assert row.geometry is not None, row.problem
    assert abs(area_m2(row.geometry) - (7600 + 100 + 7600)) < 1


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ("J1,1,4179800,38526400\nJ2,1,4179800,38526500", "只有 2 个界址点"),
        (
            "J1,1,4179800,38526400\nJ2,1,四一七,38526500\nJ3,1,4179700,38526500",
            "第 6 行（点 J2）的X 坐标“四一七”不是数字",
        ),
        ("J1,1,4179800,38526400\nJ2,1,nan,38526500\nJ3,1,4179700,38526500", "NaN"),
        ("J1,1,4179800,38526400\nJ2\nJ3,1,4179700,38526500", "第 6 行“J2”不是界址点"),
        ("J1,1,4179800,38526400\nJ2,1,4179700,38526500\nJ3,1,4179700,38526400\nJ4,1,4179800,38526500", "自相交"),
        ("J1,1,4179800,38526400\nJ2,1,4179800,38526500\nJ3,1,4179800,38526600", "面积为零"),
        ("", "没有界址点"),
    ],
)
def test_bad_plots_are_refused_by_line_and_others_kept(tmp_path: Path, points: str, told: str) -> None:
    good = "\n".join(f"J{n},1,{x},{y}" for n, (x, y) in enumerate(SQUARE, 1))
    text = f"[属性描述]\n带号=38\n[地块坐标]\n,,A,B,面,,,,@\n{points}\n4,0.8,C,D,面,,,,@\n{good}"
    _, (bad, fine) = read_all(put(tmp_path, text))
    assert told in str(bad.problem)
    assert bad.attributes["地块编号"] == "A"
    assert is_square(fine)


def test_a_plot_cut_off_is_refused(tmp_path: Path) -> None:
    row = one(put(tmp_path, survey_bytes(SQUARE, head="50,8.7423,A,B,面,,,,@")))
    assert "界址点 50 个，实有 4 个" in str(row.problem)


def test_points_and_lines(tmp_path: Path) -> None:
    row = one(put(tmp_path, survey_bytes(SQUARE[:1], head="1,,A,B,点,,,,@")))
    assert row.geometry is not None
    assert row.geometry.geom_type == "Point"
    assert "线" in str(one(put(tmp_path, survey_bytes(SQUARE, head="4,,A,B,线,,,,@"))).problem)


def test_a_text_without_plots(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="没有地块"):
        read_all(put(tmp_path, "[属性描述]\n坐标系=CGCS2000\n[地块坐标]\n"))


# --- written and read ------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.floats(114.0, 114.6), st.floats(37.6, 37.9), st.integers(3, 9)), min_size=1, max_size=5),
    st.booleans(),
    st.sampled_from(["gbk", "utf-8", "utf-16"]),
    st.text(st.characters(codec="gbk", exclude_categories=["Cc", "Zl", "Zp"]), max_size=12),
)
@settings(parent=STEADY, max_examples=40)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    pits: list[tuple[float, float, int]],
    prefixed: bool,
    encoding: str,
    name: str,
) -> None:
    shapes = []
    for lon, lat, corners in pits:
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        outer = np.column_stack((lon + 0.002 * np.cos(angles), lat + 0.002 * np.sin(angles)))
        shapes.append(Polygon(outer, [outer * 0.3 + np.array([lon, lat]) * 0.7]))
    plots = [SurveyPlot(geometry=shape, number=f"A{at}", name=name) for at, shape in enumerate(shapes)]
    text = survey_text(plots, unit="演示单位", made_on=MADE_ON, zone=38, prefixed=prefixed)
    source, rows = read_all(put(tmp_path_factory.mktemp("txt"), text, encoding))
    assert [row.attributes["地块编号"] for row in rows] == [plot.number for plot in plots]
    for row, shape in zip(rows, shapes, strict=True):
        assert row.geometry is not None, row.problem
        assert shapely.hausdorff_distance(row.geometry, shape) < 0.05 / 88_000
        assert shapely.symmetric_difference(row.geometry, shape).area < 0.001 * shape.area
    assert source.count == len(plots)
