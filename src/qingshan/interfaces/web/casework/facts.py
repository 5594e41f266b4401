"""Facts of a case as definition lists, and the records of its gates in order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from django.utils.translation import gettext as _

from qingshan.commons.journal.selectors import HistoryLine
from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.casework.people import CasePersons
from qingshan.interfaces.web.casework.reading import CaseView, place_text, subcode_label

Fact = dict[str, object]


def case_facts(view: CaseView, persons: CasePersons) -> dict[str, list[Fact]]:
    """Facts in three lists: the matter, rectification (三-2-0③), who answers."""
    return {"matter": _matter(view, persons), "rectification": _rectification(view, persons), "units": _units(view)}


def _matter(view: CaseView, persons: CasePersons) -> list[Fact]:
    case, plan = view.case, view.plan
    area = case.area_m2
    size = f"{formats.mu_text(area)} {_('亩')}（{formats.m2_text(area)} m²）" if area is not None else ""
    own = {s.code: s for s in plan.category(case.category).subcodes}
    facts: list[Fact] = [
        {"label": _("线索编号"), "value": case.lead_number},
        {
            "label": _("类别"),
            "value": plan.category(case.category).label,
            "clause": plan.category(case.category).clause,
        },
        {
            "label": _("违法情形"),
            "value": f"{case.subcode} {subcode_label(plan, case.category, case.subcode)}",
            "clause": own[case.subcode].clause if case.subcode in own else _type_clause(view),
        },
        {"label": _("地点"), "value": place_text(case)},
        {"label": _("面积"), "value": size},
        {"label": _("矿种"), "value": case.mineral},
        {"label": _("违法主体"), "value": persons.party},
    ]
    words = {slug: field.label for slug, field in plan.fields.items()}
    facts += [{"label": words.get(slug, slug), "value": text} for slug, text in case.extras.items()]
    if case.subcode in own:
        facts.append({"label": _("法律依据（修订前）"), "value": own[case.subcode].basis_old})
        facts.append({"label": _("法律依据（修订后）"), "value": own[case.subcode].basis_new})
    return facts


def _type_clause(view: CaseView) -> str:
    return next((t.clause for t in view.plan.project_types if t.code == view.case.subcode), "")


def _rectification(view: CaseView, persons: CasePersons) -> list[Fact]:
    case, plan = view.case, view.plan
    mode = next((m for m in plan.rectification_modes if m.slug == case.rectification_mode), None)
    facts: list[Fact] = [
        {"label": _("整改方式"), "value": mode.label if mode else "", "clause": mode.clause if mode else ""},
        {"label": _("整改责任人"), "value": persons.responsible},
        {"label": _("完成时限"), "value": formats.moment_text(case.due_on, view.now)},
        {"label": _("列入台账"), "value": formats.moment_text(case.opened_at, view.now)},
    ]
    for number, row in enumerate(case.milestones, start=1):
        day = formats.moment_text(date.fromisoformat(row["on"]), view.now) if row.get("on") else ""
        facts.append({"label": _("时间节点 %(n)s") % {"n": number}, "value": f"{day} {row.get('what', '')}".strip()})
    return facts


def _units(view: CaseView) -> list[Fact]:
    case = view.case
    return [
        {"label": _("责任单位"), "value": case.unit.name, "clause": "三-2-0①"},
        {"label": _("监管单位"), "value": case.supervising_unit.name, "clause": "三-2-2⓪"},
    ]


def gate_records(view: CaseView, history: Sequence[HistoryLine]) -> list[dict[str, object]]:
    """Acceptances, reports, city checks, close-outs and reopenings, in the order they were recorded."""
    records = [*_acceptances(view), *_reports(view), *_checks(view), *_close_outs(view), *_reopenings(view, history)]
    return sorted(records, key=lambda r: cast("datetime", r["recorded_at"]))


def _acceptances(view: CaseView) -> list[dict[str, object]]:
    return [
        {
            "recorded_at": row.recorded_at,
            "title": _("县级验收"),
            "clause": "三-3-1①",
            "state": ("city_check", "pass"),
            "by": row.done_by,
            "facts": [
                {"label": _("验收日期"), "value": formats.moment_text(row.accepted_on, view.now)},
                {"label": _("验收组成员"), "value": "、".join(row.members)},
                {"label": _("验收意见"), "value": row.opinion},
            ],
        }
        for row in view.detail.acceptances
    ]


def _reports(view: CaseView) -> list[dict[str, object]]:
    return [
        {
            "recorded_at": item.report.recorded_at,
            "title": _("上报市局"),
            "clause": "三-3-1②",
            "state": None,
            "by": item.report.done_by,
            "facts": [
                {"label": _("上报文号"), "value": item.report.number},
                {"label": _("上报日期"), "value": formats.moment_text(item.report.reported_on, view.now)},
            ],
        }
        for item in view.detail.reports
    ]


def _checks(view: CaseView) -> list[dict[str, object]]:
    questions = {i.slug: i for i in view.plan.checklists["city_check"].items}
    found: list[dict[str, object]] = []
    for row in view.detail.checks:
        answers = [a for a in view.detail.answers if a.check_row_id == row.id]
        facts: list[Fact] = [{"label": _("核查日期"), "value": formats.moment_text(row.checked_on, view.now)}]
        for answer in answers:
            word = labels.word("city_check", "pass") if answer.passed else _("不通过")
            item = questions.get(answer.question)
            facts.append(
                {
                    "label": item.label if item else answer.question,
                    "value": f"{word}：{answer.remark}" if answer.remark else word,
                    "clause": item.clause if item else "",
                }
            )
        found.append(
            {
                "recorded_at": row.recorded_at,
                "title": _("市级核查"),
                "clause": "三-3-2⓪",
                "state": ("city_check", "pass" if row.passed else "fail"),
                "by": row.done_by,
                "facts": facts,
            }
        )
    return found


def _close_outs(view: CaseView) -> list[dict[str, object]]:
    return [
        {
            "recorded_at": row.closed_at,
            "title": _("销号"),
            "clause": "三-1-3②c",
            "state": ("case", "closed") if row.reopened_at is None else None,
            "by": row.done_by,
            "facts": [
                {
                    "label": _("销号编号"),
                    "value": row.number if row.reopened_at is None else _("%(n)s（已失效）") % {"n": row.number},
                }
            ],
        }
        for row in view.detail.close_outs
    ]


def _reopenings(view: CaseView, history: Sequence[HistoryLine]) -> list[dict[str, object]]:
    """Reopenings stand in the journal: also those of a case that had not been closed out."""
    labels_by_track = {slug: track.label for slug, track in view.plan.track_defs.items()}
    return [
        {
            "recorded_at": line.recorded_at,
            "title": _("重新打开"),
            "clause": "三-1-3②c",
            "state": None,
            "by": line.actor,
            "facts": [
                {"label": _("理由"), "value": line.details.get("reason", "")},
                {
                    "label": _("须重新办理"),
                    "value": "、".join(labels_by_track.get(t, t) for t in line.details.get("tracks", ())),
                },
            ],
        }
        for line in history
        if line.act == "case.reopen"
    ]
