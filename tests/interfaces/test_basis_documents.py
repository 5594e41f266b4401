"""Basis documents of the campaign, the plan on paper, and which clause is carried out by what."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client

from qingshan.commons.journal.models import Entry
from qingshan.contexts.campaigns.public import BasisDocument
from tests import cast
from tests.interfaces.forms_of_cases import text_of
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
PDF = b"%PDF-1.4\n" + "演示依据文件，合成".encode() + b"\n%%EOF\n"


def form(**changed: object) -> dict[str, object]:
    """A filled form of the city's order."""
    return {
        "plan_slug": "city-deployment", "level": "city", "issuer": "演示市人民政府", "title": "演示市部署文件",
        "number": "演政字〔2024〕9号", "issued_on": "2024-06-20", "published_on": "2024-06-25",
        "file": SimpleUploadedFile("部署.pdf", PDF, content_type="application/pdf"), **changed,
    }  # fmt: skip


def only_document(world: World) -> BasisDocument:
    """The one document that stands."""
    with world.seeing_all():
        return BasisDocument.objects.get(withdrawn_at__isnull=True)


@pytest.mark.clause("一-0", "H-2")
def test_originals_of_several_levels_open_for_every_unit(sign_in: SignIn, world: World) -> None:
    office = sign_in(cast.TASKFORCE_OFFICE)
    assert office.post("/campaign/basis/new/", form()).status_code == 302
    county = form(
        plan_slug="county-notice", level="county", issuer="演示县人民政府办公室", title="演示县方案",
        number="演政办〔2024〕5号", issued_on="2024-07-25", published_on="2024-07-31",
        file=SimpleUploadedFile("方案.pdf", PDF + b"1"),
    )  # fmt: skip
    assert office.post("/campaign/basis/new/", county).status_code == 302
    township = sign_in(cast.TOWNSHIP_OFFICER)
    text = text_of(township.get("/campaign/"))
    for word in ("演示市部署文件", "演政字〔2024〕9号", "演示县方案", "演政办〔2024〕5号"):
        assert word in text
    with world.seeing_all():
        rows = list(BasisDocument.objects.order_by("issued_on"))
    assert [row.level for row in rows] == ["city", "county"]
    for row, content in zip(rows, (PDF, PDF + b"1"), strict=True):
        original = township.get(f"/campaign/basis/{row.id}/original")
        assert b"".join(original.streaming_content) == content
        assert original.headers["Content-Security-Policy"] == "sandbox"
        assert text_of(township.get(f"/campaign/basis/{row.id}/")).count(row.number)


@pytest.mark.clause("H-2")
def test_each_document_is_journaled_and_a_wrong_one_is_withdrawn_with_a_reason(sign_in: SignIn, world: World) -> None:
    office = sign_in(cast.BUREAU_OFFICER)
    office.post("/campaign/basis/new/", form())
    row = only_document(world)
    again = office.post("/campaign/basis/new/", form(file=SimpleUploadedFile("二.pdf", PDF + b"2")))
    assert again.status_code == 409
    assert "先撤下" in text_of(again)
    assert office.post(f"/campaign/basis/{row.id}/", {"reason": " "}).status_code == 422
    assert office.post(f"/campaign/basis/{row.id}/", {"reason": "传成了征求意见稿"}).status_code == 302
    assert office.post(f"/campaign/basis/{row.id}/", {"reason": "又一次"}).status_code == 409
    with world.seeing_all():
        acts = list(Entry.objects.filter(matter_id=row.id).order_by("seq").values_list("act", flat=True))
    assert acts == ["basis_document.attach", "basis_document.withdraw"]
    assert office.post("/campaign/basis/new/", form(file=SimpleUploadedFile("二.pdf", PDF + b"2"))).status_code == 302
    text = text_of(office.get("/campaign/"))
    assert "已撤下：传成了征求意见稿" in text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"issued_on": ""}, "成文日期未填"),
        ({"issued_on": "2024-13-40"}, "不是有效的日期"),
        ({"issued_on": "2025-01-01"}, "晚于今天"),
        ({"published_on": "2024-06-01"}, "早于成文日期"),
        ({"title": " "}, "文件标题未填"),
        ({"level": "planet"}, "层级未选"),
        ({"plan_slug": "unknown"}, "方案里没有这份依据"),
        ({"file": ""}, "没有选择原件"),
        ({"file": SimpleUploadedFile("x.pdf", b"MZ\x90\x00")}, "x.pdf"),
    ],
    ids=["no-day", "no-date", "future", "published-before", "no-title", "level", "slug", "no-file", "no-document"],
)
def test_what_cannot_be_laid_down_is_told(sign_in: SignIn, changed: dict[str, object], told: str) -> None:
    shown = sign_in(cast.BUREAU_OFFICER).post("/campaign/basis/new/", form(**changed))
    assert shown.status_code == 422
    assert told in text_of(shown)
    assert not BasisDocument.objects.exists()


