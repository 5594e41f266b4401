"""Numbers that people use (台账编号、销号编号、文号): pattern from the plan, counter per series and year."""

import string
from collections.abc import Iterable
from dataclasses import dataclass


class BadPattern(ValueError):
    """A numbering pattern of the plan cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One number series: slug of the kind, year, and the plan's pattern (fields ``year`` and ``n``)."""

    kind: str
    year: int
    pattern: str

    @property
    def key(self) -> str:
        """Key of the counter row."""
        return f"{self.kind}:{self.year}"

    def format(self, n: int) -> str:
        """Write number ``n`` (from 1 on) in the pattern; raises `BadPattern` or ValueError."""
        return self.format_all([n])[0]

    def format_all(self, numbers: Iterable[int]) -> list[str]:
        """Write many numbers in the pattern; raises as `format` does."""
        check_pattern(self.pattern)
        written = []
        for n in numbers:
            if n < 1:
                raise ValueError(f"编号从 1 开始，得到 {n}")
            written.append(self.pattern.format(year=self.year, n=n))
        return written


def check_pattern(pattern: str) -> None:
    """Raise `BadPattern` unless the pattern uses ``n`` and nothing but ``year`` and ``n``."""
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    except ValueError as error:
        raise BadPattern(f"编号格式 {pattern!r} 写法有误：{error}") from None
    if "n" not in fields or fields - {"n", "year"}:
        raise BadPattern(f"编号格式 {pattern!r} 必须含 {{n}}，且只能用 {{year}} 与 {{n}}")
