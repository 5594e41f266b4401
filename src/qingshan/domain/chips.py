"""Before and after pictures of a patch (前后时相影像): which patch and which moment a file in a package shows. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

BEFORE, AFTER = "before", "after"
PHASE_WORDS: Mapping[str, str] = {BEFORE: "前时相", AFTER: "后时相"}
ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff"})
_WORDS = {
    "前时相": BEFORE, "前期": BEFORE, "前影像": BEFORE, "前": BEFORE, "before": BEFORE, "pre": BEFORE, "qsx": BEFORE,
    "后时相": AFTER, "后期": AFTER, "后影像": AFTER, "后": AFTER, "after": AFTER, "post": AFTER, "hsx": AFTER,
}  # fmt: skip
"""How senders name the moment; the longer ones first."""
_SHORT = re.compile(
    rf"^(.*?)[\s_\-－—.]*[(（\[【]?({'|'.join(_WORDS)})[)）\]】]?(?:影像|图)?[\s_\-]*\d?$", re.IGNORECASE
)
_LETTERS = re.compile(r"[A-Za-z0-9]$")
_MANIFEST = re.compile(r"(清单|对照表|manifest)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipName:
    """What the name of a picture tells: the patch's own number, and before or after."""

    number: str
    phase: str


def is_picture(path: str) -> bool:
    """Whether a name ends like a picture's."""
    return PurePosixPath(path).suffix.lower() in ENDINGS


def is_manifest(path: str) -> bool:
    """Whether a file may be the list that says which picture belongs to which patch."""
    name = PurePosixPath(path)
    return name.suffix.lower() == ".csv" and _MANIFEST.search(name.stem) is not None


def name_chip(path: str) -> ChipName | None:
    """Read a name: ``号_前.jpg``, ``前时相/号.jpg``, ``号/前.jpg``; None when number or moment cannot be told."""
    name = PurePosixPath(path)
    number, phase = _split(name.stem)
    folders = [part for part in name.parent.parts if part not in (".", "/")]
    for folder in reversed(folders):
        rest, of_folder = _split(folder)
        if not phase and of_folder and not rest:
            phase = of_folder
        elif not number and not (of_folder and not rest):
            number = rest or folder
    return ChipName(number=number, phase=phase) if number and phase else None


def _split(text: str) -> tuple[str, str]:
    """The number and the moment in one part of a name; "" for what is not there."""
    found = _SHORT.match(text.strip())
    if found is None:
        return text.strip(), ""
    number, word = found.group(1).strip(), found.group(2).lower()
    glued = word.isascii() and _LETTERS.search(number) is not None and text[len(number) :][:1].isalnum()
    return (text.strip(), "") if glued else (number, _WORDS[word])


def read_manifest(rows: Iterable[Mapping[str, str]]) -> dict[str, ChipName]:
    """Names of files (lower case, no folders) by a list: 图斑编号 with 文件 and 时相, or with 前时相 and 后时相."""
    told: dict[str, ChipName] = {}
    for row in rows:
        number = next((row[k].strip() for k in ("图斑编号", "编号", "number") if row.get(k)), "")
        if not number:
            continue
        pairs = [(row.get(column, ""), column) for column in ("前时相", "后时相")]
        pairs.append((row.get("文件") or row.get("文件名") or row.get("file") or "", row.get("时相", "")))
        for file, word in pairs:
            phase = _WORDS.get(word.strip().lower(), "")
            if file and file.strip() and phase:
                told[PurePosixPath(file.strip().replace("\\", "/")).name.lower()] = ChipName(number=number, phase=phase)
    return told