def test_a_township_reads_but_lays_nothing_down(sign_in: SignIn, world: World) -> None:
    sign_in(cast.BUREAU_OFFICER).post("/campaign/basis/new/", form())
    row, township = only_document(world), sign_in(cast.TOWNSHIP_OFFICER)
    assert township.get("/campaign/basis/new/").status_code == 403
    assert township.post(f"/campaign/basis/{row.id}/", {"reason": "演示"}).status_code == 422
    with world.seeing(cast.TOWNSHIP_OFFICER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_basisdocument SET title = 'x' WHERE id = %s", [row.id])
        assert cursor.rowcount == 0
    with world.seeing(cast.TOWNSHIP_OFFICER), pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        BasisDocument.objects.create(
            campaign_id=row.campaign_id, division=row.division, level="city", issuer="x", title="x",
            issued_on=row.issued_on, file_id=row.file_id, file_name="x", file_sha256="0" * 64, media_type="x", size=1,
            attached_at=row.attached_at, attached_by="x",
        )  # fmt: skip


@pytest.mark.clause("H-3")
def test_the_plan_on_paper_carries_purpose_and_basis(sign_in: SignIn, world: World) -> None:
    office = sign_in(cast.BUREAU_OFFICER)
    office.post("/campaign/basis/new/", form())
    text, plan = text_of(office.get("/campaign/print/")), world.in_force().plan
    for word in (plan.purpose, "演政字〔2024〕9号", plan.milestones[0].label, plan.categories[0].label):
        assert word in text


@pytest.mark.clause("H-2")
def test_clauses_that_nothing_carries_stand_alone_until_an_order_names_them(sign_in: SignIn, world: World) -> None:
    from datetime import timedelta

    from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
    from qingshan.commons.people.models import Unit

    office = sign_in(cast.BUREAU_OFFICER)
    shown = office.get("/clauses/?only=idle")
    idle = [row["clause"].id for row in shown.context["rows"]]
    carried = world.in_force().plan.claims()
    assert not set(idle) & set(carried)
    everything = [row["clause"].id for row in office.get("/clauses/").context["rows"]]
    assert len(everything) == 198
    if not idle:
        idle = ["三-4-4⑥"]
    with world.seeing_all():
        unit = Unit.objects.get(slug=cast.SUCUN)
    order = OrderForm(
        kind="order", title="落实条款（演示）", text="请落实（演示）", clause=idle[0], unit_ids=(unit.id,),
        due_at=cast.now() + timedelta(days=3),
    )  # fmt: skip
    world.perform(cast.BUREAU_OFFICER, issue_assignment, form=order, numbering="演交{year}-{n}")
    after = office.get("/clauses/")
    [line] = [row for row in after.context["rows"] if row["clause"].id == idle[0]]
    assert (line["orders"].open, line["orders"].given) == (1, 1)
    assert idle[0] not in [row["clause"].id for row in office.get("/clauses/?only=idle").context["rows"]]
    assert f"/assignments/new/?clause={quote(idle[0])}" in after.content.decode()
