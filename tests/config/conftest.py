"""A second private cluster, apart from the one the test database lives in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qingshan.config import cluster


@pytest.fixture(scope="package")
def spare_home() -> Iterator[Path]:
    """Data folder with a running cluster of its own; destroyed at the end."""
    home = Path(tempfile.mkdtemp(prefix="qs-home-")).resolve()
    cluster.start(home)
    yield home
    cluster.destroy(home)
    shutil.rmtree(home)
