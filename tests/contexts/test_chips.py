"""Before and after pictures that came with a batch: to their leads, originals untouched, the rest listed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.db import connection
from PIL import Image

from qingshan.commons.files.services import path_of, store_file
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import LeadPicture
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.leads.services import chip_packages
from qingshan.contexts.leads.services.chips import NAMELESS, ChipReport, attach_chips
from tests import cast
from tests.support.making import World

NUMBER = "演示图斑-7"


def picture(kind: str, colour: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


BEFORE, AFTER = picture("JPEG", (40, 120, 40), (2400, 1200)), picture("TIFF", (150, 140, 120))


def package(**files: bytes) -> bytes:
    """A zip of files; ``__`` in a name stands for a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def attach(world: World, lead: Lead, content: bytes) -> ChipReport:
    def service(*, acting: Acting) -> ChipReport:
        file = store_file(chunks=[content], name="影像.zip", uploaded_by=acting.viewer.account_id, now=acting.now())
        progress = Progress(None, None, world.clock)
        if lead.batch_id is None:
            raise LookupError
        return attach_chips(batch_id=lead.batch_id, sha256=file.sha256, acting=acting, progress=progress)

    return world.perform(cast.BUREAU_OFFICER, service)


def pictures(world: World) -> list[LeadPicture]:
    with world.seeing_all():
        return list(LeadPicture.objects.select_related("file", "small").order_by("phase"))


@pytest.mark.clause("三-1-2①b")
def test_pictures_go_to_their_lead_untouched_with_a_copy_for_pages(world: World) -> None:
    lead = world.make_lead(source_no=NUMBER)
    report = attach(world, lead, package(**{f"{NUMBER}_前.jpg": BEFORE, f"后时相__{NUMBER}.tif": AFTER}))
    assert (report.attached, report.leads, report.left) == (2, 1, 0)
    after, before = pictures(world)
    assert [before.lead_id, before.phase, after.phase] == [lead.id, "before", "after"]
    for row, data in ((before, BEFORE), (after, AFTER)):
        assert path_of(row.file.sha256).read_bytes() == data
        assert row.file.sha256 == hashlib.sha256(data).hexdigest()
        with Image.open(path_of(row.small.sha256)) as copy:
            assert (copy.format, max(copy.size) <= 1600) == ("JPEG", True)
    entry = world.entries(lead.id)[-1]
    assert entry.act == "lead.add_pictures"
    assert before.file.sha256 in entry.payload


def test_the_same_package_again_adds_nothing(world: World) -> None:
    lead = world.make_lead(source_no=NUMBER)
    content = package(**{f"{NUMBER}_前.jpg": BEFORE})
    attach(world, lead, content)
    entries = len(world.entries(lead.id))
    again = attach(world, lead, content)
    assert (again.attached, again.repeated) == (0, 1)
    assert (len(pictures(world)), len(world.entries(lead.id))) == (1, entries)


def bomb() -> bytes:
    """A small PNG that promises 900 million pixels."""
    out = bytearray(picture("PNG", (1, 2, 3)))
    out[16:24] = (30_000).to_bytes(4, "big") * 2
    return bytes(out)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        (f"{NUMBER}_前.jpg", b"<?php echo 1; ?>" * 20, "内容不是 JPG、PNG 或 TIFF 图片"),
        (f"{NUMBER}_前.png", bomb(), "图片"),
        (f"{NUMBER}_前.jpg", BEFORE[:400], "图片打不开"),
        (f"{NUMBER}_前.tif", b"II*\x00" + b"\xff" * 60, "图片打不开"),
        (f"{NUMBER}_前.jpg", b"", "内容不是"),
        ("别处-9_前.jpg", BEFORE, "没有编号为“别处-9”的线索"),
        ("封面.jpg", BEFORE, NAMELESS),
    ],
)
def test_a_bad_or_unknown_picture_is_listed_and_holds_up_no_other(
    world: World, name: str, data: bytes, reason: str
) -> None:
    lead = world.make_lead(source_no=NUMBER)
    report = attach(world, lead, package(**{name: data, f"{NUMBER}_后.tif": AFTER}))
    assert (report.attached, report.left) == (1, 1)
    assert report.unknown[0]["name"] == name
    assert reason in report.unknown[0]["reason"]
    with world.seeing_all():
        kept: dict[str, Any] = Batch.objects.get(id=lead.batch_id).preview["chips"]
    assert kept["unknown"] == report.unknown


def test_a_picture_that_unpacks_too_large_is_refused_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chip_packages, "MAX_PHOTO", 10_000)
    lead = world.make_lead(source_no=NUMBER)
    report = attach(
        world, lead, package(**{f"{NUMBER}_前.jpg": b"\xff\xd8\xff" + bytes(90_000), f"{NUMBER}_后.tif": AFTER})
    )
    assert (report.attached, report.left) == (1, 1)
    assert "超过" in report.unknown[0]["reason"]


def test_pictures_are_seen_with_their_lead_only(world: World) -> None:
    lead = world.make_lead(source_no=NUMBER)
    attach(world, lead, package(**{f"{NUMBER}_前.jpg": BEFORE}))
    for member, seen in ((cast.TOWNSHIP_OFFICER, 1), (cast.OTHER_TOWNSHIP_OFFICER, 0), (cast.STRANGER, 0)):
        with world.seeing(member), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM leads_leadpicture")
            assert cursor.fetchone() == (seen,), member.username
