"""How a batch is read (读取方式): datum, encoding, order of coordinates, parameters; chosen before it is taken in."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingshan.commons.inbox.models import Batch
from qingshan.commons.inbox.selectors import batch_by_id
from qingshan.commons.places.selectors import current_areas
from qingshan.contexts.leads.public import is_worked_on, reread_batch
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.geo.reading import AXES, EACH, ENCODINGS, PHOTOS, POSITION, Reading, reading_of
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.middleware import OfficeRequest

Options = list[tuple[str, str]]
_FIRST, _LAST, _WIDE_FIRST, _WIDE_LAST = 25, 45, 13, 23
_OLD = (("西安 80", 4610, 2349, 2370, 2327, 2338), ("北京 54", 4214, 2401, 2422, 21413, 21453))
"""Old datums: name, code of degrees, first codes of 3 degrees with zone and by meridian, 6 degrees the same."""


def reading_in(form: QueryDict) -> Reading:
    """What was chosen in a form."""
    crs, encoding, axes, given = (form.get(name, "").strip() for name in ("crs", "encoding", "axes", "parameters"))
    more = {name: value for name in (POSITION, PHOTOS) if (value := form.get(name, "").strip())}
    return Reading(crs=crs, encoding=encoding, axes=axes, parameters=given, more=more)


def system_options(chosen: str = "") -> Options:
    """Reference systems to choose from: those of the county first, then every zone of the country."""
    zone = _county_zone()
    near = [*_zone_options(zone), *_wide_options(int((zone * 3 + 6) // 6))]
    every = [one for number in range(_FIRST, _LAST + 1) for one in _zone_options(number)]
    every += [one for number in range(_WIDE_FIRST, _WIDE_LAST + 1) for one in _wide_options(number)]
    options: Options = [
        ("", _("按文件自带的坐标系")),
        ("EPSG:4490", _("CGCS2000 经纬度（EPSG:4490）")),
        ("EPSG:4326", _("WGS 84 经纬度（EPSG:4326）")),
        ("GCJ-02", _("GCJ-02 火星坐标（奥维、高德、腾讯）")),
        ("BD-09", _("BD-09 百度坐标")),
        *near,
        *_old_options(zone),
        *(one for one in every if one not in near),
    ]
    return options if chosen in dict(options) else [*options, (chosen, chosen)]


def _county_zone() -> int:
    county = next(iter(current_areas("county")), None)
    zone = round(county.geom.centroid.x / 3) if county is not None else 38
    return min(max(zone, _FIRST), _LAST)


def _zone_options(zone: int) -> Options:
    by_zone, by_meridian = f"EPSG:{4513 + zone - _FIRST}", f"EPSG:{4534 + zone - _FIRST}"
    words = {"zone": zone, "meridian": zone * 3}
    return [
        (by_zone, _("CGCS2000 三度带 %(zone)s 带，横坐标带带号") % words + f"（{by_zone}）"),
        (by_meridian, _("CGCS2000 三度带 中央经线 %(meridian)s°，不带带号") % words + f"（{by_meridian}）"),
    ]


def _wide_options(zone: int) -> Options:
    zone = min(max(zone, _WIDE_FIRST), _WIDE_LAST)
    by_zone, by_meridian = f"EPSG:{4491 + zone - _WIDE_FIRST}", f"EPSG:{4502 + zone - _WIDE_FIRST}"
    words = {"zone": zone, "meridian": zone * 6 - 3}
    return [
        (by_zone, _("CGCS2000 六度带 %(zone)s 带，横坐标带带号") % words + f"（{by_zone}）"),
        (by_meridian, _("CGCS2000 六度带 中央经线 %(meridian)s°，不带带号") % words + f"（{by_meridian}）"),
    ]


def _old_options(zone: int) -> Options:
    """Old datums in the county's zones; they need parameters."""
    wide = min(max(int((zone * 3 + 6) // 6), _WIDE_FIRST), _WIDE_LAST)
    made: Options = []
    for name, degrees, zone3, meridian3, zone6, meridian6 in _OLD:
        for code, told in (
            (degrees, _("经纬度")),
            (zone3 + zone - _FIRST, _("三度带 %(zone)s 带，带带号") % {"zone": zone}),
            (meridian3 + zone - _FIRST, _("三度带 中央经线 %(meridian)s°") % {"meridian": zone * 3}),
            (zone6 + wide - _WIDE_FIRST, _("六度带 %(zone)s 带，带带号") % {"zone": wide}),
            (meridian6 + wide - _WIDE_FIRST, _("六度带 中央经线 %(meridian)s°") % {"meridian": wide * 6 - 3}),
        ):
            made.append((f"EPSG:{code}", _("%(name)s %(told)s，须填转换参数") % {"name": name, "told": told}))
    return made


def reading_fields(crs: str, kept: dict[str, Any]) -> dict[str, dict[str, object]]:
    """The fields of the form, filled with what was chosen."""
    made: dict[str, dict[str, object]] = {
        "crs": {
            "label": _("坐标系"),
            "kind": "select",
            "options": system_options(crs),
            "value": crs,
            "help": _("一般不用选；预览里位置不对时再指定"),
        },
        "axes": {
            "label": _("坐标次序"),
            "kind": "select",
            "options": [("", _("自动判断")), *((code, _(text)) for code, text in AXES.items())],
        },
        "encoding": {
            "label": _("文字编码"),
            "kind": "select",
            "options": [("", _("自动判断")), *ENCODINGS.items()],
            "help": _("文字显示为乱码时再指定"),
        },
        "parameters": {
            "label": _("转换参数"),
            "kind": "text",
            "help": _("只用于西安 80、北京 54：七参数、三参数或平面四参数，用逗号隔开"),
        },
        POSITION: {
            "label": _("照片位置"),
            "kind": "text",
            "help": _("只用于没有位置的照片：经度,纬度，例如 114.345678,37.850123"),
        },
        PHOTOS: {
            "label": _("几张照片拍的是同一处"),
            "kind": "select",
            "options": [("", _("50 米、2 小时以内合为一条线索")), (EACH, _("每张照片一条线索"))],
        },
    }
    kept = {**kept, **kept.get("more", {})}
    return {
        name: {"name": name, "required": False, "value": str(kept.get(name, "")), **field}
        for name, field in made.items()
    }


def reading_context(batch: Batch, *, may_choose: bool) -> dict[str, object]:
    """What the page of a batch shows about its reading before it is taken in."""
    preview = batch.preview
    return {
        "may_reread": may_choose,
        "is_photos": preview.get("format") == "photos",
        "reading_fields": reading_fields(batch.crs, batch.reading) if may_choose else {},
        "reading_open": bool(preview.get("asks") or preview.get("warnings") or batch.crs or batch.reading),
        "warnings": preview.get("warnings", []),
        "candidates": [one for one in preview.get("candidates", []) if (one["crs"], one["axes"]) != _present(batch)],
        "reading_notes": preview.get("notes", []),
        "reading_chosen": _chosen(batch),
    }


def _present(batch: Batch) -> tuple[str, str]:
    return batch.crs, str(batch.reading.get("axes", ""))


def _is_chosen(batch: Batch, reading: Reading) -> bool:
    """Whether a batch is read in this way already."""
    return reading_of({**batch.reading, "crs": batch.crs}) == reading


def _chosen(batch: Batch) -> list[str]:
    """What a person chose, in words."""
    kept = batch.reading
    lines = [
        (_("坐标系"), batch.crs),
        (_("坐标次序"), _(AXES[kept["axes"]]) if kept.get("axes") in AXES else ""),
        (_("文字编码"), ENCODINGS.get(kept.get("encoding", ""), "")),
        (_("转换参数"), kept.get("parameters", "")),
        (_("照片位置"), kept.get("more", {}).get(POSITION, "")),
        (_("照片"), _("每张照片一条线索") if kept.get("more", {}).get(PHOTOS) else ""),
    ]
    return [f"{label}：{value}" for label, value in lines if value]


@page(*REGISTER_ROLES)
@require_POST
def batch_reread(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """Read a batch again in another way; the preview shows what came of it."""
    batch = batch_by_id(batch_id)
    if batch is None:
        raise Http404(_("没有这个批次，或它不在您的辖区内"))
    to = reverse("web:batch_detail", args=[batch.id])
    reading, acting = reading_in(request.POST), acting_of(request)
    if is_worked_on(batch) and _is_chosen(batch, reading):
        return HttpResponseRedirect(to)  # the same button twice
    return perform(
        request,
        lambda: reread_batch(batch_id=batch.id, reading=reading, acting=acting),
        done=_("正按新的读取方式重新读取“%(name)s”") % {"name": batch.name},
        to=to,
        template="web/batches/refused.html",
        context=lambda: {"batch": batch_by_id(batch_id), "now": request.now},
    )
