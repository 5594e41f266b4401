"""Putting a substantiated lead on the ledger (列入台账): permanent number, category, tracks, due date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from qingshan.commons.base.counters import take_numbers
from qingshan.commons.base.ids import new_id
from qingshan.commons.journal.services import act_transaction
from qingshan.commons.people.models import Unit
from qingshan.commons.people.selectors import unit_by_slug, units_of_kind
from qingshan.commons.people.viewer import Acting
from qingshan.commons.search.names import index_names
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.cases.models import Case, Track
from qingshan.contexts.cases.services.acting import CaseAct, write_entry
from qingshan.contexts.leads.public import Lead, put_on_ledger, visible_leads
from qingshan.domain.acts import ActRefused
from qingshan.domain.case import CaseState, Opening, check_opening
from qingshan.domain.lead import OPEN_CASE_ROLES
from qingshan.domain.numbering import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningForm:
    """A case as opened: the pure part, and what is kept outside it (the accused is a personal value)."""

    opening: Opening
    party: str
    mineral: str


def open_case(*, lead_id: UUID, form: OpeningForm, acting: Acting) -> Case:
    """Open a case on a substantiated lead (三-2-0③). Refused without mode, person, milestones and due date."""
    if not acting.viewer.roles & OPEN_CASE_ROLES:
        raise ActRefused("role", "列入台账由县自然资源部门办理")
    with act_transaction():
        rows = visible_leads(acting.viewer).select_related("unit").select_for_update(of=("self",))
        lead = rows.filter(id=lead_id).first()
        if lead is None:
            raise ActRefused("not_found", "没有这条线索，或它不在您的辖区内")
        if lead.state != "substantiated":
            raise ActRefused("state", "只有查实的线索才能列入台账")
        if Case.objects.filter(lead_id=lead.id).exists():
            raise ActRefused("done", "这条线索已列入台账")
        in_force, now = campaign_in_force(), acting.now()
        check_form(form, in_force, today=now.astimezone(in_force.zone).date())
        case = _build(lead, form, in_force, acting)
        case.save(force_insert=True)
        rules = in_force.plan.tracks_of(case.category)
        Track.objects.bulk_create([Track(case=case, kind=r.track, required=r.required) for r in rules])
        step = CaseAct(case=case, acting=acting, in_force=in_force, now=now, target=CaseState.OPEN)
        receipt = write_entry(
            step,
            "case.open",
            {"lead": lead.number, "milestones": case.milestones, "tracks": [r.track for r in rules]},
            personal={"party": form.party.strip(), "responsible": form.opening.responsible_person.strip()},
            also=[
                put_on_ledger(
                    lead=lead, case_number=case.number, claimed_at=acting.claimed_at(), in_force=in_force, now=now
                )
            ],
        )
        refs = receipt.personal[case.id]
        case.party_ref = UUID(refs["party"]) if "party" in refs else None
        case.responsible_ref = UUID(refs["responsible"])
        Case.objects.filter(id=case.id).update(party_ref=case.party_ref, responsible_ref=case.responsible_ref)
        names = {"party": form.party.strip(), "responsible": form.opening.responsible_person.strip()}
        index_names(matter_id=case.id, values={UUID(refs[name]): text for name, text in names.items() if name in refs})
        return case


def check_form(form: OpeningForm, in_force: InForce, *, today: date) -> None:
    """Ask the core whether the form is complete, with the plan's vocabularies."""
    plan = in_force.plan
    check_opening(
        form.opening,
        categories={c.slug: subcodes_of(in_force, c.slug).keys() for c in plan.categories},
        subcode_needs=subcode_needs(in_force),
        modes={m.slug for m in plan.rectification_modes},
        today=today,
    )


def subcodes_of(in_force: InForce, category: str) -> Mapping[str, str]:
    """Sub-codes of a category with labels; a category without own ones has the project types."""
    plan = in_force.plan
    own = {s.code: s.label for s in plan.category(category).subcodes}
    return own or {t.code: t.label for t in plan.project_types}


def subcode_needs(in_force: InForce) -> Mapping[str, Mapping[str, str]]:
    """Fields (slug → label) that a sub-code asks for, e.g. the business site of A2."""
    plan = in_force.plan
    needs = {s.code: plan.field_labels(s.requires) for c in plan.categories for s in c.subcodes}
    return needs | {t.code: plan.field_labels(t.requires) for t in plan.project_types}


def supervising_unit(in_force: InForce, subcode: str) -> Unit:
    """Who answers for the category: the department of the project type, else the county bureau (三-2-2⓪)."""
    slug = next((t.unit for t in in_force.plan.project_types if t.code == subcode), "")
    unit = unit_by_slug(slug) if slug else None
    if unit is not None:
        return unit
    bureaus = units_of_kind("bureau")
    if not bureaus:
        raise ActRefused("plan", "方案中没有县自然资源部门，请先补充单位")
    return bureaus[0]


def _build(lead: Lead, form: OpeningForm, in_force: InForce, acting: Acting) -> Case:
    now, opening = acting.now(), form.opening
    if opening.due_on is None:
        raise ActRefused("opening", "完成时限未填")
    series = Series(
        kind="case", year=now.astimezone(in_force.zone).year, pattern=in_force.plan.numbering["case"].pattern
    )
    return Case(
        id=new_id(),
        number=series.format(take_numbers(series.key)[0]),
        lead_id=lead.id,
        lead_number=lead.number,
        campaign_id=lead.campaign_id,
        state=CaseState.OPEN.value,
        state_since=now,
        category=opening.category,
        subcode=opening.subcode,
        title=lead.title,
        unit=lead.unit,
        supervising_unit=supervising_unit(in_force, opening.subcode),
        division=lead.division,
        township_name=lead.township_name,
        village_name=lead.village_name,
        geom=lead.geom,
        centre=lead.centre,
        area_m2=lead.area_m2,
        mineral=form.mineral.strip(),
        offender_known=bool(form.party.strip()),
        extras={slug: value.strip() for slug, value in opening.extras.items() if value.strip()},
        rectification_mode=opening.rectification_mode,
        milestones=[{"on": on.isoformat() if on else "", "what": what.strip()} for on, what in opening.milestones],
        due_on=opening.due_on,
        opened_at=acting.claimed_at(),
        events={**lead.events, "case.open": acting.claimed_at().isoformat()},
    )
