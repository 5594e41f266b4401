"""Cross-checks of a plan: every name that points at another table must be found there (引用校验). Pure."""

from collections.abc import Collection, Iterable, Iterator

from qingshan.domain import case, lead
from qingshan.domain.acts import CATALOGUE
from qingshan.domain.duty_rules import RULES
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_files import home_of
from qingshan.domain.plan_model import Plan
from qingshan.domain.plan_parts import StationDef, TrackDef
from qingshan.domain.tracks import MACHINES

NEEDED_NUMBERS = ("lead", "case", "close_out", "stop_notice", "assignment")
NEEDED_CHECKLISTS = ("city_check",)


def check_links(plan: Plan) -> Iterator[Finding]:
    """All dangling names of the plan, and what the program needs but the plan lacks."""
    yield from _limits(plan)
    yield from _tracks(plan)
    yield from _stations(plan)
    yield from _categories(plan)
    yield from _rules(plan)
    yield from _verdicts(plan)
    yield from _intake(plan)
    yield from _channels(plan)
    yield from _needed(plan)
    yield from _acting_posts(plan)


def missing(table: str, entry: str, what: str, name: str, known: Collection[str]) -> Iterator[Finding]:
    """One finding when ``name`` is not among ``known``."""
    if name in known:
        return
    shown = "、".join(sorted(known)[:12]) + (" 等" if len(known) > 12 else "")
    yield finding(table, entry, f"{what}“{name}”不存在", f"填已有的名称：{shown}")


def finding(table: str, entry: str, message: str, expectation: str) -> Finding:
    """One error in the file of ``table``."""
    return Finding(file=home_of(table), entry=entry, message=message, expectation=expectation)


def _limits(plan: Plan) -> Iterator[Finding]:
    stations = {f"{track.slug}.{station.slug}" for track in plan.track_defs.values() for station in track.stations}
    starts = {event.slug for event in plan.events} | set(CATALOGUE) | stations
    for slug, limit in plan.limits.items():
        yield from missing("limits", slug, "起算事件", limit.start_event, starts)
    for slug, terms in plan.limit_terms.items():
        for pause in terms.pauses:
            yield from missing("limits", slug, "扣除事件", pause, starts)


def _tracks(plan: Plan) -> Iterator[Finding]:
    categories = {category.slug for category in plan.categories}
    for rule in plan.tracks:
        yield from missing("tracks", rule.slug, "类别", rule.category, categories)
        yield from missing("tracks", rule.slug, "办理线", rule.track, plan.track_defs)
    for category in sorted(categories - {rule.category for rule in plan.tracks}):
        yield finding("tracks", category, f"类别 {category} 没有任何办理线", "加一条 [[tracks]]")
    for category in sorted(categories - {rule.category for rule in plan.tracks if rule.required}):
        yield finding("tracks", category, f"类别 {category} 没有必办的办理线", "至少一条写 required = true")
    for track in sorted(set(plan.track_defs) - {rule.track for rule in plan.tracks}):
        yield finding("track_defs", track, f"办理线 {track} 没有类别使用", "加一条 [[tracks]] 或删去此线")


def _stations(plan: Plan) -> Iterator[Finding]:
    for slug, track in plan.track_defs.items():
        yield from missing("track_defs", slug, "办理线", slug, MACHINES)
        if slug in MACHINES:
            yield from _same_stations(track, MACHINES[slug].stations)
        for station in track.stations:
            yield from _station(plan, f"{slug}.{station.slug}", station)


def _same_stations(track: TrackDef, expected: tuple[str, ...]) -> Iterator[Finding]:
    own = [station.slug for station in track.stations]
    for name in [name for name in expected if name not in own]:
        yield finding("track_defs", track.slug, f"缺少节点 {name}", f"本线节点：{'、'.join(expected)}")
    for name in [name for name in own if name not in expected]:
        yield finding("track_defs", f"{track.slug}.{name}", f"不认识的节点 {name}", f"本线节点：{'、'.join(expected)}")


def _station(plan: Plan, entry: str, station: StationDef) -> Iterator[Finding]:
    if station.limit is not None:
        yield from missing("track_defs", entry, "时限", station.limit, plan.limits)
    for name in station.fields:
        yield from missing("track_defs", entry, "填报项", name, plan.fields)
    if station.role not in {role for post in plan.all_posts() for role in post.roles}:
        yield finding(
            "track_defs", entry, f"没有职务承担角色 {station.role}", "在 posts.csv 或 post_rules.csv 中设此职务"
        )


def _categories(plan: Plan) -> Iterator[Finding]:
    units = {unit.slug for unit in plan.units}
    for category in plan.categories:
        if not category.subcodes:
            yield finding("categories", category.slug, "类别没有违法情形", "至少写一个 subcodes")
        for subcode in category.subcodes:
            for name in subcode.requires:
                yield from missing("categories", f"{category.slug}.{subcode.code}", "必填项", name, plan.fields)
    for kind in plan.project_types:
        yield from missing("project_types", kind.code, "监管单位", kind.unit, units)


