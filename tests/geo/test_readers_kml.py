"""KML and what 奥维 makes of it: placemarks of every kind; nothing is expanded, fetched or passed over."""

from pathlib import Path

import pytest
import shapely

from qingshan.geo.features import ReadError
from qingshan.geo.reading import Reading
from tests.geo.formats import PIT, in_system, kml_text
from tests.geo.making import read_all, refusal, write_zip

RING = "114.30,37.80,0 114.303,37.80,0 114.303,37.802,0 114.30,37.80,0"
OUTER = "<outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs>"
AREA = f"<Polygon>{OUTER.format(RING)}</Polygon>"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def put(folder: Path, body: str, *, name: str = "a.kml", head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(f"{head}<kml><Document>{body}</Document></kml>".encode(encoding))
    return path


def mark(inside: str, name: str = "坑") -> str:
    return f"<Placemark><name>{name}</name>{inside}</Placemark>"


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        (AREA, "Polygon"),
        (f"<MultiGeometry>{AREA}{AREA.replace('114.30', '114.31')}</MultiGeometry>", "MultiPolygon"),
        ("<Point><coordinates> 114.3 , 37.8 , 0 </coordinates></Point>", "Point"),
        (AREA.replace(" 114.30,37.80,0<", "<"), "Polygon"),
        (AREA.replace(",0 ", ", 0 ").replace(",", ", "), "Polygon"),
        (f"<LinearRing><coordinates>{RING}</coordinates></LinearRing>", "Polygon"),
        (f"<LineString><coordinates>{RING}</coordinates></LineString>", "线"),
        ("<gx:Track><gx:coord>114.3 37.8 0</gx:coord><gx:coord>114.4 37.8 0</gx:coord></gx:Track>", "线"),
        (f"<MultiGeometry>{AREA}<Point><coordinates>114.3,37.8</coordinates></Point></MultiGeometry>", "Polygon"),
        ("", "没有图形"),
        ("<Point><coordinates></coordinates></Point>", "没有图形"),
        ("<Point><coordinates>一百,37</coordinates></Point>", "“一百,37”不是"),
        ("<Point><coordinates>nan,37.8</coordinates></Point>", "NaN"),
        (f"<Polygon>{OUTER.format('114,37')}</Polygon>", "不足 3 个"),
        ("<Polygon></Polygon>", "没有外环"),
        ("<Point><coordinates>37.8,114.3</coordinates></Point>", "颠倒"),
    ],
)  # fmt: skip
def test_geometries(tmp_path: Path, inside: str, outcome: str) -> None:
    _, (row, good) = read_all(put(tmp_path, mark(inside) + mark(AREA, "好")))
    assert good.geometry is not None
    told = row.problem or (row.geometry.geom_type if row.geometry else "")
    assert outcome in told
    assert row.attributes["名称"] == "坑"


def test_holes_and_several_in_one_boundary(tmp_path: Path) -> None:
    _, (row,) = read_all(put(tmp_path, kml_text(PIT).partition("<Document>")[2].removesuffix("</Document></kml>")))
    assert row.geometry is not None
    assert len(row.geometry.interiors) == 1
    assert row.attributes["文件夹"] == "采坑/第一批"


def test_data_in_every_place(tmp_path: Path) -> None:
    data = (
        "<description><![CDATA[<html><table><tr><td>TBBH</td><td>A-1</td></tr><tr><td>面积</td><td>12</td></tr></table>"
        "</html>]]></description><TimeStamp><when>2024-07-01</when></TimeStamp><ExtendedData><SchemaData>"
        '<SimpleData name="TBLX">CK</SimpleData></SchemaData><Data name="备注"><value>旧坑 &amp; 新坑</value></Data>'
        "</ExtendedData>"
    )
    _, (row,) = read_all(put(tmp_path, mark(data + AREA)))
    expected = {"名称": "坑", "TBBH": "A-1", "面积": "12", "TBLX": "CK", "备注": "旧坑 & 新坑", "时间": "2024-07-01"}
    assert dict(row.attributes) == expected


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<?xml version="1.0" encoding="GBK"?>', "gbk"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gbk"),
        (HEAD, "gbk"),
        ("", "utf-8-sig"),
        ("", "gbk"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16"),
        (HEAD.replace("UTF-8", "no-such"), "utf-8"),
    ],
)
def test_encodings_declared_rightly_and_wrongly(tmp_path: Path, head: str, encoding: str) -> None:
    _, (row,) = read_all(put(tmp_path, mark(AREA, "元氏县·采坑"), head=head, encoding=encoding))
    assert row.attributes["名称"] == "元氏县·采坑"


def test_ovkml_is_shifted_unless_said_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_text(kml_text(in_system(PIT, "GCJ-02")), encoding="utf-8")
    source, (row,) = read_all(path, name="采坑.ovkml")
    assert row.geometry is not None
    assert shapely.hausdorff_distance(row.geometry, PIT) < 1e-7
    assert "GCJ-02" in source.crs_text
    assert any("奥维" in note for note in source.notes)
    source, (row,) = read_all(path, name="采坑.ovkml", reading=Reading(crs="EPSG:4326"))
    assert row.geometry is not None
    assert shapely.hausdorff_distance(row.geometry, in_system(PIT, "GCJ-02")) < 1e-9
    _, (row,) = read_all(write_zip(tmp_path / "b", {"doc.ovkml": path.read_bytes()}), name="b.zip")
    assert shapely.hausdorff_distance(row.geometry, PIT) < 1e-7


def test_several_texts_in_one_archive_and_what_is_beside_them(tmp_path: Path) -> None:
    text = kml_text(PIT).encode()
    path = write_zip(tmp_path / "a.kmz", {"doc.kml": text, "二/b.kml": text, "files/icon.png": b"x", "c.gpkg": b"x"})
    source, rows = read_all(path)
    assert [row.index for row in rows] == [1, 2]
    assert [row.layer for row in rows] == ["doc.kml", "二/b.kml"]
    assert any("c.gpkg" in note and "未读入" in note for note in source.notes)


def test_what_is_no_patch_is_told(tmp_path: Path) -> None:
    body = "<GroundOverlay><name>图</name></GroundOverlay><NetworkLink><Link><href>http://x</href></Link></NetworkLink>"
    source, _ = read_all(put(tmp_path, body + mark(AREA)))
    assert {"叠加图片 1 个，不是图斑，未读入", "网络链接 1 个，不是图斑，未读入"} <= set(source.notes)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE kml SYSTEM "http://localhost/a.dtd">',
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE kml [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_no_document_type_and_no_entity(tmp_path: Path, head: str) -> None:
    assert "DOCTYPE" in refusal(put(tmp_path, mark(AREA, "&b;&x;"), head=head)).message


def test_deep_and_endless_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "嵌套" in refusal(put(tmp_path, "<Folder>" * 5_000)).message
    monkeypatch.setattr("qingshan.geo.readers.kml_events.MOST_CHARS", 1_000)
    long = put(tmp_path, f"<Placemark><name>{'x' * 5_000}</name>{AREA}</Placemark>")
    with pytest.raises(ReadError, match="单个元素"):
        read_all(long)


@pytest.mark.parametrize("cut", [30, 120, 300])
def test_a_text_cut_off_is_refused_as_a_whole(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(kml_text(PIT).encode()[:-cut])
    assert "第" in refusal(path).message
