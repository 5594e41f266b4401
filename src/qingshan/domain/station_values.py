"""Values of station fields by their kinds (填报项): a day is a day, an amount an amount, a choice one of the plan's."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from qingshan.domain.plan import FieldDef

LONGEST = 2000
"""Characters of one value."""


def wrong_values(fields: Iterable[FieldDef], values: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the filled values, in Chinese, in the order of the plan; empty ones are judged elsewhere."""
    filled = ((field, values.get(field.slug, "").strip()) for field in fields)
    return tuple(problem for field, text in filled if text and (problem := _problem(field, text)))


def _problem(field: FieldDef, text: str) -> str:
    if len(text) > LONGEST:
        return f"{field.label}太长，最多 {LONGEST} 字"
    if field.kind == "date" and not _is_day(text):
        return f"{field.label}“{text[:40]}”不是日期，请写成 2024-08-31"
    if field.kind in ("number", "money") and not _is_amount(text):
        return f"{field.label}“{text[:40]}”不是金额或数量，请只填数字，如 12000"
    if field.kind == "choice" and text not in field.choices:
        return f"{field.label}不在可选范围内，可选：{'、'.join(field.choices)}"
    return ""


def _is_day(text: str) -> bool:
    try:
        return 1980 <= date.fromisoformat(text).year <= 2200
    except ValueError:
        return False


def _is_amount(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0 and text.isascii() and len(text) <= 30
