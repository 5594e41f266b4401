"""Forms that bring a file (上传): the original is stored before anything is made of it, and what was made is shown."""

from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import FileRefused, store_file
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.acting import perform
from qingshan.interfaces.web.middleware import OfficeRequest


class Made(Protocol):
    """What an upload makes: a row with a page of its own."""

    @property
    def id(self) -> UUID:
        """Its key."""


M = TypeVar("M", bound=Made)


def posted_file(request: OfficeRequest, *, limit: int) -> StoredFile:
    """Store the file of the form's field ``file``; refused (`ActRefused`) when there is none or it is too large."""
    posted = request.FILES.get("file")
    if posted is None:
        raise ActRefused("file", _("没有选择文件"))
    try:
        return store_file(
            chunks=posted.chunks(),
            name=posted.name or "",
            uploaded_by=request.viewer.account_id,
            now=request.now,
            limit=limit,
        )
    except FileRefused as refusal:
        raise ActRefused("file", str(refusal)) from refusal


def perform_upload(
    request: OfficeRequest,
    register: Callable[[], M],
    *,
    page: str,
    done: str | Callable[[M], str],
    template: str,
    context: Callable[[], dict[str, object]],
) -> HttpResponse:
    """Register what was uploaded and go on to its page, named ``page``; refused: the form again with the reasons."""
    made: list[M] = []
    response = perform(
        request,
        lambda: made.append(register()),
        done=lambda: done(made[0]) if callable(done) else done,
        to="",
        template=template,
        context=context,
    )
    if made:
        name = "HX-Redirect" if "HX-Redirect" in response.headers else "Location"
        response.headers[name] = reverse(page, args=[made[0].id])
    return response
