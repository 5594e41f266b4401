"""Own pictures on the map: read by the worker, refused with the reason, seen by whom they may be seen."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from django.test import Client
from django.urls import reverse
from PIL import Image
from pyproj import Transformer
from rasterio.transform import from_origin

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import store_file
from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.image_layers.selectors import read_tile, shown_layers
from qingshan.commons.image_layers.services import publish_layer, register_layer, withdraw_layer
from qingshan.commons.image_layers.tasks import read_image_layer
from qingshan.commons.jobs.models import Job
from qingshan.commons.journal.models import Entry
from qingshan.domain.acts import ActRefused
from qingshan.imagery.geotiff import build_pyramid
from qingshan.imagery.tiles import PictureRefused, TileWriter, read_foreign, tile_box
from tests import cast
from tests.support.making import World

COUNTY = (114.0, 37.4, 114.7, 37.95)
LON, LAT = 114.35, 37.75


def geotiff(
    path: Path, *, crs: str | None = "EPSG:4526", lon: float = LON, lat: float = LAT, kind: str = "uint8",
    bands: int = 3, side: int = 600, metres: float = 2.0,
) -> Path:  # fmt: skip
    """A synthetic picture: red in the north, green in the south."""
    x, y = (lon, lat)
    step = metres
    if crs and crs not in ("EPSG:4490", "EPSG:4326"):
        x, y = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(lon, lat)
    else:
        step = metres / 100_000
    pixels = np.zeros((bands, side, side), dtype=kind)
    pixels[0, : side // 2] = 200
    pixels[-1 if bands < 3 else 1, side // 2 :] = 180
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=bands, dtype=kind, crs=crs, tiled=True,
        blockxsize=256, blockysize=256, transform=from_origin(x, y, step, step),
    ) as out:  # fmt: skip
        out.write(pixels)
    return path


def told(_done: int, _total: int) -> None:
    """Progress nobody looks at."""


@pytest.mark.parametrize("crs", ["EPSG:4526", "EPSG:4547", "EPSG:4490", "EPSG:4326", "EPSG:3857", "EPSG:4497"])
def test_a_geotiff_becomes_tiles_at_its_place(tmp_path: Path, crs: str) -> None:
    built = build_pyramid(geotiff(tmp_path / "a.tif", crs=crs), tmp_path / "a.mbtiles", COUNTY, told)
    assert built.min_zoom <= 8 < built.max_zoom
    assert built.box[0] == pytest.approx(LON, abs=0.001)
    assert built.box[3] == pytest.approx(LAT, abs=0.001)
    with sqlite3.connect(tmp_path / "a.mbtiles") as database:
        rows = database.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles").fetchall()
    assert len(rows) == built.tiles
    for z, x, row, data in rows:
        box = tile_box(z, x, (1 << z) - 1 - row)
        assert box[0] < built.box[2]
        assert built.box[0] < box[2]
        assert Image.open(io.BytesIO(data)).size == (256, 256)
    deepest = [r for r in rows if r[0] == built.max_zoom]
    top = min(deepest, key=lambda r: -r[2])
    red = np.asarray(Image.open(io.BytesIO(top[3])).convert("RGBA"))
    seen = red[red[..., 3] > 0]
    assert seen[:, 0].mean() > 150


def test_sixteen_bits_are_stretched_and_told(tmp_path: Path) -> None:
    built = build_pyramid(geotiff(tmp_path / "a.tif", kind="uint16"), tmp_path / "a.mbtiles", COUNTY, told)
    assert any("16 位" in note for note in built.notes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"crs": None}, "没有坐标系"),
        ({"crs": "EPSG:2362"}, "西安"),
        ({"crs": "EPSG:2422"}, "北京"),
        ({"lon": 100.0, "crs": "EPSG:4490"}, "没有重叠"),
        ({"kind": "float32"}, "float32"),
        ({"bands": 5}, "5 个波段"),
    ],
)
def test_a_geotiff_that_cannot_be_placed_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    source = geotiff(tmp_path / "a.tif", **changes)
    with pytest.raises(PictureRefused, match=said):
        build_pyramid(source, tmp_path / "a.mbtiles", COUNTY, told)


def test_a_block_counts_with_all_its_bands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 256 by 256: three bands are 192 KB, one band is 64 KB."""
    monkeypatch.setattr("qingshan.imagery.geotiff.MOST_BLOCK", 100_000)
    assert build_pyramid(geotiff(tmp_path / "one.tif", bands=1), tmp_path / "one.mbtiles", COUNTY, told).tiles
    monkeypatch.setattr("qingshan.imagery.geotiff.MOST_BLOCK", 190_000)
    with pytest.raises(PictureRefused, match="没有分块"):
        build_pyramid(geotiff(tmp_path / "three.tif"), tmp_path / "three.mbtiles", COUNTY, told)


