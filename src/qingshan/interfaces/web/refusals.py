"""A refusal of the core in the language of the page: known texts are translated, their values kept."""

import re
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingshan.interfaces.web.refusal_texts import TEXTS

_PLACE = re.compile(r"\{\d+\}")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Texts with values in them as patterns, those with the most words of their own first."""
    open_texts = sorted((t for t in TEXTS if _PLACE.search(t)), key=lambda t: -len(_PLACE.sub("", t)))
    return tuple((re.compile("(.+?)".join(re.escape(p) for p in _PLACE.split(t)), re.DOTALL), t) for t in open_texts)


def told(text: object) -> str:
    """What the core said, as the page says it; a text that is not known stays as it is."""
    said = str(text)
    if (get_language() or "").startswith("zh") or not said:
        return said
    if (known := _(said)) != said:
        return known
    for pattern, source in _patterns():
        if found := pattern.fullmatch(said):
            return _(source).format(*(told(value) for value in found.groups()))
    if "；" in said:
        return "; ".join(told(part) for part in said.split("；"))
    return said
