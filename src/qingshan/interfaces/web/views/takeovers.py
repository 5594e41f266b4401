"""Taking over an old ledger (接管旧台账): the list, one by its state, its rows, the report to the row."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qingshan.commons.files.services import path_of
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import latest_job
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.public import (
    APPROVE_ROLES,
    PREPARE_ROLES,
    TakeOver,
    TakeOverRow,
    rows_of_take_over,
    sums_of,
    take_over_by_id,
    take_overs,
)
from qingshan.domain.roles import TAKE_OVER_READERS
from qingshan.domain.takeover import OLD_STATE_LABELS
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.takeover_words import in_words
from qingshan.interfaces.web.views.job_bar import bar_response, is_active, time_left

READERS = tuple(sorted(TAKE_OVER_READERS))
KINDS = ("take-over-read", "take-over-check", "take-over")
OUTCOMES = ("refused", "warning", "ready", "known", "not_row")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def words_of_outcomes() -> dict[str, str]:
    """Outcomes in words."""
    return {
        "ready": _("可接管"),
        "warning": _("可接管，有提示"),
        "known": _("已在系统内"),
        "refused": _("拒收"),
        "not_row": _("非数据行"),
    }


def words_of_states() -> dict[str, tuple[str, str, str]]:
    """States of a take-over: word, mark, tone."""
    return {
        "received": (_("正在读取"), "mark-open", "wait"),
        "read": (_("待列对应"), "mark-open", "wait"),
        "checking": (_("正在核对"), "mark-half", "work"),
        "checked": (_("待对账"), "mark-half", "work"),
        "submitted": (_("待批准"), "mark-square", "work"),
        "taking": (_("正在接管"), "mark-half", "work"),
        "done": (_("已接管"), "mark-done", "done"),
        "failed": (_("读不出"), "mark-dash", "late"),
    }


def take_over_or_404(take_over_id: UUID) -> TakeOver:
    """The take-over, when the viewer's scope holds it."""
    row = take_over_by_id(take_over_id)
    if row is None:
        raise Http404(_("没有这份旧台账，或它不在您的辖区内"))
    return row


@page(*READERS)
@require_safe
def take_over_list(request: OfficeRequest) -> HttpResponse:
    """Old ledgers that were brought in, newest first."""
    rows = [{"row": row, "state": words_of_states()[row.state], **_figures(row)} for row in take_overs()]
    may = request.viewer.has(*PREPARE_ROLES)
    return render(request, "web/takeover/list.html", {"rows": rows, "may_prepare": may, "now": request.now})


def _figures(row: TakeOver) -> dict[str, int]:
    n = row.counts.get("outcomes", {})
    return {
        "total": row.counts.get("rows", 0),
        "take": n.get("ready", 0) + n.get("warning", 0),
        "known": n.get("known", 0),
        "refused": n.get("refused", 0),
        "not_rows": n.get("not_row", 0),
    }


