"""Words of the plan for pages: units by kind, limits and start events in words, entries that carry a clause."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.domain.duty_rules import EVENT_LABELS
from qingshan.domain.limits import Limit
from qingshan.domain.plan import Plan, clause_ids

TABLE_WORDS: dict[str, str | Promise] = {
    "limits": gettext_lazy("时限"),
    "limit_terms": gettext_lazy("时限"),
    "duties": gettext_lazy("职责"),
    "categories": gettext_lazy("类别与违法情形"),
    "project_types": gettext_lazy("工程项目类型"),
    "channels": gettext_lazy("线索渠道"),
    "tracks": gettext_lazy("办理线"),
    "track_defs": gettext_lazy("办理节点"),
    "checklists": gettext_lazy("检查清单"),
    "rectification_modes": gettext_lazy("整改方式"),
    "verdicts": gettext_lazy("核查结论"),
    "unfounded_reasons": gettext_lazy("查否原因"),
    "verdict_maps": gettext_lazy("结论对照"),
    "photo_rules": gettext_lazy("举证照片规则"),
    "routing": gettext_lazy("按位置派单"),
    "numbering": gettext_lazy("编号"),
    "intake": gettext_lazy("批次导入"),
    "reporting": gettext_lazy("报送日历"),
    "ladder": gettext_lazy("督导措施"),
    "accountability": gettext_lazy("问责提示"),
    "patrol": gettext_lazy("巡查"),
    "look_back": gettext_lazy("回头看"),
    "reminders": gettext_lazy("催办"),
    "hot_spot": gettext_lazy("多发频发地区"),
    "milestones": gettext_lazy("时间节点"),
    "basis_documents": gettext_lazy("依据文件"),
    "figures": gettext_lazy("参数"),
    "units": gettext_lazy("单位"),
    "unit_areas": gettext_lazy("单位范围"),
    "posts": gettext_lazy("职务"),
    "post_rules": gettext_lazy("职务规则"),
    "taskforce": gettext_lazy("工作专班"),
}
"""Chinese names of the plan's tables; tables without one are shown under their own name."""

CADENCES: dict[str, str | Promise] = {
    "standing": gettext_lazy("经常"),
    "once": gettext_lazy("一次"),
    "weekly": gettext_lazy("每周"),
    "monthly": gettext_lazy("每月"),
    "per_matter": gettext_lazy("逐件"),
}


def event_word(plan: Plan, slug: str) -> str:
    """Name of a start event: an act, a station of the plan's tracks, or an event of the plan itself."""
    if slug in EVENT_LABELS:
        return EVENT_LABELS[slug]
    track, _dot, station = slug.partition(".")
    if track in plan.track_defs and station:
        found = next((s.label for s in plan.track_defs[track].stations if s.slug == station), "")
        if found:
            return found
    return next((e.label for e in plan.events if e.slug == slug), slug)


def limit_words(plan: Plan, limit: Limit) -> str:
    """A limit in one phrase: “自“立案”起 45日”; "before" limits count back from their event."""
    event = event_word(plan, limit.start_event)
    terms = plan.limit_terms.get(limit.slug)
    if terms is not None and terms.direction == "before":
        return _("“%(event)s”前 %(limit)s") % {"event": event, "limit": limit.text}
    return _("自“%(event)s”起 %(limit)s") % {"event": event, "limit": limit.text}


def limit_label(plan: Plan, slug: str) -> str:
    """Name of a limit as the plan has it."""
    terms = plan.limit_terms.get(slug)
    return terms.label if terms is not None else slug


def bureau_name(plan: Plan) -> str:
    """Short name of the county's natural resources bureau."""
    return next((u.short for u in plan.units if u.kind == "bureau"), _("县自然资源部门"))


def owner_names(plan: Plan, owners: tuple[str, ...]) -> list[str]:
    """Short names of the units that owe a duty; ``kind:`` stands for all units of that kind."""
    names: list[str] = []
    for owner in owners:
        kind = owner.removeprefix("kind:")
        if kind != owner:
            names.append(str(KIND_WORDS.get(kind, kind)))
        else:
            names.append(next((u.short for u in plan.units if u.slug == owner), owner))
    return names


KIND_WORDS: dict[str, str | Promise] = {
    "village": gettext_lazy("各村（居）"),
    "township": gettext_lazy("各乡镇"),
    "development_zone": gettext_lazy("经开区"),
    "bureau": gettext_lazy("县自然资源部门"),
    "taskforce_office": gettext_lazy("专班办公室"),
    "department": gettext_lazy("县直部门"),
    "government": gettext_lazy("政府"),
    "party_committee": gettext_lazy("党委"),
    "discipline": gettext_lazy("纪检监察机关"),
    "police": gettext_lazy("公安机关"),
    "procuratorate": gettext_lazy("检察机关"),
    "court": gettext_lazy("法院"),
    "city_body": gettext_lazy("市级部门"),
    "province_body": gettext_lazy("省级部门"),
}


def entries_of(plan: Plan, clause: str) -> dict[str, list[object]]:
    """Entries of the plan that carry out ``clause``, by table, in the order of the plan."""
    found: dict[str, list[object]] = {}
    for part in fields(plan):
        _collect(getattr(plan, part.name), clause, found.setdefault(part.name, []))
    return {table: entries for table, entries in found.items() if entries}


def _collect(value: object, clause: str, found: list[object]) -> None:
    if is_dataclass(value) and not isinstance(value, type):
        carried = (getattr(value, f.name) for f in fields(value) if f.name == "clause" or f.name.endswith("_clause"))
        if any(clause in clause_ids(text) for text in carried):
            found.append(value)
        for part in fields(value):
            _collect(getattr(value, part.name), clause, found)
    elif isinstance(value, Mapping):
        for inner in value.values():
            _collect(inner, clause, found)
    elif isinstance(value, tuple):
        for inner in value:
            _collect(inner, clause, found)


def entry_word(entry: object) -> str:
    """How an entry of the plan is called: its label, title or name, with its code where people use one."""
    code = getattr(entry, "code", "")
    for name in ("label", "title", "name", "slug", "post", "position"):
        word = getattr(entry, name, "")
        if word:
            return f"{code} {word}" if code else str(word)
    return str(getattr(entry, "unit", "") or "")
