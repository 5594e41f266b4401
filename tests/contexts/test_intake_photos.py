"""Photos as leads (照片线索): position, time and direction from EXIF, kept as evidence; odd ones are told."""

import io
import zipfile
from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD

from qingshan.commons.files.services import path_of
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.contexts.leads.public import IntakeResult, Lead, source_photos
from qingshan.geo.features import ReadError
from qingshan.geo.offsets import gcj02_of
from tests import cast
from tests.support.making import World
from tests.support.samples import jpeg

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400)


def shot(
    world: World, x: float | None, y: float | None, *, seed: str, minutes: int = 0, azimuth: float = 90.0
) -> bytes:
    """A photo taken some minutes ago."""
    taken = world.clock() - timedelta(minutes=minutes)
    return jpeg(lon=x, lat=y, azimuth=azimuth, taken_at=taken, seed=seed)


def turned(lon: tuple[str, float], lat: tuple[str, float]) -> bytes:
    """A photo whose camera wrote references and values as given."""
    image = Image.new("RGB", (8, 8))
    exif = image.getexif()
    gps = exif.get_ifd(IFD.GPSInfo)
    for value, tags in ((lon, (GPS.GPSLongitudeRef, GPS.GPSLongitude)), (lat, (GPS.GPSLatitudeRef, GPS.GPSLatitude))):
        gps[tags[0]], gps[tags[1]] = value[0], (float(int(value[1])), float(value[1] % 1 * 60), 0.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def take(world: World, content: bytes, name: str = "照片.zip", **options: str) -> IntakeResult:
    return world.take_in(content, file_name=name, channel="patrol", **options)


def reread(world: World, content: bytes, name: str, **reading: object) -> IntakeResult:
    """Take a file in with a reading that was chosen on its preview."""
    batch = world.register(content, file_name=name, channel="patrol")
    with world.seeing_all():
        Batch.objects.filter(id=batch.id).update(reading=reading)
    return world.accept_batch(batch)


def leads_of(world: World, result: IntakeResult) -> list[Lead]:
    with world.seeing_all():
        return list(Lead.objects.filter(batch_id=result.batch_id).order_by("number"))


def reasons(world: World, result: IntakeResult) -> list[str]:
    with world.seeing_all():
        return [row.reason for row in BatchRow.objects.filter(batch_id=result.batch_id).order_by("row_no")]


@pytest.mark.clause("三-1-2①b")
def test_a_single_photo_becomes_a_lead_with_its_place_time_and_evidence(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    data = shot(world, x, y, seed="one", minutes=90, azimuth=123.0)
    result = take(world, data, "IMG_0001.jpg")
    assert (result.received, result.accepted) == (1, 1)
    (lead,) = leads_of(world, result)
    assert abs(lead.centre.x - x) < 1e-6
    assert lead.discovered_at == (world.clock() - timedelta(minutes=90)).replace(microsecond=0)
    assert lead.attributes["方位角"] == 123.0
    with world.seeing_all():
        (use,) = source_photos(lead.id)
        assert path_of(use.file.sha256).read_bytes() == data
        assert use.label == "方位 123°"
    assert use.file.sha256[:16] in world.entries(lead.id)[0].payload
    again = take(world, data, "IMG_0001.jpg")
    assert (again.accepted, again.duplicate) == (0, 1)


def test_photos_of_one_place_are_one_lead_and_each_is_kept(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    first = shot(world, x, y, seed="a")
    files = {
        "巡查/a.jpg": first,
        "巡查/b.jpg": shot(world, x + 0.0002, y, seed="b", minutes=5),
        "巡查/copy.jpg": first,
        "巡查/far.jpg": shot(world, x + 0.004, y, seed="c"),
        "巡查/later.jpg": shot(world, x, y, seed="d", minutes=300),
        "巡查/说明.docx": b"x",
    }
    result = take(world, packed(files))
    assert (result.received, result.accepted) == (3, 3)
    leads = leads_of(world, result)
    with world.seeing_all():
        counts = [len(source_photos(lead.id)) for lead in leads]
        batch = Batch.objects.get(id=result.batch_id)
    assert counts == [2, 1, 1]
    assert "同一张照片" in leads[0].notes
    assert any("说明.docx" in note for note in batch.preview["notes"])
    each = reread(world, packed(files | {"e.jpg": shot(world, x, y, seed="e")}), "x.zip", more={"photos": "each"})
    assert (each.received, each.accepted, each.duplicate) == (5, 2, 3)


@pytest.mark.clause("三-1-2①b")
def test_photos_that_say_no_place_are_refused_one_by_one_with_what_to_do(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    result = take(
        world,
        packed(
            {
                "ok.jpg": shot(world, x, y, seed="ok"),
                "none.jpg": shot(world, None, None, seed="none"),
                "zero.jpg": shot(world, 0.0, 0.0, seed="zero"),
                "swapped.jpg": turned(("E", y), ("N", x)),
                "apple.heic": HEIC,
                "broken.jpg": b"\xff\xd8\xff\xe0 no photo",
                "empty.jpg": b"",
                "abroad.jpg": turned(("E", 2.0), ("N", 48.0)),
            }
        ),
    )
    assert (result.received, result.accepted, result.rejected) == (8, 1, 7)
    told = reasons(world, result)[1:]
    words = ["里没有位置", "位置是 0，0", "像是写颠倒了", "HEIC 格式，不能读取", "打不开", "0 字节", "不在我国范围内"]
    for word, reason in zip(words, told, strict=True):
        assert word in reason
    assert "位置信息" in told[0]
    assert "兼容性最佳" in told[3]


def test_wrong_references_are_mended_and_told(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    (lead,) = leads_of(world, take(world, turned(("W", x), ("N", y)), "w.jpg"))
    assert abs(lead.centre.x - x) < 1e-5
    assert "按东经、北纬读取" in lead.notes
    assert "没有拍摄时间" in lead.notes
    (lead,) = leads_of(world, reread(world, turned(("E", y), ("N", x)), "s.jpg", axes="yx"))
    assert abs(lead.centre.x - x) < 1e-5


def test_a_phone_that_writes_shifted_positions_is_read_as_said(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    ((lon, lat),) = gcj02_of(np.array([[x, y]]))
    (lead,) = leads_of(world, take(world, shot(world, float(lon), float(lat), seed="g"), "g.jpg", crs="GCJ-02"))
    assert abs(lead.centre.x - x) < 1e-5
    assert "不得作为测绘成果" in lead.notes


def test_a_photo_without_a_place_is_put_where_the_person_says(world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    data = shot(world, None, None, seed="hand")
    result = reread(world, data, "h.jpg", more={"position": f"{x:.6f}，{y:.6f}"})
    (lead,) = leads_of(world, result)
    assert abs(lead.centre.x - x) < 1e-6
    assert "按导入人指定的位置落图" in lead.notes


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEIC, "HEIC"),
        (packed({"a.jpg": b"x"})[:-30], "不完整或已损坏"),
        (packed({"../a.jpg": b"x"}), "包外"),
    ],
    ids=["heic", "truncated", "path"],
)
def test_files_that_hold_no_photos_are_refused_as_a_whole(world: World, content: bytes, told: str) -> None:
    with pytest.raises(ReadError, match=told):
        take(world, content, "照片.zip")
