"""Pages of the ledger's templates and its printed form, by the browser's stand-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qingshan.commons.jobs.models import Job
from qingshan.contexts.ledgers import tasks
from qingshan.contexts.ledgers.models import LedgerTemplate
from qingshan.contexts.ledgers.services import making
from tests import cast
from tests.contexts.test_ledger_templates import blank_form
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]


def run_jobs(world: World, kind: str) -> None:
    """Do what waits for the worker."""
    with world.seeing_all():
        waiting = list(Job.objects.filter(kind=kind, state="waiting").values_list("id", flat=True))
    work = {"ledger_template": tasks.read_template_task, "ledger": tasks.make_ledger_task}[kind]
    for job_id in waiting:
        work(str(job_id))


def uploaded(world: World, client: Client, path: Path) -> UUID:
    form = SimpleUploadedFile("表样.xlsx", blank_form(path).read_bytes())
    response = client.post(reverse("web:ledger_template_new"), {"name": "省厅八月版", "file": form})
    assert response.status_code == 302, response.content.decode()
    run_jobs(world, "ledger_template")
    with world.seeing_all():
        return LedgerTemplate.objects.latest("version").id


def posted(page: str) -> dict[str, str]:
    """The mapping form as a browser would send it."""
    data = {}
    form = page[page.index("/map/") :]
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        data[name[1]] = value[1] if value else "on"
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)"\s+selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


@pytest.mark.clause("四-6⑦")
def test_from_upload_to_in_force(world: World, sign_in: SignIn, tmp_path: Path) -> None:
    case = world.make_case(upto="open")
    officer, leader = sign_in(cast.BUREAU_OFFICER), sign_in(cast.BUREAU_LEADER)
    template_id = uploaded(world, officer, tmp_path / "form.xlsx")
    address = reverse("web:ledger_template", args=[template_id])
    page = officer.get(address).content.decode()
    assert case.number in page
    assert 'colspan="3"' in page
    data = posted(page) | {"what-11": "unit", "text-0": "元氏县问题台账"}
    assert data["what-2"] == "case_number"
    world.clock.tick(minutes=1)
    response = officer.post(f"{address}map/", data)
    assert response.status_code == 302, response.content.decode()
    page = officer.get(address).content.decode()
    assert "苏村乡人民政府" in page
    assert "元氏县问题台账" in page
    assert officer.post(f"{address}map/", data).status_code == 409
    assert officer.post(f"{address}propose/").status_code == 302
    day = (world.clock.today() + timedelta(days=1)).isoformat()
    refused = leader.post(f"{address}decide/", {"decision": "pass", "valid_from": world.clock.today().isoformat()})
    assert refused.status_code == 422
    assert "晚于今天" in refused.content.decode()
    assert leader.post(f"{address}decide/", {"decision": "pass", "valid_from": day}).status_code == 302
    assert "按上级表样下载" not in officer.get(reverse("web:ledger")).content.decode()
    world.clock.tick(days=2)
    assert "按上级表样下载" in officer.get(reverse("web:ledger")).content.decode()
    download = sign_in(cast.TOWNSHIP_OFFICER).get(reverse("web:ledger_download"), {"form": "form"})
    assert download.status_code == 200
    assert download.headers["X-Ledger-Rows"] == "1"
    journal = officer.get(reverse("web:journal")).content.decode()
    assert "台账模板第1版" in journal
    assert reverse("web:ledger_template", args=[template_id]) in journal


def test_what_is_no_workbook_is_told_at_once_or_on_its_page(world: World, sign_in: SignIn) -> None:
    officer = sign_in(cast.BUREAU_OFFICER)
    address = reverse("web:ledger_template_new")
    assert officer.post(address, {"name": "x"}).status_code == 422
    response = officer.post(address, {"name": "x", "file": SimpleUploadedFile("a.xlsx", b"text")})
    assert "不是 .xlsx" in response.content.decode()
    broken = SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")
    assert officer.post(address, {"name": "坏的", "file": broken}).status_code == 302
    run_jobs(world, "ledger_template")
    with world.seeing_all():
        row = LedgerTemplate.objects.latest("version")
    assert row.state == "failed"
    assert "打不开" in officer.get(reverse("web:ledger_template", args=[row.id])).content.decode()


def test_a_large_ledger_is_made_by_the_worker(world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    world.make_lead(state="archived")
    world.make_lead(state="inconclusive")
    monkeypatch.setattr(making, "AT_ONCE", 1)
    officer = sign_in(cast.BUREAU_OFFICER)
    assert officer.get(reverse("web:ledger_download")).status_code == 302
    response = officer.post(reverse("web:ledger_make"))
    assert response.status_code == 302
    again = officer.post(reverse("web:ledger_make"))
    assert again.headers["Location"] == reverse("web:job_list")
    run_jobs(world, "ledger")
    page = officer.get(response.headers["Location"]).content.decode()
    assert "共 2 行" in page
    fetched = officer.get(f"{response.headers['Location']}file/")
    assert b"".join(fetched.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert officer.post(reverse("web:ledger_make"), {"as_of": "2030-01-01T00:00"}).status_code == 422


def test_the_printed_form_is_signed_counted_and_sealed(world: World, sign_in: SignIn) -> None:
    from qingshan.commons.journal.sealing import make_seal

    case = world.make_case(upto="open")
    world.make_lead(state="archived", township=cast.HEISHUIHE)
    with world.seeing_all():
        seal = make_seal(now=world.clock.now, day=world.clock.today(), reason="测试")
    world.clock.tick(minutes=5)
    page = sign_in(cast.BUREAU_OFFICER).get(reverse("web:ledger_print")).content.decode()
    assert case.number in page
    for text in ("填表人：", "审核人：", "负责人：", "共 2 行", "元氏县自然资源和规划局"):
        assert text in page
    assert seal is not None
    assert seal.root[:16] in page
    own = sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(reverse("web:ledger_print")).content.decode()
    assert case.number not in own
    filtered = sign_in(cast.BUREAU_OFFICER).get(reverse("web:ledger_print"), {"verdict": "unfounded"}).content.decode()
    assert case.number not in filtered
    assert "筛选" in filtered
