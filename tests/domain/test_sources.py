"""Sources: what each channel needs, who may enter it, what runs for an answer, what never stands in a text."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from qingshan.domain.lead import BUREAU
from qingshan.domain.plan import Plan, load_plan
from qingshan.domain.sources import (
    SourceForm,
    channels_for,
    may_register,
    personal_traces,
    privacy_gaps,
    reply_start,
    source_gaps,
)
from tests import cast

TODAY = date(2024, 8, 1)
REFERENCE = {
    "省厅推送线索", "疑似违法图斑", "乡村巡查", "网络舆情", "群众举报", "信访", "智能监管平台", "互联网+督查",
    "12345政务服务热线", "政府网站", "媒体曝光", "行业部门移交", "工程项目核查", "矿山排查", "巡林", "公安通报",
    "领导批示", "市级推送", "外县移送",
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(cast.PLAN)


@pytest.mark.clause("一-1", "三-1-2②a")
def test_every_channel_is_there_with_a_direction_and_a_door(plan: Plan) -> None:
    assert {c.label for c in plan.channels} == REFERENCE
    assert all(c.direction in ("from_above", "from_below") and c.doors for c in plan.channels)
    assert {c.direction for c in plan.channels} == {"from_above", "from_below"}


@pytest.mark.clause("三-4-3③")
def test_whoever_reports_is_owed_an_answer(plan: Plan) -> None:
    told = {"public-report", "petition", "hotline-12345", "gov-website", "internet-inspection", "media-exposure"}
    assert told <= {c.slug for c in plan.channels if c.reply_limit and c.reply_to}


@pytest.mark.clause("三-4-3④")
def test_the_four_channels_of_the_petition_platform_get_its_number_in_time(plan: Plan) -> None:
    owed = {c.slug for c in plan.channels if c.platform_limit}
    assert owed == {"internet-inspection", "hotline-12345", "gov-website", "media-exposure"}


def test_departments_police_townships_and_the_desk_enter_their_own_channels(plan: Plan) -> None:
    def slugs(*roles: str) -> set[str]:
        return {c.slug for c in channels_for(plan.channels, frozenset(roles))}

    assert slugs("department_officer") == {"department-handover", "project-check", "mine-check", "forest-patrol"}
    assert slugs("police") == {"police-notice"}
    assert slugs("village_patroller") == {"patrol", "forest-patrol"}
    assert "hotline-12345" in slugs("hotline_desk")
    assert "province-patch" not in slugs("hotline_desk")
    assert slugs("bureau_officer") == {c.slug for c in plan.channels}
    assert not slugs("discipline")
    assert all(may_register(c, frozenset(BUREAU)) for c in plan.channels)


def test_each_channel_asks_for_its_own_fields(plan: Plan) -> None:
    petition = plan.channel("petition")
    gaps = source_gaps(petition, SourceForm(channel="petition"), TODAY)
    assert [word for word in ("信访件编号", "来件日期") if not any(word in gap for gap in gaps)] == []
    whole = SourceForm(channel="petition", source_no="信2024-7", dated=TODAY)
    assert source_gaps(petition, whole, TODAY) == ()
    late = SourceForm(channel="petition", source_no="信2024-7", dated=date(2024, 8, 2))
    assert source_gaps(petition, late, TODAY) == ("来件日期晚于今天：请核对",)
    assert source_gaps(plan.channel("patrol"), SourceForm(channel="patrol"), TODAY) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("举报人电话13812345678", 1),
        ("打 138-1234-5678 联系", 1),
        ("身份证13013219800101123X", 1),
        ("线索元线〔2024〕0012号，在 114.381234，37.661234 附近", 0),
        ("工单20240725000123456789", 0),
        ("7月25日13点到15点有三台车", 0),
    ],
)
def test_phone_and_identity_numbers_are_noticed(text: str, found: int) -> None:
    assert len(personal_traces(text)) == found


def test_only_protected_channels_refuse_them_and_the_refusal_does_not_repeat_them(plan: Plan) -> None:
    [refusal] = privacy_gaps(plan.channel("public-report"), ("电话13812345678",))
    assert "13812345678" not in refusal
    assert privacy_gaps(plan.channel("patrol"), ("电话13812345678",)) == ()


def test_the_clock_of_an_answer_starts_with_the_result_or_with_the_coming() -> None:
    came, result = datetime(2024, 7, 1, 9, tzinfo=cast.ZONE), datetime(2024, 7, 9, 9, tzinfo=cast.ZONE)
    assert reply_start("lead_concluded", came_at=came, concluded_at=None) is None
    assert reply_start("lead_concluded", came_at=came, concluded_at=result) == result
    assert reply_start("petition_accepted", came_at=came, concluded_at=None) == came
