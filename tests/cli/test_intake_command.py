"""The command `qingshan intake`: counts to the row, JSON, a report per row; killed in the middle, no half batch."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from qingshan.commons.base.scope import system_scope
from qingshan.commons.inbox.models import Batch, BatchRow
from qingshan.commons.journal.models import Entry, Matter
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.leads.models import Dispatch, Source
from qingshan.contexts.leads.public import Lead
from qingshan.interfaces.cli.intake import command
from tests import cast
from tests.support import database
from tests.support.intake_tables import workbook
from tests.support.making import World
from tests.support.samples import jpeg, patches, square

DATA = Path(__file__).resolve().parents[1] / "data" / "patches"
MANY = 6000


def run(file: Path, *options: str, channel: str = "province-patch", batch: str = "第三批") -> Result:
    """Run the command."""
    return CliRunner().invoke(command, [str(file), f"--channel={channel}", f"--batch={batch}", *options])


def test_the_result_as_json_has_the_four_counts(world: World) -> None:
    result = run(DATA / "patches.gpkg", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    counts = {key: found[key] for key in ("received", "accepted", "duplicate", "rejected")}
    assert counts == {"received": 48, "accepted": 48, "duplicate": 0, "rejected": 0}
    again = json.loads(run(DATA / "patches.gpkg", "--json").stdout)
    assert (again["received"], again["accepted"], again["duplicate"], again["rejected"]) == (48, 0, 48, 0)
    assert again["batch_id"] == found["batch_id"]


def test_the_report_has_a_line_and_a_reason_per_row(world: World, tmp_path: Path) -> None:
    x, y = world.place_of(cast.SUCUN)
    file, report = tmp_path / "a.geojson", tmp_path / "report.csv"
    file.write_bytes(
        patches([square(x, y), square(x, y), None], JCBH=["=1+1", "=1+1", "3"], 地类=["林地", "林地", None])
    )
    result = run(file, "--report", str(report))
    assert result.exit_code == 0, result.output
    assert "收到 3 = 接收 1 + 重复 1 + 拒收 1" in result.output
    assert "第 3 行（编号 3）：没有图形" in result.output
    with report.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    assert [line["结果"] for line in lines] == ["接收", "重复", "拒收"]
    assert [bool(line["原因"]) for line in lines] == [False, True, True]
    assert json.loads(lines[0]["原始属性"])["地类"] == "林地"
    assert [line["来源编号"] for line in lines] == ["'=1+1", "'=1+1", "3"], "a spreadsheet would run it"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channel": "pigeon"}, "不在方案内"),
        ({"batch": " "}, "批次名称未填"),
    ],
)
def test_what_cannot_be_taken_is_said_in_one_line(world: World, options: dict[str, Any], message: str) -> None:
    result = run(DATA / "patches.geojson", **options)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_an_unreadable_file_is_kept_and_the_batch_says_why(world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(b"PK\x03\x04 not a zip")
    result = run(file)
    assert result.exit_code == 1
    with system_scope():
        batch = Batch.objects.get()
    assert batch.state == "failed"
    assert batch.problem
    assert batch.problem.split("。")[0][:10] in result.output


def test_it_can_be_done_as_a_named_account_with_his_rights(world: World) -> None:
    refused = run(DATA / "patches.geojson", "--as", cast.TOWNSHIP_OFFICER.username)
    assert refused.exit_code == 1
    assert "不能导入批次" in refused.output
    assert run(DATA / "patches.geojson", "--as", "nobody").exit_code == 1
    assert run(DATA / "patches.geojson", "--as", cast.BUREAU_OFFICER.username).exit_code == 0
    with system_scope():
        assert {e.actor for e in Entry.objects.all()} == {"演示·局甲（元氏县自然资源和规划局·台账管理员）"}


def test_without_dispatch_the_leads_wait(world: World) -> None:
    assert run(DATA / "patches.geojson", "--no-dispatch").exit_code == 0
    with system_scope():
        assert set(Lead.objects.values_list("state", flat=True)) == {"received"}


def test_a_forbidden_file_is_wiped(world: World, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
    x, y = world.place_of(cast.SUCUN)
    file = tmp_path / "a.geojson"
    file.write_bytes(patches([square(x, y)], JCBH=["1"], BZ=["军事设施附近"]))
    with django_capture_on_commit_callbacks(execute=True):
        result = run(file)
    assert result.exit_code == 1
    assert "已整份拒收并删除原件" in result.output
    assert not [
        p for p in Path(settings.QINGSHAN_FILES).rglob("*") if p.is_file() and p.read_bytes() == file.read_bytes()
    ]


# --- killed in the middle --------------------------------------------------------------------------------------------


def many_patches(world: World, path: Path) -> None:
    """A file that takes seconds to take in."""
    x, y = world.place_of(cast.SUCUN)
    shapes = [square(x + (n % 80) * 1e-5, y + (n // 80) * 1e-5, half=0.0001) for n in range(MANY)]
    path.write_bytes(patches(shapes, JCBH=[f"K{n}" for n in range(MANY)]))


def start(file: Path, home: Path) -> subprocess.Popen[bytes]:
    """The real command in a process of its own, on this test's database."""
    server = settings.DATABASES["default"]
    environment = {
        **os.environ,
        "QINGSHAN_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "qingshan.config.settings",
        "DATABASE_URL": f"postgresql://qingshan_app@/{database.run_name()}?host={server['HOST']}&port={server['PORT']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    arguments = [str(file), "--channel", "province-patch", "--batch", "大批", "--json"]
    return subprocess.Popen(
        [sys.executable, "-c", "from qingshan.config.entry import main; main()", "intake", *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def written() -> dict[str, int]:
    """Rows that a batch leaves."""
    with system_scope():
        models = (Lead, Source, Dispatch, Entry, Matter, BatchRow)
        return {model.__name__: model.objects.count() for model in models}


def test_killed_at_any_moment_there_is_no_half_batch_and_a_new_run_completes_it(
    transactional_db: None, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "many.geojson"
    many_patches(world, file)
    dice, killed = random.SystemRandom(), 0
    for seconds in (1.5, 2.5, 3.5, 5.0):
        process = start(file, tmp_path)
        try:
            process.communicate(timeout=dice.uniform(0.3, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
        assert set(written().values()) in ({0}, {MANY}), "all of it or nothing"
    final = start(file, tmp_path)
    out, err = final.communicate(timeout=120)
    assert final.returncode == 0, err.decode()
    result = json.loads(out)
    assert result["received"] == MANY == result["accepted"] + result["duplicate"]
    assert set(written().values()) == {MANY}
    assert killed > 0
    with system_scope():
        assert verify_journal().breaks == ()
        assert Batch.objects.get().state == "done"
        assert sorted(Lead.objects.values_list("number", flat=True))[-1].endswith(f"{MANY:05d}号")


def test_a_table_is_read_as_said_and_its_refused_rows_come_back(world: World, tmp_path: Path) -> None:
    x, y = world.place_of(cast.SUCUN)
    file = tmp_path / "表.xlsx"
    sheet = [("图斑编号", "东边的数", "北边的数"), ("K1", x, y), ("K2", "坏", y)]
    file.write_bytes(workbook({"说明": [("演示", "说明")], "清单": sheet}))
    wrong = run(file, "--sheet", "清单", "--column", "没有的列=lon")
    assert "表里没有列“没有的列”，有：图斑编号、东边的数、北边的数" in wrong.output
    assert "字段“某某”不认识" in run(file, "--column", "东边的数=某某").output
    said = ("--sheet", "清单", "--column", "东边的数=lon", "--column", "北边的数=纬度", "--sender", "演示单位")
    shown = run(file, *said, "--preview")
    assert "收到 2，可接收 1，重复 0，拒收 1" in shown.output
    assert "列 北边的数 → 纬度" in shown.output
    assert "第 3 行（编号 K2）：“东边的数”的值“坏”不是坐标" in shown.output
    with world.seeing_all():
        assert not Lead.objects.filter(batch_name="第三批").exists()
    assert "收到 2 = 接收 1 + 重复 0 + 拒收 1" in run(file, *said).output
    file.write_bytes(workbook({"清单": [("原行号", *sheet[0]), (3, "K2", x + 0.002, y)]}))
    mended = run(file, "--supplement", "第三批", channel="", batch="")
    assert "批次 第三批（补充）：收到 1 = 接收 1" in mended.output
    assert "没有这个批次" in run(file, "--supplement", "不存在", channel="", batch="").output
    assert "请给出 --channel" in run(file, channel="", batch="").output


def test_another_reading_of_the_same_file_is_previewed_first(world: World, tmp_path: Path) -> None:
    x, y = world.place_of(cast.SUCUN)
    file = tmp_path / "a.geojson"
    file.write_bytes(patches([square(y, x)], JCBH=["R1"]))
    shown = run(file, "--preview")
    assert "次序疑似颠倒" in shown.output
    assert "可试 --crs EPSG:4490 --axes yx" in shown.output
    taken = run(file, "--crs", "EPSG:4490", "--axes", "yx")
    assert "接收 1" in taken.output, taken.output


def test_photos_are_taken_by_the_command(world: World, tmp_path: Path) -> None:
    x, y = world.place_of(cast.SUCUN)
    file = tmp_path / "IMG.jpg"
    file.write_bytes(jpeg(lon=None, lat=None, azimuth=None, taken_at=None, seed="cli"))
    assert "里没有位置" in run(file, "--preview", channel="patrol").output
    assert "不是我国的经纬度" in run(file, "--position", "3,4", channel="patrol").output
    taken = run(file, "--position", f"{x:.6f},{y:.6f}", channel="patrol")
    assert "接收 1" in taken.output, taken.output
