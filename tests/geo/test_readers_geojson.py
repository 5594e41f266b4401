"""GeoJSON as it comes (GeoJSON 读取): other shapes of document, odd values, broken text."""

import gzip
import json
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qingshan.geo.features import ReadError
from qingshan.geo.readers import json_stream
from tests.geo.making import SQUARE, STEADY, attempt, feature, read_all, refusal, write_collection


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_every_column_is_kept(tmp_path: Path) -> None:
    properties = {
        "JCBH": "001",
        "空": None,
        "n": 3,
        "x": 1.5,
        "ok": True,
        "list": [1, "二"],
        "o": {"a": 1},
        "big": 10**25,
    }
    _, (row,) = read_all(write_collection(tmp_path / "a.json", [feature(SQUARE, **properties)]))
    assert row.attributes == {**properties, "list": '[1, "二"]', "o": '{"a": 1}'}
    assert row.notes == ()


def test_values_that_cannot_be_stored_are_replaced_and_told(tmp_path: Path) -> None:
    text = json.dumps(feature(SQUARE, a="x\0y", b="\ud800", c=float("nan"), d="好"))
    _, (row,) = read_all(write(tmp_path / "a.json", f'{{"type": "FeatureCollection", "features": [{text}]}}'))
    assert row.attributes == {"a": "x\ufffdy", "b": "\ufffd\ufffd\ufffd", "c": None, "d": "好"}
    assert [note.split(" ")[1] for note in row.notes] == ["a", "b", "c"]


def test_the_number_of_the_feature_is_kept_as_id(tmp_path: Path) -> None:
    _, (row,) = read_all(write_collection(tmp_path / "a.json", [{**feature(SQUARE), "id": 17}]))
    assert row.attributes == {"id": "17"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    bom = "\ufeff" if encoding.endswith("e") and "16-" in encoding else ""
    text = json.dumps({"type": "FeatureCollection", "features": [feature(SQUARE, BZ="采石坑")]}, ensure_ascii=False)
    source, (row,) = read_all(write(tmp_path / "a.json", bom + text, encoding))
    assert row.attributes == {"BZ": "采石坑"}
    assert source.encoding == {"gb18030": "GB18030"}.get(encoding, "UTF-16" if "16" in encoding else "UTF-8")


def test_single_feature_and_bare_geometry(tmp_path: Path) -> None:
    for document in (feature(SQUARE, a=1), json.loads(shapely.to_geojson(SQUARE))):
        _, (row,) = read_all(write(tmp_path / "a.json", json.dumps(document)))
        assert row.geometry is not None
        assert row.geometry.equals(SQUARE)


def test_datum_may_stand_behind_the_features(tmp_path: Path) -> None:
    ring = [[38526438, 4179791], [38526538, 4179791], [38526538, 4179891], [38526438, 4179791]]
    datum = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}}
    document = {
        "type": "FeatureCollection",
        "features": [feature({"type": "Polygon", "coordinates": [ring]})],
        "crs": datum,
    }
    source, (row,) = read_all(write(tmp_path / "a.json", json.dumps(document)))
    assert "EPSG:4526" in source.crs_text
    assert row.geometry is not None
    assert shapely.get_coordinates(row.geometry)[0] == pytest.approx((114.3, 37.75), abs=1e-4)


def test_collection_without_features_is_an_empty_file(tmp_path: Path) -> None:
    source, rows = read_all(write_collection(tmp_path / "a.json", []))
    assert (source.count, rows) == (0, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "应为字段名"),
        ("{}", "没有 features"),
        ('{"a": 1}', "没有 features"),
        ('{"type": "Topology", "objects": {}}', "没有 features"),
        ('{"features": [', "文件不完整"),
        ('{"features": [{"type": "Feature"}', "应为 ,"),
        ('{"features": [{"type": "Feature"} {"type": "Feature"}]}', "应为 ,"),
        ('{"features": [{"type": "Feature", }]}', "语法有误"),
        ('{"features": [{"type": "Feature"}]} x', "多余内容"),
        ('{"features": {"type": "Feature"}}', "应为 ["),
        ('{"features": [' + '{"a":' * 100_000 + "1", "嵌套层数过多"),
    ],
)
def test_broken_documents_are_refused_as_a_whole(tmp_path: Path, text: str, reason: str) -> None:
    error = refusal(write(tmp_path / "a.json", text))
    assert reason in error.message
    assert error.advice


