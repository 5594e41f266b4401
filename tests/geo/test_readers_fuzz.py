"""Every parser under random damage (模糊测试): rows or a refusal with advice, never another exception."""

import random
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingshan.geo.features import ReadError
from qingshan.geo.reading import Reading
from tests.geo import formats
from tests.geo.formats import PIT, in_system, survey_bytes
from tests.geo.making import STEADY, read_all
from tests.geo.test_readers_survey import SQUARE

WRITERS: dict[str, Callable[[Path], Path]] = {
    "shapefile": lambda folder: formats.write_shapefile(folder, PIT, "EPSG:4490"),
    "gpkg": lambda folder: formats.write_geopackage(folder, PIT, "EPSG:4490"),
    "geojson": lambda folder: formats.write_geojson(folder, PIT, "EPSG:4490"),
    "gdb": lambda folder: formats.write_geodatabase(folder, PIT, "EPSG:4490", 面积=[1.5], 序号=[np.int32(3)]),
    "kml": lambda folder: formats.write_kml(folder, PIT, "GCJ-02"),
    "kmz": lambda folder: formats.write_kmz(folder, in_system(PIT, "GCJ-02"), "GCJ-02"),
    "survey": lambda folder: formats.write_survey(folder, PIT, "EPSG:4526"),
}
FUZZ = settings(
    parent=STEADY, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def damaged(content: bytes, seed: int, count: int) -> bytes:
    """Some bytes changed, a piece cut out, doubled or moved, all by the seed."""
    made, chance = bytearray(content), random.Random(seed)  # noqa: S311 - damage, not secrets
    for _ in range(count):
        at, size = chance.randrange(len(made)), chance.randrange(1, 24)
        kind = chance.randrange(5)
        if kind == 0:
            made[at] = chance.randrange(256)
        elif kind == 1:
            del made[at : at + size]
        elif kind == 2:
            made[at:at] = made[at : at + size]
        elif kind == 3:
            made[at : at + size] = chance.choice([b"\0", b"\xff", b"999999999", b"nan", b"\xef\xbb\xbf", b"<![CDATA["])
        else:
            made[at : at + size] = bytes(chance.randrange(256) for _ in range(size))
        if not made:
            break
    return bytes(made)


def readable_or_refused(path: Path, reading: Reading) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, rows = read_all(path, reading=reading, name="x.ovkml")
    except ReadError as error:
        told = bool(error.message and error.advice)
        assert told
        return
    for row in rows:
        assert (row.geometry is None) == (row.problem is not None)
        assert row.geometry is None or (row.geometry.is_valid and row.geometry.geom_type != "GeometryCollection")


@pytest.mark.parametrize("kind", list(WRITERS))
def test_damage_is_told_or_harmless(tmp_path: Path, kind: str) -> None:
    sound = WRITERS[kind](tmp_path).read_bytes()
    path = tmp_path / "damaged"
    rounds = 15 if kind == "gdb" else 120
    for seed in range(rounds):
        path.write_bytes(damaged(sound, seed, 1 + seed % 9))
        readable_or_refused(path, Reading())


@pytest.mark.parametrize("kind", list(WRITERS))
def test_every_length_of_a_file_cut_off(tmp_path: Path, kind: str) -> None:
    sound = WRITERS[kind](tmp_path).read_bytes()
    path = tmp_path / "cut"
    for share in range(24):
        path.write_bytes(sound[: len(sound) * share // 24])
        readable_or_refused(path, Reading())


TOKENS = st.sampled_from(
    ["[地块坐标]", "[属性描述]", "坐标系=", "带号=38", "2000国家大地坐标系", "面", "@", ",", "，", "\n", "J1,1,", "=",
     "4179800.0", "38526400.0", "38526500.0", "4179720.0", "114.3", "37.8", "nan", "inf", "1e400", "°",
     "′", "\ufeff", "线"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=60), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
@FUZZ
def test_survey_texts_of_any_words(tmp_path: Path, words: list[str], encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(f"[地块坐标]{''.join(words)}".encode(encoding))
    readable_or_refused(path, Reading())


@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=12),
    st.sampled_from(["", "EPSG:4526", "GCJ-02", "EPSG:4490"]),
)
@FUZZ
def test_survey_texts_of_any_numbers(tmp_path: Path, points: list[tuple[float, float]], crs: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(survey_bytes([*SQUARE[:2], *points]))
    readable_or_refused(path, Reading(crs=crs))


PARTS = st.sampled_from(
    ["<Placemark>", "</Placemark>", "<Polygon>", "</Polygon>", "<outerBoundaryIs>", "</outerBoundaryIs>",
     "<LinearRing>",
     "</LinearRing>", "<coordinates>", "</coordinates>", "114.3,37.8 ", "114.4,37.8,0 ", "114.4,37.9 ", "nan,1 ",
     "<Folder>",
     "</Folder>", "<name>坑</name>", "<description>&lt;td", "</description>", "<Point>", "</Point>", "&amp;", "&x;",
     "<MultiGeometry>", "</MultiGeometry>"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=40))
@FUZZ
def test_kml_of_any_parts(tmp_path: Path, parts: list[str]) -> None:
    path = tmp_path / "a.kml"
    path.write_text(f"<kml>{''.join(parts)}</kml>", encoding="utf-8")
    readable_or_refused(path, Reading())


@given(st.binary(max_size=300))
@FUZZ
def test_any_bytes_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    for start in (b"", b"<", b"{", b"PK", b"[\xb5\xd8\xbf\xe9\xd7\xf8\xb1\xea]", b"\xff\xfe", b"SQLite format 3\0"):
        path.write_bytes(start + content)
        readable_or_refused(path, Reading())


@given(
    st.text(max_size=40),
    st.text(max_size=20),
    st.sampled_from(["", "xy", "yx", "zz"]),
    st.sampled_from(["", "utf-8", "big5"]),
)
@FUZZ
def test_any_choices(tmp_path: Path, crs: str, parameters: str, axes: str, encoding: str) -> None:
    path = formats.write_geojson(tmp_path, PIT, "EPSG:4490")
    readable_or_refused(path, Reading(crs=crs, parameters=parameters, axes=axes, encoding=encoding))
