"""The files of a plan folder: which table stands in which file, and how their text is read. Standard library only.

Tables are TOML (structure) or CSV (long lists). Text must be UTF-8; a mark at the start (BOM) is allowed with a
warning, another encoding is an error that says how to save the file again.
"""

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qingshan.domain.plan_codec import Finding

TOML_FILES: dict[str, tuple[str, ...]] = {
    "campaign.toml": (
        "code",
        "county_code",
        "county_name",
        "county_area",
        "title",
        "purpose",
        "purpose_clause",
        "village_clause",
        "start",
        "end",
        "clause",
        "timezone",
        "holiday_rule",
        "basis_documents",
        "milestones",
        "notes",
    ),
    "categories.toml": ("categories",),
    "organisation.toml": ("taskforce", "unit_areas"),
    "tracks.toml": ("fields", "tracks", "track_defs"),
    "checklists.toml": ("checklists",),
    "evidence.toml": ("photo_rules", "rectification_modes", "verdicts", "unfounded_reasons", "verdict_maps"),
    "intake.toml": ("intake", "routing"),
    "numbering.toml": ("numbering",),
    "reporting.toml": ("reporting", "ladder", "accountability", "reminders"),
    "patrol.toml": ("patrol", "look_back", "hot_spot"),
}
CSV_FILES: dict[str, str] = {
    "project_types.csv": "project_types",
    "channels.csv": "channels",
    "limits.csv": "limits",
    "events.csv": "events",
    "figures.csv": "figures",
    "duties.csv": "duties",
    "divisions.csv": "divisions",
    "units.csv": "units",
    "posts.csv": "posts",
    "post_rules.csv": "post_rules",
    "area_hints.csv": "area_hints",
}
OPTIONAL_FILES = frozenset({"area_hints.csv"})
BOM = "\ufeff"


def home_of(table: str) -> str:
    """File in which a table of the plan stands."""
    for name, keys in TOML_FILES.items():
        if table in keys:
            return name
    table = "limits" if table == "limit_terms" else table
    return next((name for name, key in CSV_FILES.items() if key == table), table)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One row of a CSV table: line of the file on which it ends, cells by column."""

    line: int
    cells: dict[str, str]

    @property
    def entry(self) -> str:
        """How the row is called in a finding."""
        name = self.cells.get("slug") or self.cells.get("code") or ""
        return f"第 {self.line} 行" + (f"（{name}）" if name else "")


def read_text(path: Path, findings: list[Finding]) -> str | None:
    """Text of a file; None when it is missing or not UTF-8 (noted in ``findings``)."""
    try:
        raw = path.read_bytes()
    except OSError:
        findings.append(_finding(path, "文件", "文件不存在或不能读", "在方案文件夹里放上此文件"))
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        findings.append(_encoding_finding(path, raw, fault.start))
        return None
    if text.startswith(BOM):
        note = Finding(
            file=path.name,
            entry="文件开头",
            message="带有 BOM 标记，已略过",
            expectation="另存为“UTF-8（无 BOM）”",
            severity="warning",
        )
        findings.append(note)
    return text.removeprefix(BOM)


def read_toml(path: Path, findings: list[Finding]) -> dict[str, object] | None:
    """Top-level tables of a TOML file, None when it cannot be read; a key that belongs elsewhere is noted, left out."""
    text = read_text(path, findings)
    if text is None:
        return None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        findings.append(_finding(path, "文件", f"写法有误：{fault}", "按 TOML 语法改正；日期写成 2024-07-25，不加引号"))
        return None
    allowed = TOML_FILES[path.name]
    for key in raw:
        if key not in allowed:
            home = next((name for name, keys in TOML_FILES.items() if key in keys), None)
            advice = f"移到 {home}" if home else f"此文件可用的表：{'、'.join(allowed)}"
            findings.append(_finding(path, key, f"不认识的表“{key}”", advice))
    return {key: value for key, value in raw.items() if key in allowed}


def read_csv(path: Path, findings: list[Finding]) -> list[CsvRow]:
    """Rows of a CSV table with a header; blank rows are left out, rows of another width are noted and left out."""
    text = read_text(path, findings)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as fault:
        findings.append(_finding(path, f"第 {reader.line_num} 行", f"CSV 写法有误：{fault}", "检查引号是否成对"))
        return []
    return list(_rows(path, [line for line in lines if any(line[1])], findings))


def _rows(path: Path, lines: list[tuple[int, list[str]]], findings: list[Finding]) -> Iterator[CsvRow]:
    header = lines[0][1] if lines else []
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or not header:
        message = f"列名重复：{'、'.join(twice)}" if twice else "表是空的"
        findings.append(_finding(path, "表头", message, "第一行写列名，每列一个名称"))
        return
    for number, cells in lines[1:]:
        if len(cells) == len(header):
            yield CsvRow(line=number, cells=dict(zip(header, cells, strict=True)))
        else:
            message = f"有 {len(cells)} 格，表头有 {len(header)} 列"
            expectation = "每行格数与表头相同；含逗号的内容加引号"
            findings.append(_finding(path, f"第 {number} 行", message, expectation))


def _encoding_finding(path: Path, raw: bytes, position: int) -> Finding:
    line = raw.count(b"\n", 0, position) + 1
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return _finding(path, f"第 {line} 行", "不是 UTF-8 文字，也不是 GBK", "另存为 UTF-8")
    return _finding(path, f"第 {line} 行", "文件是 GBK 编码，不是 UTF-8", "在 Excel 中另存为“CSV UTF-8（逗号分隔）”")


def _finding(path: Path, entry: str, message: str, expectation: str) -> Finding:
    return Finding(file=path.name, entry=entry, message=message, expectation=expectation)
