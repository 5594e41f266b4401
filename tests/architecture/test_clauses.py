"""The clause register (条款清单): complete, in our own words, and in step with the markers of the tests."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from qingshan.interfaces.cli.clauses import (
    CHECKOUT,
    COLUMNS,
    ClauseState,
    RegisterError,
    collect_claims,
    command,
    read_register,
    survey,
)

REGISTER = CHECKOUT / "docs" / "clauses.csv"
ID = re.compile(r"(H-[1-3]|F-[1-3]|一-\d{1,2}|二-[1-3][①-⑦]|[三四](-\d{1,2}){1,2}[⓪①-⑧]?[a-e]?|三-0-[1-5])")


def _checkout(tmp_path: Path, rows: dict[str, str], source: str) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    lines = [",".join(COLUMNS), *(f"{clause},节,题,要求,看法,{state}" for clause, state in rows.items())]
    (tmp_path / "docs" / "clauses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "tests" / "test_sample.py").write_text(source, encoding="utf-8")
    return tmp_path


def test_register_holds_every_clause_once_with_all_texts() -> None:
    clauses = read_register(REGISTER)
    assert len(clauses) == 198
    assert [c.id for c in clauses if not ID.fullmatch(c.id)] == []
    assert [c.id for c in clauses if len(c.title) > 20] == []
    assert [c.id for c in clauses if len(c.requirement) < 8 or len(c.test) < 6] == []


def test_sections_stand_together_in_order() -> None:
    sections = [clause.section for clause in read_register(REGISTER)]
    changes = [s for n, s in enumerate(sections) if n == 0 or sections[n - 1] != s]
    assert len(changes) == len(set(changes)) == 12


def test_register_and_tests_of_this_checkout_agree() -> None:
    assert survey(CHECKOUT).findings == ()


def test_markers_of_functions_classes_modules_parameters_and_machines_count(tmp_path: Path) -> None:
    source = """
import pytest
pytestmark = [pytest.mark.slow, pytest.mark.clause("甲")]
@pytest.mark.clause("乙", "丙")
def test_one(): ...
@pytest.mark.clause("丁")
class TestTwo:
    def test_inner(self): ...
    def helper(self): ...
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.clause("戊"))])
def test_three(n): ...
TestMachine = pytest.mark.clause("己")(Machine.TestCase)
TestOther.pytestmark = [pytest.mark.clause("庚")]
@pytest.mark.clause("辛")
class TestInherited(Base):
    size = 3
# pytest.mark.clause("壬")
TEXT = 'pytest.mark.clause("癸")'
"""
    claims, findings = collect_claims(_checkout(tmp_path, {}, source))
    found = {(c.clause, c.test.removeprefix("tests/test_sample.py::")) for c in claims}
    assert found == {
        ("甲", "test_one"),
        ("乙", "test_one"),
        ("丙", "test_one"),
        ("甲", "TestTwo::test_inner"),
        ("丁", "TestTwo::test_inner"),
        ("甲", "test_three"),
        ("戊", "test_three"),
        ("己", "TestMachine"),
        ("庚", "TestOther"),
        ("辛", "TestInherited"),
    }
    assert findings == ()


def test_an_id_that_is_no_literal_is_reported(tmp_path: Path) -> None:
    source = "@pytest.mark.clause(SOME)\ndef test_a(): ...\n@pytest.mark.clause()\ndef test_b(): ...\n"
    _, findings = collect_claims(_checkout(tmp_path, {}, source))
    assert findings == (
        "tests/test_sample.py:1：条款编号须直接写成文字，不能用变量",
        "tests/test_sample.py:3：标记没有写条款编号",
    )


def test_unknown_id_makes_the_command_fail_and_names_the_test(tmp_path: Path) -> None:
    root = _checkout(tmp_path, {"甲": "open"}, '@pytest.mark.clause("乙")\ndef test_a(): ...\n')
    result = CliRunner().invoke(command, ["--root", str(root)])
    assert result.exit_code == 1
    assert "tests/test_sample.py::test_a（第 1 行）：没有条款 乙" in result.stderr


@pytest.mark.parametrize("state", ["proven", "partly"])
def test_a_state_without_test_makes_the_command_fail(tmp_path: Path, state: str) -> None:
    result = CliRunner().invoke(command, ["--root", str(_checkout(tmp_path, {"甲": state}, ""))])
    assert result.exit_code == 1
    assert "没有测试标记它" in result.stderr


def test_json_holds_counts_and_tests(tmp_path: Path) -> None:
    root = _checkout(tmp_path, {"甲": "proven", "乙": "open"}, '@pytest.mark.clause("甲")\ndef test_a(): ...\n')
    result = CliRunner().invoke(command, ["--root", str(root), "--json"])
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert data["counts"] == {"open": 1, "partly": 0, "proven": 1}
    assert data["total"] == 2
    assert data["clauses"][0]["tests"] == ["tests/test_sample.py::test_a"]


def test_open_lists_only_open_clauses(tmp_path: Path) -> None:
    root = _checkout(tmp_path, {"甲": "proven", "乙": "open"}, '@pytest.mark.clause("甲")\ndef test_a(): ...\n')
    result = CliRunner().invoke(command, ["--root", str(root), "--open"])
    assert "  乙  题" in result.stdout
    assert "  甲  题" not in result.stdout
    assert "共 2 条：未证明 1，部分证明 0，已证明 1；有测试的 1 条" in result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,state\n", "表头应为"),
        (",".join(COLUMNS) + "\n甲,节,题,要求,看法,done\n", "第 2 行：state 为“done”"),
        (",".join(COLUMNS) + "\n甲,节,,要求,看法,open\n", "第 2 行：title_zh 有误"),
        (",".join(COLUMNS) + "\n甲,节,题,要求,看法,open,多\n", "第 2 行：多余的列 有误"),
        (",".join(COLUMNS) + "\n甲,节,题,要求,看法,open\n甲,节,题,要求,看法,open\n", "甲 出现两次"),
    ],
)
def test_a_broken_register_is_explained(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "clauses.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=said):
        read_register(path)


def test_a_missing_register_is_explained(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    result = CliRunner().invoke(command, ["--root", str(tmp_path)])
    assert result.exit_code == 1
    assert "找不到条款清单" in result.stderr


def test_states_are_the_three_of_the_register() -> None:
    assert [state.value for state in ClauseState] == ["open", "partly", "proven"]
