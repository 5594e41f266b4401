"""Bringing an old ledger in, as the web sees it (接管旧台账): stored, read, mapped, checked, reconciled, approved.

Safe for the web process: foreign files are read by the worker (`taking_over`), asked by task name.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import start_job
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting, system_viewer
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.models import TakeOver, TakeOverMapping
from qingshan.contexts.ledgers.services.takeover_journal import record_take_over
from qingshan.contexts.ledgers.takeover_mapping import OldMapping
from qingshan.contexts.ledgers.takeover_words import unmapped
from qingshan.contexts.ledgers.takeovers import refused_rows, sums_of
from qingshan.domain.acts import ActRefused
from qingshan.domain.takeover import missing_for_submission

READ_TASK = "qingshan.contexts.ledgers.tasks.read_take_over"
CHECK_TASK = "qingshan.contexts.ledgers.tasks.check_take_over"
TAKE_TASK = "qingshan.contexts.ledgers.tasks.take_over"
PREPARE_ROLES = frozenset({"bureau_officer", "bureau_leader"})
APPROVE_ROLES = frozenset({"bureau_leader"})
NO_TABLES = frozenset({"application/pdf", "application/geopackage+sqlite3", "application/gzip"})
MAPPABLE = frozenset({"read", "checked"})


def register_take_over(*, file: StoredFile, acting: Acting) -> tuple[TakeOver, bool]:
    """Register a stored file and queue its reading; the same bytes are the same take-over. Returns if it is new."""
    _need(acting, PREPARE_ROLES, "接管旧台账由县自然资源部门办理")
    if file.size == 0:
        raise ActRefused("file", f"文件“{file.original_name}”是空的，请重新选择")
    if file.media_type in NO_TABLES or file.media_type.startswith("image/"):
        raise ActRefused("file", f"“{file.original_name}”不是 Excel 工作簿或 CSV（内容是另一种文件），请换一份")
    row, new = TakeOver.objects.get_or_create(
        division=campaign_in_force().county_code,
        sha256=file.sha256,
        defaults={
            "file_id": file.id,
            "file_name": file.original_name,
            "created_by": acting.viewer.account_id,
            "created_by_text": actor_text(acting),
            "created_at": acting.now(),
        },
    )
    again = not new and row.state == "failed" and _move(row, {"state": "received", "problem": ""})
    if new or again:
        _queue(row, "take-over-read", READ_TASK, f"读取旧台账 {row.file_name}", acting)
    return row, new


def save_mapping(
    *, take_over_id: UUID, mapping: OldMapping, name: str, seen: int, acting: Acting, replace: bool = False
) -> TakeOver:
    """Keep what the columns and words mean and queue the check; ``name`` remembers it for the next file.

    A name that another mapping has is refused (``name_taken``), unless ``replace`` says that it is to be replaced.
    """
    _need(acting, PREPARE_ROLES, "接管旧台账由县自然资源部门办理")
    row = _find(take_over_id, seen)
    if row.state not in MAPPABLE:
        raise ActRefused("state", "这份旧台账正在核对或已经提交，列对应不能再改")
    _check_mapping(row, mapping)
    if name.strip():
        _remember(row, mapping, name.strip()[:80], acting, replace=replace)
    changes = {"mapping": mapping.to_json(), "state": "checking", "counts": {}, "problem": ""}
    _move_or_refuse(row, changes)
    _queue(row, "take-over-check", CHECK_TASK, f"核对旧台账 {row.file_name}", acting)
    return row


def _remember(row: TakeOver, mapping: OldMapping, name: str, acting: Acting, *, replace: bool) -> None:
    """Keep the mapping under its name; what another person saved under it is not lost without a word."""
    kept = {"mapping": mapping.to_json(), "saved_at": acting.now(), "saved_by": actor_text(acting)}
    if replace:
        TakeOverMapping.objects.update_or_create(division=row.division, name=name, defaults=kept)
        return
    known, new = TakeOverMapping.objects.get_or_create(division=row.division, name=name, defaults=kept)
    if not new and known.mapping != kept["mapping"]:
        raise ActRefused(
            "name_taken",
            f"已有名为“{name}”的对应（{known.saved_by}存），内容不同：请换一个名字，或勾选“替换同名的对应”",
        )


def _check_mapping(row: TakeOver, mapping: OldMapping) -> None:
    if not mapping.sheets:
        raise ActRefused("mapping", "没有选工作表：至少选一张")
    headings = {
        c["name"]
        for sheet in row.content.get("sheets", ())
        if sheet["name"] in mapping.sheets
        for c in sheet["columns"]
    }
    used = [slug for heading, slug in mapping.columns.items() if heading in headings]
    missing = unmapped(used)
    if "channel" not in used and not mapping.channel:
        missing.append("没有列对应“线索来源”，也没有选定线索渠道：请选定这份旧台账的线索渠道")
    if mapping.channel and mapping.channel not in {c.slug for c in campaign_in_force().plan.channels}:
        missing.append("缺省渠道不在方案内")
    if not 2000 <= mapping.year <= 2100:
        missing.append("缺省年份须为四位年份")
    if missing:
        raise ActRefused("mapping", "列对应还不能用", tuple(missing))


def submit_take_over(
    *, take_over_id: UUID, totals: Mapping[str, Any], explanation: str, seen: int, acting: Acting
) -> TakeOver:
    """Hand the reconciled take-over to the leader; refused while sums neither agree nor are explained."""
    _need(acting, PREPARE_ROLES, "接管旧台账由县自然资源部门办理")
    with act_transaction():
        row = _find(take_over_id, seen)
        if row.state != "checked":
            raise ActRefused("state", "这份旧台账还没有核对完，或已经提交")
        if not _taken(row):
            raise ActRefused("empty", "没有一行可以接管：请按逐行结果改好后重新上传")
        row.totals = dict(totals)
        missing = missing_for_submission(sums=sums_of(row), refused=refused_rows(row), explanation=explanation)
        if missing:
            raise ActRefused("reconcile", "对账还没有完成", tuple(missing))
        _move_or_refuse(
            row,
            {
                "state": "submitted",
                "totals": dict(totals),
                "explanation": explanation.strip(),
                "submitted_by": acting.viewer.account_id,
                "submitted_by_text": actor_text(acting),
                "submitted_at": acting.now(),
                "opinion": "",
            },
        )
        record_take_over("take_over.submit", row, acting, {"explanation": row.explanation, "totals": row.totals})
    return row


def _taken(row: TakeOver) -> int:
    counts = row.counts.get("outcomes", {})
    return int(counts.get("ready", 0)) + int(counts.get("warning", 0))


def approve_take_over(*, take_over_id: UUID, opinion: str, seen: int, acting: Acting) -> TakeOver:
    """The leader's approval (批准接管): queues the one transaction that takes everything over. Not by the submitter."""
    _need(acting, APPROVE_ROLES, "接管由分管领导批准")
    with act_transaction():
        row = _find(take_over_id, seen)
        if row.state != "submitted":
            raise ActRefused("state", "这份旧台账没有待批准的接管，或已被他人办理")
        if row.submitted_by is not None and row.submitted_by == acting.viewer.account_id:
            raise ActRefused("same", "提交人不能批准自己提交的接管，请由另一位分管领导批准")
        _move_or_refuse(
            row,
            {
                "state": "taking",
                "approved_by": acting.viewer.account_id,
                "approved_by_text": actor_text(acting),
                "approved_at": acting.now(),
                "opinion": opinion.strip(),
            },
        )
        _queue(row, "take-over", TAKE_TASK, f"接管旧台账 {row.file_name}", acting)
        record_take_over("take_over.approve", row, acting, {"opinion": row.opinion})
    return row


