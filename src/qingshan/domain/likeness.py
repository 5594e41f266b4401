"""Likeness of two leads (疑似重复): one documented rule from facts to a score with its reasons. Pure.

Each criterion that can be asked of both leads may bring points up to its weight (figures of the plan):

* distance (距离): full at 0 m, nothing at the radius; asked when both have a position of their own;
* overlap (重叠): the shared part of the smaller outline; asked when both have an outline;
* time (时间): full on the same day, nothing at the end of the window; always asked;
* category (类型): full or nothing; asked when both name one;
* text (文字): the shared pairs of characters of place and description; asked when both have words;
* own number (来源编号): only counted when equal, for different channels number differently.

Score = points brought ÷ points that could be brought, out of 100. Without a hint of the same place (within the radius,
overlapping, equal number, or in one village with much the same words) there is no likeness, however close in time.
"""

from collections.abc import Collection
from dataclasses import dataclass

ENOUGH_TEXT = 0.5
"""Share of equal pairs from which words alone say that it is the same place."""
WORDS_NEEDED = 4
"""Pairs of characters below which a text says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessWeights:
    """Figures of the plan: radius in metres, window in days, points per criterion, from which score it is shown."""

    radius_m: int
    window_days: int
    distance: int
    overlap: int
    time: int
    category: int
    text: int
    number: int
    shown_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessFacts:
    """What two leads have in common. None: cannot be asked of both.

    ``metres`` between the outlines, ``overlap`` and ``text`` from 0 to 1, ``days`` by which the other is earlier
    (negative: later).
    """

    metres: float | None
    overlap: float | None
    days: float
    same_category: bool | None
    category: str = ""
    text: float | None
    same_number: str = ""
    same_village: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Score out of 100 and what it rests on, the strongest first, ready to be read."""

    score: int
    reasons: tuple[str, ...]


def likeness(facts: LikenessFacts, weights: LikenessWeights) -> Likeness | None:
    """The score of ``facts``; None when nothing says that it is the same place."""
    if not _same_place(facts, weights):
        return None
    parts = _parts(facts, weights)
    possible = sum(weight for weight, _, _ in parts)
    points = sum(weight * share for weight, share, _ in parts)
    told = sorted((part for part in parts if part[2]), key=lambda part: -part[0] * part[1])
    return Likeness(score=int(100 * points / possible) if possible else 0, reasons=tuple(text for _, _, text in told))


def _same_place(facts: LikenessFacts, weights: LikenessWeights) -> bool:
    if facts.same_number or facts.overlap:
        return True
    if facts.metres is not None:
        return facts.metres <= weights.radius_m
    return facts.same_village and facts.text is not None and facts.text >= ENOUGH_TEXT


def _parts(facts: LikenessFacts, weights: LikenessWeights) -> list[tuple[int, float, str]]:
    """Weight, share of it that is brought, and the words for it, of every criterion that can be asked."""
    parts = [(weights.time, max(0.0, 1 - abs(facts.days) / max(weights.window_days, 1)), _days(facts.days))]
    if facts.same_number:
        parts.append((weights.number, 1.0, f"来源编号相同（{facts.same_number}）"))
    if facts.metres is not None:
        near = max(0.0, 1 - facts.metres / max(weights.radius_m, 1))
        inside = facts.metres < 0.5
        parts.append((weights.distance, near, "位置相接" if inside else f"相距 {facts.metres:.0f} 米"))
    if facts.overlap is not None:
        parts.append((weights.overlap, facts.overlap, f"重叠 {facts.overlap:.0%}" if facts.overlap >= 0.005 else ""))
    if facts.same_category is not None:
        told = f"类型相同（{facts.category}）" if facts.same_category else ""
        parts.append((weights.category, float(facts.same_category), told))
    if facts.text is not None:
        parts.append((weights.text, facts.text, f"文字相近 {facts.text:.0%}" if facts.text >= 0.2 else ""))
    return parts


def _days(days: float) -> str:
    whole = round(abs(days))
    if not whole:
        return "同一天"
    return f"早 {whole} 天" if days > 0 else f"晚 {whole} 天"


def text_likeness(one: Collection[str], other: Collection[str]) -> float | None:
    """Share of equal pairs of characters (Dice's measure); None when either has too few to say anything."""
    if len(one) < WORDS_NEEDED or len(other) < WORDS_NEEDED:
        return None
    return 2 * len(set(one) & set(other)) / (len(one) + len(other))
