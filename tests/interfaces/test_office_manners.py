"""Manners of the office: forms opened by address, conditions that mean nothing, whoever keeps accounts, documents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qingshan.commons.files.models import StoredFile
from qingshan.commons.people.models import Holding
from qingshan.contexts.leads.public import Lead
from qingshan.interfaces.web.listing.address import read_address
from tests import cast
from tests.cast import Member
from tests.interfaces.test_assignments_pages import values
from tests.support.making import World

SignIn = Callable[[Member], Client]


@pytest.mark.parametrize(
    ("member", "path", "to"),
    [
        (cast.SYSTEM_ADMIN, "/accounts/slips/", "/accounts/"),
        (cast.BUREAU_OFFICER, "/leads/bulk/dispatch/", "/leads/"),
        (cast.BUREAU_OFFICER, "/leads/export/", "/leads/"),
        (cast.BUREAU_OFFICER, "/post/", "/"),
    ],
)
def test_an_address_that_only_takes_a_form_leads_to_its_page(
    sign_in: SignIn, member: Member, path: str, to: str
) -> None:
    answer = sign_in(member).get(path, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == to
    assert "没有办成任何事" in answer.content.decode()
    assert sign_in(member).head(path).status_code == 405


def test_a_list_says_which_conditions_it_does_not_know(sign_in: SignIn, make_lead: Callable[..., Lead]) -> None:
    lead = make_lead()
    client = sign_in(cast.BUREAU_OFFICER)
    page = client.get("/leads/?colour=red&state=dispatched,bogus&overdue=&sort=up&area_min=wide&q=&all=1")
    assert page.context["ignored"] == ("colour=red", "state=dispatched,bogus", "sort=up", "area_min=wide")
    text = page.content.decode()
    assert "没有这个条件，已忽略" in text
    assert lead.number in text
    good = client.get("/leads/?state=dispatched&state=archived&received_from=2024-08-01&sort=due&cols=number")
    assert good.context["ignored"] == ()
    assert read_address(page.context["spec"], good.wsgi_request.GET).ignored == ()


def test_who_gives_posts_sees_what_ends_and_what_is_vacant(world: World, sign_in: SignIn) -> None:
    with world.seeing_all():
        row = Holding.objects.get(person__name=cast.TOWNSHIP_OFFICER.name, kind="holder", until=None)
        Holding.objects.filter(id=row.id).update(until=cast.now().date() + timedelta(days=3))
    text = sign_in(cast.RIGHTS_ADMIN).get("/").content.decode()
    assert reverse("web:post_detail", args=[row.post_id]) in text
    assert cast.TOWNSHIP_OFFICER.name in text
    assert "任职到期" in text
    assert "空缺的职务" in text
    assert "/appoint/" in text


def test_who_keeps_accounts_sees_those_that_cannot_be_used(world: World, sign_in: SignIn) -> None:
    client = sign_in(cast.SYSTEM_ADMIN)
    assert "个账号没有发初始口令" not in client.get("/").content.decode()
    made = client.post("/accounts/new/", {"name": "演示·新甲", "username": "new-a", "phone": ""})
    assert made.status_code == 302
    text = client.get("/").content.decode()
    assert "1 个账号没有发初始口令" in text
    assert "/accounts/?only=no_password" in text


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return made.getvalue()


def send(client: Client, name: str, data: bytes) -> tuple[int, str]:
    form = values(cast.SUCUN, files=SimpleUploadedFile(name, data))
    answer = client.post(reverse("web:assignment_new"), form)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("name", "part", "media_type"),
    [
        ("排查表.xlsx", "xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("通知.DOCX", "word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("红头文件.ofd", "OFD.xml", "application/ofd"),
    ],
)
def test_an_order_carries_office_documents(
    world: World, sign_in: SignIn, name: str, part: str, media_type: str
) -> None:
    client = sign_in(cast.TASKFORCE_OFFICE)
    assert send(client, name, archive(part, "other.xml"))[0] == 302
    with world.seeing_all():
        row = StoredFile.objects.get(original_name=name)
    assert row.media_type == media_type
    kept = client.get(reverse("web:file", args=[row.id]))
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["Content-Security-Policy"] == "sandbox"
    kept.close()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("报表.xlsx", archive("word/document.xml"), "不是完好的 xlsx 文件"),
        ("带宏.docx", archive("word/document.xml", "word/vbaProject.bin"), "带有宏"),
        ("一包.zip", archive("word/document.xml"), "是压缩包"),
        ("坏的.docx", b"PK\x03\x04 and nothing more", "不是完好的 docx 文件"),
        ("很多.xlsx", archive("xl/workbook.xml", *(f"{n}.xml" for n in range(5001))), "不是完好的 xlsx 文件"),
        ("程序.docx", b"MZ\x90", "不是照片"),
    ],
)
def test_what_is_no_office_document_is_refused_with_the_reason(
    sign_in: SignIn, name: str, data: bytes, why: str
) -> None:
    status, text = send(sign_in(cast.TASKFORCE_OFFICE), name, data)
    assert status == 422
    assert why in text


def test_a_form_of_two_hundred_columns_is_taken(sign_in: SignIn) -> None:
    """Some ten fields a column, and the words of the coded ones."""
    fields = {f"what-{n}": "" for n in range(3000)} | {"language": "en", "next": "/leads/"}
    answer = sign_in(cast.BUREAU_OFFICER).post(reverse("web:language"), fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/leads/")
