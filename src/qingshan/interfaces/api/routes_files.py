"""Evidence: uploading, and fetching originals and small pictures."""

from pathlib import Path
from typing import Literal
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Form, Router, Schema, UploadedFile

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.pictures import NoPicture, small_picture
from qingshan.commons.files.selectors import visible_file
from qingshan.commons.files.services import DOCUMENTS, MAX_PHOTO, path_of, store_attachment, store_evidence
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.shown_common import FileOut, file_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["文件"])
MEDIA = (
    "image/jpeg",
    "image/png",
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/geo+json",
    "application/geopackage+sqlite3",
    "application/octet-stream",
    "application/vnd.ms-excel",
    "image/tiff",
    *(media_type for _part, media_type in DOCUMENTS.values()),
)
"""Media types of originals, told by content when they came."""
FORM_OVERHEAD = 64 * 1024
UPLOAD = Spec(scope="files:write", roles=MATTER_ROLES, acts=True, body="form", limit=MAX_PHOTO + FORM_OVERHEAD)
FETCH = Spec(scope="files:read", roles=MATTER_ROLES)


class FileForm(Schema):
    """What the file is for: evidence, or what goes with an order or its answer."""

    purpose: Literal["evidence", "attachment"] = "evidence"


@operation(router, "POST", "/files", UPLOAD, summary="上传证据或附件", answer=FileOut, status=201)
def upload_file(request: ApiRequest, file: File[UploadedFile], content: Form[FileForm]) -> FileOut:
    """A photo (JPG, PNG) or a scanned paper (PDF), 30 MB at most; it is seen by others once an act uses it.

    As an attachment of an order also an office document (docx, xlsx, ofd) without macros.
    """
    store = store_attachment if content.purpose == "attachment" else store_evidence
    row = store(chunks=file.chunks(), name=file.name or "", uploaded_by=request.viewer.account_id, now=request.now)
    return file_out(row)


@operation(router, "GET", "/files/{uuid:file_id}", FETCH, summary="原件", media=MEDIA)
def fetch_file(request: ApiRequest, file_id: UUID) -> HttpResponseBase:
    """The original, bit for bit; visible with the matter it belongs to."""
    return original(request, _visible(file_id))


def original(request: ApiRequest, row: StoredFile) -> HttpResponseBase:
    """A stored file as the answer; 304 when the caller has it already."""
    tag = f'"{row.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    handle = _path(row).open("rb")
    media = row.media_type if row.media_type in MEDIA else "application/octet-stream"
    response = FileResponse(handle, as_attachment=True, filename=row.original_name, content_type=media)
    response.headers["ETag"] = tag
    return response


@operation(router, "GET", "/files/{uuid:file_id}/small", FETCH, summary="照片小图", media=("image/jpeg",))
def fetch_small(request: ApiRequest, file_id: UUID) -> HttpResponse:
    """A small picture of a photo, upright, without its EXIF block."""
    row = _visible(file_id)
    if row.media_type not in ("image/jpeg", "image/png"):
        raise Http404("这份文件不是照片")
    try:
        return HttpResponse(small_picture(_path(row)), content_type="image/jpeg")
    except NoPicture as refusal:
        raise Http404(str(refusal)) from None


def _visible(file_id: UUID) -> StoredFile:
    row = visible_file(file_id)
    if row is None:
        raise Http404("没有这份文件，或它不在您的辖区内")
    return row


def _path(row: StoredFile) -> Path:
    path = path_of(row.sha256)
    if not path.is_file():
        raise Http404("原件不在文件库中，请联系系统管理人员")
    return path
