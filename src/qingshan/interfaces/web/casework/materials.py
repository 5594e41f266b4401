"""What the city's questions are answered from (市核材料): records, articles and photos of one case, per question."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from qingshan.contexts.cases.public import may_read_persons
from qingshan.interfaces.web.casework.evidence import EvidenceGroup, evidence_of
from qingshan.interfaces.web.casework.history import Words
from qingshan.interfaces.web.casework.reading import CaseView, subcode_label


@dataclass(slots=True, kw_only=True)
class Material:
    """Facts and photos laid beside one question; ``note`` says what the case does not have."""

    facts: list[dict[str, object]] = field(default_factory=list)
    photos: list[dict[str, object]] = field(default_factory=list)
    note: str = ""


def city_materials(view: CaseView) -> dict[str, Material]:
    """Materials by question: findings (三-3-2①), articles (②), site and payment (③), receipts of referrals (④)."""
    words = Words(plan=view.plan, now=view.now, persons_open=may_read_persons(view.viewer, view.case))
    groups = evidence_of(view)
    return {
        "facts_clear": Material(
            facts=_station(view, words, "enforcement", "investigated"), photos=_photos(groups, _("实地核查"))
        ),
        "law_correct": Material(facts=[*_articles(view), *_station(view, words, "enforcement", "decided")]),
        "handled": _handled(view, words, groups),
        "referred": Material(note=_("本问题没有登记移送。应移送而未移送的，请选不通过并写明。")),
    }


def _station(view: CaseView, words: Words, track: str, station: str) -> list[dict[str, object]]:
    step = view.done.get(track, {}).get(station)
    values = words.ordered(track, station, step.fields) if step is not None else []
    return [{"label": label, "value": text} for label, text in values]


def _articles(view: CaseView) -> list[dict[str, object]]:
    case, category = view.case, view.plan.category(view.case.category)
    facts: list[dict[str, object]] = [
        {"label": _("违法情形"), "value": f"{case.subcode} {subcode_label(view.plan, case.category, case.subcode)}"}
    ]
    found = next((s for s in category.subcodes if s.code == case.subcode), None)
    if found is not None:
        facts.append({"label": _("法律依据（修订前）"), "value": found.basis_old})
        facts.append({"label": _("法律依据（修订后）"), "value": found.basis_new})
    return facts


def _handled(view: CaseView, words: Words, groups: list[EvidenceGroup]) -> Material:
    definition = view.plan.track_defs.get("site_closure")
    done = view.done.get("site_closure")
    facts: list[dict[str, object]] = _station(view, words, "enforcement", "executed")
    if definition is None or done is None:
        return Material(facts=facts, note=_("本类问题没有现场取缔办理线。"))
    points: list[dict[str, object]] = [
        {"label": s.label, "value": _("已确认") if s.slug in done else _("未办结")} for s in definition.stations
    ]
    return Material(facts=[*facts, *points], photos=_photos(groups, definition.label))


def _photos(groups: list[EvidenceGroup], title: str) -> list[dict[str, object]]:
    return next((g.photos for g in groups if g.title == title), [])
