"""Areas as declared and as measured (标称面积与图形面积): how much they may differ without a word."""

from qingshan.domain.plan import Plan

_TOLERANCE = "patch_area_tolerance"


def area_tolerance(plan: Plan) -> float | None:
    """Share by which a measured area may differ from the declared one unremarked; None: the plan does not say."""
    figure = plan.figures.get(_TOLERANCE)
    return None if figure is None else figure.value / 100


def area_note(declared: float | None, measured: float, tolerance: float | None) -> str:
    """What to tell when the areas of a row differ too much; empty when they do not."""
    if declared is None or tolerance is None or not measured or abs(declared - measured) <= tolerance * measured:
        return ""
    return f"标称面积 {declared:,.0f} 平方米与图形面积 {measured:,.0f} 平方米不符，请核实"
