"""Kinds of matters as the pages know them: a word for each kind, and the page of one matter."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qingshan.domain.acts import MatterKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPage:
    """Where a kind of matter is shown: its word and the name of its page's address."""

    label: Promise
    address: str


PAGES: dict[str, MatterPage] = {
    MatterKind.LEAD.value: MatterPage(label=_("线索"), address="lead_detail"),
    MatterKind.CASE.value: MatterPage(label=_("台账问题"), address="case_detail"),
    MatterKind.TEMPLATE.value: MatterPage(label=_("台账模板"), address="ledger_template"),
    MatterKind.TAKE_OVER.value: MatterPage(label=_("旧台账接管"), address="take_over_detail"),
    MatterKind.ASSIGNMENT.value: MatterPage(label=_("交办"), address="assignment_detail"),
    MatterKind.ASSIGNMENT_LINE.value: MatterPage(label=_("交办办理行"), address="assignment_line"),
    MatterKind.IMAGE_LAYER.value: MatterPage(label=_("影像图层"), address="image_layer"),
    MatterKind.BASIS_DOCUMENT.value: MatterPage(label=_("依据文件"), address="basis_document"),
    MatterKind.PERSON.value: MatterPage(label=_("人员"), address="person_detail"),
}


def matter_word(kind: str) -> str:
    """Word of a kind; a kind without one is shown by its stored name."""
    page = PAGES.get(kind)
    return str(page.label) if page else kind


def matter_url(kind: str, matter_id: UUID) -> str:
    """Address of a matter's page; "" for a kind that has none."""
    page = PAGES.get(kind)
    return reverse(f"web:{page.address}", args=[matter_id]) if page else ""
