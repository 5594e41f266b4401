"""Sizes, docstrings, and words that have no place in finished work."""

import ast
import re
import tomllib
from collections.abc import Iterator

from tests.support.sources import ROOT, sources

MOST_LINES_PER_FILE = 500
MOST_LINES_PER_FUNCTION = 60
USUAL_LINES_PER_FUNCTION = 40
UNFINISHED = re.compile(
    r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b|raise NotImplemented" r"Error|mark\.(skip|xf" r"ail)\b|pytest\.sk" r"ip\("
    r"|type: ig" r"nore(?!\[)|no" r"qa(?!:)"
)  # fmt: skip
TESTS = ROOT / "tests"


def test_files_are_short() -> None:
    long = [
        f"{source.name} ({lines})"
        for source in (*sources(), *sources(TESTS))
        if not source.is_migration and (lines := source.text.count("\n")) > MOST_LINES_PER_FILE
    ]
    assert not long, "\n".join(long)


def test_functions_are_short() -> None:
    lengths = {
        f"{source.name}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for source in sources()
        if not source.is_migration
        for function in source.functions()
    }
    assert [name for name, length in lengths.items() if length > MOST_LINES_PER_FUNCTION] == []
    unusual = [name for name, length in lengths.items() if length > USUAL_LINES_PER_FUNCTION]
    assert len(unusual) <= len(lengths) * 0.02, unusual


def documented_things(tree: ast.Module) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Module, its public classes, its public functions and methods; not what is defined inside a function."""
    yield tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                methods = (item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
                yield from (method for method in methods if not method.name.startswith("_"))


def test_modules_classes_and_public_functions_say_what_they_are() -> None:
    silent = [
        f"{source.name}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')}"
        for source in sources()
        if not source.is_migration and source.text.strip()
        for node in documented_things(source.tree)
        if ast.get_docstring(node) is None
    ]
    assert not silent, "\n".join(silent)


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{source.name}:{number} {line.strip()}"
        for source in (*sources(), *sources(TESTS))
        for number, line in enumerate(source.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found, "\n".join(found)


def test_locked_packages_are_hashed_and_name_no_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert "://" not in text, file.name
        assert text.count("==") <= text.count("--hash=sha256:"), file.name
    lock = (ROOT / "frontend" / "office" / "package-lock.json").read_text()
    assert '"resolved": "http' not in lock


def test_silenced_warnings_carry_a_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    options = tomllib.loads("\n".join(lines))["tool"]["pytest"]["ini_options"]["filterwarnings"]
    for option in options[1:]:
        where = next(number for number, line in enumerate(lines) if option in line)
        assert lines[where - 1].lstrip().startswith("#"), f"{option}: the line above says why"


def test_acts_at_the_door_take_named_values_only() -> None:
    positional = [
        f"{source.name}:{node.lineno} {node.name}"
        for door in sources()
        if door.path.name == "public.py"
        for _, module in door.imports()
        if ".services" in module
        for source in sources()
        if source.path.is_relative_to(door.path.parent) and "services" in source.name
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and module.endswith(f".{node.name}") and node.args.args
        if any(argument.arg == "now" for argument in (*node.args.args, *node.args.kwonlyargs))
    ]
    assert not positional, "\n".join(positional)
