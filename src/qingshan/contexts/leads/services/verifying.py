"""On-site verification, its review, and what follows from it (实地核查、县级审核)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib.gis.geos import Point

from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.models import Lead, Verification
from qingshan.contexts.leads.services.acting import LeadAct, begin, find_lead, move, write_entry
from qingshan.contexts.leads.services.evidence import (
    Photo,
    PhotoInput,
    attach_photos,
    patch_of,
    photo_details,
    photo_rules,
    read_photos,
)
from qingshan.contexts.leads.services.joint import cite_opinions, require_opinions
from qingshan.contexts.leads.services.source_duties import settle_replies
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import VerificationForm, check_verification, photo_set_flags
from qingshan.geo.nearness import distance_to_m


def submit_verification(*, lead_id: UUID, form: VerificationForm, photos: Sequence[PhotoInput], acting: Acting) -> Lead:
    """Hand in an on-site verification (三-1-2①c). Refused as a whole, with everything that is missing."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.verify", outcome="", acting=acting)
        seen = read_photos(photos=photos, lead=step.lead, acting=acting)
        form = _with_position(replace(form, photos=tuple(p.facts for p in seen)))
        missing = check_verification(
            form,
            onsite_required=_onsite_required(step),
            min_persons=step.in_force.plan.figures["min_verifiers"].value,
            now=step.now,
        ) + require_opinions(step)
        if missing:
            raise ActRefused("incomplete", "核查表还不能提交", missing)
        act_id = new_id()
        row = _store(step, form, seen)
        move(
            step,
            "lead.verify",
            verdict=form.verdict,
            unfounded_reason=row.unfounded_reason,
            verified_at=form.visited_at,
            verifiers="、".join(row.persons),
        )
        cited = cite_opinions(step, row)
        told = {**_details(row, seen), **({"joint": cited} if cited else {})}
        write_entry(step, "lead.verify", told, act_id=act_id)
        attach_photos(
            photos=seen,
            lead=step.lead,
            act_id=act_id,
            purpose="verification",
            rules=photo_rules(step.in_force),
            now=step.now,
        )
        return step.lead


def _onsite_required(step: LeadAct) -> bool:
    """Whether a visit is needed: by the lead's channel, or by that of any lead merged into it (三-1-2①c)."""
    merged = Lead.objects.filter(merged_into=step.lead).values_list("channel", flat=True)
    plan = step.in_force.plan
    return any(plan.channel(slug).onsite_required for slug in (step.lead.channel, *merged))


def _with_position(form: VerificationForm) -> VerificationForm:
    """Where no position was typed, the first located photo gives it."""
    if form.lon is not None and form.lat is not None:
        return form
    located = next((p for p in form.photos if p.lon is not None), None)
    return form if located is None else replace(form, lon=located.lon, lat=located.lat)


def _store(step: LeadAct, form: VerificationForm, photos: Sequence[Photo]) -> Verification:
    if form.lon is None or form.lat is None or form.visited_at is None:
        raise ActRefused("incomplete", "核查表还不能提交", ("到场时间或核查位置未填",))
    distance = distance_to_m(form.lon, form.lat, patch_of(step.lead))
    rules = photo_rules(step.in_force)
    flags = list(photo_set_flags(form.photos, rules))
    if form.visited_at < step.lead.received_at:
        flags.insert(0, "到场时间早于线索登记时间")
    if distance > rules.max_distance_m:
        flags.insert(0, f"核查位置距图斑 {distance:.0f} 米，超过 {rules.max_distance_m} 米")
    return Verification.objects.create(
        lead=step.lead,
        round=Verification.objects.filter(lead=step.lead).count() + 1,
        persons=_distinct(form.persons),
        visited_at=form.visited_at,
        position=Point(form.lon, form.lat, srid=4490),
        distance_m=distance,
        verdict=form.verdict,
        unfounded_reason=form.unfounded_reason if form.verdict == "unfounded" else "",
        finding=form.finding.strip(),
        missing=form.missing.strip() if form.verdict == "inconclusive" else "",
        missing_by=form.missing_by if form.verdict == "inconclusive" else None,
        flags=flags,
        submitted_at=step.now,
        submitted_by=actor_text(step.acting),
    )


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def _details(row: Verification, photos: Sequence[Photo]) -> dict[str, object]:
    return {
        "verdict": row.verdict,
        "unfounded_reason": row.unfounded_reason,
        "persons": row.persons,
        "visited_at": row.visited_at.isoformat(),
        "position": f"{row.position.x:.6f},{row.position.y:.6f}",
        "distance_m": f"{row.distance_m:.0f}",
        "finding": row.finding,
        "missing": row.missing,
        "missing_by": row.missing_by.isoformat() if row.missing_by else "",
        "photos": photo_details(photos),
        "flags": row.flags,
    }


def review_verification(*, lead_id: UUID, passed: bool, opinion: str, acting: Acting) -> Lead:
    """The county reviews a verification (三-1-3①b): passed → the verdict stands; else back with the reason."""
    with act_transaction():
        act = "lead.review_approve" if passed else "lead.review_reject"
        verdict = find_lead(lead_id, acting).verdict
        step = begin(lead_id=lead_id, act=act, outcome=verdict if passed else "", acting=acting)
        if not passed and not opinion.strip():
            raise ActRefused("reason", "退回须写明哪里不清楚、要补什么")
        row = Verification.objects.filter(lead=step.lead).order_by("-round").first()
        if row is None:
            raise ActRefused("state", "这条线索没有核查记录")
        move(step, act, missing_by=row.missing_by if passed else None, verdict=step.lead.verdict if passed else "")
        Verification.objects.filter(id=row.id).update(
            reviewed_at=step.now, reviewed_by=actor_text(acting), review_passed=passed, review_opinion=opinion.strip()
        )
        write_entry(step, act, {"opinion": opinion.strip(), "verdict": row.verdict, "round": row.round})
        if passed:
            settle_replies(step.lead, step.in_force)
        return step.lead


def resume_verification(*, lead_id: UUID, note: str, acting: Acting) -> Lead:
    """Take up an inconclusive lead again (存疑补充核查)."""
    with act_transaction():
        step = begin(lead_id=lead_id, act="lead.resume", outcome="", acting=acting)
        move(step, "lead.resume", verdict="", missing_by=None)
        write_entry(step, "lead.resume", {"note": note.strip()})
        return step.lead
