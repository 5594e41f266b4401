"""The viewer's scope as conditions of hand-written SQL (数据范围)."""

from typing import Any

from qingshan.commons.people.viewer import Viewer


def scope_conditions(
    viewer: Viewer, *, parties: bool = False, supervised: bool = False
) -> tuple[list[str], dict[str, Any]]:
    """Conditions over a row ``r`` with ``division`` and ``unit_id``, and their parameters.

    ``parties``: the row also names further units that have a part in it; ``supervised``: one that supervises it.

    Plain comparisons are leakproof and cheap, so they are tried before row security, which stands behind them and then
    judges only what passed.
    """
    if viewer.system:
        return [], {}
    parts: list[str] = []
    params: dict[str, Any] = {}
    if viewer.prefix:
        parts.append("(r.division >= %(scope_low)s AND r.division < %(scope_high)s)")
        params |= {"scope_low": viewer.prefix, "scope_high": viewer.prefix + ":"}
    if viewer.unit_ids:
        parts.append("r.unit_id = ANY(%(scope_units)s)")
        params["scope_units"] = list(viewer.unit_ids)
        if supervised:
            parts.append("r.supervising_unit_id = ANY(%(scope_units)s)")
        if parties and not viewer.sees_county:
            parts.append("r.parties && %(scope_units)s::uuid[]")
    return [f"({' OR '.join(parts)})" if parts else "false"], params
