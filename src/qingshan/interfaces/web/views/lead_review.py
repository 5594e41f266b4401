"""What a reviewer must look at before he decides on a verification: facts and doubts, never a judgement (规则六)."""

from django.utils.translation import gettext as _

from qingshan.commons.journal.selectors import history_of
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public import Lead, LeadDetail, Verification
from qingshan.interfaces.web import formats
from qingshan.interfaces.web.views.lead_shown import visits

Point = dict[str, object]


def review_context(detail: LeadDetail, in_force: InForce) -> dict[str, object]:
    """The latest verification with its photos, and the points to look at."""
    shown = visits(detail, history_of(detail.lead.id))
    latest = next((visit for visit in shown if not visit["level"]), None)
    row = detail.verifications[-1] if detail.verifications else None
    return {
        "visit": latest,
        "round_count": len(detail.verifications),
        "points": points(detail.lead, row, in_force) if row is not None else [],
    }


def points(lead: Lead, row: Verification, in_force: InForce) -> list[Point]:
    """Points to look at, doubts first; each says what is known."""
    found = [*(_doubt(flag) for flag in row.flags), _distance(row, in_force)]
    found += [*_areas(lead), *_border(lead), *_active(lead), *_verdict(row)]
    return sorted(found, key=lambda point: not point["doubt"])


def _doubt(text: str) -> Point:
    return {"doubt": True, "text": text}


def _fact(text: str) -> Point:
    return {"doubt": False, "text": text}


def _distance(row: Verification, in_force: InForce) -> Point:
    limit = in_force.plan.photo_rules.max_distance_m
    text = _("核查位置距图斑 %(m)s（方案规定 %(limit)s 米内）") % {
        "m": formats.metres_text(row.distance_m),
        "limit": limit,
    }
    return {"doubt": row.distance_m > limit, "text": text}


def _areas(lead: Lead) -> list[Point]:
    if not lead.area_m2 or not lead.declared_area_m2:
        return []
    text = _("图斑量算 %(measured)s 亩，下发数据写 %(declared)s 亩")
    areas = {"measured": formats.mu_text(lead.area_m2), "declared": formats.mu_text(lead.declared_area_m2)}
    return [_fact(text % areas)]


def _border(lead: Lead) -> list[Point]:
    if not lead.border:
        return []
    shares = _("、").join(f"{name} {share}%" for name, share in lead.shares)
    return [_doubt(_("图斑跨乡镇：%(shares)s") % {"shares": shares})]


def _active(lead: Lead) -> list[Point]:
    return [_doubt(_("已标记正在实施：核对现场是否已制止"))] if lead.active_since else []


def _verdict(row: Verification) -> list[Point]:
    words = {
        "substantiated": _("查实：照片能否看出挖采面、机械或堆料，位置与图斑一致"),
        "unfounded": _("查否：照片能否证明所写的原因；通过后还要县级、市级逐个到现场复核"),
        "inconclusive": _("存疑：所缺材料是否写得够具体，期限是否合理"),
    }
    return [_fact(words[row.verdict])]
