"""The text of a plan folder: encodings, marks at the start, broken tables."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingshan.domain.plan import check_plan, load_plan
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_files import CSV_FILES, TOML_FILES, home_of, read_csv

SECOND = Path(__file__).parents[1] / "data" / "plan-second-county"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SECOND, tmp_path / "plan")
    return tmp_path / "plan"


@pytest.mark.parametrize("name", ["channels.csv", "categories.toml"])
def test_a_gbk_file_is_named_with_the_way_to_save_it(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    found = [f for f in check_plan(folder) if f.file == name]
    assert found[0].message == "文件是 GBK 编码，不是 UTF-8"
    assert "UTF-8" in found[0].expectation
    assert found[0].entry.startswith("第 ")


def test_bytes_that_are_no_text_are_said_to_be_none(folder: Path) -> None:
    (folder / "channels.csv").write_bytes(b"slug,label\n\xff\xff\xff\x80\n")
    found = [f for f in check_plan(folder) if f.file == "channels.csv"]
    assert found[0].message == "不是 UTF-8 文字，也不是 GBK"
    assert found[0].entry == "第 2 行"


@pytest.mark.parametrize("name", ["channels.csv", "categories.toml"])
def test_a_byte_order_mark_is_a_warning_and_the_plan_still_loads(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (found,) = check_plan(folder)
    assert (found.file, found.severity) == (name, "warning")
    assert load_plan(folder) == load_plan(SECOND)


def test_windows_line_ends_and_blank_lines_change_nothing(folder: Path) -> None:
    path = folder / "channels.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n,,,,,\r\n")
    assert load_plan(folder) == load_plan(SECOND)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "表是空的"),
        ("slug,slug\na,b\n", "列名重复：slug"),
        ("slug,label\na\n", "有 1 格，表头有 2 列"),
        ('slug,label\na,"b\n', "CSV 写法有误"),
    ],
)
def test_a_broken_table_is_explained(folder: Path, text: str, message: str) -> None:
    (folder / "events.csv").write_text(text, encoding="utf-8")
    assert [f for f in check_plan(folder) if f.file == "events.csv" and message in f.message]


def test_a_column_nobody_knows_is_named(folder: Path) -> None:
    path = folder / "events.csv"
    path.write_text("slug,label,colour\nall_done,演示,red\n", encoding="utf-8")
    assert any("colour" in f.message for f in check_plan(folder))


def test_every_table_has_one_home() -> None:
    tables = [table for keys in TOML_FILES.values() for table in keys] + list(CSV_FILES.values())
    assert len(tables) == len(set(tables))
    assert (home_of("limit_terms"), home_of("routing"), home_of("posts")) == ("limits.csv", "intake.toml", "posts.csv")


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=120))
def test_reading_any_bytes_gives_rows_or_findings(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "events.csv"
    path.write_bytes(raw)
    findings: list[Finding] = []
    rows = read_csv(path, findings)
    assert all(row.line >= 1 and row.cells for row in rows)
    assert all(finding.file == "events.csv" and finding.message for finding in findings)
