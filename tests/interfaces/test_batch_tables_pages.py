"""A table over the pages: preview with its columns, other columns chosen and remembered, refused rows, supplement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingshan.commons.inbox.models import Batch, TableMapping
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.progress import Progress
from qingshan.contexts.leads.public import Lead
from qingshan.contexts.leads.public_worker import accept_batch, inspect_batch
from tests import cast
from tests.support.intake_tables import workbook
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
Sheet = list[list[object]]


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    return sign_in(cast.BUREAU_OFFICER)


def upload(client: Client, content: bytes, **changes: str) -> str:
    """Address of the batch after an upload."""
    file = SimpleUploadedFile("图斑.xlsx", content, content_type="application/octet-stream")
    data = {"file": file, "name": "演示表格", "channel": "province-patch", "crs": "", "dispatch": "on"} | changes
    response = client.post("/batches/new/", data)
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"]


def work(world: World, address: str, act: Callable[..., object]) -> Batch:
    """Do what the worker does, and end its job."""
    batch_id = address.strip("/").split("/")[-1]
    world.perform(cast.BUREAU_OFFICER, act, batch_id=batch_id, progress=Progress(None, None, cast.now))
    with world.seeing_all():
        Job.objects.filter(subject_id=batch_id).update(state="done")
        return Batch.objects.get(id=batch_id)


@pytest.mark.clause("三-1-2①b")
def test_columns_are_chosen_on_the_preview_and_refused_rows_come_back(client: Client, world: World) -> None:
    x, y = world.place_of(cast.SUCUN)
    rows: Sheet = [
        ["图斑编号", "东边的数", "北边的数", "备注"],
        ["A1", str(x), str(y), "演示备注"],
        ["A2", "坏", str(y), ""],
    ]
    address = upload(client, workbook({"清单": rows, "说明": [["演示说明"]]}))
    batch = work(world, address, inspect_batch)
    page = client.get(address).content.decode()
    assert "列对应" in page
    assert "东边的数" in page
    columns = {"col-0": "source_no", "col-1": "lon", "col-2": "lat", "col-3": "remark"}
    seen = page.split('name="seen" value="')[1][:16]
    nothing = client.post(f"{address}columns/", {"seen": seen, "layout": "points"})
    assert nothing.status_code == 422
    assert "没有选工作表" in nothing.content.decode()
    form = {"seen": seen, "layout": "points", "sheet-0": "on", "sender": "演示发来单位", **columns}
    assert client.post(f"{address}columns/", form).status_code == 302
    assert client.post(f"{address}columns/", form).status_code == 409  # by now somebody else, or the worker, has it
    batch = work(world, address, inspect_batch)
    assert batch.preview["outcomes"] == {"accepted": 1, "duplicate": 0, "rejected": 1}
    page = client.get(address).content.decode()
    assert "按您选的对应读取" in page
    assert "下载 1 条拒收行" in page
    work(world, address, accept_batch)
    refused = client.get(f"{address}refused/")
    content = b"".join(refused.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"PK")
    assert "上传改好的表" in client.get(address).content.decode()
    assert "的补充" in client.get(f"/batches/new/?supplement={batch.id}").content.decode()
    second = upload(client, content, supplement=str(batch.id))
    supplement = work(world, second, accept_batch)
    assert supplement.supplements_id == batch.id
    assert "还缺 1 行" in client.get(address).content.decode()
    with world.seeing_all():
        assert Lead.objects.get(batch_id=batch.id).description == "演示备注"
        assert TableMapping.objects.get().sender == "演示发来单位"
    third = upload(client, workbook({"清单": [rows[0], ["A9", str(x + 0.003), str(y), ""]]}), name="演示第二表")
    work(world, third, inspect_batch)
    assert "按“演示发来单位”上次的对应读取" in client.get(third).content.decode()


def test_a_lead_without_a_position_of_its_own_says_so(client: Client, world: World) -> None:
    content = workbook({"表": [["编号", "乡镇", "线索内容"], ["Q1", "苏村乡", "演示"]]})
    result = world.take_in(content, file_name="表.xlsx", channel="petition")
    with world.seeing_all():
        lead = Lead.objects.get(batch_id=result.batch_id)
    assert "位置待现场定位" in client.get(f"/leads/{lead.id}/").content.decode()
