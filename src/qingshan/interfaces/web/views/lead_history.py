"""The history of a lead in plain words: what each entry of its journal says (办理留痕)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from qingshan.commons.journal.selectors import HistoryLine
from qingshan.domain.lead import TABLE
from qingshan.interfaces.web import formats, labels

Details = Mapping[str, Any]
CORRECTED_FIELDS = {
    "place_text": lambda: _("地点描述"),
    "description": lambda: _("线索内容"),
    "source_no": lambda: _("来源编号"),
}


def history_entries(lines: Sequence[HistoryLine]) -> list[dict[str, object]]:
    """Lines of the journal, newest first, as the timeline shows them; an act recorded late says so."""
    return [
        {
            "at": line.acted_at,
            "recorded_at": line.recorded_at if (line.recorded_at - line.acted_at).total_seconds() >= 60 else None,
            "act": labels.word("act", line.act),
            "clause": TABLE[line.act].clause if line.act in TABLE else "",
            "text": entry_text(line.act, line.details),
            "unit": line.actor,
            "digest": line.hash,
            "correction": line.act.endswith(".correct"),
        }
        for line in lines
    ]


def entry_text(act: str, details: Details) -> str:
    """What one entry says, in a sentence; "" for an act that says nothing more than its name."""
    write = _WRITERS.get(act)
    return write(details) if write else ""


def _join(*parts: str) -> str:
    return _("；").join(part for part in parts if part)


def _register(details: Details) -> str:
    batch = details.get("batch", "")
    return _join(
        _("批次“%(batch)s”第 %(row)s 行") % {"batch": batch, "row": details.get("row", "")} if batch else "",
        str(details.get("description", "")),
        _("分派给%(unit)s") % {"unit": details["dispatched_to"]} if details.get("dispatched_to") else "",
        _("位于乡镇交界") if details.get("border") else "",
        *map(str, details.get("notes", ())),
    )


def _dispatch(details: Details) -> str:
    former, unit = details.get("from", ""), details.get("to", "")
    if former and former != unit:
        where = _("由%(former)s改派%(unit)s") % {"former": former, "unit": unit}
    else:
        where = _("分派给%(unit)s") % {"unit": unit}
    decided = {"agreed": _("同意退回"), "refused": _("不同意退回")}.get(str(details.get("decision", "")), "")
    return _join(decided, where, str(details.get("reason", "")), _ended(details))


def _ended(details: Details) -> str:
    """Whose assistance ended with the act."""
    ended = details.get("joint_ended")
    if not ended:
        return ""
    return _("协办终止：%(units)s") % {"units": _("、").join(ended["units"])}


def _return(details: Details) -> str:
    kind, time = str(details.get("kind", "")), int(details.get("time", 1))
    return _join(_("第 %(n)s 次退回") % {"n": time} if time > 1 else "", kind, str(details.get("reason", "")))


def _joint(details: Details) -> str:
    units = details.get("units") or [details.get("unit", "")]
    due = _("%(by)s 前") % {"by": _moment(details.get("due_at"))} if details.get("due_at") else ""
    more = (str(details.get(name, "")) for name in ("task", "opinion", "reason"))
    return _join(_("、").join(map(str, units)), due, *more)


def _transfer(details: Details) -> str:
    taken = {True: _("对方已接收"), False: _("对方退回")}.get(details.get("accepted"), "")  # type: ignore[arg-type]
    more = (str(details.get(name, "")) for name in ("number", "text", "reason"))
    return _join(str(details.get("recipient", "")), taken, *more, _ended(details))


def _cited(details: Details) -> str:
    """The opinions of assisting units that a result rests on."""
    said = [f"{one['unit']}：{one['opinion']}" for one in details.get("joint", ())]
    return _("协办意见 %(said)s") % {"said": _("；").join(said)} if said else ""


def _visit(details: Details, verdict: str) -> str:
    persons = _("、").join(details.get("persons", ()))
    return _join(
        verdict,
        _("现场人员 %(names)s") % {"names": persons} if persons else "",
        _("到场 %(at)s") % {"at": _moment(details.get("visited_at"))},
        _("距图斑 %(m)s 米") % {"m": details["distance_m"]} if details.get("distance_m") else "",
        _("照片 %(n)s 张") % {"n": len(details.get("photos", ()))},
        str(details.get("finding", "")),
    )


def _verify(details: Details) -> str:
    verdict = str(labels.word("verdict", details["verdict"]))
    if details.get("unfounded_reason"):
        reason = labels.word("unfounded_reason", details["unfounded_reason"])
        verdict = _("%(verdict)s（%(reason)s）") % {"verdict": verdict, "reason": reason}
    missing = ""
    if details.get("missing"):
        missing = _("还缺 %(what)s，%(by)s 前补齐") % {
            "what": details["missing"],
            "by": _moment(details.get("missing_by")),
        }
    return _join(_visit(details, verdict), missing, _cited(details))


def _recheck(details: Details) -> str:
    return _visit(details, str(labels.word("recheck", details["outcome"])))


def _review(details: Details) -> str:
    verdict = labels.word("verdict", details["verdict"])
    return _join(_("核查结论：%(verdict)s") % {"verdict": verdict}, str(details.get("opinion", "")))


def _flag(details: Details) -> str:
    due = _moment(details.get("onsite_due_at"))
    return _join(str(details.get("facts", "")), _("%(by)s 前到现场制止") % {"by": due})


def _correct(details: Details) -> str:
    changes = []
    for name, (old, new) in details.get("changed", {}).items():
        label = CORRECTED_FIELDS[name]() if name in CORRECTED_FIELDS else name
        changes.append(
            _("%(field)s由“%(old)s”更正为“%(new)s”") % {"field": label, "old": old or _("空"), "new": new or _("空")}
        )
    return _join(*changes, _("理由：%(reason)s") % {"reason": details.get("reason", "")})


def _merge(details: Details) -> str:
    if "taken_in" in details:
        return _join(_("接收并入：%(numbers)s") % {"numbers": _("、").join(details["taken_in"])}, details["reason"])
    if "given_up" in details:
        numbers = _("、").join(details["given_up"])
        where = _("改并入 %(to)s") % {"to": details["to"]} if details.get("to") else ""
        return _join(_("不再含：%(numbers)s") % {"numbers": numbers}, where, str(details.get("reason", "")))
    former = _("原并入 %(former)s") % {"former": details["former"]} if details.get("former") else ""
    return _join(_("并入 %(into)s") % {"into": details["into_number"]}, former, str(details["reason"]))


def _separate(details: Details) -> str:
    if "given_up" in details:
        return _merge(details)
    return _join(_("不再并入 %(from)s，恢复单独办理") % {"from": details["from"]}, str(details["reason"]))


def _apart(details: Details) -> str:
    return _join(_("与 %(other)s 不是同一处") % {"other": details["other"]}, str(details["reason"]))


def _split(details: Details) -> str:
    if "parts" in details:
        return _join(_("拆为 %(parts)s") % {"parts": _("、").join(details["parts"])}, str(details["reason"]))
    dispatched = _("分派给%(unit)s") % {"unit": details["dispatched_to"]}
    return _join(_("由 %(of)s 拆分") % {"of": details["of"]}, dispatched, str(details["reason"]))


def _settled(details: Details) -> str:
    return _("子图斑 %(part)s 办结，%(n)s 块全部有结果") % {"part": details["part"], "n": details["parts"]}


def _reopened(details: Details) -> str:
    return _("子图斑 %(part)s 恢复办理") % {"part": details["part"]}


def _outside(details: Details) -> str:
    words = {"system": details["system"], "verdict": labels.word("verdict", details["verdict"])}
    same = _("与本县结论一致") if details["verdict"] == details.get("ours") else _("与本县结论不一致")
    return _join(_("%(system)s返回：%(verdict)s") % words, same)


def _source(details: Details) -> str:
    """How an entry names a source: channel, number, who sent it."""
    named = " ".join(str(details.get(name, "")) for name in ("channel", "source_no", "origin")).strip()
    more = (str(details.get(name, "")) for name in ("note", "platform_no", "reason"))
    return _join(named, *more)


def _reply(details: Details) -> str:
    kind = _("最终答复") if details.get("kind") == "final" else _("阶段答复")
    to_whom = _("答复%(who)s") % {"who": details.get("to_whom", "")}
    return _join(_source(details), kind, to_whom, str(details.get("text", "")), str(details.get("paper_no", "")))


def _said(key: str) -> Callable[[Details], str]:
    return lambda details: str(details.get(key, ""))


def _moment(text: object) -> str:
    return formats.moment_text(datetime.fromisoformat(str(text))) if text else ""


_WRITERS: dict[str, Callable[[Details], str]] = {
    "lead.register": _register,
    "lead.dispatch": _dispatch,
    "lead.return": _return,
    "lead.change_unit": _dispatch,
    "lead.joint_ask": _joint,
    "lead.joint_receive": _joint,
    "lead.joint_answer": _joint,
    "lead.joint_return": _joint,
    "lead.joint_waive": _joint,
    "lead.transfer_out": _transfer,
    "lead.transfer_receipt": _transfer,
    "lead.transfer_answer": _transfer,
    "lead.verify": _verify,
    "lead.review_approve": _review,
    "lead.review_reject": _review,
    "lead.county_recheck": _recheck,
    "lead.city_recheck": _recheck,
    "lead.resume": _said("note"),
    "lead.flag_active": _flag,
    "lead.correct": _correct,
    "lead.merge": _merge,
    "lead.separate": _separate,
    "lead.distinct": _apart,
    "lead.split": _split,
    "lead.split_settle": _settled,
    "lead.split_reopen": _reopened,
    "lead.outside_result": _outside,
    "lead.add_source": _source,
    "lead.reply": _reply,
    "lead.waive_reply": _source,
    "lead.enter_platform": _source,
    "lead.sign_hand_over": _source,
}
