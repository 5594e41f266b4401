"""The command `qingshan places`: real areas take the place of generated ones; the calendar is edited by day."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qingshan.commons.places.models import Area
from qingshan.contexts.leads.public import LeadForm, Source, register_lead
from qingshan.interfaces.cli.places import command
from tests import cast
from tests.support.making import World
from tests.support.samples import square

VILLAGE = "130132204201"


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, list(arguments))


def write(path: Path, *features: tuple[dict[str, Any] | None, dict[str, str]]) -> str:
    """A file of areas."""
    rows = [{"type": "Feature", "geometry": geometry, "properties": values} for geometry, values in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    return str(path)


def test_the_county_has_its_villages_all_marked_synthetic(world: World) -> None:
    lines = run("status").output.splitlines()
    assert "village：216 个，其中合成 216 个" in lines
    assert "township：15 个，其中合成 15 个" in lines
    assert "county：1 个，其中合成 0 个" in lines


def test_a_real_area_replaces_the_generated_one_and_leads_follow_it(world: World, tmp_path: Path) -> None:
    x, y = world.place_of(cast.SUCUN)
    file = write(tmp_path / "v.geojson", (square(x, y, half=0.002), {"code": VILLAGE}))
    result = run("import", file, "--kind", "village", "--key", "code", "--source", "演示测绘")
    assert result.exit_code == 0, result.output
    rows = list(Area.objects.filter(key=VILLAGE, kind="village").order_by("version"))
    assert [(row.version, row.current, row.synthetic) for row in rows] == [(1, False, True), (2, True, False)]
    assert (rows[1].name, rows[1].source) == (rows[0].name, "演示测绘")
    assert world.make_lead(at=(x, y)).division == VILLAGE


def test_one_bad_row_and_nothing_is_written(world: World, tmp_path: Path) -> None:
    x, y = world.place_of(cast.SUCUN)
    point = {"type": "Point", "coordinates": [x, y]}
    file = write(
        tmp_path / "v.geojson",
        (square(x, y), {"code": VILLAGE}),
        (square(x, y), {"code": "999999999999"}),
        (square(x, y), {}),
        (point, {"code": VILLAGE}),
        (None, {"code": VILLAGE}),
    )
    before = Area.objects.count()
    result = run("import", file, "--kind", "village", "--key", "code", "--source", "演示")
    assert result.exit_code == 1
    assert "没有写入任何范围" in result.output
    for number in (2, 3, 4, 5):
        assert f"第 {number} 行" in result.output
    assert Area.objects.count() == before


def test_a_day_of_the_calendar_is_corrected(world: World) -> None:
    result = run("calendar", "2024-08-02", "holiday", "--name", "演示")
    assert result.exit_code == 0, result.output
    assert "第 2 版" in result.output
    assert not world.calendar().is_workday(world.clock.today().replace(day=2))
    assert run("calendar", "2. August", "holiday").exit_code == 2
    assert run("calendar", "2024-08-02", "feast").exit_code == 2


@pytest.mark.clause("三-4-3④")
def test_due_moments_of_sources_follow_a_corrected_calendar(world: World) -> None:
    lon, lat = world.place_of(cast.SUCUN)
    form = LeadForm(
        channel="hotline-12345", lon=lon, lat=lat, place_text="村北（演示）", description="有车拉石头（演示）",
        source_no="演示工单1", discovered_at=world.clock.now,
    )  # fmt: skip
    lead = world.perform(cast.HOTLINE_DESK, register_lead, form=form)

    def due() -> datetime | None:
        with world.seeing_all():
            return Source.objects.get(lead=lead).reply_due_at

    before = due()
    assert before is not None
    assert run("calendar", "2024-08-05", "holiday", "--name", "演示").exit_code == 0
    after = due()
    assert after is not None
    assert after > before
