"""The data folder (数据目录) of one installation, and the secrets kept in it.

`QINGSHAN_HOME` names the folder; without it, `var/` of the source tree is used, or of the current folder for an
installed package. Uploads, logs, secrets and (unless run as root) the private database live below it.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

SOURCE_ROOT = Path(__file__).resolve().parents[3]
"""Root of the source tree; only meaningful when `in_source_tree()`."""


def in_source_tree() -> bool:
    """Tell whether the package is used from its source tree (editable), not from an installed wheel."""
    return (SOURCE_ROOT / "pyproject.toml").is_file()


def home_folder() -> Path:
    """Return the absolute data folder, made on first use for its owner alone (mode 0700)."""
    named = os.environ.get("QINGSHAN_HOME", "")
    base = SOURCE_ROOT if in_source_tree() else Path.cwd()
    home = (Path(named).expanduser() if named else base / "var").resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def home_id(home: Path) -> str:
    """Return twelve hexadecimal digits, the same for every run with this data folder."""
    return sha256(str(home).encode()).hexdigest()[:12]


def secret(home: Path, name: str) -> str:
    """Return the secret of this name, made at random on first use.

    It is kept in `secrets/NAME` (mode 0600). Two processes asking at the same time get the same value: the file is
    written beside its place and linked there, and the link fails for all but the first.
    """
    folder = home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / name
    if not file.exists():
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="ascii")
