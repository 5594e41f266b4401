"""Own imagery (影像图层) for programs: handing in, looking, publishing, withdrawing, tiles."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Field, File, Form, Router, Schema, UploadedFile

from qingshan.commons.files.services import store_file
from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.image_layers.selectors import image_layer, image_layers, read_tile, tile_media_type
from qingshan.commons.image_layers.services import (
    DEEPEST,
    MANAGER_ROLES,
    MOST_BYTES,
    publish_layer,
    register_layer,
    withdraw_layer,
)
from qingshan.commons.jobs.services import latest_job
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.acting import acting_of
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer, Body, Day, Name, Short
from qingshan.interfaces.api.routes_files import FORM_OVERHEAD
from qingshan.interfaces.api.shown_common import JobOut, job_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["影像图层"])
READ = Spec(scope="images:read", roles=MATTER_ROLES)
UPLOAD = Spec(scope="images:write", roles=MANAGER_ROLES, acts=True, body="form", limit=MOST_BYTES + FORM_OVERHEAD)
ACT = Spec(scope="images:write", roles=MANAGER_ROLES, acts=True, body="json")
PICTURES = ("image/png", "image/jpeg", "image/webp")
Zoom = Annotated[int, Field(strict=True, ge=0, le=DEEPEST)]


class ImageLayerOut(Answer):
    """A picture of the county from above; bounds in degrees (CGCS2000), zooms of its tiles and of the map."""

    id: UUID
    name: str
    image_date: date
    source: str
    licence: str
    state: str = Field(description="reading、failed、draft、published、withdrawn")
    problem: str = Field(description="读不出的原因")
    withdrawn_reason: str
    notes: str
    crs: str
    tiles: int
    west: float | None
    south: float | None
    east: float | None
    north: float | None
    min_zoom: int
    max_zoom: int
    show_from: int
    show_to: int
    created_at: datetime
    published_at: datetime | None


class ImageLayersOut(Answer):
    """Layers in scope, the newest picture first; a county has a handful."""

    layers: list[ImageLayerOut]


class ImageLayerWorkOut(ImageLayerOut):
    """A layer with the work on it (only who started it sees the work)."""

    job: JobOut | None


def _values(layer: ImageLayer) -> dict[str, object]:
    names = set(ImageLayerOut.model_fields)
    return {name: getattr(layer, name) for name in names}


def _out(layer: ImageLayer) -> ImageLayerWorkOut:
    job = latest_job(layer.id, "image_layer")
    return ImageLayerWorkOut.model_validate({**_values(layer), "job": job_out(job) if job else None})


def _layer(request: ApiRequest, layer_id: UUID) -> ImageLayer:
    """A layer; what is not published is for those who manage them."""
    layer = image_layer(layer_id)
    if layer is None or not _shown(request, layer):
        raise Http404("没有这个影像图层，或它不在您的辖区内")
    return layer


def _shown(request: ApiRequest, layer: ImageLayer) -> bool:
    return layer.state == "published" or bool(request.viewer.roles & MANAGER_ROLES)


@operation(router, "GET", "/image-layers", READ, summary="影像图层列表", answer=ImageLayersOut)
def list_image_layers(request: ApiRequest) -> ImageLayersOut:
    """Published layers; those who manage them see the others too."""
    shown = [layer for layer in image_layers() if _shown(request, layer)]
    return ImageLayersOut(layers=[ImageLayerOut.model_validate(_values(layer)) for layer in shown])


class ImageForm(Schema):
    """What is said of a picture: name, day it was taken, where it is from, what it may be used for."""

    name: Name
    image_date: Day
    source: Short
    licence: Annotated[str, Field(max_length=300)]


@operation(router, "POST", "/image-layers", UPLOAD, summary="交影像文件", answer=ImageLayerWorkOut, status=202)
def upload_image_layer(request: ApiRequest, file: File[UploadedFile], content: Form[ImageForm]) -> ImageLayerWorkOut:
    """A GeoTIFF or MBTiles, 2 GB at most; stored, then cut into tiles by the worker: a draft until it is published."""
    row = store_file(
        chunks=file.chunks(),
        name=file.name or "",
        uploaded_by=request.viewer.account_id,
        now=request.now,
        limit=MOST_BYTES,
    )
    layer = register_layer(
        file=row,
        name=content.name,
        image_date=content.image_date,
        source=content.source,
        licence=content.licence,
        acting=acting_of(request),
    )
    return _out(layer)


@operation(router, "GET", "/image-layers/{uuid:layer_id}", READ, summary="一个影像图层", answer=ImageLayerWorkOut)
def get_image_layer(request: ApiRequest, layer_id: UUID) -> ImageLayerWorkOut:
    """One layer and how far the work on it is."""
    return _out(_layer(request, layer_id))


class PublishIn(Body):
    """Zooms between which the map shows it."""

    show_from: Zoom = 0
    show_to: Zoom = DEEPEST


@operation(router, "POST", "/image-layers/{uuid:layer_id}/publish", ACT, summary="发布影像", answer=ImageLayerWorkOut)
def publish_image_layer(request: ApiRequest, layer_id: UUID, content: PublishIn) -> ImageLayerWorkOut:
    """Show a draft, or one that was withdrawn, on everybody's map."""
    _layer(request, layer_id)
    publish_layer(layer_id=layer_id, show_from=content.show_from, show_to=content.show_to, acting=acting_of(request))
    return _out(_layer(request, layer_id))


class WithdrawIn(Body):
    """Why."""

    reason: Annotated[str, Field(max_length=500)]


@operation(router, "POST", "/image-layers/{uuid:layer_id}/withdraw", ACT, summary="撤下影像", answer=ImageLayerWorkOut)
def withdraw_image_layer(request: ApiRequest, layer_id: UUID, content: WithdrawIn) -> ImageLayerWorkOut:
    """Take it off the map; the files stay."""
    _layer(request, layer_id)
    withdraw_layer(layer_id=layer_id, reason=content.reason, acting=acting_of(request))
    return _out(_layer(request, layer_id))


@operation(
    router, "GET", "/image-layers/{uuid:layer_id}/tiles/{int:z}/{int:x}/{int:y}", READ, summary="影像瓦片",
    media=PICTURES,
)  # fmt: skip
def get_image_tile(request: ApiRequest, layer_id: UUID, z: int, x: int, y: int) -> HttpResponse:
    """One tile (z/x/y counted from the north-west, Web Mercator); 404 where the layer has none."""
    layer = _layer(request, layer_id)
    fits = z <= DEEPEST and x < 1 << z and y < 1 << z
    data = read_tile(layer, z, x, y) if fits and layer.tiles_sha256 else None
    if data is None:
        raise Http404("没有这块图")
    return HttpResponse(data, content_type=tile_media_type(data))
