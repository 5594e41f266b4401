"""Words and fields that the pages of posts and accounts share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.commons.journal.selectors import HistoryLine
from qingshan.commons.people.models import Holding, Person, Post
from qingshan.commons.people.viewer import Viewer
from qingshan.interfaces.web import labels

ADMINISTRATORS = ("system_admin", "rights_admin", "audit_admin")
KEEPERS = ("system_admin", "rights_admin")
EVENTS: dict[str, str | Promise] = {
    "sign_in": gettext_lazy("登录"),
    "failure": gettext_lazy("口令错误"),
    "locked": gettext_lazy("锁定"),
    "void": gettext_lazy("初始口令过期"),
    "second_failure": gettext_lazy("动态口令错误"),
    "password_failure": gettext_lazy("改口令时原口令错误"),
    "sign_out": gettext_lazy("退出"),
    "idle": gettext_lazy("久未操作，自动退出"),
    "ended": gettext_lazy("设备被退出"),
    "password": gettext_lazy("修改口令"),
    "first_password": gettext_lazy("发放初始口令"),
    "unlocked": gettext_lazy("解除锁定"),
    "second_on": gettext_lazy("开启第二道验证"),
    "second_off": gettext_lazy("关闭第二道验证"),
    "stopped": gettext_lazy("停用账号"),
    "resumed": gettext_lazy("启用账号"),
    "token_made": gettext_lazy("生成个人令牌"),
    "token_ended": gettext_lazy("停用个人令牌"),
}
BAD_EVENTS = frozenset({"failure", "password_failure", "locked", "void", "second_failure"})


def tabs_of(viewer: Viewer, active: str) -> list[dict[str, Any]]:
    """The pages of account keeping that this administrator may open."""
    rows = (
        ("account_list", _("账号"), ADMINISTRATORS),
        ("roster_list", _("名册"), KEEPERS),
        ("session_list", _("登录设备"), ("system_admin",)),
        ("sign_in_list", _("登录日志"), ("system_admin", "audit_admin")),
        ("account_acts", _("任职与账号留痕"), ADMINISTRATORS),
    )
    return [
        {"label": label, "url": reverse(f"web:{name}"), "active": name == active}
        for name, label, roles in rows
        if viewer.has(*roles)
    ]


def field(name: str, label: str, values: Mapping[str, str], kind: str = "text", **more: Any) -> dict[str, Any]:
    """One form field with what was typed before."""
    return {"name": name, "label": label, "kind": kind, "value": values.get(name, ""), **more}


def texts(data: QueryDict, *names: str) -> dict[str, str]:
    """Posted values without blanks around."""
    return {name: data.get(name, "").strip() for name in names}


def person_options(holdings: Iterable[Holding], persons: Iterable[Person]) -> list[tuple[str, str]]:
    """Persons to choose from, told apart by their posts."""
    posts: dict[UUID, list[str]] = {}
    for row in holdings:
        posts.setdefault(row.person_id, []).append(row.post.label)
    return [("", _("请选择")), *((str(p.id), _person_text(p, posts.get(p.id, []))) for p in persons)]


def _person_text(person: Person, posts: Sequence[str]) -> str:
    return f"{person.name}（{'、'.join(posts) if posts else _('无任职')}）"


def post_options(posts: Iterable[Post], held: set[UUID]) -> list[tuple[str, str]]:
    """Vacant posts to choose from."""
    return [("", _("请选择")), *((str(p.id), p.label) for p in posts if p.id not in held)]


def span_text(since: date | str, until: date | str | None) -> str:
    """A time in a post in words."""
    start = since if isinstance(since, str) else since.isoformat()
    end = until if isinstance(until, str) or until is None else until.isoformat()
    return _("%(since)s 至 %(until)s") % {"since": start, "until": end} if end else _("%(since)s 起") % {"since": start}


def act_text(line: HistoryLine) -> str:
    """An act on a person in plain words."""
    said = line.details
    parts = [str(said[key]) for key in ("username", "from_post", "post") if said.get(key)]
    if line.act == "person.transfer":
        parts = [f"{said.get('from', '')} → {said.get('post', '')}"]
    if line.act == "person.substitute":
        parts.append(_("代 %(name)s") % {"name": said.get("for", "")})
    if line.act == "person.hand_over":
        parts.append(
            _("交给 %(name)s") % {"name": said["to"]}
            if said.get("to")
            else _("接自 %(name)s") % {"name": said.get("from", "")}
        )
    if said.get("since"):
        parts.append(span_text(str(said["since"]), str(said.get("until", ""))))
    elif said.get("until"):
        parts.append(_("至 %(day)s") % {"day": said["until"]})
    if said.get("reason"):
        parts.append(_("原因：%(reason)s") % {"reason": said["reason"]})
    if said.get("count"):
        parts.append(_("%(n)s 个设备") % {"n": said["count"]})
    return "，".join(parts)


def history_entry(line: HistoryLine) -> dict[str, Any]:
    """An act on a person for `timeline.html` and the list of acts."""
    who, _open, rest = line.actor.partition("（")
    unit, _dot, post = rest.removesuffix("）").partition("·")
    return {
        "at": line.recorded_at,
        "act": labels.word("act", line.act),
        "text": act_text(line),
        "person": who,
        "unit": unit,
        "post": post,
        "digest": line.hash,
        "subject": line.number,
        "subject_id": line.matter_id,
        "entry_id": line.entry_id,
    }