def send_back_take_over(*, take_over_id: UUID, reason: str, seen: int, acting: Acting) -> TakeOver:
    """The leader sends a take-over back with a reason; it can be mapped and reconciled anew."""
    _need(acting, APPROVE_ROLES, "退回由分管领导办理")
    with act_transaction():
        row = _find(take_over_id, seen)
        if row.state != "submitted":
            raise ActRefused("state", "这份旧台账没有待批准的接管，或已被他人办理")
        if not reason.strip():
            raise ActRefused("reason", "退回须写明理由")
        _move_or_refuse(row, {"state": "checked", "opinion": reason.strip()})
        record_take_over("take_over.send_back", row, acting, {"reason": row.opinion})
    return row


def fail_take_over(*, take_over_id: UUID, problem: str, now: datetime) -> None:
    """Write down why work on a take-over failed, and let it be tried again from where it stood.

    An approved one that was not taken over needs to be handed in anew: its entry says why.
    """
    back = {"received": "failed", "checking": "read", "taking": "checked"}
    with act_transaction():
        row = TakeOver.objects.select_for_update().filter(id=take_over_id, state__in=list(back)).first()
        if row is None:
            return
        before = row.state
        changes: dict[str, Any] = {"state": back[before], "problem": problem}
        if changes["state"] == "failed":
            changes["finished_at"] = now
        _move(row, changes)
        if before == "taking":
            acting = Acting(viewer=system_viewer("后台程序"), clock=lambda: now, door="job")
            record_take_over("take_over.fail", row, acting, {"problem": problem})


def _need(acting: Acting, roles: frozenset[str], message: str) -> None:
    if not acting.viewer.roles & roles:
        raise ActRefused("role", message)


def _find(take_over_id: UUID, seen: int) -> TakeOver:
    row = TakeOver.objects.select_for_update().filter(id=take_over_id).first()
    if row is None:
        raise ActRefused("not_found", "没有这份旧台账，或它不在您的辖区内")
    if row.round != seen:
        raise ActRefused("race", "这份旧台账刚被他人办理，请刷新后再看")
    return row


def _move_or_refuse(row: TakeOver, changes: dict[str, Any]) -> None:
    if not _move(row, changes):
        raise ActRefused("race", "这份旧台账刚被他人办理，请刷新后再看")


def _move(row: TakeOver, changes: dict[str, Any]) -> bool:
    changes = {**changes, "round": row.round + 1}
    if not TakeOver.objects.filter(id=row.id, round=row.round).update(**changes):
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    return True


def _queue(row: TakeOver, kind: str, task: str, title: str, acting: Acting) -> Job:
    return start_job(
        kind=kind,
        task=task,
        title=title,
        subject_id=row.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
        division=row.division,
        lock=f"{kind}:{row.id}:{row.round}",
        params={"back": f"/ledger/take-over/{row.id}/"},
    )