def test_a_broken_geotiff_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(geotiff(tmp_path / "b.tif").read_bytes()[:900])
    with pytest.raises(PictureRefused, match=r"打不开|没有"):
        build_pyramid(tmp_path / "a.tif", tmp_path / "a.mbtiles", COUNTY, told)


def png(side: int = 256) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (40, 90, 60)).save(out, "PNG")
    return out.getvalue()


def mbtiles(path: Path, rows: list[tuple[Any, Any, Any, Any]], fmt: str = "png") -> Path:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        database.execute("INSERT INTO metadata VALUES ('format', ?)", [fmt])
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    database.close()
    return path


X, ROW = 418, 511 - 198
"""Tile of zoom 9 over the county, row from the south."""


def test_an_mbtiles_is_copied_tile_by_tile(tmp_path: Path) -> None:
    source = mbtiles(tmp_path / "a.mbtiles", [(9, X, ROW, png()), (10, 2 * X + 1, 2 * ROW + 1, png())])
    built = read_foreign(source, tmp_path / "b.mbtiles", COUNTY, told)
    assert (built.min_zoom, built.max_zoom, built.tiles) == (9, 10, 2)


@pytest.mark.parametrize(
    ("rows", "fmt", "said"),
    [
        ([], "png", "一块瓦片也没有"),
        ([(9, X, ROW, b"<svg/>")], "png", "不是 png"),
        ([(9, X, ROW, b"")], "png", "空的"),
        ([(9, X, ROW, "text")], "png", "空的"),
        ([(9, X, ROW, png(2048))], "png", "2048×2048"),
        ([(9, X, ROW, b"\x89PNG\r\n\x1a\n" + b"x" * 40)], "png", "打不开"),
        ([(9, X, ROW, png()), (9, X, ROW, png())], "png", "重复"),
        ([(30, X, ROW, png())], "png", "级别"),
        ([(9, 600, ROW, png())], "png", "超出范围"),
        ([(9, 10, 10, png())], "png", "没有重叠"),
        ([("a", X, ROW, png())], "png", "编号有误"),
        ([(9, X, ROW, png())], "pbf", "矢量瓦片"),
        ([(9, X, ROW, png()), (11, 4 * X + 2, 4 * ROW + 3, png())], "png", "缺第 10 级"),
    ],
)
def test_a_doubtful_mbtiles_is_refused(tmp_path: Path, rows: Any, fmt: str, said: str) -> None:
    source = mbtiles(tmp_path / "a.mbtiles", rows, fmt)
    with pytest.raises(PictureRefused, match=said):
        read_foreign(source, tmp_path / "b.mbtiles", COUNTY, told)


def test_something_that_only_calls_itself_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"SQLite format 3\x00" + b"\xff" * 4000)
    with pytest.raises(PictureRefused, match="SQLite"):
        read_foreign(tmp_path / "a", tmp_path / "b", COUNTY, told)


def test_an_endless_view_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qingshan.imagery.tiles.STEPS", 1000)
    with sqlite3.connect(tmp_path / "a") as database:
        database.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)"
            " SELECT 9 AS zoom_level, i AS tile_column, 1 AS tile_row, 'x' AS tile_data FROM n"
        )
    database.close()
    with pytest.raises(PictureRefused, match="SQLite"):
        read_foreign(tmp_path / "a", tmp_path / "b", COUNTY, told)


def test_a_tile_stands_once(tmp_path: Path) -> None:
    writer = TileWriter(tmp_path / "a")
    writer.add(1, 0, 0, b"x")
    with pytest.raises(PictureRefused):
        writer.add(1, 0, 0, b"y")
    writer.finish()


# --- the registry ----------------------------------------------------------------------------------------------------


def hand_in(world: World, path: Path, name: str = "演示影像") -> ImageLayer:
    """Register a picture as the bureau officer and let the worker's task run."""
    made: list[ImageLayer] = []

    def store(*, acting: Any) -> None:
        file: StoredFile = store_file(
            chunks=[path.read_bytes()], name=path.name, uploaded_by=acting.viewer.account_id, now=acting.now()
        )
        made.append(
            register_layer(
                file=file, name=name, image_date=date(2024, 8, 1), source="演示", licence="测试用", acting=acting
            )
        )

    world.perform(cast.BUREAU_OFFICER, store)
    with world.seeing_all():
        job = Job.objects.get(subject_id=made[0].id)
    read_image_layer(str(job.id))
    with world.seeing_all():
        return ImageLayer.objects.get(id=made[0].id)


