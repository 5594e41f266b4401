"""A mapping of an old ledger (列对应): what columns and words mean, and what a cell does not say itself. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qingshan.contexts.ledgers.takeover_words import guess_word, word_key
from qingshan.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMapping:
    """``sheets``: names of the sheets that are taken; ``columns``: heading → field; ``words``: field → word → code.

    ``year`` stands where a day names none, ``area_unit`` (mu, m2) where neither cell nor heading names one, ``channel``
    where the ledger does not say where a lead came from.
    """

    sheets: tuple[str, ...]
    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    year: int
    area_unit: str
    channel: str

    def code(self, field_slug: str, text: str, plan: Plan) -> str:
        """Our code for a word; what the officer said goes before what is guessed; "" : neither knows."""
        said = self.words.get(field_slug, {}).get(word_key(text))
        return guess_word(field_slug, text, plan) if said is None else said

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "sheets": list(self.sheets),
            "columns": dict(self.columns),
            "words": {name: dict(words) for name, words in self.words.items()},
            "year": self.year,
            "area_unit": self.area_unit,
            "channel": self.channel,
        }


def mapping_from(raw: Mapping[str, Any]) -> OldMapping:
    """A mapping as it was stored."""
    return OldMapping(
        sheets=tuple(raw.get("sheets", ())),
        columns=dict(raw.get("columns", {})),
        words={name: dict(words) for name, words in raw.get("words", {}).items()},
        year=int(raw["year"]),
        area_unit=str(raw.get("area_unit", "mu")),
        channel=str(raw.get("channel", "")),
    )