def _channels(plan: Plan) -> Iterator[Finding]:
    """Limits and roles that a channel names; an answer needs somebody to whom it goes."""
    roles = {role for post in plan.all_posts() for role in post.roles}
    for channel in plan.channels:
        for what, limit in (("答复时限", channel.reply_limit), ("信访平台录入时限", channel.platform_limit)):
            if limit:
                yield from missing("channels", channel.slug, what, limit, plan.limits)
        for role in channel.registered_by:
            yield from missing("channels", channel.slug, "登记角色", role, roles)
        if channel.reply_limit and not channel.reply_to:
            yield finding("channels", channel.slug, "有答复时限而没有答复对象", "在 reply_to 写答复谁，如“来访群众”")
        if not channel.doors:
            yield finding("channels", channel.slug, "没有登记入口", "doors 写 form（登记表）、import（导入）或两者")


def _rules(plan: Plan) -> Iterator[Finding]:
    categories = {category.slug for category in plan.categories}
    positions = {post.position for post in plan.all_posts()}
    for rule in plan.accountability:
        yield from missing("accountability", rule.slug, "类别", rule.category, categories)
        for position in rule.positions:
            yield from missing("accountability", rule.slug, "岗位", position, positions)
    for step in plan.ladder:
        yield from missing("ladder", step.slug, "文书编号", step.paper, plan.numbering)
    owners = {unit.slug for unit in plan.units} | {f"kind:{unit.kind}" for unit in plan.all_units()}
    for duty in plan.duties:
        for owner in duty.owners:
            yield from missing("duties", duty.slug, "责任单位", owner, owners)


def _verdicts(plan: Plan) -> Iterator[Finding]:
    yield from _same("verdicts", (choice.slug for choice in plan.verdicts), tuple(lead.Verdict))
    yield from _same(
        "unfounded_reasons", (choice.slug for choice in plan.unfounded_reasons), tuple(lead.UnfoundedReason)
    )
    cases = [(v.value, "") for v in lead.Verdict if v != lead.Verdict.UNFOUNDED]
    cases += [(lead.Verdict.UNFOUNDED.value, reason.value) for reason in lead.UnfoundedReason]
    for slug, table in plan.verdict_maps.items():
        for row in table.rows:
            if row.reason:
                yield from missing("verdict_maps", slug, "查否原因", row.reason, tuple(lead.UnfoundedReason))
        rows = {(row.verdict, row.reason) for row in table.rows}
        for verdict, reason in cases:
            if (verdict, reason) not in rows and (verdict, "") not in rows:
                yield finding("verdict_maps", slug, f"没有 {verdict} {reason} 的对照", "补一行")


def _same(table: str, own: Iterable[str], expected: tuple[str, ...]) -> Iterator[Finding]:
    if set(own) != set(expected):
        yield finding(table, table, "与程序认识的一组名称不同", "正好写这些：" + "、".join(expected))


def _intake(plan: Plan) -> Iterator[Finding]:
    for kind in plan.intake.suspect_types:
        yield from missing("intake", "suspect_types", "图斑类型", kind, plan.intake.patch_types)
    homes: dict[str, str] = {}
    for alias in plan.intake.aliases:
        for name in alias.names:
            if name.casefold() in homes:
                message = f"别名 {name} 同时指向 {homes[name.casefold()]} 和 {alias.field}"
                yield finding("intake", f"aliases[{alias.field}]", message, "每个别名只指向一项")
            homes[name.casefold()] = f"{alias.field}{alias.unit and f'（{alias.unit}）'}"


def _needed(plan: Plan) -> Iterator[Finding]:
    needed = {slug for rule in RULES if not rule.track for slug in rule.limits}
    for slug in sorted(needed - set(plan.limits)):
        yield finding("limits", slug, f"缺少时限 {slug}", "在 limits.csv 中补一行")
    for slug in NEEDED_NUMBERS:
        if slug not in plan.numbering:
            yield finding("numbering", slug, f"缺少编号格式 {slug}", "在 [numbering] 中补一行")
    for slug in NEEDED_CHECKLISTS:
        if slug not in plan.checklists:
            yield finding("checklists", slug, f"缺少检查清单 {slug}", f"补 [checklists.{slug}]")


def _acting_posts(plan: Plan) -> Iterator[Finding]:
    """Every act of the tables needs a post that may do it, else matters come to a dead end."""
    held = {role for post in plan.all_posts() for role in post.roles}
    acts = [(row.act, row.roles) for row in lead.TABLE.values()] + [(row.act, row.roles) for row in case.TABLE.values()]
    for act, roles in acts:
        if not roles & held:
            message = f"没有职务能办理“{CATALOGUE[act].label}”（{act}）"
            yield finding("posts", act, message, "给一个职务以下角色之一：" + "、".join(sorted(roles)))
