"""Acts on cases: each form is shown, read, handed to its service, and kept with the reasons when it is refused."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qingshan.contexts.cases.public import (
    accept_case,
    check_by_city,
    close_out,
    correct_case,
    reopen_case,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import CaseState, next_state
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import Uploads, acting_of, perform, read_uploads
from qingshan.interfaces.web.casework.evidence import PhotoReader
from qingshan.interfaces.web.casework.forms import (
    AcceptanceForm,
    CityCheckForm,
    CorrectionForm,
    ReadingForm,
    ReopenForm,
    photos_field,
)
from qingshan.interfaces.web.casework.materials import Material, city_materials
from qingshan.interfaces.web.casework.reading import CaseView
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.cases import case_head, case_or_404

FORBIDDEN = frozenset({"role", "unit"})
GET_POST = require_http_methods(["GET", "POST"])


def submit(
    request: OfficeRequest,
    run: Callable[[], object],
    *,
    done: str,
    to: str,
    template: str,
    context: dict[str, object],
    form: ReadingForm | None = None,
    refused_first: Sequence[str] = (),
) -> HttpResponse:
    """Do an act; refusals of role are 403, others show the form again with each reason beside its field."""

    def guarded() -> object:
        try:
            return run()
        except ActRefused as refusal:
            if refusal.code in FORBIDDEN:
                raise PermissionDenied(refusal.message) from refusal
            if form is not None:
                form.place(refusal)
            raise

    return perform(
        request, guarded, done=done, to=to, template=template, context=lambda: context, refused_first=refused_first
    )


def case_url(view: CaseView) -> str:
    """Address of the case's page."""
    return reverse("web:case_detail", args=[view.case.id])


def stale(view: CaseView, act: str, outcome: str = "") -> ActRefused | None:
    """Why ``act`` cannot be done in the case's present state, by the table of acts; None when it can."""
    try:
        next_state(state=CaseState(view.case.state), act=act, outcome=outcome, roles=view.viewer.roles)
    except ActRefused as refusal:
        return refusal
    return None


def show(request: HttpRequest, template: str, context: dict[str, object], refusal: ActRefused | None) -> HttpResponse:
    """A form that nothing was typed into yet; with a note when the act does not fit the state of the case."""
    return render(request, template, {**context, "refusal": refusal, "blocked": refusal is not None})


