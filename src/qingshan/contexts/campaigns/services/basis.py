"""Documents that a campaign rests on (依据文件): original, issuer, number and days; withdrawn, never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from qingshan.commons.base.ids import new_id
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import use_file
from qingshan.commons.journal.services import MatterChange, act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.models import BasisDocument
from qingshan.contexts.campaigns.selectors import InForce, campaign_in_force
from qingshan.domain.acts import ActRefused, MatterKind

BASIS_ROLES = frozenset({"bureau_officer", "bureau_leader", "taskforce_office"})
LEVELS = ("county", "city", "province", "national")
_NEEDED = (
    ("title", "文件标题未填"),
    ("issuer", "印发机关未填，例如“元氏县人民政府办公室”"),
    ("issued_on", "成文日期未填"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisForm:
    """What is said of a document; ``plan_slug``: the entry of the plan that it is the original of, or empty."""

    level: str
    issuer: str
    title: str
    issued_on: date | None
    number: str = ""
    published_on: date | None = None
    plan_slug: str = ""


def attach_basis(*, form: BasisForm, file: StoredFile, acting: Acting) -> BasisDocument:
    """Lay a document down with its original (H-2, 一-0); raises `ActRefused` naming what is missing."""
    _need_role(acting)
    in_force = campaign_in_force()
    issued_on = _checked(form, in_force, acting)
    with act_transaction():
        if form.plan_slug and _standing(in_force).filter(plan_slug=form.plan_slug).exists():
            raise ActRefused("done", "这份依据的原件已经登记；登记错了请先撤下，再登记新的")
        row = BasisDocument.objects.create(
            id=new_id(),
            campaign_id=in_force.id,
            division=in_force.county_code,
            plan_slug=form.plan_slug,
            level=form.level,
            issuer=form.issuer.strip(),
            title=form.title.strip(),
            number=form.number.strip(),
            issued_on=issued_on,
            published_on=form.published_on,
            file=file,
            file_name=file.original_name,
            file_sha256=file.sha256,
            media_type=file.media_type,
            size=file.size,
            attached_at=acting.now(),
            attached_by=actor_text(acting),
        )
        _record("basis_document.attach", row, acting, {"file": row.file_name, "sha256": row.file_sha256})
        use_file(file_id=file.id, matter_id=row.id, purpose="basis", label=row.title[:120], now=acting.now())
        return row


def withdraw_basis(*, document_id: UUID, reason: str, acting: Acting) -> BasisDocument:
    """Take a wrong document off the campaign; row and original stay."""
    _need_role(acting)
    if not reason.strip():
        raise ActRefused("reason", "撤下须写明理由，例如“上传成了征求意见稿”")
    with act_transaction():
        row = _standing(campaign_in_force()).select_for_update().filter(id=document_id).first()
        if row is None:
            raise ActRefused("done", "没有这份依据文件，或它已经撤下，请刷新后再看")
        row.withdrawn_at, row.withdrawn_by = acting.now(), actor_text(acting)
        row.withdrawn_reason = reason.strip()[:400]
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        _record("basis_document.withdraw", row, acting, {"reason": row.withdrawn_reason})
        return row


def _standing(in_force: InForce) -> QuerySet[BasisDocument]:
    return BasisDocument.objects.filter(campaign_id=in_force.id, withdrawn_at__isnull=True)


def _need_role(acting: Acting) -> None:
    if not acting.viewer.roles & BASIS_ROLES:
        raise ActRefused("role", "依据文件由县自然资源部门或专班办公室登记")


def _checked(form: BasisForm, in_force: InForce, acting: Acting) -> date:
    """The day it was signed; refused with everything that is missing or wrong."""
    values = {"title": form.title.strip(), "issuer": form.issuer.strip(), "issued_on": form.issued_on}
    problems = [text for name, text in _NEEDED if not values[name]]
    today = acting.now().astimezone(in_force.zone).date()
    if form.level not in LEVELS:
        problems.append("层级未选：县级、市级、省级或国家级")
    if form.plan_slug and form.plan_slug not in {d.slug for d in in_force.plan.basis_documents}:
        problems.append("方案里没有这份依据，请刷新后再选")
    for label, day in (("成文日期", form.issued_on), ("发布日期", form.published_on)):
        if day is not None and day > today:
            problems.append(f"{label} {day.isoformat()} 晚于今天")
    if form.issued_on and form.published_on and form.published_on < form.issued_on:
        problems.append(f"发布日期 {form.published_on.isoformat()} 早于成文日期 {form.issued_on.isoformat()}")
    if problems or form.issued_on is None:
        raise ActRefused("fields", "依据文件还不能登记", tuple(problems))
    return form.issued_on


def _record(act: str, row: BasisDocument, acting: Acting, details: Mapping[str, str]) -> None:
    change = MatterChange(
        kind=MatterKind.BASIS_DOCUMENT.value,
        matter_id=row.id,
        number=(row.number or row.title)[:60],
        division=row.division,
        unit_id=None,
        ledger={
            "title": row.title,
            "issuer": row.issuer,
            "number": row.number,
            "level": row.level,
            "issued_on": row.issued_on.isoformat(),
            "published_on": row.published_on.isoformat() if row.published_on else "",
            "file_sha256": row.file_sha256,
            "state": "withdrawn" if row.withdrawn_at else "standing",
        },
        details=details,
    )
    record_act(act=act, acting=acting, changes=[change])
