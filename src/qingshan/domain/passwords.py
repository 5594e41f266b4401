"""Rules of passwords (口令): length, kinds of characters, not the name; and random first ones that can be typed.

等保 8.1.4.1 a: complexity and regular change. The values are practice, not law.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence

SHORTEST = 10
KINDS_WANTED = 3
REMEMBERED = 5
"""So many former passwords may not come back."""
_LOWER, _UPPER, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
_GROUPS, _GROUP = 3, 4


def kinds_of(password: str) -> int:
    """How many of the four kinds occur: small letters, capitals, digits, anything else."""
    return len({_kind(character) for character in password})


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    return category if category in ("Ll", "Lu", "Nd") else "other"


def password_problems(password: str, *, names: Iterable[str]) -> tuple[str, ...]:
    """What is wrong with a password (Chinese, each says what to do); ``names``: user name and the person's name."""
    problems = []
    if len(password) < SHORTEST:
        problems.append(f"口令至少 {SHORTEST} 个字符，现在是 {len(password)} 个")
    if kinds_of(password) < KINDS_WANTED:
        problems.append(f"大写字母、小写字母、数字、其他符号四类中至少要有 {KINDS_WANTED} 类")
    small = password.casefold()
    for name in names:
        known = name.casefold()
        if len(known) >= 2 and (known in small or known[::-1] in small):
            problems.append("口令不能含有用户名或姓名")
            break
    if len(set(password)) <= len(password) // 3:
        problems.append("口令里重复的字符太多")
    return tuple(problems)


def first_password(choose: Callable[[Sequence[str]], str]) -> str:
    """A random first password like ``kD7m-Qx4p-9Wra``: three kinds for sure, no characters that look alike.

    ``choose`` picks one of a sequence at random (``secrets.choice``). About 67 bits.
    """
    letters = _LOWER + _UPPER + _DIGITS
    groups = []
    for _number in range(_GROUPS):
        fixed = [choose(_LOWER), choose(_UPPER), choose(_DIGITS)]
        rest = [choose(letters) for _place in range(_GROUP - len(fixed))]
        groups.append(_shuffled([*fixed, *rest], choose))
    return "-".join(groups)


def _shuffled(characters: list[str], choose: Callable[[Sequence[str]], str]) -> str:
    left, order = list(characters), []
    while left:
        taken = left.index(choose(left))
        order.append(left.pop(taken))
    return "".join(order)
