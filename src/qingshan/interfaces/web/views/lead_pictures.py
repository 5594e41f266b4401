"""Before and after pictures of a lead on its pages (前后时相), and a package of them for a batch."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingshan.commons.files.services import FileRefused, store_file
from qingshan.commons.inbox.models import Batch
from qingshan.contexts.leads.public import Lead, LeadPicture, pictures_of, queue_chips
from qingshan.domain.acts import ActRefused
from qingshan.domain.chips import BEFORE
from qingshan.domain.lead import REGISTER_ROLES
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.marks import url_of
from qingshan.interfaces.web.middleware import OfficeRequest

Shown = dict[str, object]
MOST = 2 * 1024 * 1024 * 1024


def pair_context(lead: Lead) -> Shown | None:
    """The pair of a lead for `web/leads/_pictures.html`; None when there are no pictures."""
    pair = pictures_of([lead.id]).get(lead.id)
    if pair is None:
        return None
    before, after = _shown(pair.before, lead), _shown(pair.after, lead)
    return {
        "before": before,
        "after": after,
        "shown": [one for one in (before, after) if one],
        "more": [_shown(one, lead) for one in pair.more],
    }


def _shown(picture: LeadPicture | None, lead: Lead) -> Shown | None:
    if picture is None:
        return None
    before = picture.phase == BEFORE
    return {
        "label": _("前时相") if before else _("后时相"),
        "taken": lead.earlier_image if before else lead.later_image,
        "url": url_of("web:file", picture.file_id),
        "small_url": url_of("web:file", picture.small_id),
        "digest": picture.file.sha256,
        "name": picture.name,
    }


def seen_pairs(batch: Batch) -> list[Shown]:
    """The first pairs of a package before it is taken in; nothing is attached yet."""
    found = []
    for pair in batch.preview.get("chips_seen", {}).get("pairs", ()):
        sides = [
            {"label": label, "small_url": url_of("web:file", UUID(pair[phase]))}
            for phase, label in (("before", _("前时相")), ("after", _("后时相")))
            if phase in pair
        ]
        found.append({"number": pair["number"], "sides": sides})
    return found


@page(*REGISTER_ROLES)
@require_POST
def batch_pictures(request: OfficeRequest, batch_id: UUID) -> HttpResponse:
    """Hand in a package of pictures for a batch that is taken in; they go to its leads as long work."""
    batch = Batch.objects.filter(id=batch_id).first()
    if batch is None:
        raise Http404(_("没有这个批次"))
    posted = request.FILES.get("pictures")

    def run() -> None:
        if posted is None:
            raise ActRefused("incomplete", _("请选择影像压缩包（zip）"))
        try:
            file = store_file(
                chunks=posted.chunks(),
                name=posted.name or "",
                uploaded_by=request.viewer.account_id,
                now=request.now,
                limit=MOST,
            )
        except FileRefused as refusal:
            raise ActRefused("file", str(refusal)) from refusal
        queue_chips(batch=batch, file=file, acting=acting_of(request))

    return perform(
        request,
        run,
        done=_("影像已收下，正在附到各条线索"),
        to=reverse("web:batch_detail", args=[batch_id]),
        template="web/batches/pictures_refused.html",
        context=lambda: {"batch": batch},
    )
