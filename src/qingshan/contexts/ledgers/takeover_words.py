"""Our fields, the headings that old ledgers use for them, and their words (列名与词语): data, read once. Pure."""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qingshan.commons.files.cells import heading_key
from qingshan.commons.files.headings import Heading, match_headings
from qingshan.domain.plan import Plan
from qingshan.domain.takeover import OLD_STATE_LABELS

CHOICES = ("state", "verdict", "category", "subcode", "channel", "mode")
"""Fields whose cells are words that stand for codes."""
DAY_FIELDS = frozenset(
    {"discovered", "verified", "opened", "stop_notice", "filed", "investigated", "decided", "executed"}
    | {"closure", "province", "accepted", "closed"}
)
EXTRA = "extra"
WITHHELD = "（见原件）"
"""Stands in reports for what may name a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldField:
    """One of our fields as an old ledger may fill it."""

    slug: str
    label: str
    kind: str
    personal: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OldWords:
    """The whole list: fields in order, headings that are never taken, words by field and code."""

    fields: tuple[OldField, ...]
    ignored: frozenset[str]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def by_slug(self) -> dict[str, OldField]:
        """Fields by slug."""
        return {field.slug: field for field in self.fields}

    @property
    def known(self) -> list[str]:
        """Every heading that means something, for finding the header of a sheet."""
        return [alias.rsplit("／", 1)[-1] for field in self.fields for alias in field.aliases] + sorted(self.ignored)


@lru_cache(maxsize=1)
def old_words() -> OldWords:
    """Read the list that comes with the program."""
    raw = tomllib.loads((Path(__file__).parent / "takeover_words.toml").read_text(encoding="utf-8"))
    fields = tuple(
        OldField(
            slug=one["slug"],
            label=one["label"],
            kind=one["kind"],
            personal=one.get("personal", False),
            aliases=tuple(one["aliases"]),
        )
        for one in raw["fields"]
    )
    words = {f: {code: tuple(texts) for code, texts in codes.items()} for f, codes in raw["words"].items()}
    return OldWords(fields=fields, ignored=frozenset(raw["ignored"]["names"]), words=words)


def guess_columns(headings: Iterable[Heading]) -> dict[int, str]:
    """Column → field as guessed from its heading; columns that are never taken are left out."""
    listed = old_words()
    ignored = {heading_key(name) for name in listed.ignored}
    wanted = [h for h in headings if heading_key(h.title) not in ignored]
    return match_headings(wanted, {f.slug: f.aliases for f in listed.fields})


def codes_of(field: str, plan: Plan) -> dict[str, str]:
    """Codes of a choice field with labels, from the plan in force."""
    if field == "state":
        return {str(code): label for code, label in OLD_STATE_LABELS.items()}
    if field == "verdict":
        return {"open": "查实", "unfounded": "查否", "inconclusive": "存疑", "unverified": "未核查"}
    if field == "category":
        return {c.slug: c.label for c in plan.categories}
    if field == "channel":
        return {c.slug: c.label for c in plan.channels}
    if field == "mode":
        return {m.slug: m.label for m in plan.rectification_modes}
    own = {s.code: f"{s.code} {s.label}" for c in plan.categories for s in c.subcodes}
    return own | {t.code: f"{t.code} {t.label}" for t in plan.project_types}


def word_key(text: str) -> str:
    """A word as it is compared."""
    return heading_key(text)


def guess_word(field: str, text: str, plan: Plan) -> str:
    """Our code for a word of an old ledger; "" when it cannot be told."""
    key = word_key(text)
    if not key:
        return ""
    labelled = (code for code, label in codes_of(field, plan).items() if key in _names_of(code, label))
    spoken = (code for code, texts in old_words().words.get(field, {}).items() if key in {word_key(t) for t in texts})
    by_category = _category_named(key, plan) if field == "category" else ""
    return next(labelled, "") or by_category or next(spoken, "") or _contained(field, key)


def _names_of(code: str, label: str) -> tuple[str, ...]:
    return word_key(label), word_key(code), word_key(label.partition(" ")[2])


def _category_named(key: str, plan: Plan) -> str:
    """The category that goes by this short name or has a sub-code of this name."""
    for category in plan.categories:
        if key in (word_key(category.short), *(word_key(s.label) for s in category.subcodes)):
            return category.slug
    return ""


def _contained(field: str, key: str) -> str:
    """The code whose longest word stands within the text, when only one code has any."""
    found = {
        code
        for code, texts in old_words().words.get(field, {}).items()
        if any(len(word_key(t)) >= 2 and word_key(t) in key for t in texts)
    }
    return found.pop() if len(found) == 1 else ""


def category_of_subcode(code: str, plan: Plan) -> str:
    """The category that a sub-code belongs to; "" for none."""
    for category in plan.categories:
        if code in {s.code for s in category.subcodes}:
            return category.slug
    if code in {t.code for t in plan.project_types}:
        return next((c.slug for c in plan.categories if not c.subcodes), "")
    return ""


def choice_words(distinct: Mapping[str, Sequence[str]], columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Words per choice field, from the distinct texts of the columns that were mapped to it."""
    found: dict[str, list[str]] = {}
    for heading, field in columns.items():
        if field in CHOICES:
            found.setdefault(field, [])
            found[field] += [w for w in distinct.get(heading, ()) if w not in found[field]]
    return {field: found[field] for field in CHOICES if field in found}


def unmapped(columns: Collection[str]) -> list[str]:
    """What a mapping must have and lacks (Chinese)."""
    missing = []
    if "discovered" not in columns:
        missing.append("没有列对应“发现日期”：时限从发现算起")
    if not {"township", "village", "position"} & set(columns) and not {"lon", "lat"} <= set(columns):
        missing.append("没有列对应“乡镇”或坐标：无法落到责任单位")
    if not {"state", "verdict", "category", "closed"} & set(columns):
        missing.append("没有列对应“当前状态”“核查结论”或“类别”：看不出办到哪一步")
    return missing
