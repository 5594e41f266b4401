"""The hard rows of every format (困难的行): huge rings, mixed kinds, broken texts, hostile geodatabases."""

import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon

from qingshan.geo.features import ReadError, Undecided
from qingshan.geo.reading import Reading
from qingshan.geo.text import decode, mend_mojibake
from tests.geo import formats
from tests.geo.formats import PIT, survey_bytes
from tests.geo.making import (
    SQUARE,
    dbf_bytes,
    feature,
    polygon_record,
    read_all,
    refusal,
    shp_bytes,
    write_collection,
    write_zip,
)


def ring(count: int) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return Polygon(np.column_stack((114.3 + 0.01 * np.cos(angles), 37.8 + 0.01 * np.sin(angles))))


@pytest.mark.parametrize("kind", ["shapefile", "gpkg", "gdb", "kml", "survey"])
def test_a_ring_of_a_million_corners_is_refused_in_time(tmp_path: Path, kind: str) -> None:
    shape = ring(1_000_000)
    writers = {"shapefile": formats.write_shapefile, "gpkg": formats.write_geopackage, "gdb": formats.write_geodatabase}
    if kind in writers:
        path = writers[kind](tmp_path, shape, "EPSG:4490")
    elif kind == "kml":
        path = formats.write_kml(tmp_path, shape, "EPSG:4326")
    else:
        corners = shapely.get_coordinates(shape)
        path = tmp_path / "a.txt"
        lines = "\n".join(f"J{n},1,{x:.9f},{y:.9f}" for n, (x, y) in enumerate(corners, 1))
        path.write_text(f"[地块坐标]\n,,A,B,面,,,,@\n{lines}\n", encoding="utf-8")
    started = time.monotonic()
    _, (row,) = read_all(path)
    assert "超过上限 200000 个" in str(row.problem)
    assert time.monotonic() - started < 60


def test_a_mixed_shapefile_with_null_shapes_and_a_point_layer(tmp_path: Path) -> None:
    square = [(114.3, 37.8), (114.3, 37.802), (114.303, 37.802), (114.303, 37.8), (114.3, 37.8)]
    table = dbf_bytes([(b"TBBH", "C", 10)], [[b"A"], [b"B"]])
    path = write_zip(
        tmp_path / "a.zip",
        {
            "a.shp": shp_bytes([polygon_record([square]), b"\0\0\0\0"]),
            "a.dbf": table,
            "点/a.shp": shp_bytes([np.array([1], "<i4").tobytes() + np.array([114.3, 37.8]).tobytes()] * 2, kind=1),
            "点/a.dbf": table,
        },
    )
    source, rows = read_all(path)
    assert [row.problem is None for row in rows] == [True, False, True, True]
    assert [row.index for row in rows] == [1, 2, 3, 4]
    assert len(source.layers) == 2


def test_geodatabase_values_and_layers(tmp_path: Path) -> None:
    path = formats.write_geodatabase(
        tmp_path, PIT, "EPSG:4526", 面积=[12.5], 序号=[np.int32(7)], 日期=[np.datetime64("2024-07-25T00:00:00.000")]
    )
    with pytest.raises(Undecided):
        read_all(path)  # degrees under a projected datum: asked, not guessed
    source, (row,) = read_all(path, reading=Reading(crs="EPSG:4490"))
    assert source.layers == ("图斑",)
    assert row.attributes["JCBH"] == "坑一"
    assert row.attributes["面积"] == 12.5
    assert row.attributes["序号"] == 7
    assert str(row.attributes["日期"]).startswith("2024-07-25")


@pytest.mark.parametrize(
    "members",
    [
        {"a.gdb/a00000001.gdbtable": b""},
        {"a.gdb/a00000001.gdbtable": bytes(4_000)},
        {"a.gdb/gdb": b"x", "a.gdb/timestamps": b"x"},
        {"a00000001.gdbtable": b"\3\0\0\0" + b"\xff" * 400, "a00000001.gdbtablx": b"\xff" * 100},
    ],
)
def test_geodatabases_that_are_none(tmp_path: Path, members: dict[str, bytes]) -> None:
    assert refusal(write_zip(tmp_path / "a.zip", members)).advice


