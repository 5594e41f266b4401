"""Text as it is searched: plain form and pairs of characters, the same here and in the database.

A searched table keeps two columns, filled by a trigger that calls ``qs_plain`` and ``qs_grams`` (bulk doors fill them
themselves with `plain` and `grams`): ``search`` text, the plain form; ``grams`` tsvector, its pairs, with a GIN index.
A query asks the index for all pairs of its words and then compares the plain form, so nothing false is found.

Full-text dictionaries are of no use for place names, companies and document numbers, and trigram indexes do not find
two characters; pairs do, in any text.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 80
"""Characters of a question that are looked at."""
SEPARATORS = (
    r"[\u0000-\u002f\u003a-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u2bff\u2e00-\u2e7f"
    r"\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\ufe10-\ufe6f\uff00-\uffef]+"
)
"""Everything that parts words, in what NFKC leaves: ASCII marks, general, mathematical and CJK punctuation."""
_SEPARATORS = re.compile(SEPARATORS)
_CAPITAL = re.compile("[A-Z]")
_CAPITALS = {ord(c): ord(c) + 32 for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def plain(text: str) -> str:
    """Full-width forms made half-width (NFKC), capitals small, every run of separators one space."""
    normal = unicodedata.normalize("NFKC", text)
    small = normal.lower() if normal.isascii() else normal.translate(_CAPITALS) if _CAPITAL.search(normal) else normal
    return _SEPARATORS.sub(" ", small).strip(" ")


def grams(plain_text: str) -> set[str]:
    """Pairs of neighbouring characters of each word, and each word's last character alone (for one-character words)."""
    found: set[str] = set()
    for word in plain_text.split(" "):
        if word:
            found.update(map(str.__add__, word, word[1:]))
            found.add(word[-1])
    return found


def gram_vector(plain_text: str) -> str:
    """The pairs as the text form of a tsvector; words hold no quotes or backslashes, so none need doubling."""
    found = "' '".join(sorted(grams(plain_text)))
    return f"'{found}'" if found else ""


def found_by(parts: Iterable[str], *, alone: Iterable[str] = ()) -> tuple[str, str]:
    """Plain form and vector of texts put together with spaces, for bulk doors: parts that recur are worked out once.

    ``alone``: texts that come first and do not recur, numbers for instance. The vector names a pair as often as it is
    there, in no order; the database keeps it once.
    """
    known = [_worked_out(text) for text in alone if text]
    known += [_part(text) for text in parts if text]
    return " ".join(text for text, _ in known if text), " ".join([vector for _, vector in known if vector])


@lru_cache(maxsize=8_192)
def _part(text: str) -> tuple[str, str]:
    return _worked_out(text)


def _worked_out(text: str) -> tuple[str, str]:
    own = plain(text)
    return own, " ".join([_pairs(word) for word in own.split(" ")]) if own else ""


def _pairs(word: str) -> str:
    """The pairs of a word and its last character, quoted; one that is there twice is named twice."""
    found = "' '".join(map(str.__add__, word, word[1:]))
    return f"'{found}' '{word[-1]}'" if found else f"'{word}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: all of these words, in any order."""

    words: tuple[str, ...]

    @property
    def vector(self) -> str:
        """The pairs that must all be there; a word of one character is the beginning of a pair."""
        return " & ".join(term for word in self.words for term in _terms(word))

    @property
    def likes(self) -> list[str]:
        """Patterns that must all match; plain words hold no wildcards."""
        return [f"%{word}%" for word in self.words]


def _terms(word: str) -> Iterable[str]:
    if len(word) == 1:
        return (f"'{word}':*",)
    return (f"'{word[n : n + 2]}'" for n in range(len(word) - 1))


def question(text: str) -> Question | None:
    """What somebody typed as a question; None when nothing of it can be looked for."""
    words = plain(text[:LONGEST]).split()
    return Question(words=tuple(dict.fromkeys(words))) if words else None
