"""Writing an order (新建交办): to whom, what, by when, about which matter."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qingshan.commons.assignments.models import Assignment
from qingshan.commons.assignments.selectors import Addressable, addressable_units, issues_for_county
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.journal.models import Matter
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.domain.assignment import ISSUE_ROLES, TITLE_LENGTH, Group
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import Uploads, acting_of, end_of_day, perform, read_day, read_uploads
from qingshan.interfaces.web.casework.evidence import file_line
from qingshan.interfaces.web.clause_texts import clause_texts
from qingshan.interfaces.web.matters import matter_url, matter_word
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.once import FormKey
from qingshan.interfaces.web.views.assignment_acts import files_field, order_url
from qingshan.interfaces.web.views.lead_filters import read_uuid

Context = dict[str, object]
NAMES = ("kind", "title", "text", "clause", "basis", "owner", "due_on", "limit", "subject")
TEMPLATE = "web/assignments/new.html"


@page(*ISSUE_ROLES)
@require_http_methods(["GET", "POST"])
def assignment_new(request: OfficeRequest) -> HttpResponse:
    """Write an order and give it to its addressees (四-2-0①); sent twice, the form makes one order."""
    source = request.POST if request.method == "POST" else request.GET
    texts = {name: source.get(name, "") for name in NAMES}
    in_force, key = campaign_in_force(), FormKey(request)
    uploads = read_uploads(request, "files", documents=True) if request.method == "POST" else Uploads()
    made: list[Assignment] = []

    def context() -> Context:
        return {**_context(request, in_force, texts, uploads), "once": key, "taken_url": _taken(key)}

    if request.method != "POST":
        return render(request, TEMPLATE, context())

    def run() -> None:
        form = _form(request, texts, in_force, uploads)
        numbering = in_force.plan.numbering["assignment"].pattern
        made.append(
            issue_assignment(form=form, numbering=numbering, acting=acting_of(request), assignment_id=key.value)
        )

    response = perform(
        request,
        key.guarded(run),
        done=lambda: (
            _("交办 %(number)s 已发出，承办单位 %(n)d 个") % {"number": made[0].number, "n": made[0].lines_total}
        ),
        to="",
        template=TEMPLATE,
        context=context,
        refused_first=[*uploads.refused, *_unclear(texts)],
    )
    if made:
        name = "HX-Redirect" if "HX-Redirect" in response.headers else "Location"
        response.headers[name] = order_url(made[0].id)
    return response


def _taken(key: FormKey) -> str:
    """Address of the order that stands under the id of this form already."""
    return order_url(key.taken) if key.taken else ""


def _unclear(texts: dict[str, str]) -> list[str]:
    """What was typed but cannot be meant."""
    found = []
    if texts["due_on"] and texts["limit"]:
        found.append(_("办理时限填了日期又选了方案时限：只用一种"))
    if texts["due_on"].strip() and read_day(texts["due_on"]) is None:
        found.append(_("办理时限“%(text)s”不是有效的日期") % {"text": texts["due_on"]})
    return found


def _ids(request: OfficeRequest, name: str) -> tuple[UUID, ...]:
    return tuple(i for i in (read_uuid(text) for text in request.POST.getlist(name)) if i is not None)


def _form(request: OfficeRequest, texts: dict[str, str], in_force: InForce, uploads: Uploads) -> OrderForm:
    return OrderForm(
        kind=texts["kind"],
        title=texts["title"],
        text=texts["text"],
        clause=texts["clause"] if texts["clause"] in clause_texts() else "",
        basis=texts["basis"],
        unit_ids=_ids(request, "unit"),
        post_ids=_ids(request, "post"),
        groups=tuple(g for g in request.POST.getlist("group") if g in set(Group)),
        owner_id=read_uuid(texts["owner"]),
        due_at=end_of_day(read_day(texts["due_on"])),
        limit=in_force.plan.limits.get(texts["limit"]),
        subject_id=read_uuid(texts["subject"]),
        file_ids=tuple(uploads.ids),
    )


def _context(request: OfficeRequest, in_force: InForce, texts: dict[str, str], uploads: Uploads) -> Context:
    allowed = addressable_units(request.viewer)
    chosen = {*request.POST.getlist("unit"), *request.POST.getlist("post")}
    subject_id = read_uuid(texts["subject"])
    subject = Matter.objects.filter(id=subject_id).first() if subject_id else None
    return {
        "fields": _fields(texts, in_force, allowed),
        "groups": _groups(request) if issues_for_county(request.viewer) else [],
        "tree": _tree(allowed, chosen),
        "subject": subject,
        "subject_word": matter_word(subject.kind) if subject else "",
        "subject_url": matter_url(subject.kind, subject.id) if subject else "",
        "files_field": files_field(),
        "kept_files": [{**file_line(u.file), "id": u.file.id} for u in uploads.kept],
        "list_url": reverse("web:assignment_list"),
        "now": request.now,
    }


def _groups(request: OfficeRequest) -> list[Context]:
    chosen = set(request.POST.getlist("group"))
    return [{"slug": g.value, "label": labels.ORDER_GROUPS[g.value], "checked": g.value in chosen} for g in Group]


def _tree(allowed: Sequence[Addressable], chosen: set[str]) -> list[Context]:
    """Units in groups: townships, departments, county bodies, villages by township, then single posts by unit."""
    words = {"township": _("乡镇、经开区"), "department": _("县直部门"), "county": _("县级机关")}
    branches = [
        _branch(label, "unit", [(a.unit.id, a.unit.name) for a in allowed if a.unit.level == level], chosen)
        for level, label in words.items()
    ]
    names = {a.unit.id: a.unit.short for a in allowed}
    villages: dict[str, list[tuple[UUID, str]]] = {}
    for one in allowed:
        if one.unit.level == "village":
            above = names.get(one.unit.parent_id, "") if one.unit.parent_id else ""
            villages.setdefault(above, []).append((one.unit.id, one.unit.name))
    branches += [
        _branch(_("%(unit)s各村") % {"unit": above} if above else _("各村（居）"), "unit", items, chosen)
        for above, items in villages.items()
    ]
    branches += [
        _branch(_("职务：%(unit)s") % {"unit": a.unit.short}, "post", [(p.id, p.title) for p in a.posts], chosen)
        for a in allowed
    ]
    return [branch for branch in branches if branch["items"]]


def _branch(label: str, name: str, items: Sequence[tuple[UUID, str]], chosen: set[str]) -> Context:
    rows = [{"id": row_id, "label": text, "checked": str(row_id) in chosen} for row_id, text in items]
    return {"label": label, "name": name, "items": rows, "open": any(row["checked"] for row in rows)}


def _fields(texts: dict[str, str], in_force: InForce, allowed: Sequence[Addressable]) -> dict[str, Context]:
    plan = in_force.plan
    clauses = [(c.id, f"{c.id} {c.title}") for c in clause_texts().values()]
    owners = [(str(a.unit.id), a.unit.name) for a in allowed if a.unit.level != "village"]
    limits = [(slug, f"{plan.limit_terms[slug].label}（{limit.text}）") for slug, limit in plan.limits.items()]
    made: dict[str, Context] = {
        "kind": {"label": _("来源"), "kind": "select", "options": list(labels.ORDER_KINDS.items())},
        "title": {"label": _("事项名称"), "attrs": {"maxlength": TITLE_LENGTH}},
        "text": {
            "label": _("交办内容"),
            "kind": "textarea",
            "help": _("要做什么、做到什么程度、反馈时报什么"),
        },
        "clause": {
            "label": _("依据条款"),
            "kind": "select",
            "required": False,
            "options": [("", _("不写")), *clauses],
        },
        "basis": {
            "label": _("其他依据"),
            "required": False,
            "attrs": {"maxlength": 300},
            "help": _("例如：会议名称、批示日期、文号"),
        },
        "owner": {
            "label": _("牵头单位"),
            "kind": "select",
            "required": False,
            "options": [("", _("不设牵头，各自办理")), *owners],
            "help": _("牵头单位能看到全部承办单位的反馈；其余为协办"),
        },
        "due_on": {"label": _("办理时限（日期）"), "kind": "date", "required": False, "help": _("当日 24 时前")},
        "limit": {
            "label": _("或按方案时限"),
            "kind": "select",
            "required": False,
            "options": [("", _("不用")), *limits],
            "help": _("自交办时起，按工作日历推算"),
        },
    }
    return {name: {"name": name, "value": texts[name], **field} for name, field in made.items()}
