"""Big files for the bulk scenarios (合成数据): a GeoPackage of a million drawn patches, a workbook of 60,000 rows.

Everything in them is invented, and every row says so.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyogrio
import shapely
import xlsxwriter

from bench.patches import HILLS

PATCHES, CORNERS, PIECE = 1_000_000, 22, 50_000
ROWS = 60_000
SYNTHETIC = "合成数据，测速用"


def write_million(out: Path, count: int = PATCHES, *, seed: int = 11) -> int:
    """Write a GeoPackage of ``count`` drawn patches, half a kilobyte each; returns how many."""
    out.unlink(missing_ok=True)
    chosen = np.random.default_rng(seed)
    for start in range(0, count, PIECE):
        numbers = np.arange(start + 1, min(start + PIECE, count) + 1)
        columns = {
            "JCBH": np.array([f"合成百万{number:07d}" for number in numbers], dtype=object),
            "TBLX": np.array(["CK", "KQ"], dtype=object)[numbers % 2],
            "XMC": np.full(len(numbers), "演示县", dtype=object),
            "BZ": np.full(len(numbers), f"{SYNTHETIC}；图斑由程序随机画成，不对应任何真实地块", dtype=object),
        }
        pyogrio.raw.write(
            out, shapely.to_wkb(_shapes(chosen, len(numbers))), list(columns.values()), list(columns),
            geometry_type="Polygon", crs="EPSG:4490", driver="GPKG", append=start > 0, layer="patches",
            **({} if start else {"layer_options": {"SPATIAL_INDEX": "NO"}}),
        )  # fmt: skip
    return count


def _shapes(chosen: np.random.Generator, count: int) -> np.ndarray:
    """Ragged rings around points in the hills; no two edges cross."""
    west, south, east, north = HILLS
    middles = np.column_stack((chosen.uniform(west, east, count), chosen.uniform(south, north, count)))
    turns = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False) + chosen.uniform(0, 0.25, (count, CORNERS))
    across = chosen.lognormal(-7.6, 0.5, (count, 1)) * chosen.uniform(0.6, 1.0, (count, CORNERS))
    rings = np.stack((across * np.cos(turns), across * np.sin(turns)), axis=2) + middles[:, None, :]
    closed = np.concatenate((rings, rings[:, :1]), axis=1)
    return np.asarray(shapely.polygons(closed), dtype=object)


HEAD = ("编号", "乡镇", "经度", "纬度", "发现时间", "问题描述", "联系电话")


def write_workbook(out: Path, count: int = ROWS, *, seed: int = 7, wrong: int = 40) -> int:
    """Write a workbook of ``count`` leads as a town would keep them, one in ``wrong`` with a fault."""
    chosen = random.Random(seed)  # noqa: S311 - places, no secrets
    west, south, east, north = HILLS
    first = date(2024, 3, 1)
    with xlsxwriter.Workbook(str(out), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("线索")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [f"线索排查表（{SYNTHETIC}）"])
        sheet.write_row(1, 0, HEAD)
        for row in range(2, count + 2):
            lon, lat = round(chosen.uniform(west, east), 6), round(chosen.uniform(south, north), 6)
            fault = row % wrong == 0
            sheet.write_row(row, 0, [f"合成表{row - 1:06d}", "苏村镇", "待查" if fault else lon, lat])
            sheet.write_datetime(row, 4, first + timedelta(days=chosen.randrange(150)), day)
            sheet.write_row(row, 5, [f"{SYNTHETIC}：第 {row - 1} 处，见新开挖痕迹", "00000000000"])
    return count
