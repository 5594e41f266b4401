"""Ledger templates (台账模板): a blank form is uploaded, mapped, proposed, put in force from a later day (四-6⑦)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max

from qingshan.commons.files.models import StoredFile
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import start_job
from qingshan.commons.journal.services import MatterChange, act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.commons.places.selectors import county_code
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.fields import FIELD_BY_KEY
from qingshan.contexts.ledgers.layout import DAY_FORMATS, MAX_TEXT, Layout, LayoutColumn, layout_of
from qingshan.contexts.ledgers.models import LedgerTemplate
from qingshan.contexts.ledgers.template_words import words_of
from qingshan.domain.acts import ActRefused, MatterKind

READ_TASK = "qingshan.contexts.ledgers.tasks.read_template"
PROPOSE_ROLES = frozenset({"bureau_officer", "taskforce_office"})
DECIDE_ROLES = frozenset({"bureau_leader"})
MAX_WIDTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """What the mapping page says of one column."""

    kind: str
    field: str
    text: str
    width: float
    hidden: bool
    day_format: str
    decimals: int
    words: Mapping[str, str]


PURPOSES: Mapping[str, str] = {"ledger": "台账", "province": "省系统交换文件", "petition": "信访平台交换文件"}


def register_template(
    *, file: StoredFile, name: str, acting: Acting, purpose: str = "ledger"
) -> tuple[LedgerTemplate, Job]:
    """Keep an uploaded form as the next version and let the worker read it; ``purpose`` one of `PURPOSES`."""
    _need(acting, PROPOSE_ROLES | DECIDE_ROLES, "台账模板由县自然资源部门或专班办公室提出")
    county = county_code()
    if acting.viewer.prefix is None or not county.startswith(acting.viewer.prefix):
        raise ActRefused("role", "只有本县的自然资源部门和专班办公室能提出台账模板")
    if not name.strip():
        raise ActRefused("name", "请给模板起个名字，例如“省厅 2024 年 8 月版”")
    if purpose not in PURPOSES:
        raise ActRefused("purpose", "请选择模板的用途")
    version = (LedgerTemplate.objects.aggregate(n=Max("version"))["n"] or 0) + 1
    row = LedgerTemplate.objects.create(
        version=version,
        name=name.strip()[:80],
        purpose=purpose,
        division=county,
        file=file,
        file_sha256=file.sha256,
        created_at=acting.now(),
        created_by=actor_text(acting),
        uploader=acting.viewer.account_id,
        changed_at=acting.now(),
    )
    job = start_job(
        kind="ledger_template",
        task=READ_TASK,
        title=f"读取台账表样“{row.name}”",
        subject_id=row.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
    )
    return row, job


def keep_layout(*, template_id: UUID, layout: Layout, notes: Sequence[str], acting: Acting) -> None:
    """Keep what was read from a form; from now on it can be mapped."""
    LedgerTemplate.objects.filter(id=template_id, state="reading").update(
        state="draft", layout=layout.as_json(), notes=list(notes), changed_at=acting.now()
    )


def fail_template(*, template_id: UUID, problem: str, now: Any) -> None:
    """Keep why a form could not be read."""
    LedgerTemplate.objects.filter(id=template_id, state="reading").update(
        state="failed", notes=[problem], changed_at=now
    )


def map_template(
    *,
    template_id: UUID,
    columns: Sequence[ColumnChoice],
    texts: Mapping[int, str],
    seen: str,
    acting: Acting,
) -> LedgerTemplate:
    """Change the mapping of a draft; ``texts`` are the texts above the table by number, ``seen`` the state of the page.

    Refused when somebody else changed the draft since the page was opened.
    """
    _need(acting, PROPOSE_ROLES | DECIDE_ROLES, "台账模板由县自然资源部门或专班办公室提出")
    with act_transaction():
        row = _drafted(template_id, seen)
        row.layout, row.changed_at = _mapped(row, columns, texts).as_json(), acting.now()
        row.save(update_fields=["layout", "changed_at"])
        _record("template.map", row, acting, {"name": row.name})
    return row


def _drafted(template_id: UUID, seen: str) -> LedgerTemplate:
    """The draft as it was when the page was opened; refused when somebody changed it since."""
    row = _locked(template_id)
    if row.state != "draft":
        raise ActRefused("state", "这一版已经提交，不能再改；需要改动请上传新的一版")
    if seen != row.changed_at.isoformat():
        raise ActRefused("race", "这一版刚被他人改过，请刷新后再改")
    return row


def _mapped(row: LedgerTemplate, columns: Sequence[ColumnChoice], texts: Mapping[int, str]) -> Layout:
    layout = layout_of(row.layout)
    if len(columns) != len(layout.columns):
        raise ActRefused("columns", "栏数与表样不符，请刷新后再改")
    return replace(
        layout,
        columns=tuple(_chosen(old, new) for old, new in zip(layout.columns, columns, strict=True)),
        top=tuple(replace(block, text=texts.get(n, block.text)[:MAX_TEXT]) for n, block in enumerate(layout.top)),
    )


def _chosen(old: LayoutColumn, new: ColumnChoice) -> LayoutColumn:
    if not 0 < new.width <= MAX_WIDTH:
        raise ActRefused("width", f"“{old.title}”的栏宽要在 1 到 {MAX_WIDTH} 之间")
    field = new.field if new.kind == "field" else ""
    if new.kind == "field" and field not in FIELD_BY_KEY:
        raise ActRefused("field", f"“{old.title}”选了“填系统栏目”，但没有选是哪一项")
    known = words_of(field)
    return LayoutColumn(
        title=old.title,
        kind=new.kind if new.kind in ("field", "ordinal", "constant", "empty") else "empty",
        field=field,
        text=new.text.strip()[:MAX_TEXT] if new.kind == "constant" else "",
        width=new.width,
        hidden=new.hidden,
        day_format=new.day_format if new.day_format in DAY_FORMATS else "iso",
        decimals=min(max(new.decimals, 0), 8),
        words={code: new.words[code].strip()[:40] or word for code, word in known.items() if code in new.words},
    )


def propose_template(*, template_id: UUID, acting: Acting) -> LedgerTemplate:
    """Put a mapped draft before the bureau's leader (四-6⑦)."""
    _need(acting, PROPOSE_ROLES | DECIDE_ROLES, "台账模板由县自然资源部门或专班办公室提出")
    with act_transaction():
        row = _locked(template_id)
        if row.state != "draft":
            raise ActRefused("state", "这一版已经提交或还没有读完")
        problems = layout_of(row.layout).check(row.purpose)
        if problems:
            raise ActRefused("layout", "模板还不能提交", problems)
        row.state, row.proposed_at, row.proposed_by = "proposed", acting.now(), actor_text(acting)
        row.proposer, row.changed_at = acting.viewer.account_id, acting.now()
        row.save(update_fields=["state", "proposed_at", "proposed_by", "proposer", "changed_at"])
        _record("template.propose", row, acting, {"name": row.name})
        return row


