"""One station of one track (办理节点): its form from the plan's fields, its record, its correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingshan.contexts.cases.public import TrackStep, correct_station, finish_station, may_read_persons
from qingshan.domain.case import REVIEWER, CaseState
from qingshan.domain.plan import FieldDef, StationDef, TrackDef
from qingshan.domain.tracks import machine_of
from qingshan.interfaces.web.access import MATTER_ROLES, page
from qingshan.interfaces.web.acting import Uploads, acting_of, read_uploads
from qingshan.interfaces.web.casework.evidence import file_line, station_evidence
from qingshan.interfaces.web.casework.forms import StationCorrection, StationForm, files_field, photos_field
from qingshan.interfaces.web.casework.history import Words
from qingshan.interfaces.web.casework.lanes import duty_of, needs_words, turn_word
from qingshan.interfaces.web.casework.reading import CaseView, may_finish
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.plan_words import limit_words
from qingshan.interfaces.web.views.case_acts import GET_POST, case_url, invalid, kept_photos, submit
from qingshan.interfaces.web.views.cases import case_head, case_or_404


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """A station of one case: what the plan asks, whether it is finished, on turn, and for this viewer to finish."""

    view: CaseView
    track: TrackDef
    station: StationDef
    fields: Sequence[FieldDef]
    step: TrackStep | None
    earlier: tuple[str, ...]

    @property
    def mine(self) -> bool:
        """Whether the viewer's post may finish it."""
        return may_finish(self.view, self.station.role)

    @property
    def on_turn(self) -> bool:
        """Whether it can be worked now."""
        if self.view.case.state != CaseState.OPEN:
            return False
        return self.claimed or (self.step is None and not self.earlier)

    @property
    def claimed(self) -> bool:
        """Whether only an old ledger says that it is done (接管): its evidence is still to be handed in."""
        return self.step is not None and self.step.taken_over


def station_or_404(request: OfficeRequest, case_id: UUID, track: str, station: str) -> StationView:
    """The station of a case in scope; 404 for a track the case does not have or a station the plan does not have."""
    view = case_or_404(request, case_id)
    if track not in view.done:
        raise Http404(_("这个问题没有这条办理线"))
    definition = view.plan.track_defs[track]
    try:
        found = definition.station(station)
    except KeyError:
        raise Http404(_("方案中没有这个办理节点")) from None
    done = view.done[track]
    words = {s.slug: s.label for s in definition.stations}
    before = machine_of(track).before.get(station, frozenset())
    return StationView(
        view=view,
        track=definition,
        station=found,
        fields=[view.plan.fields[slug] for slug in found.fields],
        step=done.get(station),
        earlier=tuple(words[s] for s in words if s in before and s not in done),
    )


@page(*MATTER_ROLES)
@GET_POST
def case_station(request: OfficeRequest, case_id: UUID, track: str, station: str) -> HttpResponse:
    """Show a station, or finish it with its fields and evidence."""
    found = station_or_404(request, case_id, track, station)
    template = "web/cases/station.html"
    if request.method != "POST":
        form = StationForm(found.fields, initial=_defaults(found))
        return render(request, template, {**_context(found), "form": form})
    if not found.mine:
        raise PermissionDenied(_("“%(station)s”由%(who)s办理") % {"station": found.station.label, "who": _who(found)})
    form = StationForm(found.fields, request.POST)
    photos, files = read_uploads(request, "photos"), read_uploads(request, "files")
    context = {**_context(found), "form": form, **_kept(found.view, photos, files)}
    if not form.is_valid():
        return invalid(request, template, context)
    return submit(
        request,
        lambda: finish_station(
            case_id=case_id,
            track=track,
            station=station,
            fields=form.texts(),
            file_ids=[*photos.ids, *files.ids],
            acting=acting_of(request),
        ),
        done=_("“%(station)s”已办结") % {"station": found.station.label},
        to=case_url(found.view),
        template=template,
        context=context,
        form=form,
        refused_first=[*photos.refused, *files.refused],
    )


def _kept(view: CaseView, photos: Uploads, files: Uploads) -> dict[str, object]:
    return {
        "kept": kept_photos(view, photos),
        "kept_files": [{**file_line(u.file), "id": u.file.id} for u in files.kept],
        "refused_files": [*photos.refused, *files.refused],
    }


def _defaults(found: StationView) -> dict[str, str]:
    """Days start with today; everything else is for the officer to say."""
    today = found.view.now.astimezone(found.view.in_force.zone).date().isoformat()
    known = found.step.fields if found.step is not None and found.claimed else {}
    days = {field.slug: today for field in found.fields if field.kind == "date"}
    return days | {field.slug: known[field.slug] for field in found.fields if known.get(field.slug)}


def _who(found: StationView) -> str:
    return turn_word(found.view, found.station)


def _context(found: StationView) -> dict[str, object]:
    view, station = found.view, found.station
    limit = view.plan.limits.get(station.limit or "")
    viewer = view.viewer
    return {
        **case_head(view),
        "found": found,
        "track": found.track,
        "station": station,
        "who": _who(found),
        "needs": needs_words(station),
        "photos_field": photos_field(_("至少 %(n)s 张；保留原图，定位和方位从照片里读取。") % {"n": station.photos}),
        "files_field": files_field(_("至少 %(n)s 份，盖章文书的扫描件（PDF）或照片。") % {"n": station.files}),
        "duty": duty_of(view, station),
        "limit": limit_words(view.plan, limit) if limit is not None else "",
        "limit_basis": limit.basis if limit is not None else "",
        "record": _record(found) if found.step is not None else [],
        "evidence": station_evidence(view, found.track.slug, station.slug) if found.step is not None else None,
        "may_correct": bool(viewer.roles & REVIEWER) and (view.case.state == "open" or viewer.has("bureau_leader")),
    }


def _record(found: StationView) -> list[dict[str, object]]:
    """Fields of a finished station as this viewer may read them."""
    view, step = found.view, found.step
    words = Words(plan=view.plan, now=view.now, persons_open=may_read_persons(view.viewer, view.case))
    values = words.ordered(found.track.slug, found.station.slug, step.fields if step is not None else {})
    return [{"label": label, "value": text} for label, text in values]


@page("bureau_officer", "bureau_leader")
@GET_POST
def case_correct_station(request: OfficeRequest, case_id: UUID, track: str, station: str) -> HttpResponse:
    """A correction (更正) of a finished station's fields; the old values stay in the history."""
    found = station_or_404(request, case_id, track, station)
    view = found.view
    if found.step is None:
        raise Http404(_("这个节点还没有办结，不用更正"))
    if view.case.state != CaseState.OPEN and not request.viewer.has("bureau_leader"):
        raise PermissionDenied(_("已过验收的问题，更正须由分管领导办理"))
    template = "web/cases/correct_station.html"
    context = {**case_head(view), "found": found, "track": found.track, "station": found.station}
    if request.method != "POST":
        return render(
            request, template, {**context, "form": StationCorrection(found.fields, initial=found.step.fields)}
        )
    form = StationCorrection(found.fields, request.POST)
    context |= {"form": form}
    if not form.is_valid():
        return invalid(request, template, context)
    return submit(
        request,
        lambda: correct_station(
            case_id=case_id,
            track=track,
            station=station,
            fields=form.texts(),
            reason=form.cleaned_data["reason"],
            acting=acting_of(request),
        ),
        done=_("已更正，原值保留在留痕里"),
        to=case_url(view),
        template=template,
        context=context,
        form=form,
    )
