"""Station fields that name a person (个人信息): kept encrypted outside the track and the journal, by reference."""

from collections.abc import Mapping
from uuid import UUID

from qingshan.commons.journal.models import PersonalValue
from qingshan.commons.journal.personal import ALTERED, ERASED, read_personal
from qingshan.commons.journal.services import ActReceipt
from qingshan.commons.search.models import NameGrams
from qingshan.commons.search.names import index_names
from qingshan.contexts.cases.models import Case

PERSONAL = frozenset({"party"})
NAMES_AT_ONCE = 500
KEPT_APART = "（已加密另存，见“违法主体”）"


def apart(fields: Mapping[str, str]) -> dict[str, str]:
    """Fields as they may stand in the open: a personal one only says that it was filled in."""
    return {slug: KEPT_APART if slug in PERSONAL and text else text for slug, text in fields.items()}


def personal_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The personal values among ``fields``."""
    return {slug: text for slug, text in fields.items() if slug in PERSONAL and text and text != KEPT_APART}


def settle_party(case: Case, receipt: ActReceipt, personal: Mapping[str, str]) -> None:
    """Let the case point at the party as last named, and be found by it."""
    ref = receipt.personal.get(case.id, {}).get("party")
    if ref is not None:
        index_names(matter_id=case.id, values={UUID(ref): personal["party"]})
        case.party_ref, case.offender_known = UUID(ref), True
        Case.objects.filter(id=case.id).update(party_ref=case.party_ref, offender_known=True)


def index_missing_names() -> int:
    """Make names findable that were stored before names could be searched; returns how many. Runs in system scope."""
    rows = PersonalValue.objects.filter(field__in=["party", "responsible"], subject__wrapped__isnull=False)
    missing = list(rows.exclude(id__in=NameGrams.objects.values("id")).values_list("id", "matter_id"))
    made = 0
    for start in range(0, len(missing), NAMES_AT_ONCE):
        part = missing[start : start + NAMES_AT_ONCE]
        texts = read_personal({value_id for value_id, _ in part})
        for value_id, matter_id in part:
            if texts[value_id] not in (ALTERED, ERASED):
                index_names(matter_id=matter_id, values={value_id: texts[value_id]})
                made += 1
    return made
