"""Files of the private cluster: where they lie, who owns them, what PostgreSQL's settings say."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qingshan.config import database_sql
from qingshan.config.home import home_folder, home_id, secret

SUPERUSER = "postgres"
SERVICE_ACCOUNT = "postgres"
"""Operating-system user that runs the cluster when the program itself runs as root."""
PORT = 5432
OLDEST_RELEASE = 15


class ClusterError(Exception):
    """The cluster cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one data folder's cluster lives. `base` holds `data` and what belongs to it; `sockets` has a short path."""

    home: Path
    base: Path
    sockets: Path
    as_root: bool

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """PostgreSQL's own log."""
        return self.base / "log" / "postgresql.log"


def place_of(home: Path | None = None) -> Place:
    """Return the place for a data folder (default: the current one). Nothing is made."""
    home = home or home_folder()
    key = home_id(home)
    if os.geteuid() == 0:
        return Place(
            home=home, base=Path("/var/lib/qingshan") / key, sockets=Path(f"/run/qingshan-{key}"), as_root=True
        )
    return Place(
        home=home,
        base=home / "postgresql",
        sockets=Path(f"/tmp/qingshan-{os.geteuid()}-{key}"),  # noqa: S108 - its owner is checked before use
        as_root=False,
    )


def make_folders(place: Place) -> None:
    """Make the folders with the owner and mode PostgreSQL insists on; refuse a socket folder that is not ours."""
    owner = pwd.getpwnam(_service_account()) if place.as_root else pwd.getpwuid(os.geteuid())
    place.base.mkdir(mode=0o711, parents=True, exist_ok=True)
    for folder in (place.data, place.log.parent, place.sockets):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    found = place.sockets.lstat()
    if place.sockets.is_symlink() or found.st_uid != owner.pw_uid or found.st_mode & 0o077:
        raise ClusterError(f"{place.sockets} belongs to somebody else or is open to others: remove it and start again")
    mark = place.base / "belongs-to"
    if not mark.exists():
        mark.touch(mode=0o600)
        mark.write_text(secret(place.home, "cluster"))


def _service_account() -> str:
    """Return the account PostgreSQL runs under for root; Debian's package makes it."""
    try:
        pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        raise ClusterError("there is no user `postgres`: install PostgreSQL first (make setup)") from None
    return SERVICE_ACCOUNT


def initialise(place: Place) -> None:
    """Run initdb. Text sorts by code point (collation C); letters are known by C.UTF-8, so Chinese trigrams work."""
    shutil.rmtree(place.data)
    draft = place.base / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if place.as_root:
        shutil.chown(draft, SERVICE_ACCOUNT)
    run(
        place,
        [
            *("initdb", "--pgdata", str(draft), "--username", SUPERUSER, "--auth-local=peer", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--data-checksums", "--no-instructions"),
        ],
    )
    _write(draft / "pg_hba.conf", "local all all peer map=qingshan\n")
    _write(draft / "pg_ident.conf", _identity_map(place))
    with (draft / "postgresql.conf").open("a") as conf:
        conf.write(_server_settings(place))
    draft.rename(place.data)


def _identity_map(place: Place) -> str:
    """Return pg_ident.conf: the users of this machine who may be every database role, and nobody else."""
    runner = pwd.getpwuid(os.geteuid()).pw_name
    accounts = [runner, SERVICE_ACCOUNT] if place.as_root else [runner]
    roles = (SUPERUSER, *database_sql.ROLES)
    return "".join(f'qingshan "{account}" {role}\n' for account in accounts for role in roles)


def _server_settings(place: Place) -> str:
    """Return what is set otherwise than PostgreSQL's default. Nothing that weighs on durability is changed."""
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(place.sockets),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "60",
        "shared_buffers": "256MB",
        # A bulk import writes several kilobytes of log a row: room for it between two checkpoints, pages packed.
        "wal_buffers": "32MB",
        "max_wal_size": "4GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_min_duration_statement": "2s",
        "row_security": "on",
    }
    return "\n# Qingshan\n" + "".join(f"{name} = '{value}'\n" for name, value in chosen.items())


def _write(file: Path, text: str) -> None:
    """Replace the content of a file, keeping its owner and mode."""
    with file.open("w") as out:
        out.write(text)


def run(place: Place, command: Sequence[str]) -> None:
    """Run a program of PostgreSQL as the cluster's owner; its error text becomes ours."""
    program = programs_folder(place) / command[0]
    as_owner = ["runuser", "-u", SERVICE_ACCOUNT, "--"] if place.as_root else []
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    done = subprocess.run(  # noqa: S603 - fixed programs, no shell
        [*as_owner, str(program), *command[1:]],
        cwd="/",
        env=clean | {"LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()} (see {place.log})")


def programs_folder(place: Place | None = None) -> Path:
    """Return the folder of PostgreSQL's programs: the release the data were made with, else the newest installed."""
    version_file = (place or place_of()).data / "PG_VERSION"
    made_with = int(version_file.read_text()) if version_file.exists() else None
    installed = {
        int(folder.parent.name): folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdigit() and (folder / "initdb").exists()
    }
    usable = {release: folder for release, folder in installed.items() if release >= OLDEST_RELEASE}
    if made_with is not None and made_with in usable:
        return usable[made_with]
    if made_with is not None or not usable:
        wanted = made_with or OLDEST_RELEASE
        raise ClusterError(f"PostgreSQL {wanted} is not installed: run `make setup`, or set DATABASE_URL to a server")
    return usable[max(usable)]