@page(*READERS)
@require_safe
def take_over_detail(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """One old ledger by its state: being worked on, to be reconciled, to be approved, taken over."""
    return render(request, "web/takeover/detail.html", detail_context(request, take_over_or_404(take_over_id)))


def detail_context(
    request: OfficeRequest, row: TakeOver, *, typed: dict[str, dict[str, str]] | None = None, explanation: str = ""
) -> dict[str, object]:
    """All that the page of one take-over shows; ``typed`` and ``explanation`` come back after a refusal."""
    job = job_of(row)
    active = is_active(job)
    checked = row.state in ("checked", "submitted", "taking", "done")
    return {
        "row": row,
        "state": words_of_states()[row.state],
        "job": job,
        "running": active,
        "left": time_left(job, request.now) if job is not None and active else "",
        "url": reverse("web:take_over_progress", args=[row.id]),
        "figures": (figures := _figures(row)),
        "may_submit": row.state == "checked" and bool(figures["take"]) and request.viewer.has(*PREPARE_ROLES),
        "checked": checked,
        "sums": _sums(row, typed) if checked else [],
        "not_rows": [(in_words(name), n) for name, n in sorted(row.counts.get("not_rows", {}).items())],
        "refusals": sorted(row.counts.get("refusals", {}).items(), key=lambda one: -one[1]),
        "explanation": explanation or row.explanation,
        "steps": _steps(row),
        "may_prepare": request.viewer.has(*PREPARE_ROLES),
        "may_approve": request.viewer.has(*APPROVE_ROLES) and row.submitted_by != request.viewer.account_id,
        "is_leader": request.viewer.has(*APPROVE_ROLES),
        **(rows_context(row, request) if checked else {}),
        "now": request.now,
    }


def _steps(row: TakeOver) -> list[dict[str, str]]:
    words = (_("上传"), _("列对应"), _("逐行核对"), _("对账"), _("批准"), _("接管"))
    at = {"received": 0, "failed": 0, "read": 1, "checking": 2, "checked": 3, "submitted": 4, "taking": 5, "done": 6}
    here = at[row.state]
    return [
        {"label": word, "state": "done" if n < here else "now" if n == here else "next", "url": ""}
        for n, word in enumerate(words)
    ]


def _sums(row: TakeOver, typed: dict[str, dict[str, str]] | None) -> list[dict[str, object]]:
    titles = {"total": _("总数"), "township": _("按乡镇"), "category": _("按类别"), "state": _("按旧台账状态")}
    found = sums_of(row)
    return [
        {
            "kind": kind,
            "title": title,
            "lines": [
                {
                    "sum": line,
                    "label": in_words(line.name),
                    "name": f"{kind}-{n}",
                    "typed": typed[kind].get(line.name, "") if typed else line.typed,
                    "apart": "" if line.typed is None else line.typed - line.rows,
                }
                for n, line in enumerate(found[kind])
            ],
        }
        for kind, title in titles.items()
    ]


def job_of(row: TakeOver) -> Job | None:
    """The newest work on a take-over."""
    jobs = [job for kind in KINDS if (job := latest_job(row.id, kind)) is not None]
    return max(jobs, key=lambda job: job.created_at, default=None)


@page(*READERS)
@require_safe
def take_over_progress(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """The progress bar; a reload of the page when the work has ended."""
    row = take_over_or_404(take_over_id)
    job = job_of(row)
    left = time_left(job, request.now) if job is not None else ""
    context: dict[str, object] = {"job": job, "left": left, "url": reverse("web:take_over_progress", args=[row.id])}
    seen = f"{job.state} {job.done} {job.total} {left}" if job is not None else ""
    return bar_response(request, context, running=is_active(job), seen=seen)


@page(*READERS)
@require_safe
def take_over_rows(request: OfficeRequest, take_over_id: UUID) -> HttpResponse:
    """Rows of the file with their outcome and reasons, by pages."""
    row = take_over_or_404(take_over_id)
    context = {"row": row, "state": words_of_states()[row.state], **rows_context(row, request), "now": request.now}
    return render(request, "web/takeover/rows.html", context)


def rows_context(row: TakeOver, request: OfficeRequest) -> dict[str, object]:
    """One page of rows with the tabs of outcomes; what somebody must look at comes first."""
    counts = row.counts.get("outcomes", {})
    wanted = request.GET.get("outcome", "")
    first = next((name for name in OUTCOMES if counts.get(name)), "ready")
    outcome = wanted if wanted in OUTCOMES else first
    typed = request.GET.get("after", "")
    after = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    found, base = rows_of_take_over(row.id, outcome=outcome, after=after), reverse("web:take_over_rows", args=[row.id])
    words = words_of_outcomes()
    labels = {c.slug: c.label for c in campaign_in_force().plan.categories}
    return {
        "rows": [_row(one, labels) for one in found.rows],
        "row_tabs": [
            {
                "label": words[name],
                "url": f"{base}?outcome={name}",
                "count": counts.get(name, 0),
                "active": name == outcome,
            }
            for name in OUTCOMES
        ],
        "row_total": counts.get(outcome, 0),
        "rows_first_url": f"{base}?outcome={outcome}" if after else "",
        "rows_next_url": f"{base}?outcome={outcome}&after={found.rows[-1].position}" if found.more else "",
    }


def _row(one: TakeOverRow, categories: dict[str, str]) -> dict[str, object]:
    url = ""
    if one.case_id:
        url = reverse("web:case_detail", args=[one.case_id])
    elif one.lead_id:
        url = reverse("web:lead_detail", args=[one.lead_id])
    return {
        "row": one,
        "reasons": in_words(one.reasons) if one.outcome == "not_row" else one.reasons,
        "url": url,
        "category": categories.get(one.category, ""),
        "old_state": in_words(OLD_STATE_LABELS.get(one.old_state, "")),
    }


@page(*sorted(PREPARE_ROLES))
@require_safe
def take_over_report(_request: OfficeRequest, take_over_id: UUID) -> HttpResponseBase:
    """The report to the row as a workbook: the columns as received, result, reason."""
    row = take_over_or_404(take_over_id)
    report = row.counts.get("report")
    if not report or not path_of(report["sha256"]).is_file():
        raise Http404(_("还没有逐行结果"))
    response = FileResponse(
        path_of(report["sha256"]).open("rb"), as_attachment=True, filename=report["name"], content_type=XLSX
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response
