"""How values are written for people: moments and distances in time, areas, coordinates, directions, sizes.

Moments are written in the active time zone, areas in 亩 and m² (1 亩 = 2000/3 m²), coordinates in CGCS2000 degrees.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

MATTER_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,6}〔\d{4}〕\d+号?")
"""How numbers of matters look in a text."""
NOTHING = "—"
Number = int | float | Decimal
_DIRECTIONS = (
    gettext_noop("北"),
    gettext_noop("东北"),
    gettext_noop("东"),
    gettext_noop("东南"),
    gettext_noop("南"),
    gettext_noop("西南"),
    gettext_noop("西"),
    gettext_noop("西北"),
)
_DAY = timedelta(days=1)


def is_chinese() -> bool:
    """Whether the page is written in Chinese."""
    return (get_language() or "zh").startswith("zh")


def local(moment: datetime) -> datetime:
    """``moment`` in the active time zone; a naive one is taken to be in it."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else timezone.make_aware(moment)


def moment_text(value: datetime | date | None, now: datetime | None = None) -> str:
    """“8月14日 17:00”; with the year when it is not that of ``now``; a date alone without the hour."""
    if value is None:
        return NOTHING
    moment = local(value) if isinstance(value, datetime) else value
    this_year = now is not None and local(now).year == moment.year
    if is_chinese():
        day = f"{moment.month}月{moment.day}日" if this_year else f"{moment.year}年{moment.month}月{moment.day}日"
    else:
        day = date_format(moment, "j M" if this_year else "j M Y")
    return f"{day} {moment:%H:%M}" if isinstance(moment, datetime) else day


def gap_text(at: datetime, now: datetime) -> str:
    """Distance from ``now`` to ``at``: “还有 3 天”, “还有 5 小时”, “逾期 1 天”; calendar days from 24 hours on."""
    late, span = at < now, abs(at - now)
    if span >= _DAY:
        days = abs((local(at).date() - local(now).date()).days)
        return _days_text(get_language() or "", days, late=late)
    hours = int(span.total_seconds() // 3600)
    if hours:
        return _hours_text(get_language() or "", hours, late=late)
    minutes = max(1, int(span.total_seconds() // 60))
    return (_("逾期 %(n)s 分钟") if late else _("还有 %(n)s 分钟")) % {"n": minutes}


@lru_cache(maxsize=2048)
def _days_text(_language: str, n: int, *, late: bool) -> str:
    text = ngettext("逾期 %(n)s 天", "逾期 %(n)s 天", n) if late else ngettext("还有 %(n)s 天", "还有 %(n)s 天", n)
    return text % {"n": n}


@lru_cache(maxsize=256)
def _hours_text(_language: str, n: int, *, late: bool) -> str:
    text = (
        ngettext("逾期 %(n)s 小时", "逾期 %(n)s 小时", n) if late else ngettext("还有 %(n)s 小时", "还有 %(n)s 小时", n)
    )
    return text % {"n": n}


def whole_text(value: Number) -> str:
    """A number with thousands apart and no more decimals than it needs (at most one)."""
    text = f"{value:,.1f}"
    return text.removesuffix(".0")


def mu_text(area_m2: Number) -> str:
    """Area in 亩 with one decimal from 0.1 on, else two."""
    mu = float(area_m2) * 3 / 2000
    return f"{mu:,.1f}" if mu >= 0.1 else f"{mu:,.2f}"


def m2_text(area_m2: Number) -> str:
    """Area in m², whole."""
    return f"{area_m2:,.0f}"


def coord_text(lon: Number, lat: Number) -> str:
    """“114.512345°E，37.612345°N”: six decimals, about 0.1 m."""
    east, north = ("E" if lon >= 0 else "W"), ("N" if lat >= 0 else "S")
    return f"{abs(lon):.6f}°{east}，{abs(lat):.6f}°{north}"


def coord_plain(lon: Number, lat: Number) -> str:
    """Coordinates as copied: “114.512345,37.612345”."""
    return f"{lon:.6f},{lat:.6f}"


def azimuth_text(azimuth: Number) -> str:
    """“东北 45°”: the nearest of eight directions and the degrees from north, clockwise."""
    degrees = float(azimuth) % 360
    return f"{_(_DIRECTIONS[round(degrees / 45) % 8])} {degrees:.0f}°"


def metres_text(metres: Number) -> str:
    """“86 米”, “1.2 公里”."""
    if metres < 1000:
        return _("%(n)s 米") % {"n": f"{metres:.0f}"}
    return _("%(n)s 公里") % {"n": f"{float(metres) / 1000:.1f}"}


def size_text(size: int) -> str:
    """Bytes as “824 B”, “3.4 kB”, “12 MB”."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.1f} {unit}" if unit != "B" and value < 10 else f"{value:.0f} {unit}"


def digest_text(digest: str) -> str:
    """The two ends of a digest: “7c1e09…a90d12”."""
    return digest if len(digest) <= 16 else f"{digest[:6]}…{digest[-6:]}"
