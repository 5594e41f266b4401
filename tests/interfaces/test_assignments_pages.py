"""Pages of orders: writing one, receipts and replies, steering, lists, the sheet to print."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qingshan.commons.assignments.models import Assignment, AssignmentLine
from qingshan.commons.assignments.services.answering import receive_assignment, reply_assignment
from qingshan.commons.base.ids import new_id
from qingshan.commons.people.models import Unit
from tests import cast
from tests.cast import Member
from tests.contexts.test_assignments import answer, issue, line, order_now, unit
from tests.interfaces.forms_of_leads import fields_of_the_question
from tests.support.making import World

SignIn = Callable[[Member], Client]


def values(*slugs: str, **more: Any) -> dict[str, Any]:
    made = {
        "kind": "order",
        "title": "报送排查进展",
        "text": "请于期限内报送（演示）",
        "unit": [str(unit(slug).id) for slug in slugs],
        "due_on": (cast.now() + timedelta(days=5)).date().isoformat(),
    }
    return {**made, **more}


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def orders(world: World) -> list[Assignment]:
    with world.seeing_all():
        return list(Assignment.objects.order_by("id"))


@pytest.mark.clause("四-2-0①")
def test_an_order_written_on_the_page_goes_to_its_units(world: World, sign_in: SignIn) -> None:
    client = sign_in(cast.TASKFORCE_OFFICE)
    page = text_of(client.get(reverse("web:assignment_new")))
    assert "全部收文单位" in page
    assert "苏村乡各村" in page
    response = client.post(
        reverse("web:assignment_new"),
        values(cast.SUCUN, cast.HEISHUIHE, owner=str(unit(cast.SUCUN).id), clause="四-2-0①"),
        follow=True,
    )
    [order] = orders(world)
    assert response.redirect_chain[-1][0] == reverse("web:assignment_detail", args=[order.id])
    shown = text_of(response)
    assert "交办 元采交〔2024〕0001号 已发出，承办单位 2 个" in shown
    assert "0 / 2" in shown
    assert "自交办次日起共 3 个工作日" in shown
    assert order.owner_unit_id == unit(cast.SUCUN).id


def test_a_form_sent_twice_makes_one_order_and_other_content_is_refused(world: World, sign_in: SignIn) -> None:
    client, key = sign_in(cast.TASKFORCE_OFFICE), str(new_id())
    first = client.post(reverse("web:assignment_new"), values(cast.SUCUN, once=key))
    again = client.post(reverse("web:assignment_new"), values(cast.SUCUN, once=key))
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"] == reverse("web:assignment_detail", args=[key])
    other = client.post(reverse("web:assignment_new"), values(cast.SUCUN, title="另一件", once=key))
    assert other.status_code == 422
    assert "这张表已经提交过" in text_of(other)
    assert reverse("web:assignment_detail", args=[key]) in text_of(other)
    fresh = re.search(r'name="once" value="([^"]+)"', other.content.decode())
    assert fresh is not None
    assert fresh[1] != key
    assert len(orders(world)) == 1


def test_what_is_missing_is_told_and_what_was_typed_is_kept(world: World, sign_in: SignIn) -> None:
    client = sign_in(cast.TASKFORCE_OFFICE)
    response = client.post(reverse("web:assignment_new"), {"title": "只写了名称", "kind": "order"})
    shown = text_of(response)
    assert response.status_code == 422
    for words in ("交办内容未填", "没有选承办单位", "办理时限未定", 'value="只写了名称"'):
        assert words in shown
    both = client.post(reverse("web:assignment_new"), values(cast.SUCUN, limit="lead_verification"))
    assert "填了日期又选了方案时限" in text_of(both)
    bad = client.post(reverse("web:assignment_new"), values(cast.SUCUN, due_on="2024-13-45"))
    assert "“2024-13-45”不是有效的日期" in text_of(bad)
    assert not orders(world)


def test_a_due_moment_by_a_limit_of_the_plan(world: World, sign_in: SignIn) -> None:
    client = sign_in(cast.BUREAU_OFFICER)
    response = client.post(
        reverse("web:assignment_new"), values(cast.SUCUN, due_on="", limit="lead_verification"), follow=True
    )
    assert "期限：7个工作日" in text_of(response)
    assert orders(world)[0].due_limit == "lead_verification"


def test_a_county_wide_order_of_villages_through_the_page(world: World, sign_in: SignIn) -> None:
    sign_in(cast.COUNTY_LEADER).post(reverse("web:assignment_new"), values(group=["villages"]))
    [order] = orders(world)
    assert order.lines_total == Unit.objects.filter(level="village").count()


def test_a_township_leader_is_offered_his_own_villages_only(world: World, sign_in: SignIn) -> None:
    shown = text_of(sign_in(cast.TOWNSHIP_LEADER).get(reverse("web:assignment_new")))
    assert "苏村乡各村" in shown
    assert "黑水河乡各村" not in shown
    assert 'name="group"' not in shown


def test_receipt_reply_and_acceptance_on_the_pages(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    officer, office = sign_in(cast.TOWNSHIP_OFFICER), sign_in(cast.TASKFORCE_OFFICE)
    assert "签收" in text_of(officer.get(reverse("web:assignment_detail", args=[order.id])))
    officer.post(reverse("web:assignment_receive", args=[own.id]))
    again = officer.post(reverse("web:assignment_receive", args=[own.id]))
    assert again.status_code == 409
    assert "状态已变化" in text_of(again)
    paper = SimpleUploadedFile("台账.pdf", b"%PDF-1.4\n%demo\n%%EOF\n")
    empty = officer.post(reverse("web:assignment_reply", args=[own.id]), {"text": "", "files": paper})
    assert empty.status_code == 422
    kept = re.search(r'name="files_kept" value="([^"]+)"', empty.content.decode())
    assert kept is not None
    reply = {"text": "已排查 3 处，均无采挖（演示）", "files_kept": kept[1]}
    assert officer.post(reverse("web:assignment_reply", args=[own.id]), reply).status_code == 302
    shown = text_of(office.get(reverse("web:assignment_line", args=[own.id])))
    assert "已排查 3 处" in shown
    assert "台账.pdf" in shown
    steer = reverse("web:assignment_steer", args=[order.id, "accept"])
    assert office.post(steer, {"id": str(own.id), "confirmed": "1", "opinion": "同意"}).status_code == 302
    assert order_now(world, order).state == "done"


def test_a_reply_is_sent_back_with_a_reason_only(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN)
    own = answer(world, order, cast.SUCUN, cast.TOWNSHIP_OFFICER)
    office, steer = sign_in(cast.TASKFORCE_OFFICE), reverse("web:assignment_steer", args=[order.id, "send-back"])
    chosen = office.post(steer, {"id": str(own.id)})
    assert chosen.status_code == 200
    assert f'name="id" value="{own.id}"' in text_of(chosen)
    bare = office.post(steer, {"id": str(own.id), "confirmed": "1", "reason": " "})
    assert bare.status_code == 422
    assert "退回须写明" in text_of(bare)
    office.post(steer, {"id": str(own.id), "confirmed": "1", "reason": "请补面积"})
    shown = text_of(sign_in(cast.TOWNSHIP_OFFICER).get(reverse("web:assignment_detail", args=[order.id])))
    assert "请补面积" in shown
    assert reverse("web:assignment_reply", args=[own.id]) in shown


@pytest.mark.clause("四-2-0①", "三-1-3②b")
def test_one_click_reminds_all_that_are_late(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE, days=1)
    world.clock.tick(days=2)
    office = sign_in(cast.TASKFORCE_OFFICE)
    detail = reverse("web:assignment_detail", args=[order.id])
    assert "催办全部逾期（2）" in text_of(office.get(detail))
    office.post(reverse("web:assignment_steer", args=[order.id, "remind"]))
    assert [line(world, order, slug).reminders for slug in (cast.SUCUN, cast.HEISHUIHE)] == [1, 1]
    assert "请按时限办理并反馈" in text_of(sign_in(cast.TOWNSHIP_OFFICER).get(detail))


def shown(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the page that asks, as a browser sends them."""
    return fields_of_the_question(client.get(address))


