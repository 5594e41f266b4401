"""`qingshan api schema`: writes the description of the interface for programs."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(name="api")
def command() -> None:
    """程序接口。"""


@command.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写到这个文件；不写则输出到屏幕。")
def schema(*, out: Path | None) -> None:
    """输出接口说明（OpenAPI 3.1）；仓库里的一份是 docs/api/openapi.json。"""
    from qingshan.interfaces.api.openapi import document_text

    if out is None:
        click.echo(document_text(), nl=False)
        return
    out.write_text(document_text(), encoding="utf-8")
    click.echo(f"已写入 {out}")
