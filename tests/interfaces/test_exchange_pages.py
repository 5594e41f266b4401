"""Pages of the exchange: what is in force, a returned file with its differences, rows ticked and accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.running import run_items, run_whole
from qingshan.contexts.ledgers.exchange_tasks import accept_item, exchange_failed, judge_exchange
from qingshan.contexts.ledgers.models import ExchangeRow
from qingshan.contexts.ledgers.services.exchange import keep_judged
from qingshan.interfaces.web.row_pages import ROWS_SHOWN
from tests import cast
from tests.cast import Member
from tests.contexts.test_exchange import in_force, returned, workbook
from tests.support.making import World

SignIn = Callable[[Member], Client]


def test_without_a_form_the_page_says_what_to_do(world: World, sign_in: SignIn) -> None:
    office = sign_in(cast.BUREAU_OFFICER)
    page = office.get(reverse("web:exchange")).content.decode()
    assert page.count("还没有启用对方的表样") == 2
    refused = office.post(reverse("web:exchange_export", args=["province"]))
    assert refused.status_code == 422
    assert "请在台账模板里上传对方的空白表样" in refused.content.decode()
    assert office.post(reverse("web:exchange_export", args=["moon"])).status_code == 422


def test_a_returned_file_is_compared_and_its_rows_accepted(world: World, sign_in: SignIn, tmp_path: Path) -> None:
    in_force(world)
    lead = world.lead(world.make_case().lead_id)
    office = sign_in(cast.BUREAU_OFFICER)
    assert office.post(reverse("web:exchange_export", args=["province"])).status_code == 302
    content = workbook(tmp_path / "r.xlsx", [(1, lead.number, "", "属实", "SX-1", "20240803", ""), (2, "没有", "")])
    file = SimpleUploadedFile("省返回.xlsx", content)
    answer = office.post(reverse("web:exchange"), {"system": "province", "file": file})
    assert answer.status_code == 302
    with world.seeing_all():
        job = Job.objects.get(kind="exchange_judge")
    run_whole(job.id, judge_exchange, failed=exchange_failed)
    page = office.get(answer.headers["Location"]).content.decode()
    assert "有差异 1，无差异 0，不能接受 1" in page
    assert "SX-1" in page
    assert "不在本县台账里" in page
    row = page.split('name="row"')[1].split('value="')[1].split('"')[0]
    accepted = office.post(f"{answer.headers['Location']}accept/", {"row": row})
    assert accepted.status_code == 302
    with world.seeing_all():
        job = Job.objects.get(kind="exchange_accept")
    run_items(job.id, accept_item)
    assert "已接受" in office.get(answer.headers["Location"]).content.decode()
    again = office.post(f"{answer.headers['Location']}accept/", {"row": row})
    assert again.status_code == 422
    assert "省返回.xlsx" in office.get(reverse("web:exchange")).content.decode()


def test_thousands_of_rows_come_in_pages_and_are_accepted_as_one(world: World, sign_in: SignIn) -> None:
    """A form takes a thousand fields at most; a file may hold more rows than that."""
    in_force(world)
    lead = world.lead(world.make_case().lead_id)
    sheet = returned(world, b"PK\x03\x04")
    rows = 1050
    with world.seeing_all():
        made = [
            ExchangeRow(sheet=sheet, row=n, number=lead.number, lead_id=lead.id, outcome="changed", values={"a": "b"},
                        differences=[{"field": "演示", "old": "", "new": str(n), "cell": f"A{n}"}])
            for n in range(1, rows + 1)
        ]  # fmt: skip
        keep_judged(sheet, made, [])
    office, url = sign_in(cast.BUREAU_OFFICER), reverse("web:exchange_sheet", args=[sheet.id])
    seen, page = 0, office.get(url).content.decode()
    while page.count('name="row"'):
        seen += page.count('name="row"')
        assert page.count('name="row"') <= ROWS_SHOWN
        assert "接受全部 1,050 行" in page
        following = re.search(r'href="([?]changed=\d+)" rel="next"', page)
        if following is None:
            break
        page = office.get(url + following[1]).content.decode()
    assert seen == rows
    assert office.post(f"{url}accept/", {"all": "1"}).status_code == 302
    with world.seeing_all():
        assert Job.objects.get(kind="exchange_accept").total == rows