def test_a_picture_goes_from_upload_to_the_map_and_off_it(
    world: World, tmp_path: Path, sign_in: Callable[[cast.Member], Client]
) -> None:
    layer = hand_in(world, geotiff(tmp_path / "a.tif"))
    assert (layer.state, layer.tiles > 0) == ("draft", True)
    with world.seeing(cast.TOWNSHIP_OFFICER):
        assert not ImageLayer.objects.exists()
    world.perform(cast.BUREAU_OFFICER, publish_layer, layer_id=layer.id, show_from=5, show_to=22)
    with world.seeing(cast.TOWNSHIP_OFFICER):
        assert [one.id for one in shown_layers()] == [layer.id]
    z = layer.max_zoom
    with sqlite3.connect(_file(layer)) as database:
        x, row = database.execute("SELECT tile_column, tile_row FROM tiles WHERE zoom_level = ?", [z]).fetchone()
    address = reverse("web:image_tile", args=[layer.id, z, x, (1 << z) - 1 - row])
    for member, status in (
        (cast.TOWNSHIP_OFFICER, 200), (cast.VILLAGE_PATROLLER, 200), (cast.CITY_REVIEWER, 200),
        (cast.DEPARTMENT_OFFICER, 200), (cast.STRANGER, 404), (cast.SYSTEM_ADMIN, 403),
    ):  # fmt: skip
        answer = sign_in(member).get(address)
        assert answer.status_code == status, member
    answer = sign_in(cast.TOWNSHIP_OFFICER).get(address)
    assert answer["Content-Type"] == "image/webp"
    assert answer.content == read_tile(layer, z, x, (1 << z) - 1 - row)
    assert sign_in(cast.TOWNSHIP_OFFICER).get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    nowhere = sign_in(cast.TOWNSHIP_OFFICER).get(reverse("web:image_tile", args=[layer.id, 9, 1, 1]))
    assert nowhere["Content-Type"] == "image/png"
    assert str(layer.id) in sign_in(cast.TOWNSHIP_OFFICER).get("/map/").content.decode()
    world.perform(cast.BUREAU_OFFICER, withdraw_layer, layer_id=layer.id, reason="位置偏移")
    assert sign_in(cast.TOWNSHIP_OFFICER).get(address).status_code == 404
    with world.seeing_all():
        acts = list(Entry.objects.filter(matter_id=layer.id).order_by("seq").values_list("act", flat=True))
    assert acts == [f"image_layer.{act}" for act in ("register", "read", "publish", "withdraw")]


def _file(layer: ImageLayer) -> Path:
    from qingshan.commons.files.services import path_of

    return path_of(layer.tiles_sha256)


def test_a_picture_that_cannot_be_read_says_why(world: World, tmp_path: Path) -> None:
    layer = hand_in(world, geotiff(tmp_path / "a.tif", crs=None))
    assert layer.state == "failed"
    assert "没有坐标系" in layer.problem
    with world.seeing_all():
        acts = list(Entry.objects.filter(matter_id=layer.id).order_by("seq").values_list("act", flat=True))
    assert acts == ["image_layer.register", "image_layer.fail"]
    with pytest.raises(ActRefused, match="状态已经变化"):
        world.perform(cast.BUREAU_OFFICER, publish_layer, layer_id=layer.id, show_from=0, show_to=22)


def test_only_the_bureau_manages_pictures(
    world: World, tmp_path: Path, sign_in: Callable[[cast.Member], Client]
) -> None:
    layer = hand_in(world, geotiff(tmp_path / "a.tif"))
    for member in (cast.TOWNSHIP_OFFICER, cast.TASKFORCE_OFFICE, cast.COUNTY_LEADER):
        with pytest.raises(ActRefused, match="职务"):
            world.perform(member, publish_layer, layer_id=layer.id, show_from=0, show_to=22)
        assert sign_in(member).get("/images/").status_code == 403
    assert sign_in(cast.STRANGER).get(reverse("web:image_layer", args=[layer.id])).status_code == 404


def test_the_upload_form_names_what_is_missing(
    sign_in: Callable[[cast.Member], Client], world: World, tmp_path: Path
) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    with geotiff(tmp_path / "a.tif").open("rb") as file:
        answer = client.post("/images/new/", {"file": file, "name": "演示"})
    assert answer.status_code == 422
    assert "影像日期未填" in answer.content.decode()
    text = io.BytesIO(b"not a picture")
    text.name = "a.tif"
    filled = {"name": "演示", "image_date": "2024-08-01", "source": "演示", "licence": "测试用"}
    answer = client.post("/images/new/", {"file": text, **filled})
    assert answer.status_code == 422
    assert "不是 GeoTIFF" in answer.content.decode()
    with (tmp_path / "a.tif").open("rb") as file:
        answer = client.post("/images/new/", {"file": file, **filled})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "读取中" in page
    assert "演示" in client.get("/images/").content.decode()
