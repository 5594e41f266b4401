"""Reading cases."""

from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import Http404
from ninja import Query, Router

from qingshan.commons.files.selectors import uses_of
from qingshan.commons.journal.selectors import history_of
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import (
    CASE_SORTS,
    Case,
    case_counts,
    case_detail,
    case_rows,
    tracks_of,
    visible_cases,
)
from qingshan.domain.roles import MATTER_ROLES
from qingshan.interfaces.api.authentication import ApiRequest
from qingshan.interfaces.api.fields import Answer
from qingshan.interfaces.api.filters import CaseQuery, place_of
from qingshan.interfaces.api.routes_leads import FeaturesOut, feature
from qingshan.interfaces.api.shown_cases import CaseOut, CasesOut, case_out, case_row
from qingshan.interfaces.api.shown_common import EntriesOut, FileOut, entry_out, file_out
from qingshan.interfaces.api.specs import Spec, operation

router = Router(tags=["台账问题"])
READ = Spec(scope="cases:read", roles=MATTER_ROLES)
READ_ONE = Spec(scope="cases:read", roles=MATTER_ROLES, matter="case_id")
NOBODY = "没有这个台账问题，或它不在您的辖区内"


@operation(router, "GET", "/cases", READ, summary="台账问题列表", answer=CasesOut)
def list_cases(request: ApiRequest, filters: Query[CaseQuery]) -> CasesOut:
    """50 a page, by key, in the order asked for: give ``next`` as ``after`` to go on."""
    wanted, sort = filters.filter(), CASE_SORTS[filters.sort]
    found = case_rows(request.viewer, wanted, request.now, sort=sort, after=place_of(Case, sort, filters.after))
    ids = [case.id for case in found.rows]
    centres = dict(visible_cases(request.viewer).filter(id__in=ids).values_list("id", "centre"))
    for case in found.rows:
        case.centre = centres[case.id]
    prefetch_related_objects(found.rows, "supervising_unit")
    tracks = tracks_of(found.rows)
    return CasesOut(
        cases=[case_row(case, tracks.get(case.id, [])) for case in found.rows],
        next=found.next_key(sort) or None,
        counts=case_counts(request.viewer, wanted, request.now),
    )


def shown(request: ApiRequest, case_id: UUID) -> CaseOut:
    """The case as it now stands; whether it exists elsewhere is not told."""
    detail = case_detail(request.viewer, case_id)
    if detail is None:
        raise Http404(NOBODY)
    return case_out(request.viewer, detail, campaign_in_force())


@operation(router, "GET", "/cases/{uuid:case_id}", READ_ONE, summary="一个台账问题", answer=CaseOut)
def get_case(request: ApiRequest, case_id: UUID) -> CaseOut:
    """The case with tracks, gates and what acceptance still lacks; the ETag names its state."""
    return shown(request, case_id)


def _seen(request: ApiRequest, case_id: UUID) -> None:
    if not visible_cases(request.viewer).filter(id=case_id).exists():
        raise Http404(NOBODY)


@operation(router, "GET", "/cases/{uuid:case_id}/entries", READ_ONE, summary="问题的办理留痕", answer=EntriesOut)
def list_case_entries(request: ApiRequest, case_id: UUID) -> EntriesOut:
    """All entries of the case's journal, newest first."""
    _seen(request, case_id)
    return EntriesOut(entries=[entry_out(line) for line in history_of(case_id)], next=None)


@operation(router, "GET", "/cases/{uuid:case_id}/geometry", READ_ONE, summary="问题的图形", answer=FeaturesOut)
def get_case_geometry(request: ApiRequest, case_id: UUID) -> FeaturesOut:
    """The patch of the case."""
    case = visible_cases(request.viewer).filter(id=case_id).first()
    if case is None:
        raise Http404(NOBODY)
    return FeaturesOut(features=[feature(case.geom, kind="patch", number=case.number)])


class EvidenceOut(Answer):
    """A file that the case uses, and for what."""

    file: FileOut
    purpose: str
    label: str


class EvidencesOut(Answer):
    """Files of a case, oldest first."""

    files: list[EvidenceOut]


@operation(router, "GET", "/cases/{uuid:case_id}/files", READ_ONE, summary="问题的证据", answer=EvidencesOut)
def list_case_files(request: ApiRequest, case_id: UUID) -> EvidencesOut:
    """Photos and papers of the case with what they prove."""
    _seen(request, case_id)
    uses = uses_of(case_id)
    return EvidencesOut(files=[EvidenceOut(file=file_out(u.file), purpose=u.purpose, label=u.label) for u in uses])
