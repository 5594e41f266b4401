"""ETags of matters: they follow the journal, so a tag names exactly one state of one matter."""

import re
from uuid import UUID

from django.http import HttpRequest

from qingshan.commons.journal.models import Matter
from qingshan.interfaces.api.problems import Problem

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
CHANGED = "事项在您读取之后已有变化，请重新读取再办理"


def tag_of(matter_id: UUID) -> str | None:
    """The tag of a matter as it stands, for who may see it."""
    row = Matter.objects.filter(id=matter_id).values_list("seq", "head_hash").first()
    return None if row is None else f'"{row[0]}-{row[1][:24]}"'


def not_modified(request: HttpRequest, tag: str) -> bool:
    """Whether the caller has this state already (If-None-Match, weak comparison)."""
    sent = request.headers.get("If-None-Match")
    if sent is None:
        return False
    return sent.strip() == "*" or tag in [t.removeprefix("W/") for t in _TAG.findall(sent)]


def check_match(request: HttpRequest, tag: str | None) -> None:
    """Refuse an act on a matter that changed since it was read (If-Match, strong comparison): 412."""
    sent = request.headers.get("If-Match")
    if sent is None or tag is None or sent.strip() == "*":
        return
    if tag not in [t for t in _TAG.findall(sent) if not t.startswith("W/")]:
        raise Problem(412, "changed", CHANGED, headers={"ETag": tag})


def check_nobody_between(request: HttpRequest, before: str | None, after: str | None) -> None:
    """After the act: exactly one entry was written since the tag was compared, else somebody was quicker: 412."""
    if request.headers.get("If-Match", "*").strip() == "*" or before is None or after is None:
        return
    if _number(after) - _number(before) > 1:
        raise Problem(412, "changed", CHANGED)


def _number(tag: str) -> int:
    return int(tag.strip('"').partition("-")[0])
