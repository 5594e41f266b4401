"""Command ``places`` (区划与范围): import real areas in place of generated ones; edit the workday calendar."""

from datetime import date
from pathlib import Path

import click
import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.commons.base.calendar_edit import set_day
from qingshan.commons.base.scope import system_scope
from qingshan.commons.places.selectors import current_areas, division_names
from qingshan.commons.places.services import AreaInput, store_areas
from qingshan.contexts.campaigns.public import NoCampaign, campaign_in_force
from qingshan.contexts.leads.public import settle_all_sources
from qingshan.geo.features import ReadError
from qingshan.geo.readers import read_features

KINDS = ("county", "township", "village", "special", "outline")


@click.group(name="places")
def command() -> None:
    """行政区划范围与工作日历。"""


@command.command()
def status() -> None:
    """列出各级范围的数量，哪些是合成的。"""
    with system_scope():
        for kind in KINDS:
            rows = current_areas(kind)
            synthetic = sum(row.synthetic for row in rows)
            click.echo(f"{kind}：{len(rows)} 个，其中合成 {synthetic} 个")


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--kind", type=click.Choice(KINDS), required=True, help="范围的级别；outline 为邻县轮廓。")
@click.option("--key", "key_field", required=True, help="区划代码（或单位代号、邻县代码）所在的字段名。")
@click.option("--name", "name_field", help="名称所在的字段名；不给时用已有名称。")
@click.option("--crs", help="坐标系；不给时按文件自带的识别。")
@click.option("--source", required=True, help="资料来源，记入范围。")
def import_areas(file: Path, kind: str, key_field: str, name_field: str | None, crs: str | None, source: str) -> None:
    """导入真实范围 FILE，替换同一代码的合成范围（旧的保留为历史版本）。全部可用才写入。"""
    try:
        rows = list(read_features(file, crs=crs).rows)
    except ReadError as error:
        raise click.ClickException(f"{file.name}：{error}") from None
    with system_scope():
        areas, problems = [], []
        known = division_names({str(row.attributes.get(key_field, "")) for row in rows})
        for row in rows:
            key = str(row.attributes.get(key_field) or "").strip()
            name = str(row.attributes.get(name_field) or "") if name_field else known.get(key, "")
            problem = _problem(kind, key, known, row.geometry, row.problem)
            if problem:
                problems.append(f"第 {row.index} 行（{key_field}={key or '空'}）：{problem}")
            elif row.geometry is not None:
                areas.append(
                    AreaInput(
                        key=key,
                        kind=kind,
                        name=name or key,
                        wkb=shapely.to_wkb(row.geometry),
                        synthetic=False,
                        source=source,
                    )
                )
        if problems:
            raise click.ClickException("没有写入任何范围：\n  " + "\n  ".join(problems))
        count = store_areas(areas=areas)
    click.echo(f"已导入 {count} 个范围")


def _problem(kind: str, key: str, known: dict[str, str], geometry: BaseGeometry | None, problem: str | None) -> str:
    if geometry is None:
        return problem or "没有图形"
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return f"须为面，实为 {geometry.geom_type}"
    if not key:
        return "代码为空"
    if kind in ("county", "township", "village") and key not in known:
        return "没有这个区划代码，请先载入方案中的区划表"
    return ""


@command.command(name="calendar")
@click.argument("day")
@click.argument("kind", type=click.Choice(["workday", "holiday", "makeup_workday", "weekend"]))
@click.option("--name", default="", help="名称，例如“国庆节”。")
def calendar_day(day: str, kind: str, name: str) -> None:
    """更正工作日历中的一天（DAY 写成 2024-10-01）。"""
    try:
        moment = date.fromisoformat(day)
    except ValueError:
        raise click.UsageError(f"日期“{day}”请写成 2024-10-01") from None
    with system_scope():
        version = set_day(day=moment, kind=kind, name=name, source="手工更正")
        settled = _settle_sources()
    click.echo(f"{moment} 已定为 {kind}（第 {version} 版），重算 {settled} 个来源的答复、录入时限")


def _settle_sources() -> int:
    """Limits of answers count workdays: stored due moments follow the calendar. Returns how many were looked at."""
    try:
        return settle_all_sources(campaign_in_force())
    except NoCampaign:
        return 0
