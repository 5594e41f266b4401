"""Reading this project's own sources, for tests about how it is built."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "qingshan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file: where it stands below the repository, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path below the repository, as failures show it."""
        return str(self.path.relative_to(ROOT))

    @property
    def is_migration(self) -> bool:
        """Tell whether Django made it, more or less."""
        return "migrations" in self.path.parts

    @property
    def room(self) -> str:
        """First folder below the package: domain, geo, commons, ..."""
        return self.path.relative_to(PACKAGE).parts[0]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield line and full module name of every import, also those inside functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def sources(folder: Path = PACKAGE) -> tuple[Source, ...]:
    """Return all Python files below a folder."""
    return tuple(
        Source(path=path, text=text, tree=ast.parse(text))
        for path in sorted(folder.rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
    )
