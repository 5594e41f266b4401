"""From a request to an act: who acts, what was uploaded, what a refusal looks like."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import DataError, IntegrityError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from qingshan.commons.base.clock import server_clock
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.selectors import own_uploads
from qingshan.commons.files.services import FileRefused, store_attachment, store_evidence
from qingshan.commons.journal.services import undone_together
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.middleware import OfficeRequest

logger = logging.getLogger(__name__)
CONFLICT = frozenset({"race", "state", "done"})
ZONE = ZoneInfo("Asia/Shanghai")


def acting_of(request: OfficeRequest) -> Acting:
    """Who acts, through the web, by the server's clock."""
    return Acting(viewer=request.viewer, clock=server_clock(), door="web")


@dataclass(slots=True, kw_only=True)
class Upload:
    """A file of this form: kept from an earlier try, or just stored; ``note`` is what was said about it."""

    file: StoredFile
    note: str = ""


@dataclass(slots=True, kw_only=True)
class Uploads:
    """Files of a form and the ones that were refused."""

    kept: list[Upload] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        """Ids in order."""
        return [u.file.id for u in self.kept]


def read_uploads(request: OfficeRequest, name: str, *, documents: bool = False) -> Uploads:
    """Files posted under ``name`` and those kept from an earlier, refused try (``name_kept``): nothing is asked twice.

    ``documents``: office documents are taken beside photos and PDF. Each file may carry a word of its own
    (``name_note`` per new file, ``name_kept_note`` per kept one): a direction.
    """
    uploads = Uploads()
    kept_ids = [UUID(i) for i in request.POST.getlist(f"{name}_kept") if read_uuid(i)]
    kept_notes = request.POST.getlist(f"{name}_kept_note")
    known = {f.id: f for f in own_uploads(kept_ids, request.viewer.account_id)}
    for number, file_id in enumerate(kept_ids):
        if file_id in known:
            note = kept_notes[number] if number < len(kept_notes) else ""
            uploads.kept.append(Upload(file=known[file_id], note=note))
    notes = request.POST.getlist(f"{name}_note")
    store = store_attachment if documents else store_evidence
    files: MultiValueDict[str, object] = request.FILES  # type: ignore[assignment]
    for number, posted in enumerate(files.getlist(name)):
        try:
            row = store(
                chunks=posted.chunks(),  # type: ignore[attr-defined]
                name=posted.name or "",  # type: ignore[attr-defined]
                uploaded_by=request.viewer.account_id,
                now=request.now,
            )
        except FileRefused as refusal:
            uploads.refused.append(str(refusal))
        else:
            if row.sha256 not in {u.file.sha256 for u in uploads.kept}:
                uploads.kept.append(Upload(file=row, note=notes[number] if number < len(notes) else ""))
    return uploads


def read_uuid(text: str) -> UUID | None:
    """An id as it stands in an address or a form; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def perform(
    request: OfficeRequest,
    run: Callable[[], object],
    *,
    done: str | Callable[[], str],
    to: str,
    template: str,
    context: Callable[[], dict[str, object]],
    refused_first: Sequence[str] = (),
) -> HttpResponse:
    """Do an act and go on to ``to`` with the message ``done``; refused: the form again with the reasons (422, 409).

    ``context`` is asked only for the form; ``refused_first`` are reasons known before (refused uploads).
    """
    refusal = ActRefused("files", _("有附件不能使用"), tuple(refused_first)) if refused_first else _refusal_of(run)
    if refusal is None:
        messages.success(request, done() if callable(done) else done)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": to})
        return HttpResponseRedirect(to)
    status = 409 if refusal.code in CONFLICT else 422
    return render(request, template, {**context(), "refusal": refusal}, status=status)


def _refusal_of(run: Callable[[], object]) -> ActRefused | None:
    """Do the act in a transaction of its own; why it was refused, or None when it was done."""
    try:
        with undone_together():
            run()
    except ActRefused as error:
        return error
    except IntegrityError:
        # Two people did the same thing in the same moment, and the database let one of them.
        logger.warning("an act met a constraint", exc_info=True)
        return ActRefused("race", _("刚刚有人办了同样的事，请刷新后再看"))
    except DataError:
        return ActRefused("data", _("有一项内容太长，保存不下，请缩短后重试"))
    except ValueError as error:
        if "NUL" not in str(error):
            raise
        return ActRefused("data", _("有一项内容含有不能保存的字符，请重新输入"))
    return None


def read_float(text: str) -> float | None:
    """A number as typed, full-width digits and commas allowed; None when it is none."""
    try:
        value = float(text.strip().replace("，", "").replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_degrees(lon: str, lat: str) -> tuple[float | None, float | None]:
    """A position in degrees; both or none, within the world."""
    x, y = read_float(lon), read_float(lat)
    if x is None or y is None or not (-180 <= x <= 180 and -90 <= y <= 90):
        return None, None
    return x, y


def read_moment(text: str) -> datetime | None:
    """A local moment from a datetime-local field."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not _sensible(moment.year):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def read_day(text: str) -> date | None:
    """A day from a date field."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if _sensible(day.year) else None


def _sensible(year: int) -> bool:
    """Whether a typed year can be meant: a slip of the finger is no date."""
    return 1980 <= year <= 2200


def end_of_day(day: date | None) -> datetime | None:
    """The last second of a local day."""
    return None if day is None else datetime.combine(day, time(23, 59, 59), tzinfo=ZONE)
