"""A register of clauses belongs to a notice when each quotation stands in it."""

from hypothesis import given
from hypothesis import strategies as st

from qingshan.domain.plan import check_quotations

NOTICE = "演示通知\n一、各村每  周巡河\n五次。\n二、限期回填。"


def test_white_space_and_line_breaks_do_not_matter() -> None:
    assert check_quotations(NOTICE, {"甲": "每周巡河五次", "乙": "限期 回填"}) == []


def test_a_quotation_that_is_not_there_is_named() -> None:
    (finding,) = check_quotations(NOTICE, {"甲": "每周巡河三次", "乙": "限期回填"})
    assert finding.entry == "甲"
    assert "每周巡河三次" in finding.message
    assert finding.severity == "error"


def test_an_empty_quotation_is_no_quotation() -> None:
    assert [f.message for f in check_quotations(NOTICE, {"甲": " "})] == ["引文为空"]


@given(text=st.text(alphabet="演示巡河 \n，。", min_size=1, max_size=40), data=st.data())
def test_any_part_of_the_notice_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert bool(check_quotations(text, {"甲": part})) == (not part.strip())