def decide_template(
    *, template_id: UUID, passed: bool, valid_from: date | None, opinion: str, acting: Acting
) -> LedgerTemplate:
    """The bureau's leader puts a version in force from a day to come, or sends it back with the reason.

    In force by another than who uploaded or proposed it: a form decides how every figure is read.
    """
    _need(acting, DECIDE_ROLES, "台账模板由县自然资源部门分管领导启用")
    with act_transaction():
        row = _locked(template_id)
        if row.state != "proposed":
            raise ActRefused("state", "这一版不在待启用状态，请刷新后再看")
        if passed and acting.viewer.account_id in (row.uploader, row.proposer):
            raise ActRefused("same", "上传或提交这一版的人不能自己启用，请由另一位分管领导启用")
        if passed:
            row.state, row.valid_from = "in_force", _checked_day(valid_from, acting)
        elif not opinion.strip():
            raise ActRefused("reason", "退回须写明要改什么")
        else:
            row.state = "rejected"
        row.decided_at, row.decided_by, row.opinion = acting.now(), actor_text(acting), opinion.strip()[:400]
        row.changed_at = acting.now()
        row.save()
        details = {"opinion": row.opinion, "valid_from": str(row.valid_from or "")}
        _record("template.put_in_force" if passed else "template.reject", row, acting, details)
        return row


def _checked_day(day: date | None, acting: Acting) -> date:
    """A day to come: ledgers that were given out must come out the same when they are made again."""
    today = acting.now().astimezone(campaign_in_force().zone).date()
    if day is None:
        raise ActRefused("day", "请写明从哪一天起启用")
    if day <= today:
        raise ActRefused("day", "启用日期须晚于今天：已经报出的台账要能照原样重做")
    return day


def _need(acting: Acting, roles: frozenset[str], message: str) -> None:
    if not acting.viewer.roles & roles:
        raise ActRefused("role", message)


def _locked(template_id: UUID) -> LedgerTemplate:
    row = LedgerTemplate.objects.select_for_update().filter(id=template_id).first()
    if row is None:
        raise ActRefused("not_found", "没有这一版台账模板")
    return row


def _record(act: str, row: LedgerTemplate, acting: Acting, details: Mapping[str, str]) -> None:
    layout = layout_of(row.layout)
    change = MatterChange(
        kind=MatterKind.TEMPLATE.value,
        matter_id=row.id,
        number=f"台账模板第{row.version}版",
        division=row.division,
        unit_id=None,
        ledger={
            "name": row.name,
            **({"purpose": row.purpose} if row.purpose != "ledger" else {}),
            "version": row.version,
            "state": row.state,
            "valid_from": str(row.valid_from or ""),
            "form_sha256": row.file_sha256,
            "columns": [[c.title, c.kind, c.field or c.text] for c in layout.columns],
        },
        details=details,
    )
    record_act(act=act, acting=acting, changes=[change])
