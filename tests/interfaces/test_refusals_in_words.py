"""Every refusal of the core can be said in English: the list of its texts is complete, values are kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from qingshan.interfaces.web.refusal_texts import TEXTS
from qingshan.interfaces.web.refusals import told

SRC = Path(__file__).resolve().parents[2] / "src" / "qingshan"
HAN = re.compile(r"[\u4e00-\u9fff]")


def _text(node: ast.expr) -> str:
    """A string as the list writes it, with a numbered place for each value; "" for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        count = iter(range(99))
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{next(count)}}}" for part in node.values
        )
    return ""


def _said(call: ast.Call) -> Iterator[ast.expr]:
    name = getattr(call.func, "id", "")
    if name == "ActRefused":
        yield from call.args[1:2]
        yield from (item for arg in call.args[2:3] if isinstance(arg, ast.Tuple) for item in arg.elts)
    elif name == "FileRefused":
        yield from call.args[:1]


def refusals() -> Iterator[tuple[str, str]]:
    """Where and what the core says when it refuses."""
    for room in ("domain", "commons", "contexts"):
        for path in sorted((SRC / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for said in _said(node) if isinstance(node, ast.Call) else ():
                    for choice in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                        if HAN.search(text := _text(choice)):
                            yield f"{path.relative_to(SRC)}:{node.lineno}", text


def test_the_list_of_refusals_is_complete() -> None:
    found = list(refusals())
    assert len(found) > 150
    assert [(place, text) for place, text in found if text not in TEXTS] == []


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("您的职务不能办理此事", "Your post may not do this"),
        ("“立案”已办结，如有误请用更正", "“立案” is done; if it is wrong, correct it"),
        ("核查人不足 2 名：请写出 2 名不同的现场核查人（行政处罚法第42条）", "Fewer than 2 verifiers"),
        ("文件“a.doc”不是照片（JPG、PNG）或 PDF，请换一份", "is no photo (JPG, PNG) and no PDF; choose another"),
        ("退回须写明理由；更正须写明理由", "Sending back needs its reason; A correction needs its reason"),
        ("这句话没有译文", "这句话没有译文"),
    ],
)
def test_a_refusal_is_said_in_the_language_of_the_page(said: str, english: str) -> None:
    with translation.override("en"):
        assert english in told(said)
    with translation.override("zh-hans"):
        assert told(said) == said


def test_every_text_has_its_values_in_both_languages() -> None:
    places = re.compile(r"\{\d+\}")
    with translation.override("en"):
        for text in TEXTS:
            english = translation.gettext(text)
            assert english != text, text
            assert sorted(places.findall(english)) == sorted(places.findall(text)), text
