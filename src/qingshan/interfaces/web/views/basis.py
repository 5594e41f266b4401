"""Basis documents of the campaign (依据文件): lay the original down, open it, withdraw a wrong one (H-2, 一-0)."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from qingshan.commons.files.services import FileRefused, path_of, store_attachment
from qingshan.contexts.campaigns.public import (
    BASIS_ROLES,
    BasisDocument,
    BasisForm,
    InForce,
    attach_basis,
    basis_document,
    basis_documents,
    campaign_in_force,
    withdraw_basis,
)
from qingshan.domain.acts import ActRefused
from qingshan.domain.plan import BasisDocument as PlannedDocument
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_day
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views.files import guarded

Context = dict[str, object]
NAMES = ("plan_slug", "level", "issuer", "title", "number", "issued_on", "published_on")
LEVELS = (
    ("county", gettext_lazy("县级")),
    ("city", gettext_lazy("市级")),
    ("province", gettext_lazy("省级")),
    ("national", gettext_lazy("国家级")),
)
TEMPLATE = "web/campaign/basis_new.html"


def basis_rows(in_force: InForce) -> list[Context]:
    """Entries of the plan with their originals, then documents that came later; withdrawn ones last."""
    stored = basis_documents(in_force.id)
    standing = {row.plan_slug: row for row in stored if row.plan_slug and row.withdrawn_at is None}
    rows: list[Context] = [
        {"planned": planned, "stored": standing.get(planned.slug), "clause": planned.clause, "note": planned.note}
        for planned in in_force.plan.basis_documents
    ]
    later = [row for row in stored if row.withdrawn_at is None and not row.plan_slug]
    gone = [row for row in stored if row.withdrawn_at is not None]
    return rows + [{"planned": None, "stored": row, "clause": "一-0", "note": ""} for row in (*later, *gone)]


@page(*sorted(BASIS_ROLES))
@require_http_methods(["GET", "POST"])
def basis_new(request: OfficeRequest) -> HttpResponse:
    """Lay a document down with its original."""
    texts = _texts(request)

    def context() -> Context:
        return {"fields": _fields(texts), "now": request.now}

    if request.method != "POST":
        return render(request, TEMPLATE, context())
    return perform(
        request,
        lambda: _attach(request, texts),
        done=_("依据文件已登记，各单位都能打开原件"),
        to=reverse("web:campaign"),
        template=TEMPLATE,
        context=context,
    )


def _texts(request: OfficeRequest) -> dict[str, str]:
    """What was typed; a new form for an entry of the plan brings what the plan knows of it."""
    if request.method == "POST":
        return {name: request.POST.get(name, "").strip() for name in NAMES}
    slug = request.GET.get("for", "")
    planned = next((d for d in campaign_in_force().plan.basis_documents if d.slug == slug), None)
    return _known(planned) if planned else dict.fromkeys(NAMES, "")


def _known(planned: PlannedDocument) -> dict[str, str]:
    return {
        "plan_slug": planned.slug,
        "level": planned.level,
        "issuer": planned.issuer,
        "title": planned.title,
        "number": planned.number,
        "issued_on": planned.issued_on.isoformat() if planned.issued_on else "",
        "published_on": planned.published_on.isoformat() if planned.published_on else "",
    }


def _attach(request: OfficeRequest, texts: dict[str, str]) -> BasisDocument:
    wrong = [
        _("“%(text)s”不是有效的日期") % {"text": texts[name]}
        for name in ("issued_on", "published_on")
        if texts[name] and read_day(texts[name]) is None
    ]
    if wrong:
        raise ActRefused("fields", _("依据文件还不能登记"), tuple(wrong))
    posted = request.FILES.get("file")
    if posted is None:
        raise ActRefused("file", _("没有选择原件：请上传盖章的扫描件或电子原件"))
    try:
        file = store_attachment(
            chunks=posted.chunks(), name=posted.name or "", uploaded_by=request.viewer.account_id, now=request.now
        )
    except FileRefused as refusal:
        raise ActRefused("file", str(refusal)) from refusal
    form = BasisForm(
        level=texts["level"],
        issuer=texts["issuer"],
        title=texts["title"],
        number=texts["number"],
        issued_on=read_day(texts["issued_on"]),
        published_on=read_day(texts["published_on"]),
        plan_slug=texts["plan_slug"],
    )
    return attach_basis(form=form, file=file, acting=acting_of(request))


def _fields(texts: dict[str, str]) -> dict[str, Context]:
    planned = [(d.slug, d.title) for d in campaign_in_force().plan.basis_documents]
    made: dict[str, Context] = {
        "plan_slug": {
            "label": _("对应方案中的依据"), "kind": "select", "required": False,
            "options": [("", _("方案中没有，另行登记")), *planned],
        },
        "level": {"label": _("层级"), "kind": "select", "options": [("", _("请选择")), *LEVELS]},
        "title": {"label": _("文件标题"), "kind": "text"},
        "issuer": {"label": _("印发机关"), "kind": "text"},
        "number": {"label": _("文号"), "kind": "text", "required": False, "help": _("没有文号的留空")},
        "issued_on": {"label": _("成文日期"), "kind": "date"},
        "published_on": {"label": _("发布日期"), "kind": "date", "required": False},
    }  # fmt: skip
    fields = {name: {"name": name, "value": texts[name], "required": True, **field} for name, field in made.items()}
    fields["file"] = {
        "name": "file", "label": _("原件"), "kind": "file", "required": True,
        "accept": ".pdf,image/jpeg,image/png,.docx,.ofd",
        "help": _("PDF、照片或文档（docx、ofd，不带宏），不超过 30 MB"),
    }  # fmt: skip
    return fields


def _document(document_id: UUID) -> BasisDocument:
    row = basis_document(document_id)
    if row is None:
        raise Http404(_("没有这份依据文件"))
    return row


@page()
@require_http_methods(["GET", "POST"])
def basis_page(request: OfficeRequest, document_id: UUID) -> HttpResponse:
    """One document: what is known of it, the original, and withdrawing it where that is the viewer's work."""
    row, reason = _document(document_id), request.POST.get("reason", "")

    def context() -> Context:
        field: Context = {
            "name": "reason", "label": _("撤下理由"), "kind": "textarea", "value": reason, "required": True,
            "help": _("例如“上传成了征求意见稿”；原件和记录都会保留"),
        }  # fmt: skip
        may = row.withdrawn_at is None and request.viewer.has(*BASIS_ROLES)
        return {"document": row, "level": dict(LEVELS)[row.level], "field": field if may else None, "now": request.now}

    if request.method != "POST":
        return render(request, "web/campaign/basis.html", context())
    return perform(
        request,
        lambda: withdraw_basis(document_id=document_id, reason=reason, acting=acting_of(request)),
        done=_("已撤下"),
        to=reverse("web:campaign"),
        template="web/campaign/basis.html",
        context=context,
    )


@page()
@require_safe
def basis_original(request: OfficeRequest, document_id: UUID) -> HttpResponseBase:
    """The original, bit for bit: every post may read what the campaign rests on."""
    row = _document(document_id)
    path = path_of(row.file_sha256)
    if not path.is_file():
        raise Http404(_("原件不在文件库中，请联系系统管理人员"))
    response = FileResponse(path.open("rb"), as_attachment=True, filename=row.file_name, content_type=row.media_type)
    return guarded(response, f'"{row.file_sha256}"')
