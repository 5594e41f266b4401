"""What lies in the store and belongs to nobody (无主文件): bytes of uploads that were refused, half of broken uploads.

An upload that is refused is undone in the database; its bytes are not. They may hold what nobody may keep, a roster's
telephone numbers for instance, so they go within two days.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import wipe_unused

PORTION = 1000
_WORKING = (".incoming-", ".tiles-")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def wipe_leftovers(*, before: float) -> int:
    """Delete leftovers last written before a moment (``before``: real seconds since 1970); returns how many."""
    root = Path(settings.QINGSHAN_FILES)
    wiped = 0
    for path in root.iterdir() if root.is_dir() else ():
        if path.name.startswith(_WORKING) and path.stat().st_mtime < before:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            wiped += 1
    portion: list[str] = []
    for sha256 in _originals(root, before):
        portion.append(sha256)
        if len(portion) == PORTION:
            wiped += _wipe(portion)
            portion = []
    return wiped + _wipe(portion)


def _originals(root: Path, before: float) -> Iterator[str]:
    """Digests under which bytes lie that are not quite new; an upload under way may not be seen yet."""
    for path in root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        if _DIGEST.fullmatch(path.name) and path.stat().st_mtime < before:
            yield path.name


def _wipe(digests: list[str]) -> int:
    if not digests:
        return 0
    with system_scope():
        known = set(StoredFile.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    return sum(wipe_unused(sha256) for sha256 in digests if sha256 not in known)
