"""Invented data of the gallery: read from `gallery.toml`, moments relative to one fixed now, and a form with faults."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext

NOW = datetime(2024, 8, 14, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DATA = Path(__file__).resolve().parent / "gallery.toml"
_MOMENT = re.compile(r"@([+-]?\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class SampleForm(forms.Form):
    """A form with every kind of field, bound with faults."""

    title = forms.CharField(label="线索名称", help_text="写地点和现象，例如“黑龙洞村北坡裸露面扩大”。")
    visited_at = forms.DateTimeField(label="到场时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    verdict = forms.ChoiceField(
        label="核查结论",
        choices=[("substantiated", "查实"), ("unfounded", "查否"), ("inconclusive", "存疑")],
        widget=forms.RadioSelect,
    )
    unit = forms.ChoiceField(label="承办单位", choices=[("a", "苏村乡"), ("b", "经济开发区")])
    area = forms.DecimalField(label="占地面积", required=False)
    photos = forms.FileField(label="现场照片", help_text="四个方向各一张，另加近景两张；保留原图。")
    finding = forms.CharField(label="现场情况", widget=forms.Textarea(attrs={"rows": 4}))
    active = forms.BooleanField(label="正在实施（立即起草停止通知书，24 小时内到场）", required=False)


def sample() -> dict[str, Any]:
    """The whole context of the gallery."""
    data: dict[str, Any] = _read(tomllib.loads(DATA.read_text(encoding="utf-8")))
    form = SampleForm({"title": "黑龙洞村北坡", "visited_at": "2024-08-20T10:00", "area": "8267"})
    form.add_error(None, "核查人不足两名：请写出两名不同的现场核查人（行政处罚法第42条）")
    return {**data, "now": NOW, "form": form, "messages": []}


def _read(value: Any) -> Any:
    """Texts in the page's language; ``@+3h`` becomes the moment three hours after the fixed now."""
    if isinstance(value, dict):
        return {key: _read(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_read(inner) for inner in value]
    if not isinstance(value, str) or not value:
        return value
    moment = _MOMENT.fullmatch(value)
    if moment is None:
        return gettext(value)
    return NOW + timedelta(**{_UNITS[moment[2]]: int(moment[1])})
