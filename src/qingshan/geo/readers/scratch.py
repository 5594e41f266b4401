"""A folder for unpacked files (临时文件夹) that goes when the rows are walked, or when nobody holds them any more."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from qingshan.geo.features import SourceRow

Opened = TypeVar("Opened")


def in_scratch(open_in: Callable[[Path], Opened]) -> tuple[Path, Opened]:
    """Make a folder and open something in it; a failure leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="qingshan-read-"))
    try:
        return folder, open_in(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def rows_with_scratch(rows: Iterator[SourceRow], folder: Path) -> Iterator[SourceRow]:
    """The rows; the folder goes at their end, or with them when they are dropped."""
    walked = _walk(rows, folder)
    weakref.finalize(walked, shutil.rmtree, folder, ignore_errors=True)
    return walked


def _walk(rows: Iterator[SourceRow], folder: Path) -> Iterator[SourceRow]:
    try:
        yield from rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)
