"""Who should see what, written down anew from posts and places, not taken from the application's own policies."""

from __future__ import annotations

from uuid import UUID

from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Lead
from tests import cast
from tests.cast import Member
from tests.support.making import World


class Scene:
    """Two leads and a case per township, one more for the development zone and one project case for a department."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cases = [world.make_case(upto="reported", township=cast.SUCUN)]
        self.cases += [world.make_case(upto="open", township=cast.HEISHUIHE, category="project_cover")]
        leads = [world.make_lead(state="archived", township=cast.SUCUN)]
        leads += [world.make_lead(township=cast.HEISHUIHE), world.make_lead(township=cast.DEVELOPMENT_ZONE)]
        self.leads = [*leads, *(world.lead(case.lead_id) for case in self.cases)]

    def expected(self, member: Member) -> tuple[set[UUID], set[UUID]]:
        """Leads and cases that this member should see."""
        return (
            {lead.id for lead in self.leads if sees_lead(member, lead)},
            {case.id for case in self.cases if sees_case(member, case)},
        )


WHOLE = {
    "bureau_officer", "bureau_leader", "taskforce_office", "county_leader", "discipline", "audit_admin",
    "city_reviewer", "province_reader",
}  # fmt: skip


ADMINISTRATORS = {"system_admin", "rights_admin"}
"""They keep the system and its rights, and read no matter, whatever bureau they sit in."""
OF_NO_UNIT = ADMINISTRATORS | {"hotline_desk"}
"""They read nothing of the bureau they sit in; the desk reads what it brought itself."""


def sees_lead(member: Member, lead: Lead) -> bool:
    """By place or by unit, as written in the rules of the house."""
    if member is cast.STRANGER:
        return False
    if member.role in WHOLE:
        return True
    if member.role == "village_patroller":
        return lead.division == member.post.split(".")[0][1:]
    return lead.unit.slug == member.post.split(".")[0]


def sees_case(member: Member, case: Case) -> bool:
    """Like the lead; the supervising unit sees the case as well."""
    supervises = case.supervising_unit.slug == member.post.split(".")[0]
    return sees_lead(member, case.lead) or (supervises and member.role not in OF_NO_UNIT)
