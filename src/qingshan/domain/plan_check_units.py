"""Cross-checks of a plan: divisions, units, posts and task force fit together (组织校验). Pure."""

from collections.abc import Iterator

from qingshan.domain.plan_check_links import finding, missing
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_model import Plan
from qingshan.domain.plan_parts import PostDef, Seat, UnitDef

THREE_DUTIES = {"first_party": "党委主要负责人", "first_government": "政府主要负责人", "specific": "分管负责人"}


def check_units(plan: Plan) -> Iterator[Finding]:
    """All findings about divisions, units, posts, areas and the task force."""
    yield from _divisions(plan)
    units = {unit.slug for unit in plan.units}
    for unit in plan.units:
        yield from _unit(plan, unit, units)
    for post in plan.posts:
        yield from missing("posts", post.slug, "单位", post.unit, units)
    yield from _responsible_posts(plan)
    yield from _villages(plan)
    yield from _areas(plan, units)
    yield from missing("taskforce", "taskforce", "办公室单位", plan.taskforce.office, units)
    for seat in plan.taskforce.seats:
        yield from _seat(plan, seat)


def _divisions(plan: Plan) -> Iterator[Finding]:
    codes = {division.code for division in plan.divisions}
    owned = {unit.division for unit in plan.units}
    for division in plan.divisions:
        code = division.code
        if not code.isdecimal() or len(code) not in (9, 12):
            yield finding("divisions", code, f"区划代码 {code} 不是 9 位或 12 位数字", "乡镇 9 位，村级 12 位")
        elif not code.startswith(plan.county_code):
            yield finding("divisions", code, f"区划代码 {code} 不属于 {plan.county_code}", "只列本县的区划")
        elif division.is_village and division.township_code not in codes:
            yield finding("divisions", code, f"所属乡镇 {division.township_code} 没有列出", "补上乡镇一行")
        elif not division.is_village and code not in owned:
            yield finding(
                "divisions", code, f"乡镇 {division.name} 没有对应单位", "在 units.csv 中补一行，division 写此代码"
            )


def _unit(plan: Plan, unit: UnitDef, units: set[str]) -> Iterator[Finding]:
    if unit.parent is not None:
        yield from missing("units", unit.slug, "上级单位", unit.parent, units)
    codes = {division.code for division in plan.divisions} | {plan.county_code[:n] for n in (2, 4, 6)}
    if unit.division is not None:
        yield from missing("units", unit.slug, "区划代码", unit.division, codes)
    if unit.counts_as_township and (unit.division is None or len(unit.division) != 9):
        yield finding(
            "units", unit.slug, "计入乡镇统计的单位没有 9 位区划代码", "填 division，或把 counts_as_township 写“否”"
        )
    if unit.division is None and unit.slug not in {area.unit for area in plan.unit_areas}:
        yield finding(
            "units",
            unit.slug,
            "既无区划代码也无范围，线索派不到",
            "填 division，或在 organisation.toml 写 [[unit_areas]]",
        )


def _responsible_posts(plan: Plan) -> Iterator[Finding]:
    by_unit: dict[str, list[PostDef]] = {}
    for post in plan.posts:
        by_unit.setdefault(post.unit, []).append(post)
    for unit in plan.units:
        posts = by_unit.get(unit.slug, [])
        if unit.counts_as_township:
            for duty, label in THREE_DUTIES.items():
                count = sum(post.duty == duty for post in posts)
                if count != 1:
                    yield finding("posts", unit.slug, f"{label}（{duty}）有 {count} 个", "正好一个")
        if unit.reports:
            count = sum(post.liaison for post in posts)
            if count != 1:
                yield finding("posts", unit.slug, f"信息报送联络员职务有 {count} 个", "报送单位正好一个")


def _villages(plan: Plan) -> Iterator[Finding]:
    rules = [rule for rule in plan.post_rules if rule.kind == "village"]
    if plan.villages() and not any("village_patroller" in rule.roles for rule in rules):
        yield finding("post_rules", "village", "村级没有巡查职务", "加一行 kind = village，roles 含 village_patroller")
    for rule in plan.post_rules:
        if rule.count < 1:
            yield finding("post_rules", rule.slug, f"个数 {rule.count} 小于 1", "写 1 或更大的整数")


def _areas(plan: Plan, units: set[str]) -> Iterator[Finding]:
    codes = {division.code for division in plan.divisions}
    for hint in plan.area_hints:
        yield from missing("area_hints", hint.code, "区划", hint.code, codes)
    for area in plan.unit_areas:
        yield from missing("unit_areas", area.unit, "单位", area.unit, units)
        if area.source == "synthetic":
            yield from missing("unit_areas", area.unit, "附近的区划", area.near, codes)
            if area.size_km2 < 1:
                yield finding("unit_areas", area.unit, "合成范围没有面积", "size_km2 写 1 或更大的整数")
        elif not area.file:
            yield finding("unit_areas", area.unit, "没有写范围文件", "file 写文件名")


def _seat(plan: Plan, seat: Seat) -> Iterator[Finding]:
    entry = f"seats[{seat.post or seat.position}]"
    if bool(seat.post) == bool(seat.position):
        yield finding("taskforce", entry, "席位应写 post 或 position 之一", "两者取一")
    elif seat.post:
        yield from missing("taskforce", entry, "职务", seat.post, {post.slug for post in plan.posts})
    else:
        yield from missing("taskforce", entry, "岗位", seat.position, {post.position for post in plan.posts})