def invalid(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """The form again: something typed cannot be read."""
    return render(request, template, context, status=422)


def kept_photos(view: CaseView, uploads: Uploads) -> list[dict[str, object]]:
    """Uploads of an earlier, refused try as the form shows them."""
    reader = PhotoReader(view.case, view.plan.photo_rules.max_distance_m)
    return [{**reader.photo(u.file, u.file.original_name), "id": u.file.id} for u in uploads.kept]


@page("bureau_leader")
@GET_POST
def case_accept(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """County acceptance (县级验收, 三-3-1①): members, opinion, date, photos; refused with what is missing."""
    view = case_or_404(request, case_id)
    template = "web/cases/accept.html"
    photos = photos_field(_("至少 1 张；保留原图，定位和方位从照片里读取。"), label=_("验收现场照片"))
    context = {**case_head(view), "missing": view.missing, "photos_field": photos}
    if request.method != "POST":
        form = AcceptanceForm(initial={"accepted_on": _today(view)})
        return show(request, template, {**context, "form": form}, stale(view, "case.accept"))
    form, uploads = AcceptanceForm(request.POST), read_uploads(request, "photos")
    context |= {"form": form, "kept": kept_photos(view, uploads), "refused_files": uploads.refused}
    if not form.is_valid():
        return invalid(request, template, context)
    return submit(
        request,
        lambda: accept_case(
            case_id=case_id,
            members=form.names(),
            opinion=form.cleaned_data["opinion"],
            accepted_on=form.cleaned_data["accepted_on"],
            file_ids=uploads.ids,
            acting=acting_of(request),
        ),
        done=_("已通过县级验收，接着上报市局"),
        to=case_url(view),
        template=template,
        context=context,
        form=form,
        refused_first=uploads.refused,
    )


def _today(view: CaseView) -> str:
    return view.now.astimezone(view.in_force.zone).date().isoformat()


@page("city_reviewer")
@GET_POST
def case_city_check(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """The city's check (市级核查, 三-3-2⓪): four questions, a remark where the answer is no."""
    view = case_or_404(request, case_id)
    template = "web/cases/city_check.html"
    items = view.plan.checklists["city_check"].items
    questions = {item.slug: item.label for item in items}
    clauses = {item.slug: item.clause for item in items}
    context = case_head(view)
    materials = city_materials(view) if stale(view, "case.city_check", "pass") is None else {}
    if request.method != "POST":
        form = CityCheckForm(questions, initial={"checked_on": _today(view)})
        context |= {"form": form, "rows": _question_rows(form, clauses, materials)}
        return show(request, template, context, stale(view, "case.city_check", "pass"))
    form = CityCheckForm(questions, request.POST)
    context |= {"form": form, "rows": _question_rows(form, clauses, materials)}
    if not form.is_valid():
        return invalid(request, template, context)
    passed = all(form.answers().get(slug) for slug in questions)
    return submit(
        request,
        lambda: check_by_city(
            case_id=case_id,
            answers=form.answers(),
            remarks=form.remarks(),
            checked_on=form.cleaned_data["checked_on"],
            acting=acting_of(request),
        ),
        done=_("市级核查已通过") if passed else _("已退回县里整改"),
        to=case_url(view),
        template=template,
        context=context,
        form=form,
    )


def _question_rows(
    form: CityCheckForm, clauses: Mapping[str, str], materials: Mapping[str, Material]
) -> list[dict[str, object]]:
    slugs = [str(row["slug"]) for row in form.rows()]
    return [
        {**row, "clause": clauses[slug], "material": materials.get(slug)}
        for row, slug in zip(form.rows(), slugs, strict=True)
    ]


@page("bureau_officer", "bureau_leader")
@GET_POST
def case_close_out(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """Close-out (销号, 三-1-3②c): a page that says what it means, then the number."""
    view = case_or_404(request, case_id)
    template = "web/cases/close_out.html"
    context = {**case_head(view), "last": _last_records(view)}
    if request.method != "POST":
        return show(request, template, context, stale(view, "case.close_out"))
    return submit(
        request,
        lambda: close_out(case_id=case_id, acting=acting_of(request)),
        done=_("已销号"),
        to=case_url(view),
        template=template,
        context=context,
    )


def _last_records(view: CaseView) -> dict[str, object]:
    """The records a close-out rests on."""
    detail = view.detail
    return {
        "acceptance": detail.acceptances[-1] if detail.acceptances else None,
        "report": detail.reports[-1].report if detail.reports else None,
        "check": detail.checks[-1] if detail.checks else None,
    }


@page("bureau_leader")
@GET_POST
def case_reopen(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """Reopening (重新打开, 三-1-3②c): the reason, and which tracks have to be worked anew."""
    view = case_or_404(request, case_id)
    template = "web/cases/reopen.html"
    tracks = [(t.kind, view.plan.track_defs[t.kind].label) for t in view.detail.tracks]
    context = case_head(view)
    if request.method != "POST":
        return show(request, template, {**context, "form": ReopenForm(tracks)}, stale(view, "case.reopen"))
    form = ReopenForm(tracks, request.POST)
    context |= {"form": form}
    if not form.is_valid():
        return invalid(request, template, context)
    return submit(
        request,
        lambda: reopen_case(
            case_id=case_id,
            reason=form.cleaned_data["reason"],
            tracks=form.cleaned_data["tracks"],
            acting=acting_of(request),
        ),
        done=_("已重新打开，所选办理线须重新办理"),
        to=case_url(view),
        template=template,
        context=context,
        form=form,
    )


@page("bureau_officer", "bureau_leader")
@GET_POST
def case_correct(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """A correction (更正) of what stands on the ledger; the old value stays in the history."""
    view = case_or_404(request, case_id)
    if view.case.state != CaseState.OPEN and not request.viewer.has("bureau_leader"):
        raise PermissionDenied(_("已过验收的问题，更正须由分管领导办理"))
    template = "web/cases/correct.html"
    context = case_head(view)
    values = CorrectionForm.values_of(view.case)
    if request.method != "POST":
        return show(request, template, {**context, "form": CorrectionForm(view.plan, initial=values)}, None)
    form = CorrectionForm(view.plan, request.POST)
    context |= {"form": form}
    if not form.is_valid():
        return invalid(request, template, context)
    return submit(
        request,
        lambda: correct_case(
            case_id=case_id,
            values={name: form.cleaned_data[name] for name in values},
            reason=form.cleaned_data["reason"],
            acting=acting_of(request),
        ),
        done=_("已更正，原值保留在留痕里"),
        to=case_url(view),
        template=template,
        context=context,
        form=form,
    )
