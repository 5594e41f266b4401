"""Townships' round trip (回填表): take the open leads home, hand the filled sheet in, tick what is to be done."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.jobs.services import latest_job
from qingshan.contexts.ledgers.public import (
    MOST_IN_SHEET,
    ReturnSheet,
    count_open_leads,
    open_leads,
    open_return_rows,
    queue_rows,
    register_return,
    return_rows,
    return_sheet,
    return_sheets,
    write_return_sheet,
)
from qingshan.domain.lead import TOWNSHIP
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.row_pages import row_pages, ticked
from qingshan.interfaces.web.uploading import perform_upload, posted_file
from qingshan.interfaces.web.views.ledger import excel_response

OWN = tuple(sorted(TOWNSHIP))
LIMIT = 10 * 1024 * 1024


@page(*OWN)
@require_http_methods(["GET", "POST"])
def return_list(request: OfficeRequest) -> HttpResponse:
    """The township's sheets and where to hand a new one in."""

    def context() -> dict[str, object]:
        waiting = count_open_leads(request.viewer)
        return {
            "rows": return_sheets(request.viewer),
            "waiting": waiting,
            "longest": MOST_IN_SHEET,
            "beyond": max(0, waiting - MOST_IN_SHEET),
            "now": request.now,
        }

    if request.method != "POST":
        return render(request, "web/ledger/returns.html", context())
    return perform_upload(
        request,
        lambda: _register(request),
        page="web:ledger_return",
        done=_("回填表已存下，正在逐行核对"),
        template="web/ledger/returns.html",
        context=context,
    )


def _register(request: OfficeRequest) -> ReturnSheet:
    row = posted_file(request, limit=LIMIT)
    return register_return(file=row, acting=acting_of(request))[0]


@page(*OWN)
@require_safe
def return_download(request: OfficeRequest) -> HttpResponse:
    """The township's open leads as a sheet to be filled off line."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "return.xlsx"
        title = f"{request.viewer.unit_name}待办线索回填表（{localtime(request.now):%Y-%m-%d %H:%M} 下载）"
        rows, waiting = open_leads(request.viewer), count_open_leads(request.viewer)
        if waiting > len(rows):
            title += f"——共 {waiting} 条待办，本表只装最早的 {len(rows)} 条；办理上传后再下载其余"
        write_return_sheet(rows, path, title=title)
        data = path.read_bytes()
    return excel_response(data, f"回填表-{request.viewer.unit_name}.xlsx")


@page(*OWN)
@require_safe
def return_detail(request: OfficeRequest, sheet_id: UUID) -> HttpResponse:
    """One sheet: every row with its differences or why it cannot be done."""
    return render(request, "web/ledger/return.html", _context(request, sheet_id))


def _context(request: OfficeRequest, sheet_id: UUID) -> dict[str, object]:
    sheet = return_sheet(sheet_id, request.viewer)
    if sheet is None:
        raise Http404(_("没有这份回填表，或它不是本单位的"))
    return {
        "sheet": sheet,
        "job": latest_job(sheet.id, "ledger_return"),
        "apply": latest_job(sheet.id, "ledger_return_apply"),
        **row_pages(request, lambda outcome, after, limit: return_rows(sheet.id, outcome, after=after, limit=limit)),
        "open": open_return_rows(sheet.id).count(),
        "now": request.now,
    }


@page(*OWN)
@require_POST
def return_apply(request: OfficeRequest, sheet_id: UUID) -> HttpResponse:
    """Let the ticked rows be done."""
    context = _context(request, sheet_id)
    return perform(
        request,
        lambda: queue_rows(sheet_id=sheet_id, row_ids=ticked(request), acting=acting_of(request)),
        done=_("开始办理勾选的行"),
        to=reverse("web:ledger_return", args=[sheet_id]),
        template="web/ledger/return.html",
        context=lambda: context,
    )
