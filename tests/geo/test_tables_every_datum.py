"""One pit in a table of every datum, layout and way of writing comes back where it was (表格坐标全覆盖)."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from qingshan.commons.files.foreign_tables import read_foreign_tables
from qingshan.geo.offsets import BD09, GCJ02
from qingshan.geo.reading import Reading
from qingshan.geo.table_columns import TableChoices
from qingshan.geo.table_placing import place_items
from qingshan.geo.table_rows import TableReader, TableRow
from tests.geo.formats import PIT, in_system
from tests.geo.test_every_format import SEVEN, SHIFTED, SURVEYED, ZONES, farthest, meridian_of, moved_to, to_old
from tests.support.intake_tables import dms, text, workbook

RING = shapely.Polygon(PIT.exterior)
COLUMNS = {"图斑编号": "source_no", "点号": "corner", "东": "lon", "北": "lat", "坐标串": "corners"}
Rows = list[tuple[object, ...]]


def cell(value: float, way: str) -> object:
    """A number as people write it."""
    if way == "dms":
        return dms(value)
    return round(value, 9 if abs(value) < 400 else 3)


def corner_rows(shape: shapely.Polygon, way: str) -> Rows:
    """One corner per row."""
    rows: Rows = [("图斑编号", "点号", "东", "北")]
    for number, (x, y) in enumerate(shape.exterior.coords[:-1], start=1):
        rows.append(("坑一" if number == 1 else "", f"J{number}", cell(x, way), cell(y, way)))
    return rows


def corner_cell(shape: shapely.Polygon, way: str) -> Rows:
    """All corners in one cell."""
    told = ";".join(f"{cell(x, way)},{cell(y, way)}" for x, y in shape.exterior.coords)
    return [("图斑编号", "坐标串"), ("坑一", told)]


LAYOUTS = {"rows": corner_rows, "cell": corner_cell}


def read_back(folder: Path, rows: Rows, *, book: bool, reading: Reading) -> shapely.geometry.base.BaseGeometry:
    """Write the table, read it as the intake does."""
    path = folder / ("a.xlsx" if book else "a.csv")
    path.write_bytes(workbook({"界址点": rows}) if book else text(rows, "\t").encode("gb18030"))
    (table,) = read_foreign_tables(path, path.name, known=list(COLUMNS))
    live = [row for row in table.rows() if not row.not_row]
    names = {name: COLUMNS[name] for name in table.keys().values()}
    choices = TableChoices(sheets=(table.name,), columns=names, layout="corners" if "点号" in names else "points")
    lines = [TableRow(index=r.number, sheet=table.name, number=r.number, cells=r.cells) for r in live]
    (row,) = list(place_items(TableReader(choices).items(lines), reading).rows)
    assert row.geometry is not None, row.problem
    return row.geometry


@pytest.mark.clause("三-1-2①b")
@pytest.mark.parametrize("layout", list(LAYOUTS))
@pytest.mark.parametrize("book", [True, False])
@pytest.mark.parametrize(
    ("system", "way"),
    [
        ("EPSG:4490", "decimal"),
        ("EPSG:4490", "dms"),
        ("EPSG:4326", "decimal"),
        ("EPSG:4526", "metres"),
        ("EPSG:4547", "metres"),
        ("EPSG:4498", "metres"),
        ("EPSG:4509", "metres"),
        (GCJ02, "decimal"),
        (GCJ02, "dms"),
        (BD09, "decimal"),
    ],
)
def test_a_pit_comes_back_from_every_table(tmp_path: Path, layout: str, system: str, way: str, *, book: bool) -> None:
    rows = LAYOUTS[layout](in_system(RING, system), way)
    said = "" if system in ("EPSG:4490", "EPSG:4526") else system
    read = read_back(tmp_path, rows, book=book, reading=Reading(crs=said))
    assert farthest(read, RING) < (SHIFTED if system in (GCJ02, BD09) else SURVEYED)


@pytest.mark.parametrize("system", ZONES)
def test_a_table_in_every_zone_of_the_country(tmp_path: Path, system: str) -> None:
    pit = shapely.Polygon(moved_to(meridian_of(system)).exterior)  # type: ignore[attr-defined]
    read = read_back(tmp_path, corner_rows(in_system(pit, system), "metres"), book=False, reading=Reading(crs=system))
    assert farthest(read, pit) < SURVEYED


@pytest.mark.parametrize("code", [2362, 2383, 2414, 2435])
def test_a_table_in_an_old_datum_with_parameters(tmp_path: Path, code: int) -> None:
    rows = corner_rows(to_old(RING, code), "metres")
    read = read_back(tmp_path, rows, book=True, reading=Reading(crs=f"EPSG:{code}", parameters=SEVEN))
    assert farthest(read, RING) < SURVEYED


def test_a_point_is_told_as_one(tmp_path: Path) -> None:
    x, y = RING.centroid.x, RING.centroid.y
    rows: Rows = [("图斑编号", "东", "北"), ("坑一", dms(x), dms(y))]
    read = read_back(tmp_path, rows, book=True, reading=Reading())
    assert read.geom_type == "Point"
    assert np.hypot(read.x - x, read.y - y) < 1e-7
