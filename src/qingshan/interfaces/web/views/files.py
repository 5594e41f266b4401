"""Originals as they were received, and small pictures of photos; visible with the matter they belong to."""

from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.pictures import NoPicture, small_picture
from qingshan.commons.files.selectors import visible_file
from qingshan.commons.files.services import path_of
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.middleware import OfficeRequest

SHOWN_IN_PLACE = frozenset({"image/jpeg", "image/png"})


@page(*MATTER_ROLES)
@require_safe
def file(request: OfficeRequest, file_id: UUID) -> HttpResponseBase:
    """The original, bit for bit. It runs in no context of ours: no script, no sniffing, a sandbox of its own."""
    row = _visible(file_id)
    tag = f'"{row.sha256}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = FileResponse(
            _path(row).open("rb"),
            as_attachment=row.media_type not in SHOWN_IN_PLACE,
            filename=row.original_name,
            content_type=row.media_type,
        )
    return guarded(response, tag)


@page(*MATTER_ROLES)
@require_safe
def file_small(request: OfficeRequest, file_id: UUID) -> HttpResponseBase:
    """A small picture of a photo, without its EXIF block."""
    row = _visible(file_id)
    if row.media_type not in SHOWN_IN_PLACE:
        raise Http404(_("这份文件不是照片"))
    tag = f'"{row.sha256}-small"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        try:
            response = HttpResponse(small_picture(_path(row)), content_type="image/jpeg")
        except NoPicture as refusal:
            raise Http404(str(refusal)) from None
    return guarded(response, tag)


def _visible(file_id: UUID) -> StoredFile:
    row = visible_file(file_id)
    if row is None:
        raise Http404(_("没有这份文件，或它不在您的辖区内"))
    return row


def _path(row: StoredFile) -> Path:
    path = path_of(row.sha256)
    if not path.is_file():
        raise Http404(_("原件不在文件库中，请联系系统管理人员"))
    return path


def guarded(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    """The answer with headers that keep foreign bytes from doing anything in the browser."""
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
