"""`qingshan plan check` explains a folder and answers with its exit code."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qingshan.interfaces.cli.plan import command

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "data" / "plan-second-county"
REGISTER = "id,quote_zh\n甲-1,演示云溪县\n戊-1,各村巡河\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, ["check", *map(str, arguments)])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    shutil.copytree(SECOND, tmp_path / "plan")
    path = tmp_path / "plan" / "channels.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("from_below", "below"), encoding="utf-8")
    return tmp_path / "plan"


def test_a_good_folder_ends_with_zero() -> None:
    result = run(SECOND)
    assert result.exit_code == 0
    assert "错误 0 条" in result.output


def test_an_error_is_shown_by_file_entry_and_expectation_and_ends_with_one(broken: Path) -> None:
    result = run(broken)
    assert result.exit_code == 1
    assert "channels.csv  第 3 行（river-watch）" in result.output
    assert "应当：填以下之一：from_above、from_below" in result.output


def test_json_carries_the_same_findings(broken: Path) -> None:
    result = run(broken, "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 1
    assert (answer["ok"], answer["counts"]["error"]) == (False, 1)
    assert answer["findings"][0]["file"] == "channels.csv"


def test_the_register_shows_unknown_ids_and_unclaimed_clauses(tmp_path: Path) -> None:
    register = tmp_path / "clauses.csv"
    register.write_text(REGISTER, encoding="utf-8-sig")
    result = run(SECOND, "--clauses", register)
    assert result.exit_code == 1
    assert "条款编号 丙-1 不在条款清单中" in result.output
    assert "没有任何条目落实此条款" in result.output


def test_the_project_register_fits_the_county(tmp_path: Path) -> None:
    result = run(ROOT / "plans" / "130132-2024", "--clauses", ROOT / "docs" / "clauses.csv")
    assert result.exit_code == 0, result.output
    assert "条款 198 条，有条目落实 198 条" in result.output


def test_quotations_are_compared_with_the_notice(tmp_path: Path) -> None:
    register, notice = tmp_path / "clauses.csv", tmp_path / "notice.txt"
    register.write_text(REGISTER, encoding="utf-8")
    notice.write_text("演示云溪县 通知：\n各村 巡路", encoding="utf-8")
    result = run(SECOND, "--clauses", register, "--notice", notice, "--json")
    lost = [f["entry"] for f in json.loads(result.output)["findings"] if f["file"] == "条款清单"]
    assert lost == ["戊-1"]


def test_a_notice_without_register_is_a_usage_error(tmp_path: Path) -> None:
    notice = tmp_path / "notice.txt"
    notice.write_text("演示", encoding="utf-8")
    result = run(SECOND, "--notice", notice)
    assert result.exit_code == 2
    assert "--clauses" in result.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("编号,引文\n甲-1,演示\n".encode(), "没有 id 列"),
        ("id,说明\n甲-1,演示\n".encode("gbk"), "不是 UTF-8"),
        ("id,说明\n甲-1,演示\n".encode(), "没有 quote_zh 列"),
    ],
)
def test_a_register_that_cannot_be_used_is_explained(tmp_path: Path, text: bytes, message: str) -> None:
    register, notice = tmp_path / "clauses.csv", tmp_path / "notice.txt"
    register.write_bytes(text)
    notice.write_text("演示", encoding="utf-8")
    result = run(SECOND, "--clauses", register, "--notice", notice)
    assert result.exit_code == 1
    assert message in result.output
