"""Persons on the page of a case: the accused and who answers for rectification, shown to those who work the case."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from qingshan.commons.journal.personal import read_personal
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.cases.public import Case, may_read_persons

CASE_WORKERS = ("bureau_officer", "bureau_leader", "taskforce_office")
PERSONAL_FIELDS = frozenset({"party"})
"""Fields of stations that name a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePersons:
    """The accused (违法主体) and the person responsible for rectification (整改责任人), as this viewer reads them."""

    party: str
    responsible: str
    open: bool


def masked() -> str:
    """What stands in the place of a name that this viewer may not read."""
    return _("仅办案单位可见")


def persons_of(viewer: Viewer, case: Case) -> CasePersons:
    """Names of a case, or the masked text; names are not even decrypted for who may not read them."""
    unknown = _("尚未查明")
    if not may_read_persons(viewer, case):
        return CasePersons(party=masked() if case.party_ref else unknown, responsible=masked(), open=False)
    values = read_personal({ref for ref in (case.party_ref, case.responsible_ref) if ref is not None})
    party = values.get(case.party_ref, "") if case.party_ref else ""
    responsible = values.get(case.responsible_ref, "") if case.responsible_ref else ""
    return CasePersons(party=party or unknown, responsible=responsible or unknown, open=True)