@pytest.mark.parametrize(
    ("geometry", "problem"),
    [
        (None, "没有图形"),
        ({"type": "Polygon", "coordinates": []}, "没有图形"),
        ({"type": "Polygon", "coordinates": [[[114.3, 37.8]]]}, "无法解析"),
        ({"type": "Polygon", "coordinates": "x"}, "无法解析"),
        ({"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], ["a", "b"]]]}, "无法解析"),
        ({"type": "Polygon", "coordinates": [[[114.3, None], [1, 2], [3, 4], [114.3, None]]]}, "无法解析"),
        ({"type": "Polygon"}, "无法解析"),
        ({"type": "Kreis", "coordinates": [1, 2]}, "无法解析"),
        ({"coordinates": [1, 2]}, "无法解析"),
        (17, "无法解析"),
        ([], "无法解析"),
        ({"type": "LineString", "coordinates": [[114.3, 37.8], [114.4, 37.8]]}, "类型为线"),
        ({"type": "MultiPoint", "coordinates": [[114.3, 37.8], [114.4, 37.8]]}, "类型为多点"),
    ],
)
def test_a_faulty_row_keeps_its_columns_and_says_why(tmp_path: Path, geometry: object, problem: str) -> None:
    rows = [feature(SQUARE, n=1), feature(geometry, n=2), feature(SQUARE, n=3)]
    _, read = read_all(write_collection(tmp_path / "a.json", rows))
    assert [row.attributes["n"] for row in read] == [1, 2, 3]
    assert [row.problem is None for row in read] == [True, False, True]
    assert problem in str(read[1].problem)
    assert read[1].geometry is None


@pytest.mark.parametrize("item", [None, 3, "x", [], {}, {"type": "Polygon"}])
def test_items_that_are_no_features_are_rows_with_a_problem(tmp_path: Path, item: object) -> None:
    _, (row,) = read_all(write_collection(tmp_path / "a.json", [item]))
    assert "不是要素" in str(row.problem)


def test_open_ring_is_closed_and_told(tmp_path: Path) -> None:
    ring = [[114.3, 37.8], [114.31, 37.8], [114.31, 37.81], [114.3, 37.81]]
    _, (row,) = read_all(write_collection(tmp_path / "a.json", [feature({"type": "Polygon", "coordinates": [ring]})]))
    assert row.notes == ("环未闭合，已按首点闭合",)
    assert row.geometry is not None


def test_a_feature_longer_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_FEATURE_CHARS", 3 * 1024 * 1024)
    monkeypatch.setattr(json_stream, "BLOCK", 64 * 1024)
    path = write_collection(tmp_path / "a.json", [feature(SQUARE, a="好" * 6_000_000)])
    assert "超过 3 MB" in refusal(path).message


@STEADY
@given(size=st.integers(1, 400), text=st.text(max_size=80))
def test_blocks_may_end_anywhere(tmp_path_factory: pytest.TempPathFactory, size: int, text: str) -> None:
    properties = {"a": text, "b": -12.5e3, "c": [True, None]}
    document = {"name": text, "n": 12345, "features": [feature(SQUARE, **properties)] * 3, "last": 67}
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")

    class Slow:
        at = 0

        def read(self, _: int, /) -> bytes:
            block = content[self.at : self.at + size]
            self.at += size
            return block

    walk = json_stream.Walk(json_stream.open_window(Slow(), "utf-8"))
    try:
        features = list(walk.features())
    except UnicodeDecodeError:
        assert any("\ud800" <= character <= "\udfff" for character in text)
        return
    assert features == document["features"]
    assert walk.members == {"name": text, "n": 12345, "last": 67}


@STEADY
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: ('{"features":[' + text).encode("utf-8", "replace")),
    )
)
def test_no_bytes_lead_to_anything_but_rows_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name, data in (("fuzz.json", b"{" + content), ("fuzz.gz", gzip.compress(b"{" + content)), ("fuzz", content)):
        path = folder / name
        path.write_bytes(data)
        outcome = attempt(path)
        if isinstance(outcome, ReadError):
            assert outcome.advice
        else:
            source, rows = outcome
            assert source.count == len(rows)
