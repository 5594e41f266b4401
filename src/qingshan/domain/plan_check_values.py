"""Cross-checks of a plan: dates in order, numbers in range, shapes of codes and patterns (数值校验). Pure."""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qingshan.domain.numbering import BadPattern, check_pattern
from qingshan.domain.plan_check_links import finding
from qingshan.domain.plan_codec import Finding
from qingshan.domain.plan_model import Plan

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
COLOUR = re.compile(r"#[0-9a-f]{6}")


def check_values(plan: Plan) -> Iterator[Finding]:
    """All findings about single values."""
    yield from _campaign(plan)
    yield from _dates(plan)
    yield from _shapes(plan)
    yield from _ranges(plan)
    yield from _numbering(plan)
    yield from _counts(plan)
    yield from _pairs(plan)


def _campaign(plan: Plan) -> Iterator[Finding]:
    if not re.fullmatch(r"\d{6}", plan.county_code):
        yield finding("county_code", "county_code", f"县级代码 {plan.county_code!r} 不是 6 位数字", "如 130132")
    if plan.start > plan.end:
        yield finding("start", "start", f"开始日期 {plan.start} 晚于结束日期 {plan.end}", "结束日期不早于开始日期")
    try:
        ZoneInfo(plan.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield finding("timezone", "timezone", f"不认识的时区 {plan.timezone!r}", "如 Asia/Shanghai")
    for document in plan.basis_documents:
        if document.issued_on is None or not document.number:
            yield Finding(
                file="campaign.toml",
                entry=f"basis_documents[{document.slug}]",
                message="文号或成文日期未填",
                expectation="取得原件后补填 number 和 issued_on",
                severity="info",
            )


def _dates(plan: Plan) -> Iterator[Finding]:
    report = plan.reporting
    for table, entry, day in (
        ("reporting", "first_report", report.first_report),
        ("reporting", "liaison_due", report.liaison_due),
    ):
        if not plan.start <= day <= plan.end:
            yield finding(table, entry, f"日期 {day} 不在行动期间", f"{plan.start} 至 {plan.end} 之间")
    for milestone in plan.milestones:
        if milestone.start and milestone.end and milestone.start > milestone.end:
            message = f"开始 {milestone.start} 晚于结束 {milestone.end}"
            yield finding("milestones", milestone.slug, message, "结束不早于开始")


def _shapes(plan: Plan) -> Iterator[Finding]:
    for category in plan.categories:
        if not COLOUR.fullmatch(category.colour):
            yield finding("categories", category.slug, f"颜色 {category.colour!r} 写法有误", "如 #c8453b（小写）")
    for table in ("categories", "channels", "units", "posts", "events", "duties", "ladder", "rectification_modes"):
        for entry in getattr(plan, table):
            if not SLUG.fullmatch(entry.slug):
                yield finding(table, entry.slug, f"名称 {entry.slug!r} 写法有误", "小写字母、数字、连字符或下划线")


def _numbering(plan: Plan) -> Iterator[Finding]:
    patterns = [number.pattern for number in plan.numbering.values()]
    for slug, number in plan.numbering.items():
        try:
            check_pattern(number.pattern)
        except BadPattern as fault:
            yield finding("numbering", slug, str(fault), "如 元采〔{year}〕{n:04d}")
        if patterns.count(number.pattern) > 1:
            yield finding("numbering", slug, f"编号格式 {number.pattern} 与另一种编号相同", "每种编号写法不同")


def _ranges(plan: Plan) -> Iterator[Finding]:
    """Shares are 0 to 100; counts and distances must not be below their least useful value."""
    percents = {
        ("routing", "border_share_percent"): plan.routing.border_share_percent,
        ("routing", "min_inside_percent"): plan.routing.min_inside_percent,
        ("patrol", "min_area_percent"): plan.patrol.min_area_percent,
    }
    percents |= {("figures", slug): f.value for slug, f in plan.figures.items() if f.unit == "percent"}
    for (table, entry), value in percents.items():
        if not 0 <= value <= 100:
            yield finding(table, entry, f"百分比 {value} 超出范围", "0 至 100 的整数")
    for (table, entry), (value, least, most) in _bounds(plan).items():
        if not least <= value <= most:
            yield finding(table, entry, f"数值 {value} 超出范围", f"{least} 至 {most} 的整数")


def _bounds(plan: Plan) -> dict[tuple[str, str], tuple[int, int, int]]:
    photo, patrol, report, back, hot = plan.photo_rules, plan.patrol, plan.reporting, plan.look_back, plan.hot_spot
    many = 1_000_000
    bounds = {
        ("photo_rules", "max_distance_m"): (photo.max_distance_m, 1, many),
        ("photo_rules", "upload_hours"): (photo.upload_hours, 1, many),
        ("photo_rules", "clock_skew_minutes"): (photo.clock_skew_minutes, 0, many),
        ("photo_rules", "min_directions"): (photo.min_directions, 0, 4),
        ("photo_rules", "min_near"): (photo.min_near, 0, many),
        ("patrol", "rounds_per_week"): (patrol.rounds_per_week, 1, 14),
        ("patrol", "max_distance_m"): (patrol.max_distance_m, 1, many),
        ("patrol", "min_minutes"): (patrol.min_minutes, 0, 1440),
        ("patrol", "min_gap_hours"): (patrol.min_gap_hours, 0, 168),
        ("patrol", "max_slope_degrees"): (patrol.max_slope_degrees, 1, 90),
        ("reporting", "monthly_notice_day"): (report.monthly_notice_day, 1, 28),
        ("reporting", "monthly_report_day"): (report.monthly_report_day, 1, 28),
        ("reporting", "first_grace_days"): (report.first_grace_days, 0, many),
        ("look_back", "radius_m"): (back.radius_m, 1, many),
        ("look_back", "consolidation_months"): (back.consolidation_months, 0, many),
        ("hot_spot", "items"): (hot.items, 1, many),
        ("hot_spot", "weeks"): (hot.weeks, 1, many),
        ("hot_spot", "visit_interval_days"): (hot.visit_interval_days, 1, many),
        ("hot_spot", "divide_by"): (hot.divide_by, 1, many),
    }
    bounds |= {("accountability", rule.slug): (rule.threshold, 1, many) for rule in plan.accountability}
    bounds |= {("limits", slug): (terms.extension, 0, many) for slug, terms in plan.limit_terms.items()}
    return bounds | {("ladder", step.slug): (step.reply_days, 0, many) for step in plan.ladder}


def _counts(plan: Plan) -> Iterator[Finding]:
    for slug, checklist in plan.checklists.items():
        if checklist.count != len(checklist.items):
            message = f"写明 {checklist.count} 项，实有 {len(checklist.items)} 项"
            yield finding("checklists", slug, message, "补上漏项，或改正 count")


def _pairs(plan: Plan) -> Iterator[Finding]:
    """Values that only make sense together."""
    for slug, field in plan.fields.items():
        if (field.kind == "choice") != bool(field.choices):
            yield finding("fields", slug, "选项与类型不符", "kind 为 choice 时写 choices，其他类型不写")
    for alias in plan.intake.aliases:
        if (alias.field == "declared_area") != bool(alias.unit):
            message = "面积别名须写单位，其他别名不写"
            yield finding("intake", f"aliases[{alias.field}]", message, "unit 写 m2、mu、ha 或 km2")
    for slug in sorted(slug for slug, limit in plan.limits.items() if not limit.clause):
        yield finding("limits", slug, "没有写条款编号", "clause 写所落实的条款")
