"""Image layers (影像图层): handing in, looking, publishing, withdrawing, and their tiles from our own server."""

import base64
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.image_layers.selectors import image_layer, image_layers, read_tile, shown_layers, tile_media_type
from qingshan.commons.image_layers.services import (
    DEEPEST,
    MANAGER_ROLES,
    MOST_BYTES,
    publish_layer,
    register_layer,
    withdraw_layer,
)
from qingshan.commons.jobs.services import latest_job
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import acting_of, perform, read_day
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.uploading import perform_upload, posted_file

NOTHING = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KEPT = 300
NAMES = ("name", "image_date", "source", "licence")


def pictures_for_map() -> list[dict[str, object]]:
    """Published layers as the map takes them, the newest picture first."""
    return [
        {
            "id": str(layer.id),
            "name": layer.name,
            "date": layer.image_date.isoformat(),
            "source": layer.source,
            "licence": layer.licence,
            "tiles": f"/images/{layer.id}/{{z}}/{{x}}/{{y}}",
            "bounds": [layer.west, layer.south, layer.east, layer.north],
            "minzoom": layer.min_zoom,
            "maxzoom": layer.max_zoom,
            "from": layer.show_from,
            "to": layer.show_to,
        }
        for layer in shown_layers()
    ]


@page(*MANAGER_ROLES)
@require_safe
def layer_list(request: OfficeRequest) -> HttpResponse:
    """All layers of the county, the newest picture first."""
    return render(request, "web/images/list.html", {"layers": image_layers(), "now": request.now})


@page(*MANAGER_ROLES)
@require_http_methods(["GET", "POST"])
def layer_new(request: OfficeRequest) -> HttpResponse:
    """Hand in a GeoTIFF or MBTiles; it is stored first, then the worker makes its tiles."""
    texts = {name: request.POST.get(name, "").strip() for name in NAMES}

    def context() -> dict[str, object]:
        return {"fields": _fields(texts), "now": request.now}

    if request.method != "POST":
        return render(request, "web/images/new.html", context())
    return perform_upload(
        request,
        lambda: _register(request, texts),
        page="web:image_layer",
        done=_("影像已收到并存下，正在切片；完成后先看草稿，再发布"),
        template="web/images/new.html",
        context=context,
    )


def _register(request: OfficeRequest, texts: dict[str, str]) -> ImageLayer:
    file = posted_file(request, limit=MOST_BYTES)
    return register_layer(
        file=file,
        name=texts["name"],
        image_date=read_day(texts["image_date"]),
        source=texts["source"],
        licence=texts["licence"],
        acting=acting_of(request),
    )


def _fields(texts: dict[str, str]) -> dict[str, dict[str, object]]:
    made: dict[str, dict[str, object]] = {
        "name": {"label": _("名称"), "kind": "text", "help": _("例如“2024年9月无人机正射”")},
        "image_date": {"label": _("影像日期"), "kind": "date", "help": _("拍摄日期；前后对比按它排列")},
        "source": {"label": _("来源"), "kind": "text", "help": _("例如“县局无人机”“省厅下发卫星影像”")},
        "licence": {"label": _("使用许可"), "kind": "text", "help": _("可在什么范围使用，是否涉密；涉密影像不得上传")},
    }
    fields = {name: {"name": name, "value": texts[name], "required": True, **field} for name, field in made.items()}
    fields["file"] = {
        "name": "file",
        "label": _("影像文件"),
        "kind": "file",
        "required": True,
        "accept": ".tif,.tiff,.mbtiles",
        "help": _("GeoTIFF（有坐标系和定位）或 MBTiles（png、jpg、webp），不超过 2 GB；压缩包请先解压"),
    }
    return fields


def _layer_or_404(layer_id: UUID) -> ImageLayer:
    layer = image_layer(layer_id)
    if layer is None:
        raise Http404(_("没有这个影像图层"))
    return layer


@page(*MANAGER_ROLES)
@require_safe
def layer_detail(request: OfficeRequest, layer_id: UUID) -> HttpResponse:
    """One layer: what it is, how far its reading is, and what can be done with it."""
    return render(request, "web/images/layer.html", _detail(request, layer_id))


def _detail(request: OfficeRequest, layer_id: UUID) -> dict[str, object]:
    layer = _layer_or_404(layer_id)
    job = latest_job(layer.id, "image_layer")
    return {"layer": layer, "job": job, "deepest": DEEPEST, "now": request.now}


@page(*MANAGER_ROLES)
@require_POST
def layer_publish(request: OfficeRequest, layer_id: UUID) -> HttpResponse:
    """Show the layer on everybody's map."""
    _layer_or_404(layer_id)
    zooms = [_whole(request.POST.get(name, "")) for name in ("show_from", "show_to")]
    return perform(
        request,
        lambda: publish_layer(layer_id=layer_id, show_from=zooms[0], show_to=zooms[1], acting=acting_of(request)),
        done=_("影像已发布到地图"),
        to=reverse("web:image_layer", args=[layer_id]),
        template="web/images/layer.html",
        context=lambda: _detail(request, layer_id),
    )


@page(*MANAGER_ROLES)
@require_POST
def layer_withdraw(request: OfficeRequest, layer_id: UUID) -> HttpResponse:
    """Take the layer off the map, with a reason."""
    _layer_or_404(layer_id)
    return perform(
        request,
        lambda: withdraw_layer(layer_id=layer_id, reason=request.POST.get("reason", ""), acting=acting_of(request)),
        done=_("影像已从地图撤下"),
        to=reverse("web:image_layer", args=[layer_id]),
        template="web/images/layer.html",
        context=lambda: _detail(request, layer_id),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


@page(*MATTER_ROLES)
@require_safe
def layer_tile(request: OfficeRequest, layer_id: UUID, z: int, x: int, y: int) -> HttpResponse:
    """One tile of a layer in scope; an empty picture where it has none."""
    layer = _layer_or_404(layer_id)
    if layer.state not in ("published", "draft") or z > DEEPEST or x >= 1 << z or y >= 1 << z:
        raise Http404(_("没有这块图"))
    tag = f'"{layer.tiles_sha256[:24]}-{z}-{x}-{y}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        data = read_tile(layer, z, x, y) or NOTHING
        response = HttpResponse(data, content_type=tile_media_type(data))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    patch_vary_headers(response, ["Cookie"])
    return response
