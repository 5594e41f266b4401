"""The gate bar of a case: the most urgent clock, county acceptance, city check, close-out, and what each lacks."""

from django.utils.translation import gettext as _

from qingshan.domain.case import TABLE
from qingshan.interfaces.web.casework.reading import CaseView
from qingshan.interfaces.web.formats import moment_text

AFTER_ACCEPTANCE = frozenset({"accepted", "reported", "city_passed", "closed"})


def gate_cells(view: CaseView) -> list[dict[str, object]]:
    """Cells for the component `gate_bar.html`."""
    return [_clock(view), _acceptance(view), _city(view), _close_out(view)]


def _clock(view: CaseView) -> dict[str, object]:
    if view.case.state == "closed":
        return {"title": _("时限"), "state": "ok", "word": _("已销号，没有应办事项")}
    if view.case.state == "closed_before":
        return {"title": _("时限"), "state": "ok", "word": _("接管前已销号，没有应办事项")}
    duty = next(iter(view.duties), None)
    if duty is None:
        return {"title": _("时限"), "state": "waiting", "word": _("现在没有应办事项")}
    cell: dict[str, object] = {"title": duty.what, "state": "clock", "why": duty.explanation, "clause": duty.clause}
    if duty.due_at is None:
        return {**cell, "word": _("时限待定"), "lines": duty.explanation}
    return {**cell, "due": duty.due_at}


def _acceptance(view: CaseView) -> dict[str, object]:
    cell: dict[str, object] = {"title": _("县级验收"), "clause": TABLE["case.accept"].clause}
    if view.case.state == "closed_before":
        return {**cell, "state": "waiting", "word": _("接管前办理，本系统无验收记录")}
    if view.case.state in AFTER_ACCEPTANCE:
        row = view.detail.acceptances[-1]
        return {
            **cell,
            "state": "ok",
            "word": _("%(day)s 通过") % {"day": moment_text(row.accepted_on, view.now)},
            "lines": [_("验收组：%(names)s") % {"names": "、".join(row.members)}],
        }
    if view.missing:
        word = _("还缺 %(n)s 项") % {"n": _count(view)}
        return {**cell, "state": "missing", "word": word, "lines": view.missing}
    return {**cell, "state": "missing", "word": _("办理线已办结，可以验收")}


def _count(view: CaseView) -> int:
    """Open stations of required tracks."""
    return sum(len(set(f.station_labels) - f.done) for f in view.facts if f.required)


def _city(view: CaseView) -> dict[str, object]:
    cell: dict[str, object] = {"title": _("市级核查"), "clause": TABLE["case.city_check"].clause}
    state, checks = view.case.state, view.detail.checks
    if state == "closed_before":
        return {**cell, "state": "waiting", "word": _("接管前办理，本系统无核查记录")}
    if state in ("city_passed", "closed"):
        word = _("%(day)s 通过") % {"day": moment_text(checks[-1].checked_on, view.now)}
        return {**cell, "state": "ok", "word": word}
    if state == "reported":
        report = view.detail.reports[-1].report
        lines = [f"{report.number} · {moment_text(report.reported_on, view.now)}"]
        return {**cell, "state": "missing", "word": _("已上报，等市级核查"), "lines": lines}
    if state == "accepted":
        return {**cell, "state": "missing", "word": _("待上报市局"), "clause": TABLE["case.report_city"].clause}
    if checks and not checks[-1].passed:
        return {**cell, "state": "refused", "word": _("市级核查退回"), "lines": _refusals(view)}
    return {**cell, "state": "waiting", "word": _("县级验收后")}


def _refusals(view: CaseView) -> list[str]:
    """Questions of the last city check that were answered no, with the reason."""
    items = view.plan.checklists["city_check"].items
    words = {i.slug: i.label for i in items}
    last = view.detail.checks[-1].id
    return [
        f"{words.get(a.question, a.question)}：{a.remark}"
        for a in view.detail.answers
        if a.check_row_id == last and not a.passed
    ]


def _close_out(view: CaseView) -> dict[str, object]:
    cell: dict[str, object] = {"title": _("销号"), "clause": TABLE["case.close_out"].clause}
    case = view.case
    if case.state == "closed":
        lines = [moment_text(case.closed_at, view.now)]
        return {**cell, "state": "ok", "word": case.close_out_number, "lines": lines}
    if case.state == "closed_before":
        lines = [moment_text(case.closed_at, view.now)] if case.closed_at else []
        number = case.close_out_number or _("旧台账无文号")
        return {**cell, "state": "waiting", "word": _("接管前销号：%(number)s") % {"number": number}, "lines": lines}
    if case.state == "city_passed":
        return {**cell, "state": "missing", "word": _("可以销号")}
    if case.reopened:
        word = _("重新打开过 %(n)s 次") % {"n": case.reopened}
        return {**cell, "state": "waiting", "word": word, "lines": [_("验收与市级核查重新通过后")]}
    return {**cell, "state": "waiting", "word": _("验收与市级核查通过后")}
