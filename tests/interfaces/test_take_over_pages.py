"""Pages of taking an old ledger over: from the upload to the approval, through the worker, as the office does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from qingshan.contexts.cases.public import Case
from qingshan.contexts.ledgers.models import TakeOver
from qingshan.interfaces.web.takeover_words import in_words
from tests import cast
from tests.cast import Member
from tests.support.making import World
from tests.support.old_ledgers import row, write
from tests.support.worker import run_waiting_jobs

SignIn = Callable[[Member], Client]
ROWS = [row("旧1", 村="南苏村"), row("旧2", 问题类别="怪类"), row("=cmd|'/c calc'!A1", 乡镇="黑水河乡", 备注="=1+1")]


def upload(client: Client, path: Path, name: str = "旧台账.xlsx") -> str:
    """Post a file; returns the address of its page."""
    posted = SimpleUploadedFile(name, path.read_bytes())
    response = client.post(reverse("web:take_over_upload"), {"file": posted})
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def only(world: World) -> TakeOver:
    """The one take-over there is."""
    with world.seeing_all():
        return TakeOver.objects.get()


def form_of(client: Client, one: TakeOver) -> dict[str, object]:
    """The mapping form as it stands on the page, ready to be sent."""
    context = client.get(reverse("web:take_over_mapping", args=[one.id])).context
    form: dict[str, object] = {c["field"]: c["value"] for c in context["columns"]}
    form |= {s["field"]: "on" for s in context["sheets"] if s["on"]}
    for group in context["words"]:
        form[f"word-{group['field']}"] = [line["text"] for line in group["lines"]]
        form[f"code-{group['field']}"] = [line["code"] for line in group["lines"]]
    return form | {"seen": one.round, "year": 2024, "area_unit": "mu", "channel": "", "action": "check"}


@pytest.mark.clause("三-1-3②a")
def test_from_upload_to_ledger(world: World, transactional_db: None, sign_in: SignIn, tmp_path: Path) -> None:
    officer, leader = sign_in(cast.BUREAU_OFFICER), sign_in(cast.BUREAU_LEADER)
    address = upload(officer, write(tmp_path / "old.xlsx", ROWS))
    run_waiting_jobs()
    one = only(world)
    assert one.state == "read", one.problem
    assert "演示·苏责" not in officer.get(reverse("web:take_over_mapping", args=[one.id])).content.decode()
    form = form_of(officer, one)
    words = form["word-category"]
    assert isinstance(words, list)
    codes = form["code-category"]
    assert isinstance(codes, list)
    codes[words.index("怪类")] = "unlicensed"
    form["save_as"] = "演示对应"
    assert officer.post(reverse("web:take_over_mapping", args=[one.id]), form).status_code == 302
    run_waiting_jobs()
    one = only(world)
    assert one.state == "checked", one.problem
    page = officer.get(address)
    assert page.context["figures"]["take"] == 3
    wrong = officer.post(reverse("web:take_over_submit", args=[one.id]), {"seen": one.round, "total-0": "5"})
    assert wrong.status_code == 422
    assert "总" in wrong.content.decode()
    sums = {line["name"]: line["sum"].rows for group in page.context["sums"] for line in group["lines"]}
    assert officer.post(reverse("web:take_over_submit", args=[one.id]), {"seen": one.round, **sums}).status_code == 302
    seen = only(world).round
    assert officer.post(reverse("web:take_over_approve", args=[one.id]), {"seen": seen}).status_code == 403
    approve = reverse("web:take_over_approve", args=[one.id])
    assert leader.post(approve, {"seen": seen, "opinion": "同意"}).status_code == 302
    assert leader.post(approve, {"seen": seen, "opinion": "同意"}).status_code == 409
    run_waiting_jobs()
    assert only(world).state == "done", only(world).problem
    with world.seeing_all():
        case = Case.objects.get(former_number="旧1")
    shown = officer.get(reverse("web:case_detail", args=[case.id])).content.decode()
    assert "接管自旧台账" in shown
    assert "村中心，非实测" in shown
    assert "接管" in officer.get(reverse("web:lead_detail", args=[case.lead_id])).content.decode()
    report = b"".join(officer.get(reverse("web:take_over_report", args=[one.id])).streaming_content)  # type: ignore[attr-defined]
    assert report.startswith(b"PK")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("空.xlsx", b"", "是空的"),
        ("假.xlsx", b"PK\x03\x04 not a workbook", ""),
        ("图.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00", "不是 Excel 工作簿"),
        ("乱码.csv", b"\x81\x00\xff\xfe\x00", ""),
    ],
)
def test_hostile_files_are_told_and_leave_nothing(
    world: World, transactional_db: None, sign_in: SignIn, name: str, content: bytes, told: str
) -> None:
    officer = sign_in(cast.BUREAU_OFFICER)
    response = officer.post(reverse("web:take_over_upload"), {"file": SimpleUploadedFile(name, content)})
    if told:
        assert response.status_code == 422
        assert told in response.content.decode()
        return
    assert response.status_code == 302
    run_waiting_jobs()
    one = only(world)
    assert one.state == "failed"
    assert "另存" in one.problem or "上传" in one.problem
    assert "Traceback" not in officer.get(response.headers["Location"]).content.decode()


def test_a_text_file_in_an_old_encoding_is_read(
    world: World, transactional_db: None, sign_in: SignIn, tmp_path: Path
) -> None:
    path = tmp_path / "old.csv"
    lines = [
        "演示台账,,,,,,",
        "编号,乡镇,村,问题类别,整改情况,发现时间,线索来源",
        "旧1,苏村乡,南苏村,无证,整改中,7月3日,巡查",
        "合计,1,,,,,",
    ]
    path.write_bytes("\n".join(lines).encode("gb18030"))
    upload(sign_in(cast.BUREAU_OFFICER), path, "旧台账.csv")
    run_waiting_jobs()
    one = only(world)
    assert one.state == "read", one.problem
    assert one.content["sheets"][0]["rows"] == 1


def test_without_a_column_for_it_the_channel_must_be_chosen(
    world: World, transactional_db: None, sign_in: SignIn, tmp_path: Path
) -> None:
    officer = sign_in(cast.BUREAU_OFFICER)
    upload(officer, write(tmp_path / "old.xlsx", ROWS))
    run_waiting_jobs()
    one = only(world)
    address, form = reverse("web:take_over_mapping", args=[one.id]), form_of(officer, one)
    form = {name: "" if value == "channel" else value for name, value in form.items()}
    refused = officer.post(address, form)
    assert refused.status_code == 422
    assert "请选定这份旧台账的线索渠道" in refused.content.decode()
    assert only(world).state == "read"
    channel = refused.context["channels"][1][0]
    assert officer.post(address, {**form, "channel": channel}).status_code == 302
    run_waiting_jobs()
    shown = officer.get(reverse("web:take_over_detail", args=[one.id]))
    assert shown.context["figures"]["take"] > 0
    assert shown.context["may_submit"]


def test_nothing_to_take_over_is_not_offered_for_submission(
    world: World, transactional_db: None, sign_in: SignIn, tmp_path: Path
) -> None:
    officer = sign_in(cast.BUREAU_OFFICER)
    upload(officer, write(tmp_path / "old.xlsx", [row("旧9", 乡镇="没有这个乡", 村="没有这个村")]))
    run_waiting_jobs()
    one = only(world)
    assert officer.post(reverse("web:take_over_mapping", args=[one.id]), form_of(officer, one)).status_code == 302
    run_waiting_jobs()
    text = officer.get(reverse("web:take_over_detail", args=[one.id])).content.decode()
    assert "没有一行可以接管，不能提交" in text
    assert reverse("web:take_over_submit", args=[one.id]) not in text


def test_stored_words_of_an_old_ledger_are_shown_in_english() -> None:
    """Every kind of row that is no data, and the names of the sums; names of places stay."""
    with translation.override("en"):
        for text in ("全部", "合计行", "栏次行", "已销号", "工作表没有选入接管"):
            assert in_words(text).isascii(), text
        assert in_words("苏村乡") == "苏村乡"
        assert in_words("标题行；表头") == f"{in_words('标题行')}；{in_words('表头')}"
    with translation.override("zh-hans"):
        assert in_words("合计行") == "合计行"