def test_all_addressees_are_those_that_were_shown(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    office, withdraw = sign_in(cast.TASKFORCE_OFFICE), reverse("web:assignment_steer", args=[order.id, "withdraw"])
    fields = shown(office, withdraw)
    own = line(world, order, cast.SUCUN)
    assert office.post(withdraw, {"confirmed": "1", "id": str(own.id), "reason": "先撤一家"}).status_code == 302
    again = office.post(withdraw, {**fields, "reason": "全撤"})
    assert again.status_code == 409
    assert "您核对时是 2 项，现在是 1 项" in text_of(again)
    assert line(world, order, cast.HEISHUIHE).state == "sent"
    assert office.post(withdraw, {**fields_of_the_question(again), "reason": "全撤"}).status_code == 302
    assert line(world, order, cast.HEISHUIHE).state == "withdrawn"


def test_extension_and_withdrawal_ask_before_they_are_done(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN)
    office = sign_in(cast.TASKFORCE_OFFICE)
    extend = reverse("web:assignment_steer", args=[order.id, "extend"])
    day = (cast.now() + timedelta(days=20)).date()
    bad = office.post(extend, {**shown(office, extend), "due_on": "2024-07-01", "reason": "延"})
    assert "新的时限须晚于现在" in text_of(bad)
    office.post(extend, {**shown(office, extend), "due_on": day.isoformat(), "reason": "需补材料"})
    assert order_now(world, order).due_at.astimezone(cast.ZONE).date() == day
    withdraw = reverse("web:assignment_steer", args=[order.id, "withdraw"])
    assert order_now(world, order).state == "open"
    assert office.post(withdraw).status_code == 200
    assert order_now(world, order).state == "open"
    office.post(withdraw, {**shown(office, withdraw), "reason": "重复交办"})
    assert order_now(world, order).state == "withdrawn"
    assert "重复交办" in text_of(sign_in(cast.TOWNSHIP_OFFICER).get(reverse("web:assignment_detail", args=[order.id])))


def test_a_leader_hands_on_from_the_page(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    leader, transfer = sign_in(cast.TOWNSHIP_LEADER), reverse("web:assignment_transfer", args=[own.id])
    assert "县公安局" in text_of(leader.get(transfer))
    leader.post(transfer, {"unit": str(unit("police").id), "reason": "属公安职责"})
    assert line(world, order, cast.SUCUN).state == "transferred"
    assert line(world, order, "police").state == "sent"


def test_an_addressee_does_not_read_other_lines(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN, cast.HEISHUIHE)
    other = answer(world, order, cast.HEISHUIHE, cast.OTHER_TOWNSHIP_OFFICER, text="黑水河的反馈")
    client = sign_in(cast.TOWNSHIP_OFFICER)
    for name in ("assignment_detail", "assignment_print"):
        shown = text_of(client.get(reverse(f"web:{name}", args=[order.id])))
        assert "黑水河" not in shown
        assert order.number in shown
    assert f">{order.issued_at.year}年" in shown, "what is printed says the year"
    assert client.get(reverse("web:assignment_line", args=[other.id])).status_code == 404


def test_lists_by_tab_state_and_key(world: World, sign_in: SignIn) -> None:
    made = [issue(world, cast.SUCUN, days=n, title=f"第{n}件") for n in (3, 1, 2)]
    office, officer = sign_in(cast.TASKFORCE_OFFICE), sign_in(cast.TOWNSHIP_OFFICER)
    url = reverse("web:assignment_list")
    issued = text_of(office.get(url))
    assert issued.index("第1件") < issued.index("第2件") < issued.index("第3件")
    assert "还有 1 天" in issued
    assert "第2件" in text_of(officer.get(url))
    assert "没有要您单位办理的交办" in text_of(sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(url))
    key = f"{made[1].due_at.isoformat()}~{made[1].id}"
    after = text_of(office.get(url, {"after": key}))
    assert "第1件" not in after
    assert "第2件" in after
    found = text_of(office.get(url, {"q": "第3件", "state": "all"}))
    assert "第3件" in found
    assert "第1件" not in found
    assert "没有符合条件的交办" in text_of(office.get(url, {"kind": "prosecutor_suggestion"}))
    assert text_of(office.get(url, {"after": "x~y", "state": "none", "tab": "zzz"})).index("第1件")
    with_late = text_of(office.get(url, {"overdue": "1"}))
    assert "第1件" not in with_late
    world.clock.tick(days=1.5)
    assert "第1件" in text_of(office.get(url, {"overdue": "1"}))
    assert "第3件" in text_of(sign_in(cast.DISCIPLINE).get(url))


def test_the_workbench_tells_what_waits(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN, days=0.2)
    own = line(world, order, cast.SUCUN)
    officer, office = sign_in(cast.TOWNSHIP_OFFICER), sign_in(cast.TASKFORCE_OFFICE)
    shown = text_of(officer.get(reverse("web:workbench")))
    assert f"签收交办 · {order.number}" in shown
    assert "交办待签收" in shown
    world.perform(cast.TOWNSHIP_OFFICER, receive_assignment, line_id=own.id)
    assert f"反馈交办 · {order.number}" in text_of(officer.get(reverse("web:workbench")))
    assert "交办待审核" not in text_of(office.get(reverse("web:workbench")))
    world.perform(cast.TOWNSHIP_OFFICER, reply_assignment, line_id=own.id, text="已办")
    assert "交办待审核" in text_of(office.get(reverse("web:workbench")))
    assert order.number not in text_of(officer.get(reverse("web:workbench")))


def test_an_order_about_a_lead_begins_on_its_page(world: World, sign_in: SignIn) -> None:
    lead = world.make_lead()
    client = sign_in(cast.BUREAU_OFFICER)
    link = f"{reverse('web:assignment_new')}?subject={lead.id}"
    assert link in text_of(client.get(reverse("web:lead_detail", args=[lead.id])))
    assert lead.number in text_of(client.get(link))
    client.post(reverse("web:assignment_new"), values("police", subject=str(lead.id)))
    [order] = orders(world)
    assert order.subject_id == lead.id
    detail = reverse("web:assignment_detail", args=[order.id])
    assert reverse("web:lead_detail", args=[lead.id]) in text_of(client.get(detail))
    told = text_of(sign_in(cast.POLICE_OFFICER).get(detail))
    assert lead.number in told
    assert reverse("web:lead_detail", args=[lead.id]) not in told


def test_an_order_about_a_case_begins_on_its_page(world: World, sign_in: SignIn) -> None:
    case = world.make_case(upto="open")
    link = f"{reverse('web:assignment_new')}?subject={case.id}"
    assert link in text_of(sign_in(cast.BUREAU_OFFICER).get(reverse("web:case_detail", args=[case.id])))
    assert link not in text_of(sign_in(cast.TOWNSHIP_OFFICER).get(reverse("web:case_detail", args=[case.id])))


def test_the_journal_names_orders(world: World, sign_in: SignIn) -> None:
    order = issue(world, cast.SUCUN)
    own = line(world, order, cast.SUCUN)
    shown = text_of(sign_in(cast.BUREAU_OFFICER).get(reverse("web:journal")))
    assert reverse("web:assignment_detail", args=[order.id]) in shown
    assert reverse("web:assignment_line", args=[own.id]) in shown


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_pages_keep_their_budget_of_queries(world: World, sign_in: SignIn) -> None:
    big = issue(world, groups=("villages",))
    for n in range(1, 12):
        issue(world, cast.SUCUN, days=n)
    own = answer(world, big, "v130132204201", cast.VILLAGE_PATROLLER)
    office, officer = sign_in(cast.TASKFORCE_OFFICE), sign_in(cast.TOWNSHIP_OFFICER)
    assert queries(office, reverse("web:assignment_list")) <= 14
    assert queries(officer, reverse("web:assignment_list")) <= 14
    assert queries(office, reverse("web:assignment_detail", args=[big.id])) <= 26
    assert queries(office, reverse("web:assignment_line", args=[own.id])) <= 26
    assert queries(office, reverse("web:assignment_new")) <= 14


@pytest.mark.parametrize("text", ["\x00", "字" * 9000])
def test_text_that_cannot_be_kept_is_refused(world: World, sign_in: SignIn, text: str) -> None:
    response = sign_in(cast.TASKFORCE_OFFICE).post(reverse("web:assignment_new"), values(cast.SUCUN, text=text))
    assert response.status_code == 422
    assert not orders(world)


def test_a_line_of_another_order_is_not_steered(world: World, sign_in: SignIn) -> None:
    first, second = issue(world, cast.SUCUN), issue(world, cast.HEISHUIHE)
    foreign: UUID = line(world, second, cast.HEISHUIHE).id
    steer = reverse("web:assignment_steer", args=[first.id, "withdraw"])
    response = sign_in(cast.TASKFORCE_OFFICE).post(steer, {"id": str(foreign), "confirmed": "1", "reason": "试"})
    assert response.status_code == 422
    with world.seeing_all():
        assert set(AssignmentLine.objects.values_list("state", flat=True)) == {"sent"}