def test_names_in_a_geodatabase_that_lead_outside(tmp_path: Path) -> None:
    sound = formats.write_geodatabase(tmp_path, PIT, "EPSG:4490").read_bytes()
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    before = sorted(tmp_path.iterdir())
    bad = write_zip(tmp_path / "bad.zip", {**members, "a.gdb/../../x.gdbtable": b"x"})
    assert "包外" in refusal(bad).message
    bad.unlink()
    assert sorted(tmp_path.iterdir()) == before


def test_single_files_in_an_archive_are_read_by_their_own_readers(tmp_path: Path) -> None:
    collection = write_collection(tmp_path / "a.geojson", [feature(SQUARE, TBBH="一")]).read_bytes()
    text = survey_bytes(
        [(4179800.0, 38526400.0), (4179800.0, 38526500.0), (4179720.0, 38526500.0)], head="3,,二,,面,,,,@"
    )
    path = write_zip(tmp_path / "b.zip", {"甲/a.json": collection, "乙/b.txt": text, "图.dwg": b"x"})
    source, rows = read_all(path)
    assert [(row.index, row.layer) for row in rows] == [(1, "甲/a.json"), (2, "乙/b.txt")]
    assert all(row.geometry is not None for row in rows)
    assert any("图.dwg" in note for note in source.notes)
    damaged = write_zip(tmp_path / "c.zip", {"a.json": collection, "b.geojson": b"{"})
    assert "b.geojson" in refusal(damaged).message


def test_the_other_encoding_is_tried_when_chosen(tmp_path: Path) -> None:
    name = "图斑编号".encode("gbk")
    members = {
        "a.shp": shp_bytes([polygon_record([[(114.3, 37.8), (114.3, 37.81), (114.31, 37.81), (114.3, 37.8)]])]),
        "a.dbf": dbf_bytes([(name, "C", 20)], [["采坑".encode("gbk")]], 0x57),
        "a.cpg": b"UTF-8",
    }
    source, (row,) = read_all(write_zip(tmp_path / "a.zip", members))
    assert row.attributes == {"图斑编号": "采坑"}
    assert any(".cpg" in note for note in source.notes)
    with pytest.raises(Undecided) as asked:
        read_all(tmp_path / "a.zip", reading=Reading(encoding="utf-8"))
    assert asked.value.asks == ("encoding",)


@pytest.mark.parametrize(
    ("text", "mended", "told"),
    [
        ("元氏县", "元氏县", False),
        ("元氏县采坑".encode().decode("latin-1"), "元氏县采坑", True),
        ("采坑一号".encode("gbk").decode("latin-1"), "采坑一号", True),
        ("锟斤拷锟斤拷", "锟斤拷锟斤拷", True),
        ("采坑\ufffd号", "采坑\ufffd号", True),
        ("Müller", "Müller", False),
        ("café à côté", "café à côté", False),
        ("plain", "plain", False),
    ],
)
def test_broken_characters(tmp_path: Path, text: str, mended: str, *, told: bool) -> None:
    found, note = mend_mojibake(text)
    assert (found, bool(note)) == (mended, told)
    _, (row,) = read_all(write_collection(tmp_path / "a.json", [feature(SQUARE, 备注=text)]))
    assert row.attributes["备注"] == mended
    assert any("备注" in one for one in row.notes) == told


def test_texts_of_no_encoding() -> None:
    with pytest.raises(ReadError, match="编码"):
        decode(b"\xff\xff\xff\xff")
    assert decode("采坑".encode("big5"), "big5").text == "采坑"
    assert decode("a\ufeffb".encode("utf-8-sig")).text == "ab"
